/**
 * One attempt: a signed POST to the endpoint, and what came of it. An endpoint may do as it likes (be
 * silent, send an endless answer, redirect, hang up): within the time-out the attempt ends and is told.
 */
import { STATUS_CODES } from 'node:http';
import { type Dispatcher, Pool } from 'undici';
import { monotonicNow, type Now } from '../../runtime/clock.ts';
import type { OpenSpan, Tracing } from '../../runtime/tracing.ts';
import { SECOND_MS } from '../../schemas/time.ts';
import { AddressRefused, type AllowedHosts, guardedConnector, isAllowed, type Resolve } from './guard.ts';
import { retryAfterMsOf } from './schedule.ts';

export interface Answer {
  readonly status: number | null;
  /** Null where it was delivered. */
  readonly error: string | null;
  readonly detail: string | null;
  readonly durationMs: number;
  readonly retryAfterMs: number | null;
}

export interface DeliveryOptions {
  readonly allow: AllowedHosts;
  readonly now: Now;
  readonly version: string;
  readonly timeoutMs?: number;
  /** Where each attempt has a span, which the endpoint learns of; none is made without it. */
  readonly tracing?: Tracing | null;
  /** In place of DNS: for tests. */
  readonly resolve?: Resolve;
}

export interface Post {
  readonly headers: { readonly [name: string]: string };
  readonly body: Buffer;
}

export const TIMEOUT_MS = 15 * SECOND_MS;
/** Of an answer no more is read. */
const ANSWER_BYTES_MAX = 16 * 1_024;
const DETAIL_LENGTH_MAX = 500;
/** Below what receivers commonly wait, so that few connections close under a request. */
const KEEP_ALIVE_MS = 4 * SECOND_MS;

/** The connections to one endpoint. */
export class Delivery {
  readonly #url: URL;
  readonly #options: DeliveryOptions;
  readonly #timeoutMs: number;
  readonly #pool: Pool;

