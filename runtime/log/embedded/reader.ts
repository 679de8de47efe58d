/** Reads one partition batch by batch. */
import { WeirError } from '../../errors.ts';
import type { Reader, ReaderOptions, RecordBatch } from '../port.ts';
import { sliceValues } from '../values.ts';
import { countOf, decodeBatch, offsetOfKey } from './batches.ts';
import type { Environment } from './environment.ts';
import { type Offsets, type Slot, signalOf, slotKey } from './shared.ts';
import type { Waitable, Waits } from './waits.ts';

export class EmbeddedReader implements Reader, Waitable {
  readonly topic: string;
  readonly partition: number;
  readonly signal: number;
  readonly #slot: Slot;
  readonly #env: Environment;
  readonly #offsets: Offsets;
  readonly #waits: Waits;
  readonly #durable: boolean;
  /** Memory for one batch after the other; null where each gets its own. */
  #scratch: Buffer | null;
  #position: number;

  constructor({ env, offsets, waits }: Parts, slot: Slot, from: number, { durable, reuse }: ReaderOptions) {
    this.topic = slot.topic;
    this.partition = slot.partition;
    this.#slot = slot;
    this.signal = signalOf(slot, durable);
    this.#env = env;
    this.#offsets = offsets;
    this.#waits = waits;
    this.#durable = durable;
    this.#scratch = reuse ? Buffer.allocUnsafeSlow(0) : null;
    this.#position = from;
  }

  get position(): number {
    return this.#position;
  }

  seek(offset: number): void {
    this.#position = offset;
  }

  ready(): boolean {
    return this.#position < (this.#durable ? this.#offsets.durable(this.#slot) : this.#offsets.committed(this.#slot));
  }

  poll(): RecordBatch | null {
    this.#waits.refuseWhereClosed();
    if (!this.ready()) {
      if (this.#position > this.#offsets.committed(this.#slot)) throw this.#lost();
      return null;
    }
    const found = this.#find() ?? this.#findAfresh();
    if (!found) throw this.#lost();
    const { fingerprint, seen, values } = decodeBatch(found.stored);
    const from = this.#position - found.baseOffset;
    const { topic, partition } = this;
    const baseOffset = this.#position;
    this.#position = found.baseOffset + values.count;
    return { topic, partition, baseOffset, fingerprint, seen, values: sliceValues(values, from, values.count) };
  }

  async nextBefore(offset: number): Promise<RecordBatch | null> {
    if (this.#position >= offset) return null;
    let batch = this.poll();
    // What is committed is on its way to the disk.
    for (; batch === null; batch = this.poll()) {
      if (offset > this.#offsets.committed(this.#slot)) throw this.#lost(offset);
      await this.#waits.any([this]);
    }
    if (this.#position <= offset) return batch;
    this.#position = offset;
    return { ...batch, values: sliceValues(batch.values, 0, offset - batch.baseOffset) };
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
    const key = slotKey(this.#slot, this.#position);
    const exact = this.#read(key);
    if (exact) return { stored: exact, baseOffset: this.#position };
    const range = { start: key, end: slotKey(this.#slot, 0) };
    for (const before of this.#env.batches.getKeys({ ...range, reverse: true, inclusiveEnd: true, limit: 1 })) {
      const stored = this.#read(before);
      const baseOffset = offsetOfKey(before);
      if (stored && baseOffset + countOf(stored) > this.#position) return { stored, baseOffset };
    }
    return null;
  }

  /** Copies once, out of a buffer that lmdb uses again for whatever is read next. */
  #read(key: Buffer): Buffer | null {
    const found = this.#env.batches.getBinaryFast(key);
    if (!found) return null;
    const { length } = found;
    if (this.#scratch && this.#scratch.length < length) this.#scratch = Buffer.allocUnsafeSlow(length * 2);
    const stored = this.#scratch?.subarray(0, length) ?? Buffer.allocUnsafeSlow(length);
    stored.set(found.subarray(0, length));
    return stored;
  }

  #lost(offset = this.#position): WeirError {
    const { topic, partition } = this;
    const [start, end] = [this.#offsets.start(this.#slot), this.#offsets.committed(this.#slot)];
    return new WeirError(
      'LOG_POSITION_LOST',
      `Offset ${offset} of ${topic}, partition ${partition}, is not in the log: it holds ${start} up to ${end}.`,
    );
  }
}

/** What of the log a reader works with. */
interface Parts {
  readonly env: Environment;
  readonly offsets: Offsets;
  readonly waits: Waits;
}

interface Found {
  readonly stored: Buffer;
  readonly baseOffset: number;
}
