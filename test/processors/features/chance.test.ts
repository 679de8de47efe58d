import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ordinary } from '../../../processors/books/ordinary.ts';
import { FAN_LEGS_MAX, type FanTerms, fan, poissonTail } from '../../../processors/features/chance.ts';
import type { WindowPlan } from '../../../processors/features/windows.ts';
import { addLeg, partyOf, scopeOn, subjectWith } from '../../support/legs.ts';
import { scaled } from '../../support/scale.ts';

/** ln Γ(n + 1) by summing logarithms: slow and plain. */
function logFactorial(n: number): number {
  let sum = 0;
  for (let factor = 2; factor <= n; factor++) sum += Math.log(factor);
  return sum;
}

/** P(X ≥ k), each term by its logarithm, the smallest first; by the complement where the tail is the larger part. */
function tailByLogarithms(mean: number, k: number): number {
  const span = Math.ceil(60 + 12 * Math.sqrt(mean));
  const logTerm = (number: number) => number * Math.log(mean) - mean - logFactorial(number);
  if (k <= mean) {
    let below = 0;
    for (let number = Math.max(0, Math.floor(k - span)); number < k; number++) below += Math.exp(logTerm(number));
    return 1 - below;
  }
  let tail = 0;
  for (let number = k + span; number >= k; number--) tail += Math.exp(logTerm(number));
  return tail;
}

describe('the tail of a Poisson distribution', () => {
  it('has the values that follow from its formula', () => {
    expect(poissonTail(0, 0)).toBe(1);
    expect(poissonTail(0, 1)).toBe(0);
    expect(poissonTail(5, 0)).toBe(1);
    expect(poissonTail(1, 1)).toBeCloseTo(1 - Math.exp(-1), 14);
    expect(poissonTail(2, 3)).toBeCloseTo(1 - Math.exp(-2) * (1 + 2 + 2), 14);
    // 1e-3, 20: the first term is 1e-60 / 20!, the others do not count.
    expect(poissonTail(1e-3, 20) / (1e-60 / 2_432_902_008_176_640_000)).toBeCloseTo(1 - 1e-3, 4);
  });

  it('agrees with a sum of logarithms, from likely to one in 10²⁰⁰, for means from nearly none to thousands', () => {
    const mean = fc.oneof(
      fc.double({ min: 1e-4, max: 20, noNaN: true }),
      fc.double({ min: 20, max: 3_000, noNaN: true }),
    );
    fc.assert(
      fc.property(mean, fc.double({ min: -4, max: 12, noNaN: true }), (m, deviations) => {
        const k = Math.max(0, Math.round(m + deviations * Math.sqrt(m + 1)));
        const expected = tailByLogarithms(m, k);
        if (expected < 1e-200) return;
        expect(Math.abs(poissonTail(m, k) / expected - 1)).toBeLessThan(1e-8);
      }),
      { numRuns: scaled(400) },
    );
  });
});

interface PlainLeg {
  at: number;
  amount: number;
  side: number;
  counterparty: number;
}

/** The share of all amounts near one, as a partition's histogram would tell it. */
const share = (amount: number, tolerance: number) => Math.min(0.5, tolerance * 2 + (amount % 7) / 100);

/** Features of a fan as an account with these legs has them, the last one judged. Times do not fall. */
function fanAmong(legs: readonly PlainLeg[], wanted: FanTerms) {
  const plan: WindowPlan = { sizesMs: [wanted.windowMs], distinct: [true] };
  const subject = subjectWith(plan);
  const terms = { horizonMs: 1_000_000, latenessMs: 1_000_000 };
  const places = legs.map((one) => addLeg(subject.history, one, terms));
  const scope = scopeOn(subject, places.at(-1)!, { ordinary: { share } as Ordinary });
  const found = fan(wanted);
  const [chance, ...rest] = [found.chance, found.counterparties, found.sum, found.band].map((feature) =>
    feature.bind(plan)(scope),
  );
  return { probability: chance! / 1_000_000, found: rest };
}

