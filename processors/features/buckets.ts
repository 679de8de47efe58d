/**
 * Buckets (归并): what becomes of a subject's oldest legs when there are too many. A chunk of legs becomes
 * an entry a side and state (may pass or not) with their sum and number, at the time of the last of them.
 * Sums and counts stay exact for windows that hold a bucket whole. At a window's beginning they are too
 * large by no more than the bucket that it cuts through, which counts until its last leg has left; at the
 * end of a window of the past they lack the one whose last leg is yet to come.
 *
 * Bounded: beyond 1,024 buckets neighbours are joined while together they are no more than a 64th of the
 * legs after them. So whatever a window's length, its edge is wrong by 1.6 % of its legs at most, and the
 * number of buckets grows with the logarithm of the legs: some 900 for a hundred million.
 */
import { BUCKET, type Chain, type Chunk, legCount, MAY_PASS, SIDE_INCOMING } from './legs.ts';
import type { Windows } from './windows.ts';

const BUCKETS_MAX = 1_024;
/** Legs after a bucket for each of its own. */
const LATER_PER_LEG = 64;
/** Entries of all buckets: an entry a side and state. */
export const BUCKET_ENTRIES_MAX = BUCKETS_MAX * 4;
/** A chunk of so few entries is a bucket, or gains nothing from becoming one. */
const SMALL = 8;

/** Called for each leg whose exactness is given up, before it goes. */
type Gone = (chunk: Chunk, index: number) => void;

interface Entry {
  flags: number;
  amount: number;
  legs: number;
}

/** Coarsens the oldest chunk that no window's edge cuts through; the last one stays. */
export function coarsen(chain: Chain, windows: Windows, gone: Gone): void {
  let buckets = 0;
  for (let chunk = chain.head; chunk.next !== null; chunk = chunk.next) {
    if (chunk.count <= SMALL) buckets++;
    else if (windows.mayCoarsen(chunk)) {
      collapse(chain, windows, chunk, gone);
      break;
    }
  }
  if (buckets >= BUCKETS_MAX) joinNeighbours(chain, windows);
}

/** How exact a window is. */
export interface Coarseness {
  /** Legs of the window that stand in buckets, or in one that reaches into it. */
  readonly legs: number;
  /** Those in buckets that an edge of the window cuts through: its sums and counts are wrong by no more. */
  readonly legsAtEdges: number;
}

/** How exact `(after, until]` is; null where all of it is. */
export function coarsenessOf(chain: Chain, after: number, until: number): Coarseness | null {
  let legs = 0;
  let legsAtEdges = 0;
  for (let chunk: Chunk | null = chain.head; chunk !== null; chunk = chunk.next) {
    if (!chunk.mayHoldBuckets) continue;
    for (let index = 0; index < chunk.count; index++) {
      if ((chunk.flags(index) & BUCKET) === 0) continue;
      const at = chunk.at(index);
      const since = chunk.since(index);
      if (at <= after || since > until) continue;
      const count = legCount(chunk, index);
      legs += count;
      if (since <= after || at > until) legsAtEdges += count;
    }
  }
  return legs === 0 ? null : { legs, legsAtEdges };
}

function collapse(chain: Chain, windows: Windows, chunk: Chunk, gone: Gone): void {
  for (let index = 0; index < chunk.count; index++) {
    if ((chunk.flags(index) & BUCKET) === 0) gone(chunk, index);
  }
  const countBefore = chunk.count;
  gather(chain, [chunk], chunk);
  windows.coarsened(chunk, countBefore);
}

/** Joins buckets that are small beside what came after them, from the latest back. */
function joinNeighbours(chain: Chain, windows: Windows): void {
  let legsAfter = 0;
  let later = chain.tail;
  while (later.previous !== null) {
    const earlier = later.previous;
    const together = legsIn(earlier) + legsIn(later);
    const mayJoin = isBucket(earlier) && isBucket(later) && together * LATER_PER_LEG <= legsAfter;
    if (mayJoin && windows.mayJoin(earlier, later)) join(chain, windows, earlier, later);
    else {
      legsAfter += legsIn(later);
      later = earlier;
    }
  }
}

function join(chain: Chain, windows: Windows, earlier: Chunk, later: Chunk): void {
  const countBefore = later.count;
  gather(chain, [earlier, later], later);
  windows.joined(earlier, later, countBefore);
  chain.remove(earlier);
}

function legsIn(chunk: Chunk): number {
  let legs = 0;
  for (let index = 0; index < chunk.count; index++) legs += legCount(chunk, index);
  return legs;
}

function isBucket(chunk: Chunk): boolean {
  for (let index = 0; index < chunk.count; index++) if ((chunk.flags(index) & BUCKET) === 0) return false;
  return chunk.count > 0;
}

/** A sum never grows beyond what a double holds exactly: then a further entry begins. */
function addTo(entries: Entry[], chunk: Chunk, index: number): void {
  const flags = (chunk.flags(index) & (SIDE_INCOMING | MAY_PASS)) | BUCKET;
  const amount = (flags & MAY_PASS) === 0 ? 0 : chunk.amount(index);
  const legs = legCount(chunk, index);
  const known = entries.find((one) => one.flags === flags && one.amount + amount <= Number.MAX_SAFE_INTEGER);
  if (known === undefined) entries.push({ flags, amount, legs });
  else {
    known.amount += amount;
    known.legs += legs;
  }
}

/** Writes what stands in chunks into one of them: an entry a side and state, all at the time of the last leg. */
function gather(chain: Chain, from: readonly Chunk[], into: Chunk): void {
  const entries: Entry[] = [];
  let first = Number.POSITIVE_INFINITY;
  for (const chunk of from) {
    for (let index = 0; index < chunk.count; index++) {
      first = Math.min(first, chunk.since(index));
      addTo(entries, chunk, index);
    }
  }
  const at = into.at(into.count - 1);
  chain.count -= into.count - entries.length;
  into.count = 0;
  into.reserve(entries.length);
  for (const { flags, amount, legs } of entries) into.push(at, amount, legs, flags, at - first);
}
