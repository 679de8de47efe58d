import { describe, expect, it } from 'vitest';
import { attempts, count, distinct, sum } from '../../../processors/features/window-features.ts';
import type { WindowPlan } from '../../../processors/features/windows.ts';
import { addLeg, scopeOn, subjectWith } from '../../support/legs.ts';

const TERMS = { horizonMs: 1_000, latenessMs: 500 };

describe('history', () => {
  it('counts the windows of new settings from the legs that it has, and leaves out those that are too old', () => {
    // Legs outside a new window were taken off totals that had never counted them, which went below zero.
    const subject = subjectWith({ sizesMs: [900], distinct: [true] });
    for (const at of [100, 200, 900]) addLeg(subject.history, { at, counterparty: at }, TERMS);
    const plan: WindowPlan = { sizesMs: [50, 900], distinct: [true, true] };
    subject.history.replan(plan);
    const last = addLeg(subject.history, { at: 901, counterparty: 900 }, TERMS);
    const scope = scopeOn(subject, last);
    const read = (size: number) =>
      [attempts, count, sum, distinct].map((feature) => feature('outgoing', size).bind(plan)(scope));
    expect(read(50)).toEqual([2, 2, 200, 1]);
    expect(read(900)).toEqual([4, 4, 400, 3]);
  });
});