  constructor(url: URL, connections: number, options: DeliveryOptions) {
    const { allow, resolve, timeoutMs = TIMEOUT_MS } = options;
    this.#url = url;
    this.#options = options;
    this.#timeoutMs = timeoutMs;
    this.#pool = new Pool(url.origin, {
      connect: guardedConnector({ allow, timeoutMs, ...(resolve === undefined ? {} : { resolve }) }),
      connections,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** `attempt` counts from 1. */
  async post(post: Post, attempt = 1): Promise<Answer> {
    const { tracing = null } = this.#options;
    if (tracing === null) return this.#post(post);
    const span = tracing.begin(attemptSpan(this.#url, attempt));
    try {
      const answer = await this.#post({ ...post, headers: { ...post.headers, ...traceHeaders(span) } });
      const attributes = answer.status === null ? {} : { 'http.response.status_code': answer.status };
      span.end({ attributes, error: answer.error === 'status' ? String(answer.status) : answer.error });
      return answer;
    } catch (error) {
      span.end({ error: 'fault' });
      throw error;
    }
  }

  async #post({ headers, body }: Post): Promise<Answer> {
    const startedAt = monotonicNow();
    const ended = (answer: Omit<Answer, 'durationMs'>): Answer => {
      return { ...answer, durationMs: Math.round(monotonicNow() - startedAt) };
    };
    if (this.#url.protocol !== 'https:' && !isAllowed(this.#url, this.#options.allow)) {
      return ended(failure('address-refused', `http is for hosts that are allowed by name; ${this.#url.host} is none`));
    }
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), this.#timeoutMs);
    try {
      const response = await this.#pool.request({
        method: 'POST',
        path: this.#url.pathname + this.#url.search,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'user-agent': `Weir/${this.#options.version} (webhooks)`,
          ...headers,
        },
        body,
        signal: deadline.signal,
      });
      return ended(await this.#answerOf(response, deadline.signal));
    } catch (error) {
      if (deadline.signal.aborted) return ended(failure('timeout', `no answer within ${this.#timeoutMs} ms`));
      return ended(failureOf(error));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Lets what is under way end. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  /** Breaks off what is under way. */
  async destroy(): Promise<void> {
    await this.#pool.destroy();
  }

  async #answerOf(
    { statusCode: status, headers, body }: Dispatcher.ResponseData,
    signal: AbortSignal,
  ): Promise<Omit<Answer, 'durationMs'>> {
    // The status is the answer; a body that is endless, slow or cut off changes nothing about it.
    if (status >= 200 && status < 300) {
      await body.dump({ limit: ANSWER_BYTES_MAX, signal }).catch(() => undefined);
      return { status, error: null, detail: null, retryAfterMs: null };
    }
    const text = await beginningOf(body);
    const retryAfter = headers['retry-after'];
    return {
      status,
      error: status >= 300 && status < 400 ? 'redirect' : 'status',
      detail: text || (STATUS_CODES[status] ?? null),
      retryAfterMs: retryAfterMsOf(Array.isArray(retryAfter) ? retryAfter[0] : retryAfter, this.#options.now()),
    };
  }
}

/** Of the address no more than host and port: the rest may be a secret. */
function attemptSpan({ hostname, port, protocol }: URL, attempt: number) {
  return {
    name: 'POST',
    kind: 'client' as const,
    attributes: {
      'http.request.method': 'POST',
      'server.address': hostname,
      'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
      ...(attempt > 1 ? { 'http.request.resend_count': attempt - 1 } : {}),
    },
  };
}

function traceHeaders({ context: { trace, traceState } }: OpenSpan): Post['headers'] {
  return {
    ...(trace === undefined ? {} : { traceparent: trace }),
    ...(traceState === undefined ? {} : { tracestate: traceState }),
  };
}

/** What people can read of the beginning of an answer; empty where it breaks off before. */
async function beginningOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= ANSWER_BYTES_MAX) break;
    }
  } catch {
    // The status was told before it broke off, and that is the answer.
  }
  return readable(Buffer.concat(chunks).toString('utf8'));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
const UNREADABLE = /[\u0000-\u001f\u007f]+/g;

function readable(text: string): string {
  return text.toWellFormed().replace(UNREADABLE, ' ').trim().slice(0, DETAIL_LENGTH_MAX).toWellFormed();
}

function failure(error: string, detail: string): Omit<Answer, 'durationMs'> {
  return { status: null, error, detail: readable(detail) || error, retryAfterMs: null };
}

const DNS = /^(ENOTFOUND|ENODATA|ESERVFAIL|EAI_\w+|ETIMEOUT|EREFUSED|EFORMERR|ECANCELLED)$/;
const TLS = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO/;
const TIMEOUT = /^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/;
const NOT_HTTP = /^UND_ERR_(HEADERS_OVERFLOW|RES_CONTENT_LENGTH_MISMATCH)$/;
const CONNECTION = /^(E[A-Z]+|UND_ERR_SOCKET|UND_ERR_CLOSED|UND_ERR_DESTROYED)$/;

/** Failures of the network are the endpoint’s; anything else is a fault of ours. */
function failureOf(error: unknown): Omit<Answer, 'durationMs'> {
  if (error instanceof AddressRefused) return failure('address-refused', error.message);
  const { code, message, name } = error as Error & { code?: unknown };
  if (name === 'HTTPParserError') return failure('not-http', message);
  if (typeof code === 'string') {
    const kinds = [
      ['timeout', TIMEOUT],
      ['dns', DNS],
      ['tls', TLS],
      ['not-http', NOT_HTTP],
      ['connection', CONNECTION],
    ] as const;
    const kind = kinds.find(([, pattern]) => pattern.test(code));
    if (kind !== undefined) return failure(kind[0], `${code} ${message}`);
  }
  throw error;
}
