/**
 * Where a task keeps its checkpoints: one LMDB environment a partition, apart from the log's, since
 * state may be thrown away and folded again and the log may not.
 */
import { mkdirSync } from 'node:fs';
import { open, type RootDatabase } from 'lmdb';

/** What a checkpoint writes in one step. Keys are bytes that begin with a letter for their kind. */
export interface CheckpointWrite {
  readonly puts: readonly { readonly key: Buffer; readonly value: Buffer }[];
  readonly removes: readonly Buffer[];
}

export class CheckpointStore {
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

  get(key: Buffer): Buffer | null {
    return this.#root.getBinary(key) ?? null;
  }

  /** All entries whose key begins with the letter, in order of key. */
  *entries(letter: string): Iterable<{ key: Buffer; value: Buffer }> {
    const start = Buffer.from(letter);
    const end = Buffer.from([start[0]! + 1]);
    for (const { key, value } of this.#root.getRange({ start, end })) yield { key, value };
  }

  /** Resolves when all of it is on disk, or none. */
  async write({ puts, removes }: CheckpointWrite): Promise<void> {
    await this.#root.batch(() => {
      for (const { key, value } of puts) this.#root.put(key, value);
      for (const key of removes) this.#root.remove(key);
    });
    await this.#root.flushed;
  }

  /**
   * Forgets everything, key by key: dropping the whole tree leaves lmdb without a list of free pages, and its
   * next large change then crashes while it writes the first one.
   */
  async clear(): Promise<void> {
    const keys = [...this.#root.getKeys()];
    if (keys.length > 0) await this.write({ puts: [], removes: keys });
  }

  /** Writes a copy into another folder, as it stands now. */
  async copy(folder: string): Promise<void> {
    mkdirSync(folder, { recursive: true });
    await this.#root.backup(folder, true);
  }

  async close(): Promise<void> {
    await this.#root.close();
  }
}
