/** What one transaction stores: gives out offsets, and lays appends together that may share a batch. */
import type { Append } from '../port.ts';
import type { PackedValues } from '../values.ts';
import { encodeBatch, storedBytes } from './batches.ts';
import { type Offsets, type Slot, slotKey } from './shared.ts';

/** Appends that wait together become one batch up to this size; readers take a batch whole. */
const SHARED_BYTES = 1 << 20;

/** A batch to be stored. */
export interface Planned {
  readonly slot: Slot;
  readonly fingerprint: string;
  readonly baseOffset: number;
  readonly parts: PackedValues[];
  count: number;
  bytes: number;
}

export class Plan {
  /** Batches that several appends may share. */
  readonly shared: Planned[] = [];
  readonly #offsets: Offsets;
  readonly #ends = new Map<Slot, number>();
  /** The last shared batch of each partition. */
  readonly #open = new Map<Slot, Planned>();

  constructor(offsets: Offsets) {
    this.#offsets = offsets;
  }

  /** A batch for each of them; empty ones are left out. */
  own(outputs: readonly Append[]): Planned[] {
    return outputs.filter(({ values }) => values.count > 0).map((output) => this.#place(output));
  }

  /** Into a batch that others share; answers the first offset. */
  share(append: Append): number {
    const { fingerprint, values } = append;
    const slot = this.#offsets.slot(append.topic, append.partition);
    const baseOffset = this.#end(slot);
    if (values.count === 0) return baseOffset;
    const open = this.#open.get(slot);
    if (open?.fingerprint === fingerprint && open.bytes + values.body.length <= SHARED_BYTES) {
      open.parts.push(values);
      open.count += values.count;
      open.bytes += values.body.length;
      this.#ends.set(slot, baseOffset + values.count);
    } else {
      const batch = this.#place(append);
      this.#open.set(slot, batch);
      this.shared.push(batch);
    }
    return baseOffset;
  }

  #place({ topic, partition, fingerprint, values }: Append): Planned {
    const slot = this.#offsets.slot(topic, partition);
    const baseOffset = this.#end(slot);
    this.#ends.set(slot, baseOffset + values.count);
    return { slot, fingerprint, baseOffset, parts: [values], count: values.count, bytes: values.body.length };
  }

  #end(slot: Slot): number {
    return this.#ends.get(slot) ?? this.#offsets.committed(slot);
  }
}

export interface Stored {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Kept for the next transaction up to this size. Fresh memory costs more than what is copied into it. */
const SCRATCH_BYTES = 16 << 20;

/** Encodes the batches of one transaction after the other into the same memory. */
export class Encoder {
  #scratch = Buffer.allocUnsafeSlow(1 << 16);

  /** What it answers is good until it is called again. */
  encode(batches: readonly Planned[], seen: number): Stored[] {
    const sizes = batches.map(({ count, bytes }) => storedBytes(count, bytes));
    const scratch = this.#room(sizes.reduce((sum, size) => sum + aligned(size), 0));
    let start = 0;
    return batches.map(({ slot, baseOffset, fingerprint, parts }, index) => {
      const value = scratch.subarray(start, start + sizes[index]);
      start += aligned(sizes[index]);
      encodeBatch(value, fingerprint, seen, parts);
      return { key: slotKey(slot, baseOffset), value };
    });
  }

  #room(bytes: number): Buffer {
    if (bytes <= this.#scratch.length) return this.#scratch;
    const scratch = Buffer.allocUnsafeSlow(bytes);
    if (bytes <= SCRATCH_BYTES) this.#scratch = scratch;
    return scratch;
  }
}

/** The next multiple of eight, where numbers can be written as they are. */
function aligned(bytes: number): number {
  return (bytes + 7) & ~7;
}
