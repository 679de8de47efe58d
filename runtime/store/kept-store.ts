/**
 * Checkpoints that the log keeps, with a copy on this machine's disk. A checkpoint goes to the log first, and
 * the copy follows: it may lag, and never leads. Whoever takes over reads what the log has and the copy has
 * not; with an empty disk, or a copy of something else, that is everything.
 *
 * With each checkpoint goes a record of its own, `head`: what names the whole, so that a copy of another log is
 * known for what it is, and how many keys were ever taken back. The log forgets that a key was taken back
 * once that is long ago; a copy that has missed one counts fewer, and is made anew.
 */
import { randomUUID } from 'node:crypto';
import type { Kept, KeptRecord } from '../log/port.ts';
import type { CheckpointStore, CheckpointWrite } from './checkpoint-store.ts';
import type { LocalStore } from './local-store.ts';
import { cutToPieces, Joiner, type Large, largeAfter } from './pieces.ts';

interface Head {
  /** Names the checkpoints of this partition from their first on. */
  readonly id: string;
  /** Keys ever taken back. */
  readonly removed: number;
  readonly large: Large;
}

/** What the copy knows of itself. */
interface CopyHead extends Head {
  /** The log is copied up to here. */
  readonly offset: number;
}

const HEAD = Buffer.from('head');
const COPIED_AT_ONCE = 256;

export class KeptStore implements CheckpointStore {
  readonly #local: LocalStore;
  readonly #kept: Kept;
  #head: Head = { id: randomUUID(), removed: 0, large: {} };

  constructor(local: LocalStore, kept: Kept) {
    this.#local = local;
    this.#kept = kept;
  }

  fence(): Promise<void> {
    return this.#kept.fence();
  }

  async recover(onLeft: (records: number) => void, signal?: AbortSignal): Promise<void> {
    await this.#kept.fence(signal);
    const copied = this.#local.get(HEAD);
    if (copied !== null && (await this.#follow(decode<CopyHead>(copied), onLeft, signal))) return;
    await this.#local.clear();
    await this.#follow(null, onLeft, signal);
  }

  get(key: Buffer): Buffer | null {
    return this.#local.get(key);
  }

  entries(letter: string): Iterable<{ key: Buffer; value: Buffer }> {
    return this.#local.entries(letter);
  }

  async write({ puts, removes }: CheckpointWrite): Promise<void> {
    const { id, removed, large } = this.#head;
    const records = [...puts, ...removes.map((key): KeptRecord => ({ key, value: null }))];
    const head: Head = { id, removed: removed + removes.length, large: largeAfter(records, large) };
    const named = { key: HEAD, value: encode(head) };
    // Cut anew each time it is gone through, since a write that failed is done again.
    const pieces = {
      *[Symbol.iterator]() {
        yield* cutToPieces(records, large);
        yield* cutToPieces([named], {});
      },
    };
    const offset = await this.#kept.write(pieces);
    this.#head = head;
    // By and by, since nobody else has a turn while they are put. A copy that has come to hold only some of it still
    // says that it lags, and is brought all of it again.
    for (let from = 0; from < puts.length; from += COPIED_AT_ONCE) {
      await this.#local.put({ puts: puts.slice(from, from + COPIED_AT_ONCE), removes: [] });
    }
    await this.#local.write({ puts: [copyHead(head, offset)], removes });
  }

  async clear(): Promise<void> {
    const removes = this.#local.keys().filter((key) => !key.equals(HEAD));
    if (removes.length > 0) await this.write({ puts: [], removes });
  }

  copy(folder: string): Promise<void> {
    return this.#local.copy(folder);
  }

  close(): Promise<void> {
    return this.#local.close();
  }

  /** Brings the copy to what the log has; false where it is not a copy of it, or has missed something. */
  async #follow(copy: CopyHead | null, onLeft: (records: number) => void, signal?: AbortSignal): Promise<boolean> {
    const joiner = new Joiner();
    let head: Head | null = copy;
    let removed = copy?.removed ?? 0;
    const offset = await this.#kept.read(
      copy?.offset ?? 0,
      async (records, left) => {
        const write = { puts: [] as { key: Buffer; value: Buffer }[], removes: [] as Buffer[] };
        for (const { key, value } of joiner.join(records)) {
          if (value === null) write.removes.push(key);
          else if (key.equals(HEAD)) head = decode<Head>(value);
          else write.puts.push({ key, value });
        }
        removed += write.removes.length;
        await this.#local.put(write);
        onLeft(left);
      },
      signal,
    );
    if (copy !== null && (offset < copy.offset || head?.id !== copy.id || head.removed !== removed)) return false;
    if (head === null) return true;
    this.#head = head;
    await this.#local.write({ puts: [copyHead(head, offset)], removes: [] });
    return true;
  }
}

function copyHead({ id, removed, large }: Head, offset: number): { key: Buffer; value: Buffer } {
  const head: CopyHead = { id, removed, large, offset };
  return { key: HEAD, value: encode(head) };
}

function encode(head: Head): Buffer {
  return Buffer.from(JSON.stringify(head));
}

function decode<T extends Head>(value: Buffer): T {
  return JSON.parse(value.toString('utf8')) as T;
}
