/**
 * The legs of a subject, in order of event time, equal times in order of arrival: a chain of chunks.
 * A chunk is two typed arrays that grow to 256 legs, so that a late leg shifts at most 256 entries and
 * a small subject pays for little more than it holds.
 *
 * Memory of a leg: 3 doubles and 5 integers, 44 bytes. 40 legs: a chunk of 48, 2.1 KB, and 0.4 KB for
 * the objects around it.
 */

export const CHUNK_LEGS = 256;

/** Doubles of a leg. */
export const AT = 0;
/** What counts of the leg's amount, base minor units: what may pass, after partial settlements and returns. */
export const AMOUNT = 1;
/** 52-bit name of the transfer (`nameOf`); in a bucket, the number of legs in it. */
export const NAME = 2;
export const DOUBLES = 3;

/** Integers of a leg. */
export const COUNTERPARTY = 0;
export const FLAGS = 1;
/** Hash of the event that brought the leg, and of its content: repeats are recognised by them. */
export const EVENT = 2;
export const CONTENT = 3;
/** In a bucket, the time from its first leg to its last, ms; SPAN_MAX_MS where it is that or more. */
export const SPAN = EVENT;
export const SPAN_MAX_MS = 0x7fffffff;
/** One bit a rule that has fired for this leg: a rule judges a leg again once. */
export const FIRED = 4;
export const INTEGERS = 5;

/** Flags: bit 0 side, 1–3 status, 4–5 outcome, 6 may pass, 7–9 kind, then one bit each. */
export const SIDE_INCOMING = 1;
export const STATUS_SHIFT = 1;
export const STATUS_MASK = 7 << STATUS_SHIFT;
export const OUTCOME_SHIFT = 4;
export const OUTCOME_MASK = 3 << OUTCOME_SHIFT;
export const MAY_PASS = 1 << 6;
export const KIND_SHIFT = 7;
export const HISTORICAL = 1 << 10;
/** More is known of the transfer than its first event: see `TransferDetail`. */
export const DETAILED = 1 << 11;
/** Came when its time was beyond lateness: judged and reserved, in no window. */
export const BEYOND_LATENESS = 1 << 12;
/** Stands for many legs whose exactness was given up. */
export const BUCKET = 1 << 13;
/** An amendment took its place: it stays as an attempt. */
export const REPLACED = 1 << 14;
/** The history book failed on it: it stands apart, like one beyond lateness, and in no window. */
export const APART = 1 << 15;
/** The limits book failed on it: what was never reserved is never given back. */
export const UNRESERVED = 1 << 16;
/** Payer and payee belong to one group of companies. */
export const OWN_GROUP = 1 << 17;

/** Shared by all chunks that hold nothing: an empty array of its own costs 100 bytes. */
const NO_DOUBLES = new Float64Array(0);
const NO_INTEGERS = new Int32Array(0);

const LEG_BYTES = DOUBLES * 8 + INTEGERS * 4;

export class Chunk {
  doubles: Float64Array;
  integers: Int32Array;
  count = 0;
  /** False where each entry is one leg: whoever looks for buckets passes the chunk by. */
  mayHoldBuckets = false;
  previous: Chunk | null = null;
  next: Chunk | null = null;

  constructor(capacity: number) {
    this.doubles = NO_DOUBLES;
    this.integers = NO_INTEGERS;
    if (capacity > 0) this.reserve(capacity);
  }

  get capacity(): number {
    return this.integers.length / INTEGERS;
  }

  at(index: number): number {
    return this.doubles[index * DOUBLES + AT]!;
  }

  amount(index: number): number {
    return this.doubles[index * DOUBLES + AMOUNT]!;
  }

  name(index: number): number {
    return this.doubles[index * DOUBLES + NAME]!;
  }

  counterparty(index: number): number {
    return this.integers[index * INTEGERS + COUNTERPARTY]!;
  }

  flags(index: number): number {
    return this.integers[index * INTEGERS + FLAGS]!;
  }

  setFlags(index: number, flags: number): void {
    this.integers[index * INTEGERS + FLAGS] = flags;
  }

  /** Both arrays lie in one buffer: a buffer costs some 150 bytes, whatever it holds. */
  reserve(capacity: number): void {
    const buffer = new ArrayBuffer(capacity * LEG_BYTES);
    const doubles = new Float64Array(buffer, 0, capacity * DOUBLES);
    const integers = new Int32Array(buffer, doubles.byteLength, capacity * INTEGERS);
    doubles.set(this.doubles.subarray(0, this.count * DOUBLES));
    integers.set(this.integers.subarray(0, this.count * INTEGERS));
    this.doubles = doubles;
    this.integers = integers;
  }

