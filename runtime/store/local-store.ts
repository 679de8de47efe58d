/**
 * Checkpoints on this machine's disk: one LMDB environment a partition, apart from the log's, since
 * state may be thrown away and folded again and the log may not.
 */
import { mkdirSync } from 'node:fs';
import { open, type RootDatabase } from 'lmdb';
import type { CheckpointStore, CheckpointWrite } from './checkpoint-store.ts';

export class LocalStore implements CheckpointStore {
  readonly #root: RootDatabase<Buffer, Buffer>;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#root = open<Buffer, Buffer>({
      path: folder,
      encoding: 'binary',
      keyEncoding: 'binary',
      mapSize: 2 ** 40,
      noMemInit: true,
      overlappingSync: process.platform !== 'win32',
    });
  }

  /** One process holds the folder, and one task of it the partition. */
  async fence(): Promise<void> {}

  /** What is on the disk is all there is. */
  async recover(): Promise<void> {}

  get(key: Buffer): Buffer | null {
    return this.#root.getBinary(key) ?? null;
  }

  *entries(letter: string): Iterable<{ key: Buffer; value: Buffer }> {
    const start = Buffer.from(letter);
    const end = Buffer.from([start[0]! + 1]);
    for (const { key, value } of this.#root.getRange({ start, end })) yield { key, value };
  }

  /** Resolves when all of it is on disk, or none. */
  async write(write: CheckpointWrite): Promise<void> {
    await this.put(write);
    await this.#root.flushed;
  }

  /** Resolves when all of it is there to be read; it comes to the disk before whatever is written after it. */
  async put({ puts, removes }: CheckpointWrite): Promise<void> {
    await this.#root.batch(() => {
      for (const { key, value } of puts) this.#root.put(key, value);
      for (const key of removes) this.#root.remove(key);
    });
  }

  /**
   * Forgets everything, key by key: dropping the whole tree leaves lmdb without a list of free pages, and its
   * next large change then crashes while it writes the first one.
   */
  async clear(): Promise<void> {
    const keys = this.keys();
    if (keys.length > 0) await this.write({ puts: [], removes: keys });
  }

  keys(): Buffer[] {
    return [...this.#root.getKeys()];
  }

  async copy(folder: string): Promise<void> {
    mkdirSync(folder, { recursive: true });
    await this.#root.backup(folder, true);
  }

  async close(): Promise<void> {
    await this.#root.close();
  }
}
