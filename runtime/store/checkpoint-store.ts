/**
 * Where a task keeps its checkpoints. On an embedded log that is an LMDB environment beside it, and nothing
 * else; on a log that several workers share, the log keeps them too, so that whoever takes a partition over
 * needs nothing of the disk of the one before.
 */
import type { Log } from '../log/port.ts';
import { KeptStore } from './kept-store.ts';
import { LocalStore } from './local-store.ts';

/** What a checkpoint writes in one step. Keys are bytes that begin with a letter for their kind. */
export interface CheckpointWrite {
  readonly puts: readonly { readonly key: Buffer; readonly value: Buffer }[];
  readonly removes: readonly Buffer[];
}

export interface CheckpointStore {
  /** Shuts out whoever else holds it. */
  fence(): Promise<void>;
  /**
   * Shuts out an earlier holder and comes to its last checkpoint. To be called before anything else, once the
   * commits of the task are fenced. Tells how many records are left. `signal` gives it up: it then rejects with the
   * signal’s reason, and is to be closed.
   */
  recover(onLeft: (records: number) => void, signal?: AbortSignal): Promise<void>;
  get(key: Buffer): Buffer | null;
  /** All entries whose key begins with the letter, in order of key. */
  entries(letter: string): Iterable<{ readonly key: Buffer; readonly value: Buffer }>;
  /** Resolves when all of it will outlive what it has to outlive. A failure leaves all of it or none. */
  write(write: CheckpointWrite): Promise<void>;
  /** Forgets everything. */
  clear(): Promise<void>;
  /** Writes a copy into another folder, as it stands now. */
  copy(folder: string): Promise<void>;
  close(): Promise<void>;
}

/** The checkpoints of a partition's task, in a folder and wherever the log keeps them. */
export function openCheckpoints(folder: string, log: Log, partition: number): CheckpointStore {
  const local = new LocalStore(folder);
  const kept = log.kept(partition);
  return kept === null ? local : new KeptStore(local, kept);
}
