/** What a subject with too many legs keeps: buckets in place of the oldest, and how wrong they may be. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXACT_LEGS, type History, type HistoryTerms } from '../../../processors/books/history.ts';
import type { Subject } from '../../../processors/books/subject.ts';
import {
  ATTEMPTS,
  COUNT,
  DISTINCT,
  SUM,
  Sweep,
  TOTALS,
  type WindowPlan,
} from '../../../processors/features/windows.ts';
import { decodeSubject, encodeSubject } from '../../../processors/score/subject-codec.ts';
import { addLeg, partyOf, subjectWith } from '../../support/legs.ts';
import { scaled } from '../../support/scale.ts';

interface PlainLeg {
  at: number;
  side: number;
  amount: number;
}

/** Sums, counts and attempts of a side in `(end − size, end]`, counted one by one. */
function naive(legs: readonly PlainLeg[], side: number, after: number, end: number): [number, number, number] {
  const inside = legs.filter((leg) => leg.side === side && leg.at > after && leg.at <= end);
  const passing = inside.filter((leg) => leg.amount > 0);
  return [passing.reduce((sum, leg) => sum + leg.amount, 0), passing.length, inside.length];
}

function told(totals: readonly number[], window: number, side: number): [number, number, number] {
  return [SUM, COUNT, ATTEMPTS].map((total) => totals[window * TOTALS + total + side]!) as [number, number, number];
}

function bytesOf(history: History): number {
  let bytes = 0;
  for (let chunk: typeof history.chain.head | null = history.chain.head; chunk !== null; chunk = chunk.next) {
    bytes += chunk.doubles.byteLength + chunk.integers.byteLength + 200;
  }
  return bytes;
}

/**
 * Holds totals as of an end to the legs: what is above the exact ones is part of one bucket at the
 * window's beginning; what is missing, of one at its end, and only where that lies in the past.
 */
function expectBounded(subject: Subject, legs: readonly PlainLeg[], totals: readonly number[], end: number): void {
  const { history } = subject;
  for (const [window, sizeMs] of history.windows.plan.sizesMs.entries()) {
    const coarse = history.coarseness(end - sizeMs, end);
    const most = coarse?.legsAtEdges ?? 0;
    const least = end < history.windows.end ? -most : 0;
    for (const side of [0, 1]) {
      const [sum, count, attempts] = told(totals, window, side);
      const exact = naive(legs, side, end - sizeMs, end);
      if (coarse === null) expect([sum, count, attempts]).toEqual(exact);
      if (least === 0) expect(sum).toBeGreaterThanOrEqual(exact[0]);
      for (const off of [count - exact[1], attempts - exact[2]]) {
        expect(off).toBeGreaterThanOrEqual(least);
        expect(off).toBeLessThanOrEqual(most);
      }
    }
  }
}

