/**
 * Room on the disk. Writes are refused before it is gone, since lmdb cannot be trusted with a disk that is
 * full to the last byte: its message for that case overruns its own memory. Then the process would end, and
 * still nothing acknowledged would be lost.
 */
import { statfsSync } from 'node:fs';
import { WeirError } from '../../errors.ts';

/** Never less than this stays free, whatever was chosen. */
const LEAST_BYTES = 4 << 20;
/** What a transaction takes beside its records, at most: the pages of the trees above them. */
const PAGES_BYTES = 256 << 10;
/** With so much room, a look at the disk is good for a while; with less, each write looks. */
const PLENTY_BYTES = 1 << 30;
const LOOK_MS = 100;

/** What a write that finds no room ends with: `ENOSPC`, `EDQUOT`, `EIO` for one cut short, LMDB's own full map. */
const NO_ROOM = [28, 122, 5, -30792];

export class Disk {
  readonly #folder: string;
  readonly #reserveBytes: number;
  readonly #now: () => number;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #freeBytes = 0;

  constructor(folder: string, reserveBytes: number, now: () => number) {
    this.#folder = folder;
    this.#reserveBytes = Math.max(reserveBytes, 2 * LEAST_BYTES);
    this.#now = now;
  }

  /** Throws `LOG_FULL` where new records would eat into the reserve. */
  admitAppend(bytes: number): void {
    this.#admit(bytes, this.#reserveBytes);
  }

  /** The same for those who work off what was accepted: half of the reserve is theirs, nearly all where no records are written. */
  admitChange(bytes: number): void {
    this.#admit(bytes, bytes === 0 ? LEAST_BYTES : this.#reserveBytes / 2);
  }

  /** LMDB's failure; as `LOG_FULL` where lack of room explains it. */
  explain(error: unknown): unknown {
    const code = (error as { code?: unknown }).code;
    if (typeof code !== 'number' || !NO_ROOM.includes(code)) return error;
    this.#look();
    return this.#freeBytes < LEAST_BYTES ? this.#full('nothing of this write was kept', error) : error;
  }

  #admit(bytes: number, reserveBytes: number): void {
    const sinceMs = this.#now() - this.#lookedAt;
    if (this.#freeBytes < PLENTY_BYTES || sinceMs < 0 || sinceMs > LOOK_MS) this.#look();
    this.#freeBytes -= bytes;
    if (this.#freeBytes < reserveBytes + PAGES_BYTES) throw this.#full(`${reserveBytes} bytes have to stay free`);
  }

  #look(): void {
    const { bavail, bsize } = statfsSync(this.#folder);
    this.#lookedAt = this.#now();
    this.#freeBytes = bavail * bsize;
  }

  #full(more: string, cause?: unknown): WeirError {
    const message = `The disk that holds the log in ${this.#folder} is full: ${more}. Make room there.`;
    return new WeirError('LOG_FULL', message, { cause });
  }
}
