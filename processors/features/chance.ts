/**
 * Fan-in and fan-out against chance. A bare count of payers has the precision of the base rate; what
 * tells is that several parties pay amounts closer to each other than chance explains.
 *
 * With n legs in the window and a share s of all amounts in a band around this one, the number of
 * counterparties in the band is at most Poisson(n·s) by chance: somebody who pays often has as many
 * chances to be in it. Where the account itself has more amounts nearby than others have, or had older
 * ones in the band, its own density counts instead, so that a busy account is measured by what is
 * ordinary for it. The feature is the smallest tail probability over the bands ±0.5, ±2 and ±10 %.
 *
 * An account of more than 1,024 legs of the side in its window is judged by the newest 1,024: n and the
 * band's counterparties are of the same legs, so the chance is right for them, and a hub of tens of
 * thousands costs no walk over all of its legs for each.
 */
import { newestAt } from './leg-features.ts';
import {
  AMOUNT,
  AT,
  BUCKET,
  type Chunk,
  COUNTERPARTY,
  DOUBLES,
  FLAGS,
  INTEGERS,
  MAY_PASS,
  SIDE_INCOMING,
} from './legs.ts';
import type { Feature, Scope, Side, Unit } from './scope.ts';
import { count, distinct } from './window-features.ts';

const BANDS = [0.005, 0.02, 0.1];
const WIDEST = 0.1;
/** What lies within this of the amount, and outside the widest band, tells how dense the account’s amounts are there. */
const NEARBY = 0.5;
/** A subject's own share of amounts counts from so many older legs on. */
const OWN_LEGS_MIN = 3;

export interface FanTerms {
  readonly side: Side;
  readonly windowMs: number;
  /** Fewest counterparties in one band. */
  readonly counterparties: number;
  /**
   * Largest probability by chance that is told, per million. An account with more legs in the window than
   * counterparties are asked for is asked as many times more, so as much less of it will do.
   */
  readonly chancePerMillion: number;
  /** Fires only where the subject has enough older legs, or legs of other amounts: one that always pays one amount never does. */
  readonly needsOwnHistory: boolean;
}

export interface Fan {
  /** Tail probability; 1 where nothing stands out enough, and then the rest is 0. */
  probability: number;
  /** Counterparties in the band that stands out most. */
  counterparties: number;
  /** Their sum, base minor units. */
  sum: number;
  bandBasisPoints: number;
}

/** Legs that a fan is looked for among, the newest of the window. */
export const FAN_LEGS_MAX = 1_024;

const NOTHING: Fan = { probability: 1, counterparties: 0, sum: 0, bandBasisPoints: 0 };

function fanOf(scope: Scope, terms: FanTerms, legs: number): Fan {
  const side = terms.side === 'incoming' ? 1 : 0;
  const looked = lookAmong(scope, side, terms.windowMs);
  const tally = tallyAlike(scope.amount, looked);
  // Most of the time too few amounts are alike.
  if (tally.legs.at(-1)! < terms.counterparties) return NOTHING;
  const older = olderAmounts(scope, side, terms.windowMs);
  if (terms.needsOwnHistory && older.length + tally.others < OWN_LEGS_MIN) return NOTHING;
  const density = localDensity(scope, tally.nearby);
  const means = BANDS.map((tolerance) => {
    const share = scope.ordinary.share(scope.amount, tolerance);
    const own = ownShare(older, scope.amount, tolerance);
    return Math.max(looked * share, looked * own, density * share);
  });
  const chanceMax = terms.chancePerMillion / 1_000_000 / Math.max(1, legs / terms.counterparties);
  const chances = (found: readonly number[]) =>
    found.map((number, band) => (number < terms.counterparties ? 1 : poissonTail(means[band]!, number)));
  // There are no more counterparties than legs: where chance explains the legs, nobody needs to be told apart.
  if (Math.min(...chances(tally.legs)) > chanceMax) return NOTHING;
  const counterparties = partiesAlike(scope, looked);
  const probabilities = chances(counterparties);
  const band = probabilities.indexOf(Math.min(...probabilities));
  const probability = probabilities[band]!;
  if (probability >= 1 || probability > chanceMax) return NOTHING;
  const bandBasisPoints = BANDS[band]! * 10_000;
  return { probability, counterparties: counterparties[band]!, sum: tally.sums[band]!, bandBasisPoints };
}

/** Legs of the account for each share of all amounts, as it has them nearby; 0 where nothing is nearby. */
function localDensity({ ordinary, amount }: Scope, nearby: number): number {
  const share = ordinary.share(amount, NEARBY) - ordinary.share(amount, WIDEST);
  return share > 0 ? nearby / share : 0;
}

/** Amounts and counterparties of the legs that are looked among, newest first; taken anew for each fan. */
const AMOUNTS = new Float64Array(FAN_LEGS_MAX);
const COUNTERPARTIES = new Int32Array(FAN_LEGS_MAX);

/** Takes the legs of the side that may pass, in `(at − window, at]` up to the judged one; answers their number. */
function lookAmong(scope: Scope, side: number, windowMs: number): number {
  const cut = scope.at - windowMs;
  const wanted = side | MAY_PASS;
  let looked = 0;
  const place = newestAt(scope);
  let { index } = place;
  let chunk: Chunk | null = place.chunk;
  while (chunk !== null) {
    const { doubles, integers } = chunk;
    for (; index >= 0; index--) {
      if (doubles[index * DOUBLES + AT]! <= cut || looked === FAN_LEGS_MAX) return looked;
      if ((integers[index * INTEGERS + FLAGS]! & (SIDE_INCOMING | MAY_PASS | BUCKET)) !== wanted) continue;
      AMOUNTS[looked] = doubles[index * DOUBLES + AMOUNT]!;
      COUNTERPARTIES[looked++] = integers[index * INTEGERS + COUNTERPARTY]!;
    }
    chunk = chunk.previous;
    index = chunk === null ? -1 : chunk.count - 1;
  }
  return looked;
}