function naiveFan(legs: readonly PlainLeg[], terms: FanTerms, legsMax = Number.POSITIVE_INFINITY) {
  const judged = legs.at(-1)!;
  const side = terms.side === 'incoming' ? 1 : 0;
  const known = legs.filter((leg) => leg.side === side && leg.amount > 0 && leg.at <= judged.at);
  const all = known.filter((leg) => leg.at > judged.at - terms.windowMs);
  const chanceMax = terms.chancePerMillion / 1_000_000 / Math.max(1, all.length / terms.counterparties);
  const inside = all.slice(-legsMax);
  const older = known.filter((leg) => leg.at <= judged.at - terms.windowMs);
  const apart = (leg: PlainLeg) => Math.abs(leg.amount - judged.amount) / judged.amount;
  const others = inside.filter((leg) => apart(leg) > 0.1);
  const around = share(judged.amount, 0.5) - share(judged.amount, 0.1);
  const density = around > 0 ? others.filter((leg) => apart(leg) <= 0.5).length / around : 0;
  const nothing = { probability: 1, counterparties: 0, sum: 0, basisPoints: 0 };
  if (terms.needsOwnHistory && older.length + others.length < 3) return nothing;
  const best = [50, 200, 1_000]
    .map((basisPoints) => {
      const near = (leg: PlainLeg) => Math.abs(leg.amount - judged.amount) <= (basisPoints / 10_000) * judged.amount;
      const like = inside.filter(near);
      const own = older.length < 3 ? 0 : older.filter(near).length / older.length;
      const counterparties = new Set(like.map((leg) => partyOf(leg.counterparty))).size;
      const ordinary = share(judged.amount, basisPoints / 10_000);
      const mean = Math.max(inside.length * own, inside.length * ordinary, density * ordinary);
      const probability = counterparties < terms.counterparties ? 1 : tailByLogarithms(mean, counterparties);
      return { probability, counterparties, sum: like.reduce((sum, leg) => sum + leg.amount, 0), basisPoints };
    })
    .reduce((best, one) => (one.probability < best.probability * (1 - 1e-9) ? one : best), nothing);
  return best.probability > chanceMax ? nothing : best;
}

describe('a fan', () => {
  it('is the band whose counterparties are least likely by chance', () => {
    const leg = fc.record({
      at: fc.integer({ min: 1_000, max: 1_060 }),
      amount: fc.constantFrom(0, 10_000, 10_040, 10_100, 10_190, 10_900, 9_100, 50_000),
      side: fc.constantFrom(1, 1, 1, 0),
      counterparty: fc.nat(15),
    });
    const terms = fc.record({
      side: fc.constantFrom('outgoing' as const, 'incoming' as const),
      windowMs: fc.constantFrom(10, 30),
      counterparties: fc.integer({ min: 2, max: 4 }),
      chancePerMillion: fc.constantFrom(1_000_000, 100_000, 1_000),
      needsOwnHistory: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(leg, { minLength: 1, maxLength: 60 }), terms, (legs, wanted) => {
        const judged = legs.at(-1)!;
        // In order, so that the live windows are those of the judged leg.
        const inOrder = legs.map((one) => ({ ...one, at: Math.min(one.at, judged.at) }));
        inOrder.sort((left, right) => left.at - right.at);
        const { probability, found } = fanAmong(inOrder, wanted);
        const expected = naiveFan(inOrder, wanted);
        expect(found).toEqual([expected.counterparties, expected.sum, expected.basisPoints]);
        expect(Math.abs(probability / expected.probability - 1)).toBeLessThan(1e-6);
      }),
      { numRuns: scaled(1_000) },
    );
  });

  it.each([FAN_LEGS_MAX - 1, FAN_LEGS_MAX, FAN_LEGS_MAX + 1])(
    'is found among %i legs before the judged one',
    (legs) => {
      const wanted = {
        side: 'incoming',
        windowMs: 100_000,
        counterparties: 4,
        chancePerMillion: 1e9,
        needsOwnHistory: false,
      } as const;
      // The oldest is alike and of a party of its own, so that it shows whether it was looked at.
      const hub = Array.from({ length: legs }, (_, index) => {
        const isAlike = index === 0 || index > legs - 20;
        return { at: 1_000 + index, amount: isAlike ? 10_000 : 50_000 + 50 * index, side: 1, counterparty: 2 * index };
      });
      const judged = { at: 1_000 + legs, amount: 10_000, side: 1, counterparty: 3_000 };
      const { probability, found } = fanAmong([...hub, judged], wanted);
      const expected = naiveFan([...hub, judged], wanted, FAN_LEGS_MAX);
      expect(found).toEqual([expected.counterparties, expected.sum, expected.basisPoints]);
      expect(found[0]).toBe(legs < FAN_LEGS_MAX ? 21 : 20);
      expect(Math.abs(probability / expected.probability - 1)).toBeLessThan(1e-6);
    },
  );
});
