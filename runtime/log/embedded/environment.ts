/** The LMDB environment of the embedded log: three stores in one folder, one transaction over all of them. */
import { type Database, open, type RootDatabase } from 'lmdb';

/** Virtual address space, not disk: the file grows with what is written. */
const MAP_BYTES = 2 ** 40;

export interface Environment {
  readonly root: RootDatabase;
  /** Stored batches by topic, partition and first offset. */
  readonly batches: Database<Buffer, Buffer>;
  /** What each owner committed last. A record's version is the owner's epoch, raised by each fence. */
  readonly owners: Database<Buffer, string>;
  /** Everything small: fixed choices, topic ids, schemas, retained positions, first kept offsets. */
  readonly facts: Database<unknown, string[]>;
}

export function openEnvironment(folder: string): Environment {
  // Commits are ordered so that the file is whole after a crash of the process or of the machine; unused
  // parts of pages may hold old log bytes, which is no secret to whoever can read the file.
  const root = open({ path: folder, mapSize: MAP_BYTES, noMemInit: true, separateFlushed: true, maxDbs: 4 });
  return {
    root,
    batches: root.openDB('batches', { encoding: 'binary', keyEncoding: 'binary' }) as Database<Buffer, Buffer>,
    owners: root.openDB('owners', { encoding: 'binary', useVersions: true }) as Database<Buffer, string>,
    facts: root.openDB('facts', { encoding: 'json' }) as Database<unknown, string[]>,
  };
}
