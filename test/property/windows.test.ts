/**
 * Windows against a naive model that shares no code with them: plain objects in a list, everything
 * recomputed from the definition. `(t − w, t]` in event time; the current event inside; what counts is
 * what came before it in the journal; a late event counts at its own time.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History, HistoryTerms } from '../../processors/books/history.ts';
import { Subject } from '../../processors/books/subject.ts';
import { BEYOND_LATENESS, MAY_PASS } from '../../processors/features/legs.ts';
import type { Feature, Scope } from '../../processors/features/scope.ts';
import { attempts, count, distinct, sum } from '../../processors/features/window-features.ts';
import { Sweep, type WindowPlan } from '../../processors/features/windows.ts';
import { decodeSubject, encodeSubject } from '../../processors/score/subject-codec.ts';
import { scaled } from '../support/scale.ts';

const SIDES = ['outgoing', 'incoming'] as const;
/** Two accounts a party, so that different counterparties are the same party. */
const partyOf = (counterparty: number) => counterparty >> 1;

const PLANS: readonly WindowPlan[] = [
  { sizesMs: [1, 7, 30, 100], distinct: [true, false, true, true] },
  { sizesMs: [30], distinct: [true] },
  { sizesMs: [3, 30, 60], distinct: [false, true, true] },
  { sizesMs: [], distinct: [] },
];

/** Windows that are long beside the steps between legs, so that their edges fall between chunks of 256 legs. */
const LONG_PLANS: readonly WindowPlan[] = [
  { sizesMs: [400, 1_500, 2_900], distinct: [true, false, true] },
  { sizesMs: [90, 700, 2_000], distinct: [true, true, false] },
  { sizesMs: [3_000], distinct: [true] },
  { sizesMs: [1_100, 1_101], distinct: [true, true] },
];

interface ModelLeg {
  at: number;
  /** Order of arrival: equal times keep it. */
  order: number;
  side: number;
  party: number;
  amount: number;
  beyond: boolean;
  replaced: boolean;
}

/** The definition, and nothing else. */
class Model {
  readonly legs: ModelLeg[] = [];
  clock = Number.NEGATIVE_INFINITY;

  get latest(): number {
    return Math.max(Number.NEGATIVE_INFINITY, ...this.legs.filter((leg) => !leg.beyond).map((leg) => leg.at));
  }

  /** Legs of a window that ends at `end`; of those at its very end, the ones that came up to `order`. */
  window(side: number, sizeMs: number, end: number, order: number) {
    const inside = this.legs.filter(
      (leg) =>
        !leg.beyond &&
        leg.side === side &&
        leg.at > end - sizeMs &&
        (leg.at < end || (leg.at === end && leg.order <= order)),
    );
    const passing = inside.filter((leg) => leg.amount > 0);
    return {
      sum: passing.reduce((total, leg) => total + leg.amount, 0),
      count: passing.length,
      attempts: inside.length,
      distinct: new Set(passing.map((leg) => leg.party)).size,
    };
  }

  expected(plan: WindowPlan, end: number, order = Number.POSITIVE_INFINITY): number[] {
    return plan.sizesMs.flatMap((sizeMs, place) =>
      SIDES.flatMap((_side, side) => {
        const window = this.window(side, sizeMs, end, order);
        return [window.sum, window.count, window.attempts, ...(plan.distinct[place] ? [window.distinct] : [])];
      }),
    );
  }
}

/** What rules read: the features, bound to the plan, in the order of `Model.expected`. */
function readings(plan: WindowPlan, totals: ArrayLike<number>): number[] {
  const features: Feature[] = plan.sizesMs.flatMap((sizeMs, place) =>
    SIDES.flatMap((side) => [
      sum(side, sizeMs),
      count(side, sizeMs),
      attempts(side, sizeMs),
      ...(plan.distinct[place] ? [distinct(side, sizeMs)] : []),
    ]),
  );
  return features.map((feature) => feature.bind(plan)({ totals } as unknown as Scope));
}

type Op =
  | { kind: 'add'; step: number; ahead: number; counterparty: number; side: number; amount: number }
  | { kind: 'amount'; which: number; amount: number }
  | { kind: 'replace'; which: number }
  | { kind: 'plan'; which: number }
  | { kind: 'restore' }
  | { kind: 'past'; back: number; forward: number };

/** The leg that came last. */
const LATEST = -1;

