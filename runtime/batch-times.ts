/**
 * What each committed batch of one share took, from its first record to the acknowledgement of its commit: the thread
 * that works on it notes it down, and the main thread makes spans of it. A thread has no more of tracing than this.
 */
import type { Now } from './clock.ts';
import type { Share } from './log/ownership.ts';

export interface ProcessedBatch {
  readonly share: Share;
  readonly records: number;
  readonly beganAt: number;
  readonly endedAt: number;
}

export class BatchTimes {
  readonly #share: Share;
  readonly #now: Now;
  readonly #onBatch: (batch: ProcessedBatch) => void;
  /** Sent and not yet acknowledged: the one under way, and one that waits for it. */
  readonly #sent: Pick<ProcessedBatch, 'records' | 'beganAt'>[] = [];
  #beganAt = 0;

  constructor(share: Share, now: Now, onBatch: (batch: ProcessedBatch) => void) {
    this.#share = share;
    this.#now = now;
    this.#onBatch = onBatch;
  }

  /** Work on records begins that may come to a commit. */
  begin(): void {
    this.#beganAt = this.#now();
  }

  /** They are handed over to be committed; what follows begins here. */
  sending(records: number): void {
    this.#sent.push({ records, beganAt: this.#beganAt });
    this.begin();
  }

  /** The earliest of those that were handed over is committed. */
  acknowledged(): void {
    const batch = this.#sent.shift();
    // What a restart or a stop commits besides is no batch.
    if (batch !== undefined && batch.records > 0) {
      this.#onBatch({ ...batch, share: this.#share, endedAt: this.#now() });
    }
  }
}
