/** What one transaction stores: gives out offsets, and lays appends together that may share a batch. */
import type { Append } from '../port.ts';
import type { PackedValues } from '../values.ts';
import { batchKey, encodeBatch } from './batches.ts';
import type { Offsets, Slot } from './shared.ts';

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

export function toStored({ slot, fingerprint, baseOffset, parts }: Planned, seen: number): Stored {
  return {
    key: batchKey(slot.topicId, slot.partition, baseOffset),
    value: encodeBatch(fingerprint, seen, parts),
  };
}