/** `step` moves from the latest time: mostly a little back and forth, so that times collide. */
function operation(steps: fc.Arbitrary<number>): fc.Arbitrary<Op> {
  const add = fc.record({
    kind: fc.constant('add' as const),
    step: steps,
    ahead: fc.constantFrom(0, 0, 0, 5, 40),
    counterparty: fc.nat(7),
    side: fc.nat(1),
    amount: fc.constantFrom(0, 1, 2, 50, 999),
  });
  const amount = fc.record({
    kind: fc.constant('amount' as const),
    // The leg that has just come is the one that a rejection takes back.
    which: fc.oneof(fc.nat(1_000), fc.constant(LATEST)),
    amount: fc.constantFrom(0, 0, 3, 70),
  });
  const past = fc.record({ kind: fc.constant('past' as const), back: fc.nat(90), forward: fc.nat(60) });
  return fc.oneof(
    { weight: 20, arbitrary: add },
    { weight: 5, arbitrary: amount },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('replace' as const), which: fc.nat(1_000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('plan' as const), which: fc.nat(PLANS.length - 1) }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'restore' as const }) },
    { weight: 3, arbitrary: past },
  );
}

/** A subject's history and the model, driven side by side. */
class Pair {
  readonly terms: HistoryTerms;
  readonly model = new Model();
  readonly plans: readonly WindowPlan[];
  plan: WindowPlan;
  subject: Subject;

  constructor(terms: HistoryTerms, plans: readonly WindowPlan[]) {
    this.terms = terms;
    this.plans = plans;
    this.plan = plans[0]!;
    this.subject = new Subject('party', 0, this.plan, partyOf);
  }

  get history(): History {
    return this.subject.history;
  }

  run(op: Op): void {
    switch (op.kind) {
      case 'add':
        this.#add(op);
        break;
      case 'amount':
        this.#change(op.which, op.amount);
        break;
      case 'replace':
        this.#change(op.which, null);
        break;
      case 'plan':
        this.plan = this.plans[op.which]!;
        this.history.replan(this.plan);
        break;
      case 'restore':
        this.#restore();
        break;
      case 'past':
        this.#comparePast(op.back, op.forward);
    }
  }

  compare(): void {
    if (this.model.latest === Number.NEGATIVE_INFINITY) return;
    expect(readings(this.plan, this.history.windows.totals)).toEqual(this.model.expected(this.plan, this.model.latest));
  }

  #add(op: Op & { kind: 'add' }): void {
    const { model, history, terms } = this;
    const at = (Number.isFinite(model.latest) ? model.latest : 1_000) + op.step;
    const seen = at - op.ahead;
    const clock = Math.max(model.clock, Math.min(at, seen));
    const beyond = at < clock - terms.latenessMs;
    expect(history.isBeyondLateness(at, seen, terms)).toBe(beyond);
    const order = model.legs.length;
    const flags = op.side | (op.amount > 0 ? MAY_PASS : 0) | (beyond ? BEYOND_LATENESS : 0);
    const { counterparty, amount } = op;
    const place = history.add({ at, amount, name: order + 1, counterparty, flags, event: 0, content: 0 }, seen, terms);
    expect(place.chunk.name(place.index)).toBe(order + 1);
    expect(place.chunk.at(place.index)).toBe(at);
    model.clock = clock;
    model.legs.push({ at, order, side: op.side, party: partyOf(counterparty), amount, beyond, replaced: false });
  }

  /** A new amount, or null for an amendment that takes the leg's place. */
  #change(which: number, amount: number | null): void {
    const { model, history } = this;
    if (model.legs.length === 0) return;
    const leg = which === LATEST ? model.legs.at(-1)! : model.legs[which % model.legs.length]!;
    const place = history.find(leg.order + 1, leg.side);
    if (place === null) {
      const { horizonMs, latenessMs } = this.terms;
      expect(leg.replaced || leg.at <= model.clock - horizonMs - latenessMs).toBe(true);
      return;
    }
    expect(leg.replaced).toBe(false);
    const change = history.setAmount(place, amount ?? 0);
    if (amount === null) history.replaced(place);
    expect(change).toBe((amount ?? 0) - leg.amount);
    leg.amount = amount ?? 0;
    leg.replaced = amount === null;
  }

  /** A stop and a start: what the checkpoint holds must count on as if nothing had been. */
  #restore(): void {
    const subject = new Subject('party', 0, PLANS[3]!, partyOf);
    decodeSubject(encodeSubject(this.subject), subject);
    this.subject = subject;
    subject.history.restored();
    subject.history.replan(this.plan);
  }

  /** Windows as of two earlier times, by a sweep that starts at the first. Only within lateness is all still there. */
  #comparePast(back: number, forward: number): void {
    const { model, history, plan } = this;
    const from = model.latest - Math.min(back, this.terms.latenessMs - (model.latest - model.clock));
    if (!Number.isFinite(from)) return;
    const sweep = new Sweep(plan, history.chain, from, partyOf);
    expect(readings(plan, sweep.totals)).toEqual(model.expected(plan, from));
    sweep.moveTo(from + forward);
    expect(readings(plan, sweep.totals)).toEqual(model.expected(plan, from + forward));
    // Leg by leg, each ends the windows in front of those of its time that came later.
    for (let steps = 0; steps < 3 && sweep.peek(); steps++) {
      const leg = model.legs[sweep.chunk.name(sweep.index) - 1]!;
      sweep.step();
      expect(readings(plan, sweep.totals)).toEqual(model.expected(plan, leg.at, leg.order));
    }
  }
}

