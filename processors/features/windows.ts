/**
 * Sliding windows over a subject's legs: `(t − w, t]` in event time, exact to the leg, kept up to date
 * by what enters and what leaves. `t` is the time of the latest leg.
 *
 * All windows of a subject share its legs; a window is a cursor (its oldest leg) and eight totals.
 * Memory: 64 bytes of totals and 16 of cursor a window.
 */
import { addExactly, type Beyond } from './exact-sum.ts';
import {
  BUCKET,
  type Chain,
  type ChainListener,
  type Chunk,
  legCount,
  MAY_PASS,
  SIDE_INCOMING,
  upperBound,
} from './legs.ts';

/** Totals of a window, by position; `+ side` (0 outgoing, 1 incoming). */
export const SUM = 0;
export const COUNT = 2;
export const ATTEMPTS = 4;
export const DISTINCT = 6;
export const TOTALS = 8;

/** The windows that the rules in force ask for, shortest first. */
export interface WindowPlan {
  readonly sizesMs: readonly number[];
  /** Which windows count distinct counterparties: that costs a look-up a leg. */
  readonly distinct: readonly boolean[];
}

/** Answers questions about counterparties that a window cannot answer by its totals. */
export interface CounterpartyView {
  /** True where a later leg that may pass has the same counterparty and side. */
  hasLater(chunk: Chunk, index: number): boolean;
  /** True where another leg that may pass, after `cut`, has the same counterparty and side. */
  hasOther(chunk: Chunk, index: number, cut: number): boolean;
}

/** A plain array: a typed one costs 200 bytes before it holds anything, and every subject has one. */
function zeros(length: number): number[] {
  return new Array<number>(length).fill(0);
}

export class Windows implements ChainListener {
  readonly plan: WindowPlan;
  readonly totals: number[];
  readonly #chunks: Chunk[];
  readonly #positions: number[];
  readonly #view: CounterpartyView;
  #beyond: Beyond | null = null;
  /** End of all windows: the time of the latest leg. */
  end = Number.NEGATIVE_INFINITY;

  constructor(plan: WindowPlan, chain: Chain, view: CounterpartyView) {
    this.plan = plan;
    this.#view = view;
    this.totals = zeros(plan.sizesMs.length * TOTALS);
    this.#chunks = plan.sizesMs.map(() => chain.head);
    this.#positions = plan.sizesMs.map(() => 0);
  }

  /** Puts the end at `at` over legs that were never counted; the caller then includes them one by one. */
  startAt(at: number): void {
    this.end = at;
    for (let window = 0; window < this.plan.sizesMs.length; window++) {
      const cut = at - this.plan.sizesMs[window]!;
      let chunk = this.#chunks[window]!;
      while (chunk.next !== null && chunk.at(chunk.count - 1) <= cut) chunk = chunk.next;
      this.#chunks[window] = chunk;
      this.#positions[window] = upperBound(chunk, cut);
    }
  }

  /** Moves the end of all windows to `at`; what is then too old leaves. */
  advance(at: number): void {
    this.end = at;
    const sizes = this.plan.sizesMs;
    for (let window = 0; window < sizes.length; window++) {
      const cut = at - sizes[window]!;
      let chunk = this.#chunks[window]!;
      let position = this.#positions[window]!;
      for (;;) {
        if (position === chunk.count) {
          if (chunk.next === null) break;
          chunk = chunk.next;
          position = 0;
          continue;
        }
        if (chunk.at(position) > cut) break;
        this.#leave(window, chunk, position);
        position++;
      }
      this.#chunks[window] = chunk;
      this.#positions[window] = position;
    }
  }

  /**
   * Counts a leg that was just put into the chain. `lastBefore` is the time of the latest leg, before
   * this one came, that may pass and has the same counterparty and side; −Infinity without one. A bucket
   * has no counterparty, and is none of the distinct.
   */
  include(chunk: Chunk, index: number, lastBefore: number): void {
    const at = chunk.at(index);
    const flags = chunk.flags(index);
    const side = flags & SIDE_INCOMING;
    const amount = chunk.amount(index);
    const mayPass = (flags & MAY_PASS) !== 0;
    const exact = (flags & BUCKET) === 0;
    const legs = exact ? 1 : chunk.name(index);
    const sizes = this.plan.sizesMs;
    for (let window = 0; window < sizes.length; window++) {
      const cut = this.end - sizes[window]!;
      if (at <= cut) continue;
      const base = window * TOTALS + side;
      this.totals[base + ATTEMPTS]! += legs;
      if (!mayPass) continue;
      this.#addToSum(base + SUM, amount);
      this.totals[base + COUNT]! += legs;
      if (exact && this.plan.distinct[window]! && lastBefore <= cut) this.totals[base + DISTINCT]! += 1;
    }
  }

