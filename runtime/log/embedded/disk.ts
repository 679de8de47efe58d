/** Room on the disk: appends are refused before it is gone, and what LMDB says when it is gone is put in plain words. */
import { statfsSync } from 'node:fs';
import { WeirError } from '../../errors.ts';

/** How stale the last look at the disk may be, in time and in bytes accepted since. */
const LOOK_MS = 100;
const LOOK_BYTES = 4 << 20;

/** What a write that finds no room ends with: `ENOSPC`, `EDQUOT`, `EIO` for one cut short, LMDB's own full map. */
const NO_ROOM = [28, 122, 5, -30792];

export class Disk {
  readonly #folder: string;
  readonly #reserveBytes: number;
  readonly #now: () => number;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #roomBytes = 0;

  constructor(folder: string, reserveBytes: number, now: () => number) {
    this.#folder = folder;
    this.#reserveBytes = reserveBytes;
    this.#now = now;
  }

  /** Throws `LOG_FULL` where so many bytes more would not leave the reserve, which those need who work off what was accepted. */
  admit(bytes: number): void {
    const sinceMs = this.#now() - this.#lookedAt;
    if (sinceMs < 0 || sinceMs > LOOK_MS || this.#roomBytes < LOOK_BYTES + bytes) this.#look();
    this.#roomBytes -= bytes;
    if (this.#roomBytes < 0)
      throw full(this.#folder, `${this.#reserveBytes} bytes are kept free for what was accepted before`);
  }

  explain(error: unknown): unknown {
    const code = (error as { code?: unknown }).code;
    if (typeof code !== 'number' || !NO_ROOM.includes(code)) return error;
    this.#look();
    return this.#roomBytes > 0 ? error : full(this.#folder, 'nothing of this write was kept', error);
  }

  #look(): void {
    const { bavail, bsize } = statfsSync(this.#folder);
    this.#lookedAt = this.#now();
    this.#roomBytes = bavail * bsize - this.#reserveBytes;
  }
}

function full(folder: string, more: string, cause?: unknown): WeirError {
  return new WeirError('LOG_FULL', `The disk that holds the log in ${folder} is full: ${more}. Make room there.`, {
    cause,
  });
}
