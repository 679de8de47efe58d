/**
 * Fan-in and fan-out against chance. A bare count of payers has the precision of the base rate; what
 * tells is that several parties pay amounts closer to each other than chance explains.
 *
 * With n counterparties in the window and a share s of all amounts in a band around this one, the
 * number of counterparties in the band is Poisson(n·s) by chance. The feature is the smallest tail
 * probability over the bands ±0.5, ±2 and ±10 %.
 */
import { eachLeg } from './leg-features.ts';
import type { Feature, Scope, Side } from './scope.ts';

const BANDS = [0.005, 0.02, 0.1];
/** A subject's own share of amounts counts from so many older legs on. */
const OWN_LEGS_MIN = 3;

export interface FanTerms {
  readonly side: Side;
  readonly windowMs: number;
  /** Fewest counterparties in one band. */
  readonly counterparties: number;
  /** Asks the subject's own older legs, and fires only where there are enough. */
  readonly needsOwnHistory: boolean;
}

export interface Fan {
  /** Tail probability; 1 where nothing stands out. */
  probability: number;
  /** Counterparties in the band that stands out most. */
  counterparties: number;
  /** Their sum, base minor units. */
  sum: number;
  bandPercent: number;
}

const NOTHING: Fan = { probability: 1, counterparties: 0, sum: 0, bandPercent: 0 };

function fanOf(scope: Scope, terms: FanTerms): Fan {
  const side = terms.side === 'incoming' ? 1 : 0;
  const all = new Set<number>();
  const inBand = BANDS.map(() => new Set<number>());
  const sums = BANDS.map(() => 0);
  eachLeg(scope, side, terms.windowMs, (chunk, index) => {
    const party = scope.names.partyOf(chunk.counterparty(index));
    all.add(party);
    const apart = Math.abs(chunk.amount(index) - scope.amount);
    for (let band = BANDS.length - 1; band >= 0 && apart <= BANDS[band]! * scope.amount; band--) {
      inBand[band]!.add(party);
      sums[band]! += chunk.amount(index);
    }
    return true;
  });
  if (all.size < terms.counterparties) return NOTHING;
  const older = olderAmounts(scope, side, terms.windowMs);
  if (terms.needsOwnHistory && older.length < OWN_LEGS_MIN) return NOTHING;
  let best = NOTHING;
  for (const [band, tolerance] of BANDS.entries()) {
    const found = inBand[band]!.size;
    if (found < terms.counterparties) continue;
    const share = Math.max(scope.ordinary.share(scope.amount, tolerance), ownShare(older, scope.amount, tolerance));
    const probability = poissonTail(all.size * share, found);
    if (probability < best.probability) {
      best = { probability, counterparties: found, sum: sums[band]!, bandPercent: tolerance * 100 };
    }
  }
  return best;
}

/** Amounts of legs of the side that are older than the window, newest first, at most 256. */
function olderAmounts(scope: Scope, side: number, windowMs: number): number[] {
  const amounts: number[] = [];
  eachLeg(scope, side, Number.POSITIVE_INFINITY, (chunk, index) => {
    if (chunk.at(index) <= scope.at - windowMs) amounts.push(chunk.amount(index));
    return amounts.length < 256;
  });
  return amounts;
}

function ownShare(amounts: readonly number[], around: number, tolerance: number): number {
  if (amounts.length < OWN_LEGS_MIN) return 0;
  return amounts.filter((one) => Math.abs(one - around) <= tolerance * around).length / amounts.length;
}

/** P(X ≥ k) for X Poisson of that mean. */
export function poissonTail(mean: number, k: number): number {
  if (mean <= 0) return k <= 0 ? 1 : 0;
  let term = Math.exp(-mean);
  let below = 0;
  for (let number = 0; number < k; number++) {
    below += term;
    term *= mean / (number + 1);
  }
  // Far in the tail 1 − below is rounding alone; there the first terms of the tail are the tail.
  if (below < 0.999999) return 1 - below;
  let tail = 0;
  for (let number = k; number < k + 50; number++) {
    tail += term;
    term *= mean / (number + 1);
  }
  return tail;
}

/** What `fan` found; asked for by the rule only once enough counterparties are in the window. */
export function fan(terms: FanTerms): {
  chance: Feature;
  counterparties: Feature;
  sum: Feature;
  bandPercent: Feature;
} {
  const memo = {
    scope: null as Scope | null,
    chunk: null as unknown,
    index: -1,
    legs: -1,
    at: Number.NaN,
    fan: NOTHING,
  };
  const read = (scope: Scope): Fan => {
    const legs = scope.subject.history.chain.count;
    const same = memo.scope === scope && memo.chunk === scope.chunk && memo.index === scope.index && memo.legs === legs;
    if (!same || memo.at !== scope.at) {
      memo.fan = fanOf(scope, terms);
      memo.scope = scope;
      memo.chunk = scope.chunk;
      memo.index = scope.index;
      memo.legs = legs;
      memo.at = scope.at;
    }
    return memo.fan;
  };
  // The null model changes with time, so a fan is no function of legs alone; still its legs decide, and it judges again.
  const base = { window: null, reachMs: terms.windowMs, fromLegs: true } as const;
  return {
    chance: { ...base, unit: 'perMillion', bind: () => (scope) => read(scope).probability * 1_000_000 },
    counterparties: { ...base, unit: 'count', bind: () => (scope) => read(scope).counterparties },
    sum: { ...base, unit: 'money', bind: () => (scope) => read(scope).sum },
    bandPercent: { ...base, unit: 'percent', bind: () => (scope) => read(scope).bandPercent },
  };
}
