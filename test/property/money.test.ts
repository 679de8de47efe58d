/**
 * Money through the engine against a naive ledger: whatever happens to transfers, in whatever order, a
 * period's total is the sum of what may pass of its transfers, windows say the same, payer and payee
 * agree, and decisions count their revisions up.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Subject } from '../../processors/books/subject.ts';
import { ATTEMPTS, COUNT, SUM, TOTALS } from '../../processors/features/windows.ts';
import { encodeSubject } from '../../processors/score/subject-codec.ts';
import { dayNumber } from '../../schemas/time.ts';
import { Driver, type Outputs } from '../support/driver.ts';
import {
  converted,
  DAY_MS,
  dateIn,
  type ModelLeg,
  ModelTransfer,
  nextMidnightIn,
  type Outcome,
  type Rate,
  type Status,
  zoneAt,
} from '../support/ledger-model.ts';
import { type Op, operations } from '../support/ledger-operations.ts';
import { scaled } from '../support/scale.ts';

const HOUR = 3_600_000;
/** Already November in Shanghai, still October elsewhere; on the first the clock goes back in New York. */
const START = Date.UTC(2026, 9, 31, 20);
const INSTITUTION = 'Asia/Shanghai';
const LATENESS = DAY_MS;
const SETTINGS = `
institution: { zone: ${INSTITUTION} }
lateness: 24h
holdExpiry: 6h
rules:
  limit-transaction: { options: { limit: { minor: 90000, currency: CNY } } }
  limit-day: { options: { limit: { minor: 150000, currency: CNY } } }
  limit-month: { options: { limit: { minor: 400000, currency: CNY } } }
  large-amount-approval: { options: { one: { minor: 20000, currency: CNY }, two: { minor: 60000, currency: CNY } } }
`;
const ZONES = ['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', null];
const PARTIES = ['A', 'B', 'C', 'P', 'Q'];

/** Engine and ledger, side by side. */
class Pair {
  readonly driver = new Driver({ settings: SETTINGS, partitions: 3 });
  readonly transfers: ModelTransfer[] = [];
  readonly legs: ModelLeg[] = [];
  /** Accepted messages, to be sent again. */
  readonly messages: { [name: string]: unknown }[] = [];
  readonly #rates = new Map<string, { rate: Rate; at: number }>();
  #tick = 0;
  /** Party → its zones, each from a time on. */
  readonly #zones = new Map<string, { from: number; zone: string }[]>();
  /** Party → greatest `min(at, seen)` of its legs. */
  readonly #clocks = new Map<string, number>();
  /** Parties of whom some amount has counted. */
  readonly #reserved = new Set<string>();
  #events = 0;
  #now = START;

  constructor() {
    this.driver.now = START;
    this.#customer('A', null);
    this.#customer('B', 'America/New_York');
    this.#customer('C', INSTITUTION);
    this.#run({ kind: 'rate', currency: 'USD', rate: { numerator: 71_850, denominator: 10_000 } });
  }

  run(op: Op): void {
    this.#now += 1_000;
    this.driver.now = this.#now;
    this.#run(op);
    this.#check();
  }

