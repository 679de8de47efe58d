/**
 * Late legs against a naive model. After each entry the model looks at every leg that is known by then
 * and asks, from the definition alone, which rules its window makes fire; the engine must raise just
 * those that were not raised before. And whatever the order of arrival, what would have been raised
 * had all come in order of time is raised at some point.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Driver } from '../support/driver.ts';
import { scaled } from '../support/scale.ts';

const SECOND = 1_000;
const START = Date.UTC(2026, 2, 2, 1);
const SETTINGS = `
lateness: 200s
rules:
  velocity: { options: { count: 3, window: 10s } }
  pass-through: { options: { received: { minor: 1000, currency: CNY }, window: 30s } }
  structuring: { options: { threshold: { minor: 1000, currency: CNY }, count: 2, window: 20s } }
  limit-transaction: { options: { limit: { minor: 5000, currency: CNY } } }
  fan-in: { enabled: false }
  fan-out: { enabled: false }
`;
const RULES = ['velocity', 'pass-through', 'structuring'] as const;
type Rule = (typeof RULES)[number];
const WINDOWS: { readonly [rule in Rule]: number } = { velocity: 10, 'pass-through': 30, structuring: 20 };

/** A message about customer A: a transfer of its own, one that it gets, or a further word on one before. */
interface Message {
  kind: 'out' | 'in' | 'own' | 'failed' | 'amend' | 'cancel' | 'settle';
  /** Event time, seconds. */
  at: number;
  amount: number;
  which: number;
}

interface Leg {
  at: number;
  /** Order of arrival: equal times keep it. */
  order: number;
  outgoing: boolean;
  /** Between own accounts: no bell of these rules rings for it, but it counts. */
  own: boolean;
  /** What may pass of it; 0 where it is but an attempt. */
  amount: number;
  transferId: string;
  /** Still in status submitted, and so open to amendments. */
  open: boolean;
  fired: Set<Rule>;
}

class Model {
  legs: Leg[] = [];

  /** Known legs in order of time up to and with one of them: what its window may hold. */
  #upTo(leg: Leg): Leg[] {
    return this.legs.filter((other) => other.at < leg.at || (other.at === leg.at && other.order <= leg.order));
  }

  fires(rule: Rule, leg: Leg, amount: number): boolean {
    if (!leg.outgoing || leg.own) return false;
    const inside = this.#upTo(leg).filter((other) => other.at > leg.at - WINDOWS[rule]);
    const sum = (legs: readonly Leg[]) => legs.reduce((total, one) => total + one.amount, 0);
    const out = inside.filter((other) => other.outgoing);
    if (rule === 'velocity') return out.length >= 3;
    if (rule === 'pass-through') {
      const received = sum(inside.filter((other) => !other.outgoing));
      return received >= 1_000 && sum(out) * 100 >= received * 90 && sum(out) * 100 <= received * 110;
    }
    const inBand = (minor: number) => minor >= 850 && minor < 1_000;
    return inBand(amount) && out.filter((other) => inBand(other.amount)).length >= 2;
  }

  /** Adds a leg; answers what must be raised now, as `rule@time`. `counts` is false for a failed attempt. */
  arrive(leg: Leg, amount: number, counts: boolean, rejected: boolean): string[] {
    leg.amount = counts ? amount : 0;
    this.legs.push(leg);
    const raised: string[] = [];
    const ask = (rule: Rule, one: Leg, asked: number) => {
      if (one.fired.has(rule) || !this.fires(rule, one, asked)) return;
      one.fired.add(rule);
      raised.push(`${rule}@${one.at}`);
    };
    for (const rule of RULES) if (leg.amount > 0 || rule === 'velocity') ask(rule, leg, amount);
    if (rejected) leg.amount = 0;
    for (const other of this.legs) {
      const later = other.at > leg.at || (other.at === leg.at && other.order > leg.order);
      if (!later) continue;
      for (const rule of RULES) {
        // What moves no money is an attempt, and only attempts are counted again at it.
        if (other.amount === 0 && rule !== 'velocity') continue;
        if (other.at < leg.at + WINDOWS[rule]) ask(rule, other, other.amount);
      }
    }
    return raised;
  }
}

/** Drives engine and model side by side. */
class Pair {
  readonly driver = new Driver({ settings: SETTINGS });
  readonly model = new Model();
  /** All that was raised, as `rule@time`. */
  readonly raised = new Set<string>();
  #seen = START;

  constructor() {
    const accounts = ['acc-A', 'acc-A2'];
    this.driver.customer({ customerId: 'A', kind: 'person', accounts });
  }

