/**
 * Mixed traffic from a seed, for tests that disturb what folds it: transfers with late, repeated and
 * equal-time events, everything that may become of them, bills, files, approvals and control. Events are in
 * the form in which HTTP takes them.
 */
import { Random } from '../../producers/demo/random.ts';
import type { InputTopic } from '../../producers/intake.ts';
import { LONG_MAX } from '../../schemas/declare.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../schemas/time.ts';

export type Json = { readonly [name: string]: unknown };

/** What one request carries. An approval says besides who speaks (`by`) and whose transfer it is (`subject`). */
export interface Load {
  readonly topic: InputTopic;
  readonly events: readonly Json[];
}

export const APPROVERS = ['u-li', 'u-wu', 'u-sun'] as const;

/** Settings that differ in windows, limits, segments, exemptions and in what they hold. */
const SETTINGS = [
  '{}',
  `holdExpiry: 4s
rules:
  velocity: { options: { count: 3, window: 10m } }
  limit-day: { options: { limit: { minor: 300000000, currency: CNY } } }
  fan-in: { shadow: true }`,
  `lateness: 2h
horizon: 40d
holdExpiry: 2s
rules:
  large-amount-approval:
    segments: [{ when: { tag: merchant }, enabled: false }]
  pass-through: { options: { window: 3h } }
  structuring: { options: { window: 2d, count: 2 } }`,
  `institution: { zone: Europe/Berlin, baseCurrency: CNY }
rules:
  velocity:
    exemptions: [{ subject: P-1, reason: payroll, by: u-li, until: 2026-03-03T00:00:00Z }]
  new-payee-account: { enabled: false }
  limit-transaction: { options: { limit: { minor: 90000000, currency: CNY } } }`,
];

const KINDS = ['transfer', 'transfer', 'payment', 'withdrawal', 'deposit', 'refund', 'prepayment', 'commission'];
const CHANGES = ['settled', 'settled', 'partially-settled', 'failed', 'cancelled', 'returned', 'reversed'];
const ZONES = ['Asia/Shanghai', 'America/New_York', 'Europe/Berlin', 'Asia/Kathmandu'];
const TAGS = ['merchant', 'payroll', 'vip'];
const RULES = ['velocity', 'fan-out', 'amount-spike', 'large-amount-approval'];
/** So many of the latest transfers are spoken of again. */
const REMEMBERED = 300;
const BATCH_MAX = 40;

export interface TrafficOptions {
  readonly parties?: number;
  /** True: now and then the largest amount there is, whose sums no double holds exactly. */
  readonly huge?: boolean;
}

export class Traffic {
  readonly #random: Random;
  readonly #parties: number;
  readonly #huge: boolean;
  readonly #transfers: Json[] = [];
  readonly #invoices: Json[] = [];
  readonly #payments: Json[] = [];
  #number = 0;
  #lastAt = 0;

  constructor(seed: number, { parties = 24, huge = false }: TrafficOptions = {}) {
    this.#random = new Random(seed, 1);
    this.#parties = parties;
    this.#huge = huge;
  }