describe('a history of more legs than it keeps', () => {
  const plan: WindowPlan = { sizesMs: [5_000, 40_000, 100_000, 10_000_000], distinct: [true, true, false, true] };
  const terms: HistoryTerms = { horizonMs: 10_000_000, latenessMs: 10_000 };

  it('stays exact for windows of up to 65,536 legs, and for those that hold all buckets whole', () => {
    const subject = subjectWith(plan);
    const { history } = subject;
    const legs: PlainLeg[] = [];
    for (let number = 0; number < 150_000; number++) {
      // One leg a millisecond; each 40th is late by up to ten seconds.
      const at = 1_000_000 + number - (number % 40 === 0 ? (number * 7) % 10_000 : 0);
      const leg = { at, side: number % 3 === 0 ? 1 : 0, amount: number % 11 === 0 ? 0 : 100 + (number % 900) };
      addLeg(history, { ...leg, counterparty: number % 5_000 }, terms);
      legs.push(leg);
      if (number % 33_331 !== 0 && number !== 149_999) continue;
      const end = 1_000_000 + number;
      for (const side of [0, 1]) {
        // 5 and 40 s hold at most 41,000 legs; the last window holds everything.
        for (const window of [0, 1, 3]) {
          const exact = naive(legs, side, end - plan.sizesMs[window]!, end);
          expect(told(history.windows.totals, window, side)).toEqual(exact);
        }
      }
      expectBounded(subject, legs, history.windows.totals, history.windows.end);
    }
    expect(history.coarse).toBe(true);
    expect(history.coarseness(1_149_999 - 40_000, 1_149_999)).toBe(null);
    // 40 s hold 40,000 legs of 5,000 counterparties, half as many parties, on both sides.
    expect(history.windows.totals[1 * TOTALS + DISTINCT]).toBe(2_500);
  });

  it('is bounded: by entries, by bytes, and by how wrong it may be', () => {
    const wide: WindowPlan = { sizesMs: [80_000, 300_000, 700_000, 10_000_000], distinct: [true, true, true, true] };
    const subject = subjectWith(wide);
    const { history } = subject;
    const total = 1_000_000;
    const start = 1_000_000;
    // One leg a millisecond, now out, now in, so that what a window holds is known without counting.
    for (let number = 0; number < total; number++) {
      addLeg(history, { at: start + number, side: number & 1, counterparty: number % 50 }, terms);
      if (number % 25_013 !== 0) continue;
      for (const [window, sizeMs] of wide.sizesMs.entries()) {
        const after = Math.max(-1, number - sizeMs);
        const exact = Math.floor(number / 2) - Math.floor(after / 2);
        const [sum, count, attempts] = told(history.windows.totals, window, 0);
        const edge = history.coarseness(start + number - sizeMs, start + number)?.legsAtEdges ?? 0;
        expect(edge).toBeLessThanOrEqual(sizeMs / 64);
        expect(attempts - exact).toBeGreaterThanOrEqual(0);
        expect(attempts - exact).toBeLessThanOrEqual(edge);
        expect([sum, count]).toEqual([attempts * 100, attempts]);
      }
    }
    expect(history.chain.count).toBeLessThanOrEqual(EXACT_LEGS + 4_096 + 256);
    expect(bytesOf(history)).toBeLessThan(4_000_000);
    expect(told(history.windows.totals, 3, 1)).toEqual([(total / 2) * 100, total / 2, total / 2]);
    expect(history.coarseness(0, start + total)!.legs).toBeGreaterThan(total - EXACT_LEGS - 5_000);
  });

  it('is wrong by no more than a bucket at the edge, live and looked back on, with late legs and after a restart', () => {
    const small: WindowPlan = { sizesMs: [20, 90, 300, 100_000], distinct: [true, false, true, true] };
    // So few that late legs come to stand among buckets.
    const few: HistoryTerms = { horizonMs: 100_000, latenessMs: 400, entriesMax: 300 };
    const leg = fc.record({
      step: fc.oneof(fc.constantFrom(0, 0, 1), fc.integer({ min: -380, max: 3 })),
      side: fc.nat(1),
      amount: fc.constantFrom(0, 1, 20, 300),
      counterparty: fc.nat(9),
    });
    fc.assert(
      fc.property(fc.array(leg, { minLength: 800, maxLength: 2_000 }), fc.nat(150), (steps, back) => {
        let subject = subjectWith(small);
        const legs: PlainLeg[] = [];
        let latest = 1_000;
        for (const [number, { step, ...rest }] of steps.entries()) {
          const at = number === 0 ? latest : latest + step;
          latest = Math.max(latest, at);
          addLeg(subject.history, { at, ...rest }, few);
          legs.push({ at, side: rest.side, amount: rest.amount });
          if (number % 211 !== 0) continue;
          expectBounded(subject, legs, subject.history.windows.totals, latest);
          const sweep = new Sweep(small, subject.history.chain, latest - back, partyOf);
          expectBounded(subject, legs, sweep.totals, latest - back);
          const restored = subjectWith(small);
          decodeSubject(encodeSubject(subject), restored);
          restored.history.restored();
          restored.history.replan(small);
          expect(restored.history.windows.totals).toEqual(subject.history.windows.totals);
          if (number % 2 === 0) subject = restored;
        }
      }),
      { numRuns: scaled(15), endOnFailure: true },
    );
  });
});
