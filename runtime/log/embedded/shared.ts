/**
 * What the threads of one process share about the log: for each partition of each topic where it starts
 * and ends, in memory that all threads see, so that `ready()` costs no read and a wait costs no polling.
 */

import { batchKey, countOf, offsetOfKey } from './batches.ts';
import type { Environment } from './environment.ts';

/** A topic as the log numbers it. Ids are kept in the log, since its keys hold them; slots are not. */
export interface SharedTopic {
  readonly name: string;
  readonly id: number;
  readonly partitions: number;
  /** Slot of partition 0; the others follow. */
  readonly firstSlot: number;
}

/** Handed to further threads of the same process; it survives `postMessage`. */
export interface SharedLog {
  readonly partitions: number;
  readonly topics: readonly SharedTopic[];
  readonly offsets: SharedArrayBuffer;
  readonly signals: SharedArrayBuffer;
}

/** One partition of one topic. */
export interface Slot {
  readonly index: number;
  readonly topic: string;
  readonly topicId: number;
  readonly partition: number;
}

export function createShared(partitions: number, topics: readonly SharedTopic[]): SharedLog {
  const slots = topics.reduce((sum, topic) => sum + topic.partitions, 0);
  return {
    partitions,
    topics,
    offsets: new SharedArrayBuffer(slots * 3 * 8),
    signals: new SharedArrayBuffer(slots * 2 * 4),
  };
}

/** Where each partition starts and ends. Ends only ever rise, whoever publishes them in whatever order. */
export class Offsets {
  readonly slots: readonly Slot[];
  readonly #slotsOf = new Map<string, readonly Slot[]>();
  readonly #starts: BigInt64Array;
  readonly #committed: BigInt64Array;
  readonly #durable: BigInt64Array;
  readonly #signals: Int32Array;

  constructor(shared: SharedLog) {
    for (const { name, id, partitions, firstSlot } of shared.topics) {
      const slots = Array.from({ length: partitions }, (_, partition) => ({
        index: firstSlot + partition,
        topic: name,
        topicId: id,
        partition,
      }));
      this.#slotsOf.set(name, slots);
    }
    this.slots = [...this.#slotsOf.values()].flat();
    const count = this.slots.length;
    this.#starts = new BigInt64Array(shared.offsets, 0, count);
    this.#committed = new BigInt64Array(shared.offsets, count * 8, count);
    this.#durable = new BigInt64Array(shared.offsets, count * 16, count);
    this.#signals = new Int32Array(shared.signals);
  }

  slot(topic: string, partition: number): Slot {
    const slot = this.#slotsOf.get(topic)?.[partition];
    if (!slot) throw new RangeError(`the log has no partition ${partition} of a topic ${topic}`);
    return slot;
  }

  start(slot: Slot): number {
    return Number(Atomics.load(this.#starts, slot.index));
  }

  /** Next offset that will be written: what is below can be read. */
  committed(slot: Slot): number {
    return Number(Atomics.load(this.#committed, slot.index));
  }

  /** What is below is on disk. */
  durable(slot: Slot): number {
    return Number(Atomics.load(this.#durable, slot.index));
  }

  publishStart(slot: Slot, offset: number): void {
    raise(this.#starts, slot.index, offset);
  }

  publishCommitted(slot: Slot, offset: number): void {
    if (raise(this.#committed, slot.index, offset)) this.#signal(signalOf(slot, false));
  }

  publishDurable(slot: Slot, offset: number): void {
    this.publishCommitted(slot, offset);
    if (raise(this.#durable, slot.index, offset)) this.#signal(signalOf(slot, true));
  }

  /** Moves with each publication; taken before one looks at the end, it tells whether that moved since. */
  stateOf(signal: number): number {
    return Atomics.load(this.#signals, signal);
  }

  /** Resolves at the next publication after `state` was taken; null where there was one already. */
  changed(signal: number, state: number): Promise<unknown> | null {
    const wait = Atomics.waitAsync(this.#signals, signal, state);
    return wait.async ? wait.value : null;
  }

  #signal(signal: number): void {
    Atomics.add(this.#signals, signal, 1);
    Atomics.notify(this.#signals, signal);
  }
}

/** Each partition has two: one for what is committed, one for what is on disk. */
export function signalOf(slot: Slot, durable: boolean): number {
  return slot.index * 2 + (durable ? 1 : 0);
}

function raise(offsets: BigInt64Array, index: number, offset: number): boolean {
  const raised = BigInt(offset);
  let seen = Atomics.load(offsets, index);
  while (seen < raised) {
    const was = Atomics.compareExchange(offsets, index, seen, raised);
    if (was === seen) return true;
    seen = was;
  }
  return false;
}

/** At the first opening: takes from LMDB where each partition starts and ends. */
export function loadOffsets({ batches, facts }: Environment, offsets: Offsets): void {
  for (const slot of offsets.slots) {
    const start = (facts.get(startKey(slot)) ?? 0) as number;
    offsets.publishStart(slot, start);
    offsets.publishDurable(slot, start);
    const range = { start: slotKey(slot, Number.MAX_SAFE_INTEGER), end: slotKey(slot, 0) };
    for (const last of batches.getKeys({ ...range, reverse: true, inclusiveEnd: true, limit: 1 })) {
      offsets.publishDurable(slot, offsetOfKey(last) + countOf(batches.getBinaryFast(last) as Buffer));
    }
  }
}

/** Takes up what is committed already, in all partitions or in some, and the thread that did it has not published yet. */
export function catchUp({ batches, root }: Environment, offsets: Offsets, slots = offsets.slots): void {
  root.resetReadTxn();
  for (const slot of slots) {
    for (;;) {
      const end = offsets.committed(slot);
      const next = batches.getBinaryFast(slotKey(slot, end));
      if (!next) break;
      offsets.publishCommitted(slot, end + countOf(next));
    }
  }
}

export function slotKey({ topicId, partition }: Slot, offset: number): Buffer {
  return batchKey(topicId, partition, offset);
}

/** Where the first kept offset of a partition is noted. */
export function startKey({ topic, partition }: Slot): string[] {
  return ['start', topic, `${partition}`];
}
