import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LegPlace } from '../../../processors/books/history.ts';
import {
  baselineCount,
  baselineDeviation,
  baselineLargest,
  baselineMean,
} from '../../../processors/features/baseline.ts';
import { countInBand, idle, payeeAccount, sumInBand } from '../../../processors/features/leg-features.ts';
import type { WindowPlan } from '../../../processors/features/windows.ts';
import { addLeg, partyOf, type ShortLeg, scopeOn, subjectWith } from '../../support/legs.ts';
import { scaled } from '../../support/scale.ts';

const NO_WINDOWS: WindowPlan = { sizesMs: [], distinct: [] };
/** Nothing is forgotten and nothing is too late, unless a test says so. */
const TERMS = { horizonMs: 1_000_000, latenessMs: 1_000_000 };
const SIDES = ['outgoing', 'incoming'] as const;

const legs = fc.array(
  fc.record({
    at: fc.integer({ min: 1_000, max: 1_060 }),
    amount: fc.constantFrom(0, 10, 84, 85, 86, 99, 100, 101),
    side: fc.nat(1),
    counterparty: fc.nat(5),
  }),
  { minLength: 1, maxLength: 60 },
);

/** Legs that came before the last one and stand at or before its time, newest first. */
function earlier(all: readonly Required<Omit<ShortLeg, 'seen' | 'name'>>[]) {
  const last = all.at(-1)!;
  return all
    .map((leg, order) => ({ ...leg, order }))
    .slice(0, -1)
    .filter((leg) => leg.at <= last.at)
    .sort((left, right) => right.at - left.at || right.order - left.order);
}

/** Adds the legs in turn; calls back with each one's scope and with the legs so far. */
function replay(
  all: readonly Required<Omit<ShortLeg, 'seen' | 'name'>>[],
  each: (scope: ReturnType<typeof scopeOn>, soFar: readonly Required<Omit<ShortLeg, 'seen' | 'name'>>[]) => void,
) {
  const subject = subjectWith(NO_WINDOWS);
  for (const [index, leg] of all.entries()) {
    const place: LegPlace = addLeg(subject.history, leg, TERMS);
    each(scopeOn(subject, place), all.slice(0, index + 1));
  }
}

describe('legs in a band', () => {
  it('are those whose amount lies in [from, to), within (t − w, t], the judged one among them', () => {
    const features = SIDES.map((side) => [countInBand(side, 30, 85, 100), sumInBand(side, 30, 85, 100)] as const);
    const bound = features.map(([counted, summed]) => [counted.bind(NO_WINDOWS), summed.bind(NO_WINDOWS)] as const);
    fc.assert(
      fc.property(legs, (all) =>
        replay(all, (scope, soFar) => {
          const inside = soFar.filter(
            (leg) => leg.at > scope.at - 30 && leg.at <= scope.at && leg.amount >= 85 && leg.amount < 100,
          );
          for (const side of [0, 1]) {
            const amounts = inside.filter((leg) => leg.side === side).map((leg) => leg.amount);
            const total = amounts.reduce((sum, amount) => sum + amount, 0);
            expect(bound[side]!.map((read) => read(scope))).toEqual([amounts.length, total]);
          }
        }),
      ),
      { numRuns: scaled(500) },
    );
  });
});

describe('the account of a payee', () => {
  it('is known where it was paid before, or where the payee was paid on others only', () => {
    const feature = payeeAccount().bind(NO_WINDOWS);
    fc.assert(
      fc.property(legs, (all) =>
        replay(all, (scope, soFar) => {
          const last = soFar.at(-1)!;
          const paid = earlier(soFar).filter((leg) => leg.side === 0 && leg.amount > 0);
          const onThis = paid.some((leg) => leg.counterparty === last.counterparty);
          const onOthers = paid.some((leg) => partyOf(leg.counterparty) === partyOf(last.counterparty));
          expect(feature(scope)).toBe(onThis ? 1 : onOthers ? 2 : 0);
        }),
      ),
      { numRuns: scaled(500) },
    );
  });
});

describe('idle time', () => {
  it('runs from the leg before, of either side, to the judged one', () => {
    const feature = idle(0).bind(NO_WINDOWS);
    fc.assert(
      fc.property(legs, (all) =>
        replay(all, (scope, soFar) => {
          const before = earlier(soFar).find(({ at }) => at < scope.at) ?? earlier(soFar).at(-1);
          expect(feature(scope)).toBe(before === undefined ? -1 : scope.at - before.at);
        }),
      ),
      { numRuns: scaled(500) },
    );
  });

  it('is the longest that ended within the time of waking', () => {
    const feature = idle(20).bind(NO_WINDOWS);
    fc.assert(
      fc.property(legs, (all) =>
        replay(all, (scope, soFar) => {
          const times = [scope.at, ...earlier(soFar).map(({ at }) => at)];
          const gaps = times.slice(1).map((at, index) => ({ ended: times[index]!, gap: times[index]! - at }));
          const recent = gaps.filter(({ ended }) => scope.at - ended <= 20).map(({ gap }) => gap);
          expect(feature(scope)).toBe(Math.max(-1, ...recent));
        }),
      ),
      { numRuns: scaled(500) },
    );
  });

  it('of a leg beyond lateness runs from the leg before it in time, not from another such leg', () => {
    const terms = { horizonMs: 10_000, latenessMs: 100 };
    const subject = subjectWith(NO_WINDOWS);
    for (const at of [1_000, 5_000, 5_900, 6_000]) addLeg(subject.history, { at }, terms);
    addLeg(subject.history, { at: 1_500 }, terms);
    const place = addLeg(subject.history, { at: 5_200 }, terms);
    expect(idle(0).bind(NO_WINDOWS)(scopeOn(subject, place))).toBe(200);
  });
});

describe('the baseline', () => {
  it('is of the last 256 own payments before the judged one', () => {
    const features = [baselineCount(), baselineMean(), baselineDeviation(), baselineLargest()];
    const many = fc.array(
      fc.record({
        at: fc.integer({ min: 1_000, max: 9_000 }),
        amount: fc.integer({ min: 0, max: 1_000_000 }),
        side: fc.constantFrom(0, 0, 0, 1),
        counterparty: fc.nat(5),
      }),
      { minLength: 1, maxLength: 400 },
    );
    fc.assert(
      fc.property(many, (all) => {
        let last: ReturnType<typeof scopeOn> | undefined;
        replay(all, (scope) => {
          last = scope;
        });
        const amounts = earlier(all)
          .filter((leg) => leg.side === 0 && leg.amount > 0)
          .slice(0, 256)
          .map((leg) => leg.amount);
        const mean = amounts.reduce((sum, amount) => sum + amount, 0) / Math.max(1, amounts.length);
        const squares = amounts.reduce((sum, amount) => sum + (amount - mean) ** 2, 0);
        const [counted, average, deviation, largest] = features.map((feature) => feature.bind(NO_WINDOWS)(last!));
        expect(counted).toBe(amounts.length);
        expect(largest).toBe(Math.max(0, ...amounts));
        expect(Math.abs(average! - mean)).toBeLessThanOrEqual(0.51);
        const expected = amounts.length > 1 ? Math.sqrt(squares / (amounts.length - 1)) : 0;
        expect(Math.abs(deviation! - expected)).toBeLessThanOrEqual(0.51);
      }),
      { numRuns: scaled(200) },
    );
  });
});
