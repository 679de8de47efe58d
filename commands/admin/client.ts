/** The command's side of the admin API: finds the Weir that holds the data folder, and asks it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ERROR_CODES, type ErrorCode, WeirError } from '../../runtime/errors.ts';
import type { Append, RecordBatch } from '../../runtime/log/port.ts';
import type { LogAccess } from './access.ts';
import { ADMIN_PREFIX, BATCH_HEADERS, type Bounds, packBody, unpackBody } from './wire.ts';

export const ADMIN_FILE = 'admin.json';

const adminFile = z.object({ address: z.url(), token: z.string().min(32), pid: z.int() });
export type AdminFile = z.infer<typeof adminFile>;

/** What the running Weir left in its data folder; null where there is no such file. */
export function readAdminFile(dataDir: string): AdminFile | null {
  const path = join(dataDir, ADMIN_FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new WeirError('NOT_RUNNING', `${path} cannot be read: only who started Weir may speak to it`, { cause });
  }
  return adminFile.parse(JSON.parse(text));
}

interface Problem {
  readonly code?: string;
  readonly detail?: string;
}

export class AdminClient implements LogAccess {
  readonly #file: AdminFile;

  constructor(file: AdminFile) {
    this.#file = file;
  }

  get address(): string {
    return this.#file.address;
  }

  /** Asks for JSON. */
  async ask<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> {
    const json = body === undefined ? undefined : JSON.stringify(body);
    const init =
      json === undefined ? { method } : { method, body: json, headers: { 'content-type': 'application/json' } };
    const response = await this.#send(path, init);
    return (await response.json()) as T;
  }

  async bounds(): Promise<readonly Bounds[]> {
    return this.ask('GET', '/log');
  }

  async read(
    topic: string,
    partition: number,
    from: number,
    waitMs: number,
    signal?: AbortSignal,
  ): Promise<RecordBatch | null> {
    const path = `/log/${topic}/${partition}?from=${from}&waitMs=${waitMs}`;
    const response = await this.#send(path, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      if (signal?.aborted === true) return null;
      throw error;
    });
    if (response === null || response.status === 204) return null;
    const values = unpackBody(Buffer.from(await response.arrayBuffer()));
    if (values === null)
      throw new WeirError('RECORD_UNDECODABLE', `${topic}/${partition} at ${from}: the answer was cut short`);
    return {
      topic,
      partition,
      values,
      fingerprint: response.headers.get(BATCH_HEADERS.fingerprint) as string,
      baseOffset: Number(response.headers.get(BATCH_HEADERS.baseOffset)),
      seen: Number(response.headers.get(BATCH_HEADERS.seen)),
    };
  }

  async append(append: Append): Promise<{ readonly baseOffset: number }> {
    const headers = { 'content-type': 'application/octet-stream', [BATCH_HEADERS.fingerprint]: append.fingerprint };
    const body = packBody(append.values);
    const response = await this.#send(`/log/${append.topic}/${append.partition}`, { method: 'POST', body, headers });
    return (await response.json()) as { baseOffset: number };
  }

  async schema(fingerprint: string): Promise<string | null> {
    const { schema } = await this.ask<{ schema: string | null }>('GET', `/log/schemas/${fingerprint}`);
    return schema;
  }

  async declareSchema(fingerprint: string, schema: string): Promise<void> {
    await this.ask('POST', `/log/schemas/${fingerprint}`, { schema });
  }

  async #send(
    path: string,
    init: Omit<RequestInit, 'headers'> & { readonly headers?: { readonly [name: string]: string } },
  ) {
    const headers = { ...init.headers, authorization: `Bearer ${this.#file.token}` };
    let response: Response;
    try {
      response = await fetch(`${this.#file.address}${ADMIN_PREFIX}${path}`, { ...init, headers });
    } catch (cause) {
      const { address } = this.#file;
      throw new WeirError('NOT_RUNNING', `nothing answers at ${address}, where Weir said that it listens`, { cause });
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }
}

async function problemOf(response: Response): Promise<WeirError> {
  const text = await response.text();
  const problem = parseProblem(text);
  const known = problem.code !== undefined && problem.code in ERROR_CODES;
  return new WeirError(
    known ? (problem.code as ErrorCode) : 'REQUEST_INVALID',
    problem.detail ?? `status ${response.status}: ${text}`,
  );
}

function parseProblem(text: string): Problem {
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return {};
  }
}