  /** Writes an entry that stands for many legs behind the others; there is room for it. */
  push(at: number, amount: number, legs: number, flags: number, spanMs: number): void {
    const index = this.count++;
    this.mayHoldBuckets = true;
    this.doubles[index * DOUBLES + AT] = at;
    this.doubles[index * DOUBLES + AMOUNT] = amount;
    this.doubles[index * DOUBLES + NAME] = legs;
    this.integers.fill(0, index * INTEGERS, (index + 1) * INTEGERS);
    this.integers[index * INTEGERS + FLAGS] = flags;
    this.integers[index * INTEGERS + SPAN] = Math.min(SPAN_MAX_MS, spanMs);
  }

  /** Called where the entries were put in from outside. */
  lookForBuckets(): void {
    this.mayHoldBuckets = false;
    for (let index = 0; index < this.count && !this.mayHoldBuckets; index++) {
      this.mayHoldBuckets = (this.flags(index) & BUCKET) !== 0;
    }
  }

  /** Time of the first leg that an entry stands for. */
  since(index: number): number {
    if ((this.flags(index) & BUCKET) === 0) return this.at(index);
    const spanMs = this.integers[index * INTEGERS + SPAN]!;
    return spanMs === SPAN_MAX_MS ? Number.NEGATIVE_INFINITY : this.at(index) - spanMs;
  }

  /** Makes room for one leg at `index`; the legs behind it move up. */
  open(index: number): void {
    if (this.count === this.capacity) this.reserve(grown(this.capacity));
    this.doubles.copyWithin((index + 1) * DOUBLES, index * DOUBLES, this.count * DOUBLES);
    this.integers.copyWithin((index + 1) * INTEGERS, index * INTEGERS, this.count * INTEGERS);
    this.count++;
  }

  /** Drops the first legs. */
  dropFirst(number: number): void {
    this.doubles.copyWithin(0, number * DOUBLES, this.count * DOUBLES);
    this.integers.copyWithin(0, number * INTEGERS, this.count * INTEGERS);
    this.count -= number;
  }
}

function grown(capacity: number): number {
  return Math.min(CHUNK_LEGS, capacity < 16 ? capacity * 2 : capacity + 16);
}

/** Number of incoming or outgoing legs that an entry of the chain stands for. */
export function legCount(chunk: Chunk, index: number): number {
  return (chunk.flags(index) & BUCKET) === 0 ? 1 : chunk.name(index);
}

/** The chain. Whoever holds a place in it (a window's cursor) is told of insertions, splits and drops. */
export interface ChainListener {
  inserted(chunk: Chunk, index: number): void;
  split(from: Chunk, at: number, to: Chunk): void;
  dropped(chunk: Chunk, number: number): void;
}

export class Chain {
  head: Chunk;
  tail: Chunk;
  /** Entries in the chain. */
  count = 0;

  constructor() {
    this.head = new Chunk(8);
    this.tail = this.head;
  }

  /** Time of the last leg; −Infinity without one. */
  get lastAt(): number {
    return this.tail.count === 0 ? Number.NEGATIVE_INFINITY : this.tail.at(this.tail.count - 1);
  }

  /**
   * Makes room for a leg at time `at`, behind all legs of that time, and writes the time. Answers the
   * chunk; the index is left in `Chain.index`. The listener hears of it where other legs moved.
   */
  insert(at: number, listener: ChainListener): Chunk {
    let chunk = this.tail;
    if (at >= this.lastAt) {
      if (chunk.count === CHUNK_LEGS) chunk = this.#append();
      if (chunk.count === chunk.capacity) chunk.reserve(grown(chunk.capacity));
      this.index = chunk.count++;
      chunk.doubles[this.index * DOUBLES + AT] = at;
    } else {
      while (chunk.previous !== null && (chunk.count === 0 || chunk.at(0) > at)) chunk = chunk.previous;
      let index = upperBound(chunk, at);
      if (chunk.count === CHUNK_LEGS) {
        const right = this.#split(chunk, listener);
        if (index > chunk.count) {
          index -= chunk.count;
          chunk = right;
        }
      }
      chunk.open(index);
      this.index = index;
      chunk.doubles[index * DOUBLES + AT] = at;
      listener.inserted(chunk, index);
    }
    this.count++;
    return chunk;
  }

  /** Where the last `insert` put its leg. */
  index = 0;

