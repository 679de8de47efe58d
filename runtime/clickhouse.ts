/**
 * ClickHouse behind one client: chDB, which is ClickHouse in this process, on a folder of its own. A
 * server takes its place behind the same two clients, see `clickhouse-server.ts`.
 *
 * Two clients, since chDB keeps one session a connection: `write` inserts while `read` answers
 * questions, and what one sets does not touch the other. Both belong to the main thread; chDB in a worker
 * ends the process with a segmentation fault. One process holds the folder.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { WeirError } from './errors.ts';

export type { ClickHouseClient };

/** What the client sends its queries through; chDB's differs from it in wording alone. */
type Connection = NonNullable<NonNullable<Parameters<typeof createClient>[0]>['connection']>;

export interface ClickHouse {
  /** Inserts and changes tables. */
  readonly write: ClickHouseClient;
  /** Only reads; each query is bounded in time and in rows. */
  readonly read: ClickHouseClient;
  close(): Promise<void>;
}

export interface ClickHouseOptions {
  /** Folder of chDB, created where it is missing. */
  readonly folder: string;
  /** A query that takes longer is given up. */
  readonly readSecondsMax?: number;
}

const READ_SECONDS_MAX = 10;
const READ_ROWS_MAX = 100_000;

/** What bounds each query of the client that reads. */
export function readSettings(readSecondsMax = READ_SECONDS_MAX) {
  return {
    readonly: '2',
    max_execution_time: readSecondsMax,
    max_result_rows: `${READ_ROWS_MAX}`,
    max_threads: 2,
  } as const;
}

export function openClickHouse({ folder, readSecondsMax }: ClickHouseOptions): ClickHouse {
  if (!isMainThread) throw new Error('chDB may be opened in the main thread only');
  mkdirSync(folder, { recursive: true });
  const write = connect(folder);
  const read = connect(folder);
  const clients = {
    write: createClient({ connection: write }),
    read: createClient({ connection: read, clickhouse_settings: readSettings(readSecondsMax) }),
  };
  return {
    ...clients,
    close: async () => {
      await clients.read.close();
      await clients.write.close();
    },
  };
}

/** Half a gigabyte, loaded only here: beside a server, an installation does without it. */
function loadChdb(): typeof import('chdb/connection') {
  return createRequire(import.meta.url)('chdb/connection');
}

function connect(folder: string): Connection {
  const { createChdbConnection } = loadChdb();
  try {
    return oneAtATime(createChdbConnection({ path: folder }) as unknown as Connection);
  } catch (cause) {
    const holder = holderOf(folder);
    if (holder === null) throw cause;
    throw new WeirError('FOLDER_IN_USE', `ClickHouse in ${folder} is held by process ${holder}.`, { cause });
  }
}

/** The other process that has the folder open, as ClickHouse notes it there. Its error does not say. */
function holderOf(folder: string): number | null {
  const status = join(folder, 'status');
  const pid = existsSync(status) ? Number(/^PID: (\d+)$/m.exec(readFileSync(status, 'utf8'))?.[1]) : Number.NaN;
  if (Number.isNaN(pid) || pid === process.pid) return null;
  try {
    process.kill(pid, 0);
    return pid;
  } catch {
    return null;
  }
}

/**
 * A chDB connection holds one output buffer. A query that fails half way leaves in it what it had
 * written so far, and the next answer on the connection begins with that. So queries of a connection go
 * one after the other, and after a failure an empty one takes the remains away.
 */
function oneAtATime(inner: Connection): Connection {
  let last: Promise<unknown> = Promise.resolve();
  const run = <T>(call: () => Promise<T>): Promise<T> => {
    const answer = last.then(async () => {
      try {
        return await call();
      } catch (error) {
        await inner.command({ query: 'SELECT 1' }).catch(() => undefined);
        throw error;
      }
    });
    last = answer.catch(() => undefined);
    return answer;
  };
  return {
    ping: (params) => run(() => inner.ping(params)),
    query: (params) => run(() => inner.query(params)),
    insert: (params) => run(() => inner.insert(params)),
    command: (params) => run(() => inner.command(params)),
    exec: (params) => run(() => inner.exec(params)),
    close: () => run(() => inner.close()),
  };
}
