/**
 * The history book (历史): the legs of a subject over a fixed horizon and lateness, its windows, and
 * what makes a repeat known.
 *
 * Memory: 44 bytes a leg, 80 a window, and beyond 96 legs some 80 bytes a leg for two indexes. Up to
 * 65,536 legs are exact; beyond, the oldest become buckets (`features/buckets.ts`).
 */
import { BUCKET_ENTRIES_MAX, type Coarseness, coarsen, coarsenessOf } from '../features/buckets.ts';
import {
  APART,
  BEYOND_LATENESS,
  BUCKET,
  CHUNK_LEGS,
  Chain,
  Chunk,
  countsOf,
  findLeg,
  isLegOf,
  MAY_PASS,
  type NewLeg,
  REPLACED,
  SIDE_INCOMING,
  writeAmount,
  writeLeg,
} from '../features/legs.ts';
import { type CounterpartyView, type WindowPlan, Windows } from '../features/windows.ts';
import { addOutlier, apart, type Details, forget } from './outliers.ts';

export const EXACT_LEGS = 65_536;
/** So many legs stay exact beside all buckets that there may be; a chunk more, since chunks are coarsened whole. */
const ENTRIES_MAX = EXACT_LEGS + BUCKET_ENTRIES_MAX + CHUNK_LEGS;
/** Up to so many legs a walk is faster than a map, and costs no memory. */
const UNINDEXED_LEGS = 96;

/** What history keeps and for how long, ms. */
export interface HistoryTerms {
  readonly horizonMs: number;
  readonly latenessMs: number;
  /** How many legs and buckets are kept before the oldest legs become buckets; ENTRIES_MAX unless said. */
  readonly entriesMax?: number;
}

/** A place in the chain: valid until the next leg is added. */
export interface LegPlace {
  chunk: Chunk;
  index: number;
}

export class History implements CounterpartyView {
  readonly chain = new Chain();
  windows: Windows;
  /** Greatest `min(at, seen)` of the subject: lateness and eviction go by it, never by ticks. */
  clock = Number.NEGATIVE_INFINITY;
  /** Legs beyond lateness, in order of arrival. */
  readonly outliers = new Chunk(0);
  /** True where buckets stand for some legs. */
  coarse = false;
  readonly #partyOf: (counterparty: number) => number;
  /** Transfer name × 2 + side → time of the leg; only for subjects of many legs. */
  #times: Map<number, number> | null = null;
  /** Party × 2 + side → time of its latest leg that may pass; likewise. */
  #lasts: Map<number, number> | null = null;

  /** The leg that was added last, and its party's latest before it: a rejection takes it back without a walk. */
  readonly #added = { chunk: null as Chunk | null, index: 0, lastBefore: 0 };

  /** A leg that is in the chain and not yet in windows and indexes. */
  readonly #pending = { chunk: null as Chunk | null, index: 0 };

  constructor(plan: WindowPlan, partyOf: (counterparty: number) => number) {
    this.#partyOf = partyOf;
    this.windows = new Windows(plan, this.chain, this);
  }

  /** True where an event of that time came too late to join a window. */
  isBeyondLateness(at: number, seen: number, terms: HistoryTerms): boolean {
    return at < Math.max(this.clock, Math.min(at, seen)) - terms.latenessMs;
  }