  run(message: Message): void {
    const { expected, fields } = this.#interpret(message);
    if (fields === null) return;
    const at = START + message.at * SECOND;
    this.#seen = Math.max(this.#seen, at) + 1;
    const { alerts, 'dead-letters': refused } = this.driver.transfer(
      { at: new Date(at).toISOString(), ...fields },
      this.#seen,
    );
    expect(refused).toEqual([]);
    // A critical alert of the same cause may quiet one afterwards: that is no hit.
    const raised = alerts.filter(
      ({ subject, rule, step }) => subject === 'A' && step === 'hit' && (RULES as readonly string[]).includes(rule),
    );
    const named = raised.map((alert) => `${alert.rule}@${(alert.at - START) / SECOND}`);
    expect(named.sort()).toEqual(expected.sort());
    for (const one of named) this.raised.add(one);
    for (const alert of raised) if (alert.at !== at) expect(alert.late).toBe(true);
  }

  /** The message as a transfer, and what it must raise. No fields where it has nothing to speak of. */
  #interpret({ kind, at, amount, which }: Message): { expected: string[]; fields: { [name: string]: unknown } | null } {
    const { legs } = this.model;
    const order = legs.length;
    const open = legs.filter((leg) => leg.open && leg.outgoing && !leg.own);
    if (kind === 'out' || kind === 'failed' || kind === 'in' || kind === 'own') {
      const transferId = `T-${order}`;
      const outgoing = kind !== 'in';
      const leg: Leg = {
        at,
        order,
        outgoing,
        own: kind === 'own',
        amount: 0,
        transferId,
        open: kind !== 'failed',
        fired: new Set(),
      };
      const minor = kind === 'in' || kind === 'own' ? Math.min(5_000, amount) : amount;
      const rejected = minor > 5_000 && kind !== 'failed';
      const expected = this.model.arrive(leg, minor, kind !== 'failed', rejected);
      if (kind === 'own') expected.push(...this.#arriveOwnIncoming(leg, minor));
      const status = kind === 'failed' ? 'failed' : 'submitted';
      const ends = outgoing ? { from: 'A', to: `P-${which % 3}` } : { from: `P-${which % 3}`, to: 'A' };
      const own = kind === 'own' ? { creditor: { party: 'A', account: 'acc-A2' } } : {};
      return { expected, fields: { transferId, minor, status, ...ends, ...own } };
    }
    const leg = open[which % open.length];
    if (leg === undefined) return { expected: [], fields: null };
    leg.open = false;
    const { transferId } = leg;
    const ends = { from: 'A', to: 'P-0' };
    if (kind === 'amend') {
      leg.amount = 0;
      const fresh: Leg = { ...leg, at, order, open: true, fired: new Set() };
      const expected = this.model.arrive(fresh, amount, true, amount > 5_000);
      return { expected, fields: { transferId, minor: amount, eventId: `E-${order}`, ...ends } };
    }
    leg.amount = kind === 'cancel' ? 0 : amount;
    const status = kind === 'cancel' ? 'cancelled' : 'settled';
    return { expected: [], fields: { transferId, minor: amount, status, ...ends } };
  }

  /** A transfer between own accounts is a leg on either side. */
  #arriveOwnIncoming(leg: Leg, amount: number): string[] {
    const incoming: Leg = { ...leg, outgoing: false, open: false, order: leg.order + 0.5, fired: new Set() };
    return this.model.arrive(incoming, amount, true, false);
  }
}

const amounts = fc.constantFrom(0, 100, 450, 849, 850, 900, 999, 1_000, 1_100, 6_000);
const times = fc.integer({ min: 0, max: 60 });

describe('late legs', () => {
  it('raise what the windows that now contain them make fire, once a rule and leg, and nothing else', () => {
    const message: fc.Arbitrary<Message> = fc.record({
      kind: fc.constantFrom('out', 'out', 'out', 'in', 'in', 'own', 'failed', 'amend', 'cancel', 'settle'),
      at: times,
      amount: amounts,
      which: fc.nat(20),
    });
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 16 }), (messages) => {
        const pair = new Pair();
        for (const one of messages) pair.run(one);
      }),
      { numRuns: scaled(600) },
    );
  });

  it('miss nothing that would have been raised had all come in order of time', () => {
    const message: fc.Arbitrary<Message> = fc.record({
      kind: fc.constantFrom('out', 'out', 'in', 'failed'),
      at: times,
      amount: amounts,
      which: fc.nat(2),
    });
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 14 }), (messages) => {
        // A transfer that is rejected has moved nothing, so nothing of money is asked of it again.
        const passing = messages.map((one) => ({ ...one, amount: Math.min(one.amount, 5_000) }));
        const pair = new Pair();
        for (const one of passing) pair.run(one);
        const inOrder = new Pair();
        for (const one of passing.toSorted((left, right) => left.at - right.at)) inOrder.run(one);
        const missed = inOrder.raised.difference(pair.raised);
        expect([...missed]).toEqual([]);
      }),
      { numRuns: scaled(250) },
    );
  });
});