interface Tally {
  /** Legs by band, those of narrower bands included. */
  legs: number[];
  /** Their sums, base minor units. */
  sums: number[];
  /** Legs in no band, and of those the near ones. */
  others: number;
  nearby: number;
}

function tallyAlike(amount: number, looked: number): Tally {
  const tally: Tally = { legs: BANDS.map(() => 0), sums: BANDS.map(() => 0), others: 0, nearby: 0 };
  const { legs, sums } = tally;
  for (let leg = 0; leg < looked; leg++) {
    const one = AMOUNTS[leg]!;
    const apart = Math.abs(one - amount);
    if (apart > WIDEST * amount) {
      tally.others++;
      if (apart <= NEARBY * amount) tally.nearby++;
      continue;
    }
    for (let band = BANDS.length - 1; band >= 0 && apart <= BANDS[band]! * amount; band--) {
      legs[band]!++;
      sums[band]! += one;
    }
  }
  return tally;
}

/** Counterparties by band, those of narrower bands included. */
function partiesAlike({ amount, names }: Scope, looked: number): number[] {
  const narrowest = new Map<number, number>();
  for (let leg = 0; leg < looked; leg++) {
    const apart = Math.abs(AMOUNTS[leg]! - amount);
    const band = BANDS.findIndex((tolerance) => apart <= tolerance * amount);
    if (band < 0) continue;
    const party = names.partyOf(COUNTERPARTIES[leg]!);
    narrowest.set(party, Math.min(band, narrowest.get(party) ?? band));
  }
  const parties = BANDS.map(() => 0);
  for (const band of narrowest.values()) {
    for (let wider = band; wider < BANDS.length; wider++) parties[wider]!++;
  }
  return parties;
}

/** Amounts of legs of the side that are older than the window, oldest first, at most 256. */
function olderAmounts(scope: Scope, side: number, windowMs: number): number[] {
  const amounts: number[] = [];
  const cut = scope.at - windowMs;
  for (let chunk: Chunk | null = scope.subject.history.chain.head; chunk !== null; chunk = chunk.next) {
    for (let index = 0; index < chunk.count; index++) {
      if (chunk.at(index) > cut || amounts.length === 256) return amounts;
      if ((chunk.flags(index) & (SIDE_INCOMING | MAY_PASS | BUCKET)) === (side | MAY_PASS))
        amounts.push(chunk.amount(index));
    }
  }
  return amounts;
}

function ownShare(amounts: readonly number[], around: number, tolerance: number): number {
  if (amounts.length < OWN_LEGS_MIN) return 0;
  return amounts.filter((one) => Math.abs(one - around) <= tolerance * around).length / amounts.length;
}

/** P(X ≥ k) for X Poisson of that mean. */
export function poissonTail(mean: number, k: number): number {
  if (mean <= 0) return k <= 0 ? 1 : 0;
  // e^−mean alone would be 0 for a large mean, so it is multiplied in part by part as the terms grow.
  let pending = mean;
  let term = 1;
  let below = 0;
  for (let number = 0; number < k; number++) {
    below += term;
    term *= mean / (number + 1);
    if (term < LARGE) continue;
    const part = Math.min(pending, PART);
    pending -= part;
    term *= Math.exp(-part);
    below *= Math.exp(-part);
  }
  below *= Math.exp(-pending);
  // Far in the tail 1 − below is rounding alone; there the first terms of the tail are the tail.
  if (below < 0.999999) return 1 - below;
  term *= Math.exp(-pending);
  let tail = 0;
  for (let number = k; term > tail * 1e-16; number++) {
    tail += term;
    term *= mean / (number + 1);
  }
  return tail;
}

/** A term of this size is not far from what a double can hold; e^−PART takes it back to nearly none. */
const LARGE = 1e200;
const PART = 500;

/** What stands out; asked for by the rule only once enough counterparties are in the window. */
export function fan(terms: FanTerms): {
  chance: Feature;
  counterparties: Feature;
  sum: Feature;
  band: Feature;
} {
  const memo = { judgement: -1, fan: NOTHING };
  // Distinct counterparties are what rules ask for first; the window counts both at once.
  const inWindow = distinct(terms.side, terms.windowMs);
  const legs = count(terms.side, terms.windowMs);
  // The null model changes with time, so a fan is no function of legs alone; still its legs decide, and it judges again.
  const offer = (unit: Unit, pick: (found: Fan) => number): Feature => ({
    unit,
    window: inWindow.window,
    reachMs: terms.windowMs,
    fromLegs: true,
    bind: (plan) => {
      const all = legs.bind(plan);
      return (scope) => {
        if (memo.judgement !== scope.judgement) {
          memo.judgement = scope.judgement;
          memo.fan = fanOf(scope, terms, all(scope));
        }
        return pick(memo.fan);
      };
    },
  });
  return {
    chance: offer('perMillion', (found) => found.probability * 1_000_000),
    counterparties: offer('count', (found) => found.counterparties),
    sum: offer('money', (found) => found.sum),
    band: offer('basisPoints', (found) => found.bandBasisPoints),
  };
}