  /** Adds a leg; answers its place. What was known of legs that go for it goes from `details` too. */
  add(leg: NewLeg, seen: number, terms: HistoryTerms, details: Details = null): LegPlace {
    this.clock = Math.max(this.clock, Math.min(leg.at, seen));
    if ((leg.flags & BEYOND_LATENESS) !== 0) return addOutlier(this.outliers, leg, details);
    if (leg.at >= this.chain.lastAt) this.windows.advance(leg.at);
    this.#makeRoom(terms, details);
    const side = leg.flags & SIDE_INCOMING;
    const lastBefore = (leg.flags & MAY_PASS) === 0 ? 0 : this.lastOf(this.#partyOf(leg.counterparty), side);
    const chunk = this.chain.insert(leg.at, this.windows);
    const index = this.chain.index;
    this.#pending.chunk = chunk;
    this.#pending.index = index;
    writeLeg(chunk, index, leg);
    this.windows.include(chunk, index, lastBefore);
    this.#added.chunk = chunk;
    this.#added.index = index;
    this.#added.lastBefore = lastBefore;
    if (this.#times !== null) this.#indexLeg(chunk, index);
    else if (this.chain.count > UNINDEXED_LEGS) this.#buildIndexes();
    this.#pending.chunk = null;
    return { chunk, index };
  }

  /** Adds a leg that `add` threw for: it joins no window, and its identity and amount are kept. */
  addApart(leg: NewLeg, details: Details = null): LegPlace {
    this.recover();
    return addOutlier(this.outliers, { ...leg, flags: leg.flags | BEYOND_LATENESS | APART }, details);
  }

  /**
   * Puts the book in order after it threw: windows and indexes are counted afresh from the legs. Where
   * even that throws, the legs are kept apart for their identity, and windows begin anew.
   */
  recover(): void {
    const { chunk, index } = this.#pending;
    this.#pending.chunk = null;
    this.#added.chunk = null;
    if (chunk !== null) this.chain.take(chunk, index);
    try {
      this.#times = null;
      this.#lasts = null;
      this.restored();
      this.replan(this.windows.plan);
    } catch {
      // Whoever called has the error that began it, and tells of it.
      this.#standApart();
    }
  }

  #standApart(): void {
    for (let chunk: Chunk | null = this.chain.head; chunk !== null; chunk = chunk.next) {
      for (let index = 0; index < chunk.count; index++) {
        if ((chunk.flags(index) & BUCKET) === 0) addOutlier(this.outliers, apart(chunk, index), null);
      }
    }
    this.chain.clear();
    this.#times = null;
    this.#lasts = null;
    this.windows = new Windows(this.windows.plan, this.chain, this);
  }

  /** The place of a transfer's leg; null where the subject keeps none. */
  find(name: number, side: number): LegPlace | null {
    if (this.#times !== null) {
      const at = this.#times.get(name * 2 + side);
      if (at !== undefined) return this.#findAt(name, side, at);
    } else {
      const chunk = this.chain.tail;
      const index = findLeg(chunk, name, side);
      if (index >= 0) return { chunk, index };
    }
    if (this.outliers.count === 0) return null;
    const index = findLeg(this.outliers, name, side);
    return index >= 0 ? { chunk: this.outliers, index } : null;
  }

  /** Sets what counts of a leg. Answers by how much it changed, base minor units. */
  setAmount(place: LegPlace, amount: number): number {
    const { chunk, index } = place;
    const flags = chunk.flags(index);
    const mayPass = amount > 0;
    const before = countsOf(chunk, index);
    if ((flags & BEYOND_LATENESS) === 0) this.windows.change(chunk, index, amount, mayPass);
    writeAmount(place.chunk, place.index, amount);
    if (mayPass !== ((flags & MAY_PASS) !== 0) && (flags & BEYOND_LATENESS) === 0) this.#refreshLast(chunk, index);
    // Whatever it was, the latest of its party may be another one now.
    this.#added.chunk = null;
    return amount - before;
  }

  /** The same after `setAmount` threw. */
  forceAmount(place: LegPlace, amount: number, before: number): number {
    writeAmount(place.chunk, place.index, amount);
    this.recover();
    return amount - before;
  }

  /** The leg stays as an attempt and is found no more: an amendment took its place. */
  replaced({ chunk, index }: LegPlace): void {
    this.#times?.delete(chunk.name(index) * 2 + (chunk.flags(index) & SIDE_INCOMING));
    chunk.setFlags(index, chunk.flags(index) | REPLACED);
  }

  /** Time of the latest leg that may pass with that party and side; −Infinity without one. */
  lastOf(party: number, side: number): number {
    if (this.#lasts !== null) return this.#lasts.get(party * 2 + side) ?? Number.NEGATIVE_INFINITY;
    return this.#scanLast(party, side);
  }

  hasLater(chunk: Chunk, index: number): boolean {
    const at = chunk.at(index);
    const side = chunk.flags(index) & SIDE_INCOMING;
    const party = this.#partyOf(chunk.counterparty(index));
    if (this.#lasts !== null) {
      const last = this.#lasts.get(party * 2 + side) ?? Number.NEGATIVE_INFINITY;
      if (last !== at) return last > at;
    }
    const bound = this.#lasts === null ? Number.POSITIVE_INFINITY : at;
    let held: Chunk | null = chunk;
    for (let next = index + 1; held !== null; held = held.next, next = 0) {
      for (; next < held.count; next++) {
        if (held.at(next) > bound) return false;
        if (this.#matches(held, next, party, side)) return true;
      }
    }
    return false;
  }

  hasOther(chunk: Chunk, index: number, cut: number): boolean {
    const side = chunk.flags(index) & SIDE_INCOMING;
    const party = this.#partyOf(chunk.counterparty(index));
    if (this.#lasts !== null) {
      const last = this.#lasts.get(party * 2 + side) ?? Number.NEGATIVE_INFINITY;
      if (last <= cut) return false;
      // The latest is this very leg only where it may pass and stands at that time.
      if (last !== chunk.at(index) || (chunk.flags(index) & MAY_PASS) === 0) return true;
      if (this.#isAdded(chunk, index)) return this.#added.lastBefore > cut;
    }
    for (let held: Chunk | null = this.chain.tail; held !== null; held = held.previous) {
      for (let other = held.count - 1; other >= 0; other--) {
        if (held.at(other) <= cut) return false;
        if ((held !== chunk || other !== index) && this.#matches(held, other, party, side)) return true;
      }
    }
    return false;
  }

  /** How exact the window `(after, until]` is; null where all of it is. */
  coarseness(after: number, until: number): Coarseness | null {
    return this.coarse ? coarsenessOf(this.chain, after, until) : null;
  }

  /** Other windows are asked for from now on: they are counted afresh from the legs. */
  replan(plan: WindowPlan): void {
    this.windows = new Windows(plan, this.chain, this);
    if (this.chain.count === 0) return;
    this.windows.startAt(this.chain.lastAt);
    // Each leg enters as if it had just come: distinct counts need the party's last leg before it.
    const lasts = new Map<number, number>();
    for (let chunk: Chunk | null = this.chain.head; chunk !== null; chunk = chunk.next) {
      for (let index = 0; index < chunk.count; index++) {
        const flags = chunk.flags(index);
        const key = this.#partyOf(chunk.counterparty(index)) * 2 + (flags & SIDE_INCOMING);
        this.windows.include(chunk, index, lasts.get(key) ?? Number.NEGATIVE_INFINITY);
        if ((flags & (MAY_PASS | BUCKET)) === MAY_PASS) lasts.set(key, chunk.at(index));
      }
    }
  }

  /** Called once after a checkpoint filled the chain; windows are counted when the rules are chosen. */
  restored(): void {
    // Without an index only the last chunk is looked through.
    if (this.chain.count > UNINDEXED_LEGS || this.chain.head.next !== null) this.#buildIndexes();
  }

  /** Drops what is older than horizon and lateness, 32 legs or more at a time, and coarsens what is too many. */
  #makeRoom(terms: HistoryTerms, details: Details): void {
    const head = this.chain.head;
    const cut = this.clock - terms.horizonMs - terms.latenessMs;
    if (head.count > 0 && head.at(Math.min(31, head.count - 1)) <= cut) this.#evict(cut, details);
    if (this.chain.count > (terms.entriesMax ?? ENTRIES_MAX)) {
      this.coarse = true;
      let earlier: Map<number, number> | null = null;
      coarsen(this.chain, this.windows, (chunk, index) => {
        earlier ??= this.#lastsBefore(chunk);
        this.#giveUp(chunk, index, earlier);
        forget(chunk, index, details);
      });
    }
  }

  #evict(cut: number, details: Details): void {
    // The latest leg stays however old it is: it tells how long the subject has been idle.
    this.chain.dropUntil(Math.min(cut, this.chain.lastAt - 1), this.windows, (chunk, index) => {
      this.#unindex(chunk, index);
      forget(chunk, index, details);
    });
    if (this.chain.count < UNINDEXED_LEGS / 2 && this.chain.head.next === null) {
      this.#times = null;
      this.#lasts = null;
    }
  }

  /** Party × 2 + side → time of its latest exact leg before a chunk: few are, since the oldest are coarsened first. */
  #lastsBefore(chunk: Chunk): Map<number, number> {
    const lasts = new Map<number, number>();
    for (let held = this.chain.head; held !== chunk; held = held.next!) {
      for (let index = 0; index < held.count; index++) {
        const flags = held.flags(index);
        if ((flags & (MAY_PASS | BUCKET)) !== MAY_PASS) continue;
        lasts.set(this.#partyOf(held.counterparty(index)) * 2 + (flags & SIDE_INCOMING), held.at(index));
      }
    }
    return lasts;
  }

  /** A leg goes into a bucket: it is found no more, and its party counts as distinct only by another leg. */
  #giveUp(chunk: Chunk, index: number, earlier: ReadonlyMap<number, number>): void {
    const flags = chunk.flags(index);
    const side = flags & SIDE_INCOMING;
    if ((flags & REPLACED) === 0) this.#times?.delete(chunk.name(index) * 2 + side);
    if ((flags & MAY_PASS) === 0 || this.hasLater(chunk, index)) return;
    const key = this.#partyOf(chunk.counterparty(index)) * 2 + side;
    const last = earlier.get(key) ?? Number.NEGATIVE_INFINITY;
    this.windows.forgetDistinct(chunk, index, last);
    if (last === Number.NEGATIVE_INFINITY) this.#lasts?.delete(key);
    else this.#lasts?.set(key, last);
  }

  #matches(chunk: Chunk, index: number, party: number, side: number): boolean {
    const flags = chunk.flags(index);
    return (
      (flags & (SIDE_INCOMING | MAY_PASS | BUCKET)) === (side | MAY_PASS) &&
      this.#partyOf(chunk.counterparty(index)) === party
    );
  }

  #scanLast(party: number, side: number): number {
    for (let chunk: Chunk | null = this.chain.tail; chunk !== null; chunk = chunk.previous) {
      for (let index = chunk.count - 1; index >= 0; index--) {
        if (this.#matches(chunk, index, party, side)) return chunk.at(index);
      }
    }
    return Number.NEGATIVE_INFINITY;
  }

  #findAt(name: number, side: number, at: number): LegPlace | null {
    let chunk: Chunk | null = this.chain.tail;
    while (chunk.previous !== null && (chunk.count === 0 || chunk.at(0) > at)) chunk = chunk.previous;
    // Legs of one time may reach back over a chunk's border.
    for (; chunk !== null; chunk = chunk.previous) {
      for (let index = chunk.count - 1; index >= 0 && chunk.at(index) >= at; index--) {
        if (isLegOf(chunk, index, name, side)) return { chunk, index };
      }
      if (chunk.count > 0 && chunk.at(0) < at) return null;
    }
    return null;
  }