function check(ops: readonly Op[], terms: HistoryTerms, every: number, plans = PLANS): void {
  const pair = new Pair(terms, plans);
  for (const [index, op] of ops.entries()) {
    pair.run(op);
    if (index % every === 0) pair.compare();
  }
  pair.compare();
}

const TERMS: HistoryTerms = { horizonMs: 100, latenessMs: 50 };

describe('windows', () => {
  it('count what the definition counts: late, equal times, edges, voids, amendments, other settings, restarts', () => {
    // Steps of exactly a window and one more are the edges: (t − w, t] leaves out t − w and keeps t − w + 1.
    const steps = fc.oneof(fc.integer({ min: -12, max: 12 }), fc.constantFrom(-60, -50, -30, -7, -1, 0, 1, 7, 30, 100));
    fc.assert(
      fc.property(fc.array(operation(steps), { maxLength: 40 }), (ops) => check(ops, TERMS, 1)),
      { numRuns: scaled(10_000) },
    );
  });

  it('forget what is older than horizon and lateness, and nothing that a window still holds', () => {
    const steps = fc.oneof(fc.integer({ min: -50, max: 20 }), fc.constantFrom(0, 1, 40));
    fc.assert(
      fc.property(fc.array(operation(steps), { minLength: 60, maxLength: 300 }), (ops) => check(ops, TERMS, 7)),
      { numRuns: scaled(150) },
    );
  });

  it('stay exact over several chunks of legs that late ones split', () => {
    const steps = fc.oneof(fc.integer({ min: -45, max: 2 }), fc.constantFrom(0, 0, 1));
    fc.assert(
      fc.property(fc.array(operation(steps), { minLength: 600, maxLength: 1_200 }), (ops) => check(ops, TERMS, 41)),
      { numRuns: scaled(25), endOnFailure: true },
    );
  });

  it('stay exact where their edges fall between chunks, and late legs just there', () => {
    const terms = { horizonMs: 3_000, latenessMs: 1_500 };
    const edges = LONG_PLANS.flatMap((plan) => plan.sizesMs).filter((sizeMs) => sizeMs < terms.latenessMs);
    const atEdges = fc
      .tuple(fc.constantFrom(...edges), fc.integer({ min: 0, max: 6 }))
      .map(([size, off]) => off - size);
    const steps = fc.oneof(fc.integer({ min: 1, max: 16 }), fc.integer({ min: -1_400, max: 0 }), atEdges);
    fc.assert(
      fc.property(fc.array(operation(steps), { minLength: 500, maxLength: 1_100 }), (ops) =>
        check(ops, terms, 3, LONG_PLANS),
      ),
      { numRuns: scaled(80), endOnFailure: true },
    );
  });

  it('are as exact for one subject with thousands of legs in its window', () => {
    const terms = { horizonMs: 100, latenessMs: 1_000_000 };
    const steps = fc.integer({ min: -90, max: 1 });
    fc.assert(
      fc.property(fc.array(operation(steps), { minLength: 3_000, maxLength: 4_000 }), (ops) => check(ops, terms, 997)),
      { numRuns: scaled(3), endOnFailure: true },
    );
  });
});
