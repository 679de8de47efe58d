/** The LMDB environment of the embedded log: a few stores in one folder, one transaction over all of them. */
import { type Database, open, type RootDatabase } from 'lmdb';

/** Virtual address space, not disk: the file grows with what is written. */
const MAP_BYTES = 2 ** 40;

export interface Environment {
  readonly root: RootDatabase;
  /** Stored batches by topic, partition and first offset. */
  readonly batches: Database<Buffer, Buffer>;
  /** What each owner committed last. */
  readonly owners: Database<Buffer, string>;
  /** The epoch of each owner, as the version of an empty value: a commit of another epoch is refused. */
  readonly epochs: Database<Buffer, string>;
  /** Everything small: fixed choices, topic ids, schemas, retained positions, first kept offsets. */
  readonly facts: Database<unknown, string[]>;
  /**
   * Runs `put` and commits all that it puts at once; it must not throw. One call at a time in a thread, until
   * `visible` is settled. `durable` answers what the promises came to that `put` returned.
   */
  transact(put: () => Promise<boolean>[]): Transaction<boolean[]>;
}

export interface Transaction<R> {
  /** Readable by everybody; what it wrote may still be lost with the machine, never with the process alone. */
  readonly visible: Promise<void>;
  /** On disk. */
  readonly durable: Promise<R>;
}

export function openEnvironment(folder: string): Environment {
  const root = open({
    path: folder,
    maxDbs: 4,
    mapSize: MAP_BYTES,
    // Commits are ordered so that the file is whole after any crash, and the sync of one runs beside the next.
    overlappingSync: process.platform !== 'win32',
    separateFlushed: true,
    eventTurnBatching: false,
    // Unused parts of pages may hold old bytes of the log, no secret to whoever can read the file.
    noMemInit: true,
  } as Parameters<typeof open>[0]);
  const visibility = watchVisibility(root);
  return {
    root,
    batches: root.openDB('batches', { encoding: 'binary', keyEncoding: 'binary' }) as Database<Buffer, Buffer>,
    owners: root.openDB('owners', { encoding: 'binary' }) as Database<Buffer, string>,
    epochs: root.openDB('epochs', { encoding: 'binary', useVersions: true }) as Database<Buffer, string>,
    facts: root.openDB('facts', { encoding: 'json' }) as Database<unknown, string[]>,
    transact(put) {
      const visible = visibility.ofNext();
      let puts: Promise<boolean>[] = [];
      const committed = root.batch(() => {
        puts = put();
      });
      const durable = synced(committed, puts);
      return { visible: Promise.race([visible, durable.then(() => {})]), durable };
    },
  };
}

/** What lmdb's write worker reports when a transaction is committed and its sync has yet to come. */
const COMMITTED = 1;

/**
 * lmdb's promise of a batch resolves only after the sync. Its write worker reports the commit before it,
 * and nobody passes that on, so the report is listened to here. Were it never to come, a commit would
 * only become visible with its sync, somewhat later.
 */
function watchVisibility(root: RootDatabase): { ofNext(): Promise<void> } {
  const { env } = root as unknown as { env: { startWriting: StartWriting } };
  const startWriting = env.startWriting;
  let next: (() => void) | null = null;
  Object.defineProperty(env, 'startWriting', {
    value: (address: number, report: Report) => {
      const visible = next;
      next = null;
      return startWriting.call(env, address, (status) => {
        const answer = report(status);
        if (status === COMMITTED) visible?.();
        return answer;
      });
    },
  });
  return {
    ofNext: () =>
      new Promise((resolve) => {
        next = resolve;
      }),
  };
}

type Report = (status: number) => unknown;
type StartWriting = (address: number, report: Report) => unknown;

/** Waits for all promises of one transaction. They fail together; why, stands in yet another promise. */
async function synced(committed: Promise<boolean>, puts: readonly Promise<boolean>[]): Promise<boolean[]> {
  const [failed] = (await Promise.allSettled([committed, ...puts])).filter((one) => one.status === 'rejected');
  if (failed) {
    await (failed.reason as { commitError?: Promise<never> }).commitError;
    throw failed.reason;
  }
  await (committed as { flushed?: Promise<unknown> }).flushed;
  return Promise.all(puts);
}
