/** Reads one partition: what is at hand at once, and the rest as it comes in. */
import { WeirError } from '../../errors.ts';
import type { Reader, RecordBatch } from '../port.ts';
import type { Slot } from './slot.ts';

/** Wakes those who wait for readers, and sends them off when the log closes. */
export class Waits {
  readonly #rejects = new Set<(reason: WeirError) => void>();
  #closed = false;

  refuseWhereClosed(): void {
    if (this.#closed) throw closed();
  }

  close(): void {
    this.#closed = true;
    for (const reject of this.#rejects) reject(closed());
    this.#rejects.clear();
  }

  /** Resolves as soon as `check` says so; asked now, and whenever one of the slots has more to see. */
  until(slots: readonly Slot[], check: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.refuseWhereClosed();
      const unwatch = new Set<() => void>();
      const end = () => {
        this.#rejects.delete(refuse);
        for (const one of unwatch) one();
      };
      const refuse = (reason: WeirError) => {
        end();
        reject(reason);
      };
      const look = () => {
        if (!check()) return;
        end();
        resolve();
      };
      this.#rejects.add(refuse);
      for (const slot of slots) unwatch.add(slot.watch(look));
      look();
    });
  }
}

export class KafkaReader implements Reader {
  readonly topic: string;
  readonly partition: number;
  readonly slot: Slot;
  readonly #waits: Waits;

  constructor(slot: Slot, waits: Waits) {
    this.topic = slot.topic;
    this.partition = slot.partition;
    this.slot = slot;
    this.#waits = waits;
  }

  get position(): number {
    return this.slot.position;
  }

  seek(offset: number): void {
    this.slot.seek(offset);
  }

  /** A reader that can read no further is ready to say why. */
  ready(): boolean {
    return this.slot.failed || this.slot.peek() !== null;
  }

  poll(): RecordBatch | null {
    this.#waits.refuseWhereClosed();
    return this.slot.peek() === null ? null : this.slot.shift();
  }

  async next(): Promise<RecordBatch> {
    for (;;) {
      const batch = this.poll();
      if (batch !== null) return batch;
      await this.#waits.until([this.slot], () => this.ready());
    }
  }

  async nextBefore(offset: number): Promise<RecordBatch | null> {
    for (;;) {
      this.#waits.refuseWhereClosed();
      if (this.position >= offset) return null;
      if (this.slot.peek() !== null) return this.slot.shift(offset);
      if (this.slot.endsBefore(offset)) throw this.#ends(offset);
      await this.#waits.until(
        [this.slot],
        () => this.ready() || this.position >= offset || this.slot.endsBefore(offset),
      );
    }
  }

  #ends(offset: number): WeirError {
    return new WeirError(
      'LOG_POSITION_LOST',
      `${this.topic}, partition ${this.partition}, is to be read up to offset ${offset}, but ends at ${this.position}.`,
    );
  }
}

function closed(): WeirError {
  return new WeirError('LOG_CLOSED', 'The log was closed; nothing more is read from it.');
}
