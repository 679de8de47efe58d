/**
 * Buckets (归并): what becomes of a subject's oldest legs when there are too many. A chunk of legs becomes
 * an entry a side and state (may pass or not) with their sum and number, at the time of the last of them.
 * Sums and counts stay exact for windows that hold a bucket whole; at a window's edge they are too large
 * by no more than the one bucket that the edge cuts through, which counts until its last leg has left.
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

/** What stands coarsened after a time: how many legs, and how many of them in the largest bucket; null where all is exact. */
export function coarsenedAfter(chain: Chain, after: number, until: number): { legs: number; largest: number } | null {
  let legs = 0;
  let largest = 0;
  for (let chunk: Chunk | null = chain.head; chunk !== null; chunk = chunk.next) {
    let inChunk = 0;
    for (let index = 0; index < chunk.count && chunk.at(index) <= until; index++) {
      if ((chunk.flags(index) & BUCKET) !== 0 && chunk.at(index) > after) inChunk += legCount(chunk, index);
    }
    legs += inChunk;
    largest = Math.max(largest, inChunk);
  }
  return legs === 0 ? null : { legs, largest };
}

function collapse(chain: Chain, windows: Windows, chunk: Chunk, gone: Gone): void {
  const entries: Entry[] = [];
  for (let index = 0; index < chunk.count; index++) {
    if ((chunk.flags(index) & BUCKET) === 0) {
      windows.forgetDistinct(chunk, index);
      gone(chunk, index);
    }
    addTo(entries, chunk, index);
  }
  const countBefore = chunk.count;
  replaceBy(chain, chunk, entries);
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
  const entries: Entry[] = [];
  for (const chunk of [earlier, later]) {
    for (let index = 0; index < chunk.count; index++) addTo(entries, chunk, index);
  }
  const countBefore = later.count;
  replaceBy(chain, later, entries);
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

/** Writes the entries in place of what the chunk holds, all at the time of its last leg. */
function replaceBy(chain: Chain, chunk: Chunk, entries: readonly Entry[]): void {
  const at = chunk.at(chunk.count - 1);
  chain.count -= chunk.count - entries.length;
  chunk.count = 0;
  chunk.reserve(entries.length);
  for (const { flags, amount, legs } of entries) chunk.push(at, amount, legs, flags);
}