  /** Drops all legs at or before `cut`; calls back for each before it goes. */
  dropUntil(cut: number, listener: ChainListener, each: (chunk: Chunk, index: number) => void): void {
    while (this.head.count > 0 && this.head.at(0) <= cut) {
      const head = this.head;
      const number = upperBound(head, cut);
      for (let index = 0; index < number; index++) each(head, index);
      this.count -= number;
      if (number === head.count && head.next !== null) {
        this.head = head.next;
        this.head.previous = null;
        head.count = 0;
        listener.dropped(head, number);
      } else {
        head.dropFirst(number);
        listener.dropped(head, number);
      }
      if (this.head.count === 0) return;
    }
  }

  /** Takes a leg out again. */
  take(chunk: Chunk, index: number): void {
    chunk.doubles.copyWithin(index * DOUBLES, (index + 1) * DOUBLES, chunk.count * DOUBLES);
    chunk.integers.copyWithin(index * INTEGERS, (index + 1) * INTEGERS, chunk.count * INTEGERS);
    chunk.count--;
    this.count--;
    if (chunk.count > 0 || (chunk.previous === null && chunk.next === null)) return;
    if (chunk.previous === null) this.head = chunk.next!;
    else chunk.previous.next = chunk.next;
    if (chunk.next === null) this.tail = chunk.previous!;
    else chunk.next.previous = chunk.previous;
  }

  /** Forgets all legs. */
  clear(): void {
    this.head = new Chunk(8);
    this.tail = this.head;
    this.count = 0;
  }

  /** Takes a chunk out whose entries went into the next one; it is not the last. */
  remove(chunk: Chunk): void {
    chunk.next!.previous = chunk.previous;
    if (chunk.previous === null) this.head = chunk.next!;
    else chunk.previous.next = chunk.next;
    this.count -= chunk.count;
  }

  #append(): Chunk {
    const chunk = new Chunk(64);
    chunk.previous = this.tail;
    this.tail.next = chunk;
    this.tail = chunk;
    return chunk;
  }

  #split(chunk: Chunk, listener: ChainListener): Chunk {
    const half = chunk.count >>> 1;
    const right = new Chunk(CHUNK_LEGS);
    right.doubles.set(chunk.doubles.subarray(half * DOUBLES, chunk.count * DOUBLES));
    right.integers.set(chunk.integers.subarray(half * INTEGERS, chunk.count * INTEGERS));
    right.count = chunk.count - half;
    right.mayHoldBuckets = chunk.mayHoldBuckets;
    chunk.count = half;
    right.next = chunk.next;
    right.previous = chunk;
    if (chunk.next === null) this.tail = right;
    else chunk.next.previous = right;
    chunk.next = right;
    listener.split(chunk, half, right);
    return right;
  }
}

/** Index of the first leg of the chunk after time `at`. */
export function upperBound(chunk: Chunk, at: number): number {
  let low = 0;
  let high = chunk.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (chunk.at(middle) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A leg to add. `amount` is what counts of it, base minor units. */
export interface NewLeg {
  at: number;
  amount: number;
  name: number;
  counterparty: number;
  flags: number;
  event: number;
  content: number;
}

/** What counts of a leg, base minor units. */
export function countsOf(chunk: Chunk, index: number): number {
  return (chunk.flags(index) & MAY_PASS) === 0 ? 0 : chunk.amount(index);
}

/** Nothing may pass of an amount of nothing. */
export function writeAmount(chunk: Chunk, index: number, amount: number): void {
  const flags = chunk.flags(index);
  chunk.doubles[index * DOUBLES + AMOUNT] = amount;
  chunk.setFlags(index, amount > 0 ? flags | MAY_PASS : flags & ~MAY_PASS);
}

/** True for the leg of a transfer that is found by its name. */
export function isLegOf(chunk: Chunk, index: number, name: number, side: number): boolean {
  return chunk.name(index) === name && (chunk.flags(index) & (SIDE_INCOMING | BUCKET | REPLACED)) === side;
}

/** Index of a transfer's leg; −1 where the chunk does not hold it. */
export function findLeg(chunk: Chunk, name: number, side: number): number {
  const doubles = chunk.doubles;
  for (let index = chunk.count - 1; index >= 0; index--) {
    if (doubles[index * DOUBLES + NAME] === name && isLegOf(chunk, index, name, side)) return index;
  }
  return -1;
}

export function writeLeg(chunk: Chunk, index: number, leg: NewLeg): void {
  const double = index * DOUBLES;
  chunk.doubles[double + AT] = leg.at;
  chunk.doubles[double + AMOUNT] = leg.amount;
  chunk.doubles[double + NAME] = leg.name;
  const integer = index * INTEGERS;
  chunk.integers[integer + COUNTERPARTY] = leg.counterparty;
  chunk.integers[integer + FLAGS] = leg.flags;
  chunk.integers[integer + EVENT] = leg.event;
  chunk.integers[integer + CONTENT] = leg.content;
  chunk.integers[integer + FIRED] = 0;
}