  #indexLeg(chunk: Chunk, index: number): void {
    const flags = chunk.flags(index);
    if ((flags & (BUCKET | REPLACED)) === 0) {
      this.#times!.set(chunk.name(index) * 2 + (flags & SIDE_INCOMING), chunk.at(index));
    }
    if ((flags & (MAY_PASS | BUCKET)) !== MAY_PASS) return;
    const key = this.#partyOf(chunk.counterparty(index)) * 2 + (flags & SIDE_INCOMING);
    const last = this.#lasts!.get(key);
    if (last === undefined || last < chunk.at(index)) this.#lasts!.set(key, chunk.at(index));
  }

  #unindex(chunk: Chunk, index: number): void {
    if (this.#times === null || (chunk.flags(index) & BUCKET) !== 0) return;
    const side = chunk.flags(index) & SIDE_INCOMING;
    if ((chunk.flags(index) & REPLACED) === 0) this.#times.delete(chunk.name(index) * 2 + side);
    const key = this.#partyOf(chunk.counterparty(index)) * 2 + side;
    // Another leg of that time may stand in the next chunk.
    if (this.#lasts!.get(key) === chunk.at(index) && !this.hasLater(chunk, index)) this.#lasts!.delete(key);
  }

  #buildIndexes(): void {
    this.#times = new Map();
    this.#lasts = new Map();
    for (let chunk: Chunk | null = this.chain.head; chunk !== null; chunk = chunk.next) {
      for (let index = 0; index < chunk.count; index++) this.#indexLeg(chunk, index);
    }
  }

  /** A leg began or ceased to count: its party's latest leg may be another one now. */
  #refreshLast(chunk: Chunk, index: number): void {
    if (this.#lasts === null) return;
    const side = chunk.flags(index) & SIDE_INCOMING;
    const party = this.#partyOf(chunk.counterparty(index));
    const key = party * 2 + side;
    const at = chunk.at(index);
    const known = this.#lasts.get(key) ?? Number.NEGATIVE_INFINITY;
    const mayPass = (chunk.flags(index) & MAY_PASS) !== 0;
    if (mayPass ? known >= at : known > at) return;
    const last = mayPass ? at : this.#isAdded(chunk, index) ? this.#added.lastBefore : this.#scanLast(party, side);
    if (last === Number.NEGATIVE_INFINITY) this.#lasts.delete(key);
    else this.#lasts.set(key, last);
  }

  #isAdded(chunk: Chunk, index: number): boolean {
    return this.#added.chunk === chunk && this.#added.index === index;
  }
}