  /** A leg's amount, or whether it may pass, changed; call before the change is written. */
  change(chunk: Chunk, index: number, amount: number, mayPass: boolean): void {
    const at = chunk.at(index);
    const flags = chunk.flags(index);
    const side = flags & SIDE_INCOMING;
    const before = (flags & MAY_PASS) !== 0;
    const sizes = this.plan.sizesMs;
    for (let window = 0; window < sizes.length; window++) {
      const cut = this.end - sizes[window]!;
      if (at <= cut) continue;
      const base = window * TOTALS + side;
      this.#addToSum(base + SUM, (mayPass ? amount : 0) - (before ? chunk.amount(index) : 0));
      if (before === mayPass) continue;
      const step = mayPass ? 1 : -1;
      this.totals[base + COUNT]! += step;
      if (this.plan.distinct[window]! && !this.#view.hasOther(chunk, index, cut)) this.totals[base + DISTINCT]! += step;
    }
  }

  /** True where every window's oldest leg lies outside the chunk or at its first entry: it may be coarsened. */
  mayCoarsen(chunk: Chunk): boolean {
    return this.#chunks.every((held, window) => {
      const position = this.#positions[window]!;
      return held !== chunk || position === 0 || position === chunk.count;
    });
  }

  /** The last leg of a counterparty goes into a bucket, which has none: it is distinct on only by its leg before, at `last`. */
  forgetDistinct(chunk: Chunk, index: number, last: number): void {
    const flags = chunk.flags(index);
    for (let window = 0; window < this.plan.sizesMs.length; window++) {
      const cut = this.end - this.plan.sizesMs[window]!;
      if (!this.plan.distinct[window]! || chunk.at(index) <= cut || last > cut) continue;
      this.totals[window * TOTALS + (flags & SIDE_INCOMING) + DISTINCT]! -= 1;
    }
  }

  /** The chunk's entries were replaced by fewer. */
  coarsened(chunk: Chunk, countBefore: number): void {
    for (let window = 0; window < this.#chunks.length; window++) {
      if (this.#chunks[window] === chunk && this.#positions[window] === countBefore) {
        this.#positions[window] = chunk.count;
      }
    }
  }

  /** True where no window's oldest leg is between two chunks: all that is in both is inside it, or outside. */
  mayJoin(earlier: Chunk, later: Chunk): boolean {
    return this.#chunks.every((held, window) => {
      const position = this.#positions[window]!;
      return held === earlier ? position === 0 : held !== later || position === later.count;
    });
  }

  /** The entries of two chunks went into the later one. */
  joined(earlier: Chunk, later: Chunk, countBefore: number): void {
    this.coarsened(later, countBefore);
    for (let window = 0; window < this.#chunks.length; window++) {
      if (this.#chunks[window] === earlier) this.#chunks[window] = later;
    }
  }

  inserted(chunk: Chunk, index: number): void {
    const at = chunk.at(index);
    for (let window = 0; window < this.#chunks.length; window++) {
      const held = this.#chunks[window]!;
      const position = this.#positions[window]!;
      const inside = at > this.end - this.plan.sizesMs[window]!;
      if (held === chunk) {
        if (position > index || (position === index && !inside)) this.#positions[window] = position + 1;
      } else if (inside && held === chunk.next && position === 0 && index === chunk.count - 1) {
        this.#chunks[window] = chunk;
        this.#positions[window] = index;
      }
    }
  }

  split(from: Chunk, at: number, to: Chunk): void {
    for (let window = 0; window < this.#chunks.length; window++) {
      if (this.#chunks[window] === from && this.#positions[window]! >= at) {
        this.#chunks[window] = to;
        this.#positions[window]! -= at;
      }
    }
  }

  dropped(chunk: Chunk, number: number): void {
    for (let window = 0; window < this.#chunks.length; window++) {
      if (this.#chunks[window] !== chunk) continue;
      if (chunk.count === 0 && chunk.next !== null) {
        this.#chunks[window] = chunk.next;
        this.#positions[window] = 0;
      } else this.#positions[window] = Math.max(0, this.#positions[window]! - number);
    }
  }

  #addToSum(position: number, change: number): void {
    this.#beyond = addExactly(this.totals, this.#beyond, position, change);
  }

  #leave(window: number, chunk: Chunk, index: number): void {
    const flags = chunk.flags(index);
    const base = window * TOTALS + (flags & SIDE_INCOMING);
    const count = legCount(chunk, index);
    this.totals[base + ATTEMPTS]! -= count;
    if ((flags & MAY_PASS) === 0) return;
    this.#addToSum(base + SUM, -chunk.amount(index));
    this.totals[base + COUNT]! -= count;
    if (this.plan.distinct[window]! && (flags & BUCKET) === 0 && !this.#view.hasLater(chunk, index)) {
      this.totals[base + DISTINCT]! -= 1;
    }
  }
}

