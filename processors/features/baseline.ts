/** What is usual for a subject: its own last payments. Rules compare with it and never with others'. */
import { eachLeg } from './leg-features.ts';
import type { Feature, Scope, Unit } from './scope.ts';

/** Legs that a baseline looks back on at most: bounds its cost, and follows a change of habit. */
const BASELINE_LEGS = 256;

interface Baseline {
  count: number;
  mean: number;
  deviation: number;
  largest: number;
}

/** Outgoing legs before the judged one, at most 256, anywhere in the history. */
function baselineOf(scope: Scope): Baseline {
  let count = 0;
  let mean = 0;
  let squares = 0;
  let largest = 0;
  eachLeg(scope, 0, Number.POSITIVE_INFINITY, (chunk, index) => {
    if (chunk === scope.chunk && index === scope.index) return true;
    const value = chunk.amount(index);
    // Welford: one pass, no large squares.
    count++;
    const delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
    if (value > largest) largest = value;
    return count < BASELINE_LEGS;
  });
  return { count, mean, deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : 0, largest };
}

/** The baseline of a task's judgement at hand: the features of a rule read it four times, and it is walked for once. */
const atHand = new WeakMap<Scope, { judgement: number; baseline: Baseline }>();

function rememberedBaseline(scope: Scope): Baseline {
  const known = atHand.get(scope);
  if (known !== undefined && known.judgement === scope.judgement) return known.baseline;
  const baseline = baselineOf(scope);
  atHand.set(scope, { judgement: scope.judgement, baseline });
  return baseline;
}

function baselineFeature(unit: Unit, pick: (baseline: Baseline) => number): Feature {
  return { unit, window: null, reachMs: 0, fromLegs: false, bind: () => (scope) => pick(rememberedBaseline(scope)) };
}

/**
 * How many payments as large as this one would be expected among as many as the baseline has, in percent of
 * one: by the tail of the own largest payments, whatever their size (Hill's estimator over the upper tenth).
 * Whoever's payments differ widely has a heavy tail, and needs a larger one to stand out.
 */
export function baselineExpected(): Feature {
  return {
    unit: 'percent',
    window: null,
    reachMs: 0,
    fromLegs: false,
    bind: () => (scope) => 100 * expectedAbove(ownAmounts(scope), scope.amount),
  };
}

/** Own payments before the judged one, at most as many as a baseline has, largest first. */
function ownAmounts(scope: Scope): number[] {
  const amounts: number[] = [];
  eachLeg(scope, 0, Number.POSITIVE_INFINITY, (chunk, index) => {
    if (chunk !== scope.chunk || index !== scope.index) amounts.push(chunk.amount(index));
    return amounts.length < BASELINE_LEGS;
  });
  return amounts.sort((left, right) => right - left);
}

/** Fewest of the largest amounts that tell of a tail. */
const TAIL_MIN = 4;
/** What is known of a tail before anything is: amounts commonly fall off so, in natural logarithms, as if one had said it. */
const TAIL_PRIOR = 0.7;

function expectedAbove(amounts: readonly number[], amount: number): number {
  const tail = Math.min(amounts.length - 1, Math.max(TAIL_MIN, Math.ceil(amounts.length / 10)));
  const edge = amounts[tail];
  if (edge === undefined || amount <= edge) return amounts.length;
  let logs = TAIL_PRIOR;
  for (let index = 0; index < tail; index++) logs += Math.log(amounts[index]! / edge);
  return tail * Math.exp(-Math.log(amount / edge) / (logs / (tail + 1)));
}

/** Number of own payments that the baseline rests on. */
export function baselineCount(): Feature {
  return baselineFeature('count', (baseline) => baseline.count);
}

/** Mean amount of own payments, base minor units. */
export function baselineMean(): Feature {
  return baselineFeature('money', (baseline) => Math.round(baseline.mean));
}

/** Sample standard deviation of own payments, base minor units. */
export function baselineDeviation(): Feature {
  return baselineFeature('money', (baseline) => Math.round(baseline.deviation));
}

/** Largest own payment, base minor units. */
export function baselineLargest(): Feature {
  return baselineFeature('money', (baseline) => baseline.largest);
}
