/** Reads one partition batch by batch. */
import { WeirError } from '../../errors.ts';
import type { Reader, RecordBatch } from '../port.ts';
import { sliceValues } from '../values.ts';
import { batchKey, countOf, decodeBatch, offsetOfKey } from './batches.ts';
import type { Environment } from './environment.ts';
import type { Offsets, Slot } from './shared.ts';
import type { Waitable, Waits } from './waits.ts';

export class EmbeddedReader implements Reader, Waitable {
  readonly slot: Slot;
  readonly #env: Environment;
  readonly #offsets: Offsets;
  readonly #waits: Waits;
  readonly #durable: boolean;
  #position: number;

  constructor(env: Environment, offsets: Offsets, waits: Waits, slot: Slot, from: number, durable: boolean) {
    this.slot = slot;
    this.#env = env;
    this.#offsets = offsets;
    this.#waits = waits;
    this.#durable = durable;
    this.#position = from;
  }

  get topic(): string {
    return this.slot.topic;
  }

  get partition(): number {
    return this.slot.partition;
  }

  get position(): number {
    return this.#position;
  }

  seek(offset: number): void {
    this.#position = offset;
  }

  ready(): boolean {
    const { slot } = this;
    return this.#position < (this.#durable ? this.#offsets.durable(slot) : this.#offsets.committed(slot));
  }

  poll(): RecordBatch | null {
    if (!this.ready()) {
      if (this.#position > this.#offsets.committed(this.slot)) throw this.#lost();
      return null;
    }
    const found = this.#find() ?? this.#findAfresh();
    if (!found) throw this.#lost();
    const { fingerprint, seen, values } = decodeBatch(found.stored);
    const from = this.#position - found.baseOffset;
    const { topic, partition } = this.slot;
    const baseOffset = this.#position;
    this.#position = found.baseOffset + values.count;
    return { topic, partition, baseOffset, fingerprint, seen, values: sliceValues(values, from, values.count) };
  }

  async next(): Promise<RecordBatch> {
    for (;;) {
      const batch = this.poll();
      if (batch) return batch;
      await this.#waits.any([this]);
    }
  }

  /** A transaction for reading is kept for a while, and may be older than the end that another thread published. */
  #findAfresh(): Found | null {
    this.#env.root.resetReadTxn();
    return this.#find();
  }

  /** The batch that begins at the position, as it does for whoever reads on; else the one before. */
  #find(): Found | null {
    const { batches } = this.#env;
    const { topicId, partition } = this.slot;
    const key = batchKey(topicId, partition, this.#position);
    const exact = batches.getBinary(key);
    if (exact) return { stored: exact, baseOffset: this.#position };
    if (this.#position < this.#offsets.start(this.slot)) return null;
    const end = batchKey(topicId, partition, 0);
    for (const before of batches.getKeys({ start: key, end, reverse: true, inclusiveEnd: true, limit: 1 })) {
      const baseOffset = offsetOfKey(before);
      const stored = batches.getBinary(before) as Buffer;
      return baseOffset + countOf(stored) > this.#position ? { stored, baseOffset } : null;
    }
    return null;
  }

  #lost(): WeirError {
    const { topic, partition } = this.slot;
    const [start, end] = [this.#offsets.start(this.slot), this.#offsets.committed(this.slot)];
    return new WeirError(
      'LOG_POSITION_LOST',
      `Offset ${this.#position} of ${topic}, partition ${partition}, is not in the log: it holds ${start} up to ${end}.`,
    );
  }
}

interface Found {
  readonly stored: Buffer;
  readonly baseOffset: number;
}
