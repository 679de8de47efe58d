/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07): a request that is sent again with
 * the same key and body gets the first answer again, with another body 422, while the first is under
 * way 409. Keys are a caller's own and hold for one address.
 *
 * Answers are kept in memory: the last 50,000 or 32 MB of them, for 24 hours. Beyond that, and after a
 * restart, a repeated request is carried out again, which does no harm: its events carry the same
 * `eventId`, and the fold takes each once.
 */
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Now } from '../../runtime/clock.ts';
import { isWeirError, WeirError } from '../../runtime/errors.ts';
import { knownCaller } from '../../runtime/http/auth.ts';
import { description } from '../../runtime/http/validation.ts';
import { DAY_MS } from '../../schemas/time.ts';
import type { Answer } from './answer.ts';

const ANSWERS_MAX = 50_000;
const BYTES_MAX = 32 * 1_024 ** 2;
const AGE_MAX_MS = DAY_MS;
const KEY_LENGTH_MAX = 255;
/** What an entry takes beside its body: key, digest, map. */
const ENTRY_BYTES = 400;

/** Documents the header; `parseKey` reads it. */
export const idempotencyHeader = description(
  z.object({
    'idempotency-key': z
      .string()
      .optional()
      .describe(
        'Names this request: sent again with the same key and body, it gets the first answer again. Kept for 24 hours, ' +
          'the last 50,000 of them, until a restart; events of a request sent again later are recognised by their eventId.',
      ),
  }),
);

/** What the first request came to: an answer, or the refusal of an event that was stored. */
type Outcome = { readonly answer: Answer } | { readonly refusal: WeirError };

interface Kept {
  readonly digest: string;
  readonly since: number;
  /** Null while the first request is under way. */
  outcome: Outcome | null;
}

export class Idempotency {
  readonly #now: Now;
  /** In the order of arrival, so the first is the oldest. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  constructor(now: Now) {
    this.#now = now;
  }

  /** Carries out `handle`, or answers as the first request with the same key did. */
  async run(request: FastifyRequest, handle: () => Promise<Answer>): Promise<Answer> {
    const key = keyOf(request);
    if (key === null) return handle();
    const digest = digestOf(request);
    this.#dropOld();
    const known = this.#kept.get(key);
    if (known !== undefined) return again(known, digest);
    const kept: Kept = { digest, since: this.#now(), outcome: null };
    this.#kept.set(key, kept);
    try {
      return this.#keep(kept, { answer: await handle() });
    } catch (error) {
      if (isWeirError(error, 'EVENT_REFUSED')) return this.#keep(kept, { refusal: error });
      // Nothing was stored, so the key is free for another try.
      this.#kept.delete(key);
      throw error;
    }
  }

  #keep(kept: Kept, outcome: Outcome): Answer {
    kept.outcome = outcome;
    this.#bytes += bytesOf(kept);
    return told(outcome);
  }

  #dropOld(): void {
    const oldest = this.#now() - AGE_MAX_MS;
    for (const [key, kept] of this.#kept) {
      if (this.#kept.size < ANSWERS_MAX && this.#bytes <= BYTES_MAX && kept.since >= oldest) return;
      // Those under way are as many as there are connections; they are kept, and looked at again next time.
      if (kept.outcome === null) continue;
      this.#bytes -= bytesOf(kept);
      this.#kept.delete(key);
    }
  }
}

function again({ digest, outcome }: Kept, now: string): Answer {
  if (digest !== now) {
    throw new WeirError('IDEMPOTENCY_REUSED', 'This Idempotency-Key came with another body before; use a new one.', {
      zh: '该 Idempotency-Key 已用于不同的请求体，请换用新的。',
    });
  }
  if (outcome === null) {
    throw new WeirError(
      'IDEMPOTENCY_IN_FLIGHT',
      'The first request with this Idempotency-Key is still being answered.',
      { zh: '使用该 Idempotency-Key 的首个请求仍在处理中。' },
    );
  }
  return told(outcome);
}

function told(outcome: Outcome): Answer {
  if ('refusal' in outcome) throw outcome.refusal;
  return outcome.answer;
}

function bytesOf({ outcome }: Kept): number {
  const body = outcome !== null && 'answer' in outcome ? outcome.answer.body.length : 0;
  return ENTRY_BYTES + body;
}

/** The caller, the address and the key; null without one. */
function keyOf(request: FastifyRequest): string | null {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return null;
  const key = parseKey(String(header));
  if (key === null) {
    throw new WeirError(
      'REQUEST_INVALID',
      `Idempotency-Key must be a quoted string like "8e03978e-40d5" of 1 to ${KEY_LENGTH_MAX} characters.`,
      { zh: `Idempotency-Key 须为带引号的字符串，例如 "8e03978e-40d5"，长度 1 至 ${KEY_LENGTH_MAX} 个字符。` },
    );
  }
  return `${knownCaller(request).keyId} ${request.routeOptions.url} ${key}`;
}

/** A structured-field string (RFC 8941 §3.3.3); a bare token is taken as well, since many clients send one. */
export function parseKey(header: string): string | null {
  const quoted = /^\s*"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"\s*$/.exec(header);
  const key =
    quoted === null ? /^\s*([\w!#$%&'*+.^`|~:/-]+)\s*$/.exec(header)?.[1] : quoted[1]?.replace(/\\(.)/g, '$1');
  return key === undefined || key.length === 0 || key.length > KEY_LENGTH_MAX ? null : key;
}

/** The same body asked for in another way (`?wait=decision`) is another request. */
function digestOf({ rawBody, url }: FastifyRequest): string {
  const query = url.slice(url.indexOf('?') + 1 || url.length);
  return createHash('sha256')
    .update(query)
    .update('\n')
    .update(rawBody ?? '')
    .digest('base64');
}