  /** What comes next, at a time by the senders' clocks. */
  next(now: number): Load {
    const roll = this.#random.next();
    if (roll < 0.6) return { topic: 'transfers', events: this.#some((): Json => this.#transfer(now)) };
    if (roll < 0.72) return { topic: 'approvals', events: [this.#approval()] };
    if (roll < 0.78) return { topic: 'customers', events: this.#some(() => this.#customer(now)) };
    if (roll < 0.84) return { topic: 'invoices', events: this.#some(() => this.#invoice(now)) };
    if (roll < 0.9) return { topic: 'payments', events: this.#some(() => this.#payment(now)) };
    if (roll < 0.92) return { topic: 'balances', events: [this.#balance(now)] };
    if (roll < 0.94) return { topic: 'activity', events: [this.#activity(now)] };
    if (roll < 0.95) return { topic: 'profile-changes', events: [this.#profileChange(now)] };
    return { topic: 'control', events: [this.#control(now)] };
  }

  #some(make: () => Json): Json[] {
    const count = this.#random.chance(0.5) ? 1 : this.#random.whole(2, BATCH_MAX);
    return Array.from({ length: count }, make);
  }

  #transfer(now: number): Json {
    const roll = this.#random.next();
    const before = this.#transfers.length === 0 ? null : this.#random.pick(this.#transfers);
    if (before === null || roll < 0.6) return this.#remember(this.#fresh(now));
    if (roll < 0.68) return before;
    if (roll < 0.71) return { ...before, amount: this.#amount() };
    if (roll < 0.75) return this.#remember({ ...this.#fresh(now), status: 'settled' });
    const eventId = `${before.transferId}-${++this.#number}`;
    if (roll < 0.82) {
      const amount = this.#amount();
      return this.#remember({ ...before, eventId, at: this.#time(now), status: 'submitted', amount });
    }
    const status = this.#random.pick(CHANGES);
    return { ...before, eventId, at: this.#time(now), status, amount: this.#partOf(before.amount as Money) };
  }

  #remember(transfer: Json): Json {
    this.#transfers.push(transfer);
    if (this.#transfers.length > REMEMBERED) this.#transfers.shift();
    return transfer;
  }

  #fresh(now: number): Json {
    const random = this.#random;
    return {
      transferId: `T-${++this.#number}`,
      at: this.#time(now),
      kind: random.pick(KINDS),
      status: 'submitted',
      debtor: this.#end(),
      creditor: this.#end(),
      amount: this.#amount(),
      ...(random.chance(0.6) ? { device: `dev-${random.below(6)}` } : {}),
      ...(random.chance(0.5) ? { maker: `u-${random.below(5)}` } : {}),
      ...(random.chance(0.3) ? { purpose: '货款' } : {}),
    };
  }

  /** One end of a transfer. Few parties have most of the traffic, and some ends are no customers. */
  #end(): Json {
    const random = this.#random;
    if (random.chance(0.15)) return { account: `X-${random.below(200)}` };
    if (random.chance(0.05)) return { party: `N-${random.below(100)}`, account: `N-${random.below(100)}-0` };
    const party = `P-${Math.floor(this.#parties * random.next() ** 2)}`;
    return { party, account: `${party}-${random.below(3)}` };
  }

  #amount(): Money {
    const random = this.#random;
    const roll = random.next();
    const currency = roll < 0.8 ? 'CNY' : random.pick(['USD', 'EUR', 'JPY']);
    if (this.#huge && random.chance(0.05)) return { minor: LONG_MAX - random.below(3), currency: 'CNY' };
    const size = random.next();
    if (size < 0.65) return { minor: Math.floor(random.logBetween(100, 3_000_000)), currency };
    if (size < 0.75) return { minor: random.whole(42_500_000, 49_900_000), currency };
    if (size < 0.97) return { minor: Math.floor(random.logBetween(20_000_000, 200_000_000)), currency };
    return { minor: Math.floor(random.logBetween(500_000_000, 5_000_000_000)), currency };
  }

  #partOf({ minor, currency }: Money): Money {
    return { minor: this.#random.chance(0.6) ? minor : Math.floor(minor * this.#random.next()), currency };
  }

  /** Mostly now; the rest at the time of the one before, late by up to days, or a little ahead. */
  #time(now: number): string {
    const random = this.#random;
    const roll = random.next();
    let at = now;
    if (roll < 0.15) at = this.#lastAt || now;
    else if (roll < 0.35) at = now - random.below(HOUR_MS);
    else if (roll < 0.43) at = now - random.below(30 * HOUR_MS);
    else if (roll < 0.46) at = now - random.below(8 * DAY_MS);
    else if (roll < 0.52) at = now + random.below(MINUTE_MS);
    else if (roll < 0.523) at = now + 2 * DAY_MS;
    this.#lastAt = at;
    return instant(at);
  }

  #approval(): Json {
    const random = this.#random;
    const held = this.#transfers.filter(({ amount }) => (amount as Money).minor >= 20_000_000);
    const { transferId, debtor } =
      held.length > 0 ? random.pick(held) : { transferId: 'T-0', debtor: { account: 'X-0' } };
    const { party, account } = debtor as { party?: string; account: string };
    return {
      transferId,
      revision: random.chance(0.8) ? 1 : 2,
      action: random.chance(0.8) ? 'approve' : 'deny',
      by: random.pick(APPROVERS),
      subject: party ?? account,
    };
  }

  #customer(now: number): Json {
    const random = this.#random;
    const customerId = this.#party();
    return {
      customerId,
      at: instant(now - random.below(2) * random.below(DAY_MS)),
      kind: random.pick(['person', 'organisation']),
      tags: random.chance(0.4) ? [random.pick(TAGS)] : [],
      accounts: [0, 1, 2].map((account) => `${customerId}-${account}`),
      ...(random.chance(0.5) ? { zone: random.pick(ZONES) } : {}),
      ...(random.chance(0.5) ? { creditLimit: { minor: random.whole(1, 50) * 1_000_000, currency: 'CNY' } } : {}),
    };
  }

  #invoice(now: number): Json {
    const random = this.#random;
    if (this.#invoices.length > 0 && random.chance(0.3)) {
      const before = random.pick(this.#invoices);
      if (random.chance(0.3)) return before;
      const status = random.pick(['open', 'open', 'disputed', 'cancelled']);
      return { ...before, eventId: `E-${++this.#number}`, at: instant(now), status, dueOn: this.#day(now) };
    }
    const invoice = {
      invoiceId: `INV-${++this.#number}`,
      at: instant(now),
      customer: this.#party(),
      amount: { minor: random.whole(1, 900_000), currency: random.pick(['CNY', 'CNY', 'USD']) },
      issuedOn: this.#day(now),
      dueOn: this.#day(now),
      status: 'open',
    };
    this.#invoices.push(invoice);
    return invoice;
  }

  #payment(now: number): Json {
    const random = this.#random;
    if (this.#payments.length > 0 && random.chance(0.2)) {
      const before = random.pick(this.#payments);
      return random.chance(0.4) ? before : { ...before, status: 'reversed', at: instant(now) };
    }
    const invoice = this.#invoices.length === 0 ? null : random.pick(this.#invoices);
    const payment = {
      paymentId: `PAY-${++this.#number}`,
      at: instant(now),
      customer: (invoice?.customer as string | undefined) ?? this.#party(),
      amount: { minor: random.whole(1, 900_000), currency: 'CNY' },
      status: 'received',
      ...(invoice !== null && random.chance(0.6) ? { invoiceId: invoice.invoiceId } : {}),
    };
    this.#payments.push(payment);
    return payment;
  }

  #balance(now: number): Json {
    const party = this.#party();
    const available = { minor: this.#random.below(9_000_000), currency: 'CNY' };
    return { account: `${party}-0`, party, at: instant(now), available };
  }

  /** Of parties of whom nothing else was heard yet, too. */
  #activity(now: number): Json {
    return { activityId: `AC-${++this.#number}`, at: instant(now), party: this.#party(), kind: 'login' };
  }

  #profileChange(now: number): Json {
    const party = this.#party();
    return { changeId: `PC-${++this.#number}`, at: instant(now), party, field: 'phone', status: 'requested' };
  }

  #control(now: number): Json {
    const random = this.#random;
    const reason = 'traffic of a test';
    switch (random.below(8)) {
      case 0:
      case 1:
        return { kind: 'settings', reason, settings: random.pick(SETTINGS) };
      case 2:
        return { kind: 'freeze', reason, party: this.#party(), until: instant(now + random.below(HOUR_MS)) };
      case 3:
        return { kind: 'unfreeze', reason, party: this.#party() };
      case 4:
        return {
          kind: 'list-part',
          reason,
          list: 'watch',
          listVersion: `v${random.below(3)}`,
          members: [this.#party()],
        };
      case 5:
        return { kind: 'list-close', reason, list: 'watch', listVersion: `v${random.below(3)}` };
      case 6:
        return { kind: 'rule-switch', reason, rule: random.pick(RULES), enabled: random.chance(0.6) };
      default:
        return {
          kind: 'rates',
          reason,
          rates: [
            { currency: random.pick(['USD', 'EUR']), numerator: random.whole(60_000, 90_000), denominator: 10_000 },
          ],
        };
    }
  }

  #party(): string {
    const known = this.#random.chance(0.9);
    return known ? `P-${this.#random.below(this.#parties)}` : `N-${this.#random.below(100)}`;
  }

  #day(now: number): string {
    return instant(now + this.#random.whole(-100, 20) * DAY_MS).slice(0, 10);
  }
}

interface Money {
  readonly minor: number;
  readonly currency: string;
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