  #run(op: Op): void {
    switch (op.kind) {
      case 'submit':
        this.#submit(op);
        break;
      case 'status':
        this.#status(op);
        break;
      case 'amend':
        this.#amend(op);
        break;
      case 'approve':
        this.#approve(op);
        break;
      case 'tick':
        this.#now += op.hours * HOUR;
        this.#tick = this.#now;
        this.#heed(this.driver.tick(this.#now));
        break;
      case 'rate':
        this.#rate(op.currency, op.rate);
        break;
      case 'zone':
        this.#customer(PARTIES[op.party]!, ZONES[op.zone]!);
        break;
      case 'again':
        this.#again(op);
    }
  }

  #submit(op: Op & { kind: 'submit' }): void {
    const id = `T-${this.transfers.length}`;
    const at = this.#now - op.back * HOUR;
    const leg = this.#newLeg(at, PARTIES[op.payer]!, PARTIES[op.payee]!);
    const transfer = new ModelTransfer(id, op.currency, op.first, leg, this.#rateOf(op.currency, at));
    const minor = converted(op.minor, transfer.rate);
    if (op.first === 'submitted') transfer.requested = minor;
    // First heard of in part: that part is all that is known to have been asked for.
    transfer.become(op.first, op.first === 'failed' ? 0 : minor);
    this.transfers.push(transfer);
    this.#send(transfer, { status: op.first, minor: op.minor });
  }

  #status(op: Op & { kind: 'status' }): void {
    const transfer = this.transfers[op.which % this.transfers.length];
    if (transfer === undefined) return;
    const minor = op.percent * 200;
    const out = this.#send(transfer, { status: op.status, minor, eventId: `E-${++this.#events}` });
    if (out['dead-letters'].length > 0) return;
    transfer.rate ??= this.#rateOf(transfer.currency, this.#now);
    transfer.become(op.status, converted(minor, transfer.rate));
    if (transfer.leg.counts > 0) this.#reserved.add(transfer.leg.payer).add(transfer.leg.payee);
  }

  #amend(op: Op & { kind: 'amend' }): void {
    const transfer = this.transfers[op.which % this.transfers.length];
    if (transfer === undefined || transfer.status !== 'submitted') return;
    transfer.leg.counts = 0;
    transfer.leg = this.#newLeg(this.#now - op.back * HOUR, transfer.leg.payer, PARTIES[op.payee]!);
    transfer.rate = this.#rateOf(transfer.currency, transfer.leg.at);
    transfer.requested = converted(op.minor, transfer.rate);
    transfer.outcome = null;
    transfer.count();
    const out = this.#send(transfer, { status: 'submitted', minor: op.minor, eventId: `E-${++this.#events}` });
    expect(out['dead-letters']).toEqual([]);
  }

  #approve(op: Op & { kind: 'approve' }): void {
    const held = this.transfers.filter((one) => one.isHeld);
    const transfer = held[op.which % held.length];
    if (transfer === undefined) return;
    const isOutdated = op.outdated && transfer.revision > 1;
    const out = this.driver.send('approvals', {
      approvalId: `A-${++this.#events}`,
      transferId: transfer.id,
      revision: transfer.revision - (isOutdated ? 1 : 0),
      action: op.action,
      subject: transfer.leg.payer,
      by: `person-${op.by}`,
      roles: ['approver'],
    });
    const refusals = out['dead-letters'].map((one) => one.refusal).filter((one) => one !== 'approval_twice');
    expect(refusals).toEqual(isOutdated ? ['approval_outdated'] : []);
    this.#heed(out);
  }

  #rate(currency: string, rate: Rate): void {
    this.#rates.set(currency, { rate, at: this.driver.now });
    this.#heed(
      this.driver.send('control', { controlId: `R-${++this.#events}`, kind: 'rates', rates: [{ currency, ...rate }] }),
    );
  }

  /**
   * A file that says a zone: it holds at once where no money has counted before the first one, otherwise
   * from the next midnight of the zone in force.
   */
  #customer(party: string, zone: string | null): void {
    const said = zone ?? INSTITUTION;
    const known = this.#zones.get(party);
    const isNew = known === undefined && !this.#reserved.has(party);
    const zones = known ?? [{ from: 0, zone: isNew ? said : INSTITUTION }];
    const midnight = nextMidnightIn(zoneAt(zones, this.#now), this.#now);
    const inForce = zones.filter((one) => one.from < midnight);
    this.#zones.set(party, [...inForce, { from: midnight, zone: said }]);
    this.#heed(this.driver.customer({ customerId: party, ...(zone === null ? {} : { zone }) }));
  }

  /** The same message again, or the same name on other content: nothing changes, at most it is refused. */
  #again({ which, otherContent }: Op & { kind: 'again' }): void {
    const message = this.messages[which % this.messages.length];
    if (message === undefined) return;
    const before = this.#subjects().map((subject) => encodeSubject(subject).toString('hex'));
    const changed = otherContent ? { purpose: 'something else' } : {};
    const out = this.driver.transfer({ ...message, ...changed });
    const { 'dead-letters': refused, voids, ...others } = out;
    expect(Object.values(others).flat()).toEqual([]);
    // A payee that only the refused message names is told that nothing of it holds; here all knew better.
    expect(voids.filter((one) => one.revision !== 0)).toEqual([]);
    expect(refused.map((one) => one.refusal)).toEqual(otherContent ? ['event_id_reused'] : []);
    expect(this.#subjects().map((subject) => encodeSubject(subject).toString('hex'))).toEqual(before);
  }

  /** Sends a message on the transfer as the ledger has it now. */
  #send(transfer: ModelTransfer, more: { status: Status; minor: number; eventId?: string }): Outputs {
    const { leg, id, currency } = transfer;
    if (leg.counts > 0) this.#reserved.add(leg.payer).add(leg.payee);
    const { minor, ...rest } = more;
    const message = {
      transferId: id,
      at: new Date(more.status === 'submitted' || more.eventId === undefined ? leg.at : this.#now).toISOString(),
      from: leg.payer,
      to: leg.payee,
      amount: { minor, currency },
      maker: 'zhang',
      ...rest,
    };
    const out = this.driver.transfer(message, this.#now);
    if (out['dead-letters'].length === 0) this.messages.push(message);
    this.#heed(out);
    return out;
  }

  /** Takes the engine's word on outcomes, and holds it to revisions that count up. */
  #heed({ decisions }: Outputs): void {
    for (const { transferId, revision, outcome, expiresAt } of decisions) {
      const transfer = this.transfers.find((one) => one.id === transferId)!;
      expect({ transferId, revision }).toEqual({ transferId, revision: transfer.revision + 1 });
      transfer.revision = revision;
      transfer.outcome = outcome as Outcome;
      transfer.expiresAt = expiresAt ?? transfer.expiresAt;
      transfer.count();
    }
  }

  #newLeg(at: number, payer: string, payee: string): ModelLeg {
    const [beyondPayer, beyondPayee] = [payer, payee].map((party) => {
      const clock = Math.max(this.#clocks.get(party) ?? 0, Math.min(at, this.#now));
      this.#clocks.set(party, clock);
      return at < clock - LATENESS;
    }) as [boolean, boolean];
    const leg = { at, payer, payee, counts: 0, beyondPayer, beyondPayee };
    this.legs.push(leg);
    return leg;
  }

  /** The rate in force for an event: none where it is older than 72 hours by the clock or by the event. */
  #rateOf(currency: string, at: number): Rate | null {
    if (currency === 'CNY') return { numerator: 1, denominator: 1 };
    const known = this.#rates.get(currency);
    if (known === undefined) return null;
    return Math.max(this.#tick, Math.min(at, this.#now)) - known.at > 72 * HOUR ? null : known.rate;
  }

  #subjects(): Subject[] {
    return this.driver.tasks.flatMap((task) => task.state.subjects.all);
  }

  #subject(party: string): Subject | undefined {
    return this.driver.tasks
      .map(({ state }) => state.subjects.all.find((one) => one.kind === 'party' && state.subjects.idOf(one) === party))
      .find((one) => one !== undefined);
  }

  #check(): void {
    for (const transfer of this.transfers) {
      if (transfer.isHeld) expect(transfer.expiresAt).toBeGreaterThan(this.#tick);
    }
    for (const party of PARTIES) {
      const subject = this.#subject(party);
      if (subject === undefined) continue;
      this.#checkPeriods(party, subject);
      this.#checkWindows(party, subject);
    }
  }

  #checkPeriods(party: string, subject: Subject): void {
    const { limits, profile } = subject;
    const zones = this.#zones.get(party) ?? [{ from: 0, zone: INSTITUTION }];
    const dateOf = (leg: ModelLeg) => dateIn(zoneAt(zones, leg.at), leg.at);
    const out = this.legs.filter((leg) => leg.payer === party);
    const counted = (legs: readonly ModelLeg[]) => legs.reduce((sum, leg) => sum + leg.counts, 0);
    for (const leg of out) {
      const date = dateOf(leg);
      const day = counted(out.filter((one) => dateOf(one) === date));
      const month = counted(out.filter((one) => dateOf(one).slice(0, 7) === date.slice(0, 7)));
      const total = limits.dayTotal(leg.at, profile, INSTITUTION);
      expect({ party, date, total }).toEqual({ party, date, total: day });
      expect(limits.monthTotal(leg.at, profile, INSTITUTION)).toBe(month);
    }
    for (const side of [0, 1]) {
      const legs = side === 0 ? out : this.legs.filter((leg) => leg.payee === party);
      for (const date of new Set(legs.map((leg) => dateIn(INSTITUTION, leg.at)))) {
        const total = counted(legs.filter((leg) => dateIn(INSTITUTION, leg.at) === date));
        expect(limits.days.total(dayNumber(date), side)).toBe(total);
      }
    }
  }

  #checkWindows(party: string, subject: Subject): void {
    const { windows } = subject.history;
    for (const side of [0, 1]) {
      const own = this.legs.filter((leg) => (side === 0 ? leg.payer : leg.payee) === party);
      const others = this.legs.filter((leg) => (side === 0 ? leg.payee : leg.payer) === party);
      const joined = own.filter((leg) => !(side === 0 ? leg.beyondPayer : leg.beyondPayee));
      const otherJoined = others.filter((leg) => !(side === 0 ? leg.beyondPayee : leg.beyondPayer));
      const end = Math.max(...joined.map((leg) => leg.at), ...otherJoined.map((leg) => leg.at));
      for (const [place, sizeMs] of windows.plan.sizesMs.entries()) {
        const inside = joined.filter((leg) => leg.at > end - sizeMs && leg.at <= end);
        const passing = inside.filter((leg) => leg.counts > 0);
        const base = place * TOTALS + side;
        expect([SUM, COUNT, ATTEMPTS].map((total) => windows.totals[base + total])).toEqual([
          passing.reduce((sum, leg) => sum + leg.counts, 0),
          passing.length,
          inside.length,
        ]);
      }
    }
  }
}

describe('money', () => {
  it('adds up: periods, windows, both sides and revisions, whatever happens to transfers', () => {
    fc.assert(
      fc.property(fc.array(operations, { minLength: 1, maxLength: 30 }), (all) => {
        const pair = new Pair();
        for (const op of all) pair.run(op);
      }),
      { numRuns: scaled(300) },
    );
  });
});