/** The place of the first leg after a time. */
function firstAfter(chain: Chain, at: number): { chunk: Chunk; index: number } {
  let chunk = chain.tail;
  while (chunk.previous !== null && (chunk.count === 0 || chunk.at(0) > at)) chunk = chunk.previous;
  return { chunk, index: upperBound(chunk, at) };
}

/**
 * The same totals as of an earlier time: for a late leg's own window and for the later windows that
 * now contain it. Starts anywhere and moves forward a leg at a time, at the cost of what enters and
 * leaves.
 */
export class Sweep {
  readonly plan: WindowPlan;
  readonly totals: number[];
  /** Next leg to enter. */
  chunk: Chunk;
  index = 0;
  readonly #oldest: { chunk: Chunk; index: number }[];
  readonly #parties: Map<number, number>[];
  #beyond: Beyond | null = null;
  readonly #partyOf: (counterparty: number) => number;

  constructor(plan: WindowPlan, chain: Chain, start: number, partyOf: (counterparty: number) => number) {
    this.plan = plan;
    this.#partyOf = partyOf;
    this.totals = zeros(plan.sizesMs.length * TOTALS);
    this.#parties = plan.sizesMs.map(() => new Map());
    const after = firstAfter(chain, start);
    this.chunk = after.chunk;
    this.index = after.index;
    // Each window is filled with its own legs alone, so a short one costs little however long the longest is.
    this.#oldest = plan.sizesMs.map((sizeMs) => firstAfter(chain, start - sizeMs));
    for (let window = 0; window < plan.sizesMs.length; window++) this.#fill(window);
  }

  #fill(window: number): void {
    let { chunk, index } = this.#oldest[window]!;
    for (;;) {
      if (chunk === this.chunk && index === this.index) return;
      if (index === chunk.count) {
        if (chunk.next === null) return;
        chunk = chunk.next;
        index = 0;
      } else this.#count(window, chunk, index++, 1);
    }
  }

  /** Takes in all legs up to and at `at`; windows then end at `at`. */
  moveTo(at: number): void {
    while (this.peek() && this.chunk.at(this.index) <= at) {
      this.#enter(this.chunk, this.index);
      this.index++;
    }
    for (let window = 0; window < this.plan.sizesMs.length; window++) this.#expire(window, at);
  }

  /** Takes in the one leg that `peek` found; windows then end at it, in front of later ones of its time. */
  step(): void {
    const at = this.chunk.at(this.index);
    this.#enter(this.chunk, this.index);
    this.index++;
    for (let window = 0; window < this.plan.sizesMs.length; window++) this.#expire(window, at);
  }

  /** True where a further leg follows; `chunk` and `index` then name it. */
  peek(): boolean {
    while (this.index === this.chunk.count) {
      if (this.chunk.next === null) return false;
      this.chunk = this.chunk.next;
      this.index = 0;
    }
    return true;
  }

  #enter(chunk: Chunk, index: number): void {
    for (let window = 0; window < this.plan.sizesMs.length; window++) this.#count(window, chunk, index, 1);
  }

  #expire(window: number, at: number): void {
    const cut = at - this.plan.sizesMs[window]!;
    const oldest = this.#oldest[window]!;
    for (;;) {
      if (oldest.index === oldest.chunk.count) {
        if (oldest.chunk.next === null) return;
        oldest.chunk = oldest.chunk.next;
        oldest.index = 0;
        continue;
      }
      if (oldest.chunk.at(oldest.index) > cut || (oldest.chunk === this.chunk && oldest.index === this.index)) return;
      this.#count(window, oldest.chunk, oldest.index, -1);
      oldest.index++;
    }
  }

  #count(window: number, chunk: Chunk, index: number, step: 1 | -1): void {
    const flags = chunk.flags(index);
    const side = flags & SIDE_INCOMING;
    const base = window * TOTALS + side;
    const count = legCount(chunk, index);
    this.totals[base + ATTEMPTS]! += step * count;
    if ((flags & MAY_PASS) === 0) return;
    this.#beyond = addExactly(this.totals, this.#beyond, base + SUM, step * chunk.amount(index));
    this.totals[base + COUNT]! += step * count;
    if (!this.plan.distinct[window]! || (flags & BUCKET) !== 0) return;
    const parties = this.#parties[window]!;
    const key = this.#partyOf(chunk.counterparty(index)) * 2 + side;
    const known = parties.get(key) ?? 0;
    if (step === 1 ? known === 0 : known === 1) this.totals[base + DISTINCT]! += step;
    if (known + step === 0) parties.delete(key);
    else parties.set(key, known + step);
  }
}
