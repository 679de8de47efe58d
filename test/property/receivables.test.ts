/**
 * The receivables book against a model that pays with single coins: each minor unit of a payment is a
 * coin that lies on an invoice or is free. Slow, obvious, and without a line in common with the book.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  announcementsOn,
  applyInvoice,
  applyPayment,
  fromJson,
  newReceivables,
  nextDueDay,
  overdueOn,
  type Receivables,
  toJson,
} from '../../processors/books/receivables.ts';
import { openOf } from '../../processors/books/settlement.ts';
import type { Invoice } from '../../schemas/events/invoice.ts';
import type { Payment } from '../../schemas/events/payment.ts';
import { dayNumber } from '../../schemas/time.ts';
import { DAY_0, instant, invoice, payment, toBase } from '../support/debts.ts';
import { scaled } from '../support/scale.ts';

type Event = Invoice | Payment;

const invoiceIds = fc.constantFrom('I-1', 'I-2', 'I-3', 'I-4');
const days = fc.integer({ min: 0, max: 12 });

function events(currencies: readonly string[]): fc.Arbitrary<Event[]> {
  const amount = fc.record({ minor: fc.integer({ min: 1, max: 12 }), currency: fc.constantFrom(...currencies) });
  const bill = fc
    .record({
      invoiceId: invoiceIds,
      at: days,
      dueAfter: days,
      amount: fc.oneof(
        { weight: 9, arbitrary: amount },
        amount.map((one) => ({ ...one, minor: 0 })),
      ),
      status: fc.constantFrom(
        'open' as const,
        'open' as const,
        'open' as const,
        'cancelled' as const,
        'disputed' as const,
      ),
    })
    .map(({ invoiceId, at, dueAfter, amount, status }) =>
      invoice(invoiceId, 0, dueAfter, { at: instant(at), amount, status }),
    );
  const money = fc
    .record({
      paymentId: fc.constantFrom('P-1', 'P-2', 'P-3', 'P-4', 'P-5', 'P-6'),
      at: days,
      invoiceId: fc.option(invoiceIds),
      amount,
      status: fc.constantFrom('received' as const, 'received' as const, 'reversed' as const),
      eventId: fc.option(fc.constantFrom('E-1', 'E-2', 'E-3')),
    })
    .map(({ at, paymentId, ...more }) => payment(paymentId, 0, { at: instant(at), ...more }))
    // An amount that goes by the name of the payment, so that most reversals fit.
    .chain((one) =>
      fc.constantFrom(one, {
        ...one,
        amount: { ...one.amount, minor: Number(one.paymentId.at(-1)) * 2, currency: currencies[0]! },
      }),
    );
  return fc.array(fc.oneof(bill, money), { minLength: 1, maxLength: 24 });
}

function apply(book: Receivables, event: Event) {
  return ('paymentId' in event ? applyPayment(book, event, toBase) : applyInvoice(book, event, toBase)).kind;
}

/** The model. It is told which events the book took in; what those do it works out by itself. */
class Coins {
  readonly bills = new Map<string, Invoice>();
  readonly received = new Map<string, Payment>();
  readonly reversed = new Set<string>();
  readonly awaits = new Map<string, string>();
  coins: { paymentId: string; on: string | null }[] = [];

  take(event: Event): void {
    if ('paymentId' in event) this.#takePayment(event);
    else this.#takeInvoice(event);
    this.#settle();
  }

  paid(invoiceId: string): number {
    return this.coins.filter((coin) => coin.on === invoiceId).length;
  }

  open(invoiceId: string): number {
    const bill = this.bills.get(invoiceId)!;
    return bill.status === 'cancelled' ? 0 : bill.amount.minor - this.paid(invoiceId);
  }

  free(paymentId: string): number {
    return this.coins.filter((coin) => coin.paymentId === paymentId && coin.on === null).length;
  }

  #takePayment(event: Payment): void {
    if (event.status === 'reversed') {
      this.reversed.add(event.paymentId);
      this.coins = this.coins.filter((coin) => coin.paymentId !== event.paymentId);
    } else if (!this.reversed.has(event.paymentId)) {
      this.received.set(event.paymentId, event);
      if (event.invoiceId !== null) this.awaits.set(event.paymentId, event.invoiceId);
      for (let coin = 0; coin < event.amount.minor; coin++) this.coins.push({ paymentId: event.paymentId, on: null });
    }
  }

  #takeInvoice(event: Invoice): void {
    const before = this.bills.get(event.invoiceId);
    if (before !== undefined && before.at > event.at) return;
    const lifted = this.coins.filter((coin) => coin.on === event.invoiceId);
    for (const coin of lifted) coin.on = null;
    this.bills.set(event.invoiceId, event);
    const payers = this.#inOrder().filter((one) => lifted.some((coin) => coin.paymentId === one.paymentId));
    for (const payer of payers) this.#lay(payer.paymentId, event.invoiceId);
  }

  #settle(): void {
    for (const { paymentId } of this.#inOrder()) {
      const awaited = this.awaits.get(paymentId);
      if (awaited === undefined || !this.bills.has(awaited) || this.free(paymentId) === 0) continue;
      this.#lay(paymentId, awaited);
      this.awaits.delete(paymentId);
    }
    for (const { paymentId } of this.#inOrder()) {
      if (this.awaits.has(paymentId)) continue;
      const unpaid = [...this.bills.values()].filter((bill) => bill.status === 'open');
      unpaid.sort((a, b) => `${a.dueOn} ${a.invoiceId}`.localeCompare(`${b.dueOn} ${b.invoiceId}`, 'en'));
      for (const bill of unpaid) this.#lay(paymentId, bill.invoiceId);
    }
  }

  #lay(paymentId: string, invoiceId: string): void {
    for (const coin of this.coins) {
      if (coin.paymentId === paymentId && coin.on === null && this.open(invoiceId) > 0) coin.on = invoiceId;
    }
  }

  #inOrder(): Payment[] {
    const held = [...this.received.values()].filter((one) => !this.reversed.has(one.paymentId));
    return held.sort((a, b) => a.at - b.at || a.paymentId.localeCompare(b.paymentId, 'en'));
  }
}

/** Sums that hold after every event, whatever the currencies. */
function expectSums(book: Receivables): void {
  const parts = [...book.payments.values()].flatMap((one) => one.parts);
  for (const bill of book.invoices.values()) {
    const paid = parts
      .filter((part) => part.invoiceId === bill.invoiceId)
      .reduce((sum, part) => sum + part.paidMinor, 0);
    expect(bill.paidMinor).toBe(paid);
    expect(openOf(bill)).toBeGreaterThanOrEqual(0);
    expect(paid + openOf(bill)).toBe(bill.status === 'cancelled' ? 0 : bill.amountMinor);
  }
  for (const one of book.payments.values()) {
    const taken = one.parts.reduce((sum, part) => sum + part.takenMinor, 0);
    expect(one.unappliedMinor).toBeGreaterThanOrEqual(0);
    expect(taken + one.unappliedMinor).toBe(one.state === 'received' ? one.amountMinor : 0);
    for (const part of one.parts) expect(Math.min(part.takenMinor, part.paidMinor)).toBeGreaterThan(0);
  }
}

function expectNoIdleCash(book: Receivables): void {
  const idle = [...book.payments.values()].filter((one) => one.unappliedMinor > 0 && one.awaits === null);
  const unpaid = [...book.invoices.values()].filter((one) => one.status === 'open' && openOf(one) > 0);
  expect(Math.min(idle.length, unpaid.length)).toBe(0);
}

describe('the receivables book', () => {
  it('pays as coins would', () => {
    const seen = { applied: 0, repeat: 0, refused: 0 };
    fc.assert(
      fc.property(events(['CNY']), (stream) => {
        const book = newReceivables();
        const model = new Coins();
        for (const event of stream) {
          const kind = apply(book, event);
          seen[kind]++;
          if (kind === 'applied') model.take(event);
          expectSums(book);
          expectNoIdleCash(book);
          for (const bill of book.invoices.values()) expect(openOf(bill)).toBe(model.open(bill.invoiceId));
          for (const one of book.payments.values()) expect(one.unappliedMinor).toBe(model.free(one.paymentId));
          expect(book.invoices.size).toBe(model.bills.size);
          expectOverdue(book, model);
        }
      }),
      { numRuns: scaled(3_000) },
    );
    expect(seen.applied).toBeGreaterThan(seen.refused);
    expect(seen.refused).toBeGreaterThan(0);
  });

  it('adds up in each currency, with and without rates', () => {
    fc.assert(
      fc.property(events(['CNY', 'USD', 'JPY', 'KWD']), (stream) => {
        const book = newReceivables();
        for (const event of stream) {
          apply(book, event);
          expectSums(book);
        }
      }),
      { numRuns: scaled(2_000) },
    );
  });

  it('is the same with every event sent twice, and with a checkpoint at any place', () => {
    fc.assert(
      fc.property(events(['CNY', 'USD']), fc.nat(23), (stream, place) => {
        const once = newReceivables();
        const twice = newReceivables();
        let stored = newReceivables();
        stream.forEach((event, index) => {
          const kind = apply(once, event);
          expect(apply(stored, event)).toBe(kind);
          expect(apply(twice, event)).toBe(kind);
          expect(apply(twice, event)).toBe(kind === 'refused' ? 'refused' : 'repeat');
          if (index === place) stored = fromJson(JSON.parse(JSON.stringify(toJson(stored))));
        });
        expect(toJson(twice)).toEqual(toJson(once));
        expect(toJson(stored)).toEqual(toJson(once));
      }),
      { numRuns: scaled(1_000) },
    );
  });

  it('announces each step once, the last of those that passed, on the day that was foretold', () => {
    const steps = fc.uniqueArray(fc.integer({ min: -4, max: 12 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(events(['CNY']), steps, (stream, steps) => {
        const book = newReceivables();
        const told = new Set<string>();
        stream.forEach((event, index) => {
          apply(book, event);
          const today = DAY_0 + index;
          const next = nextDueDay(book, today, steps);
          const announcements = announcementsOn(book, today, steps);
          if (announcements.length > 0) expect(next).toBe(today);
          for (const { invoiceId, daysOverdue, step } of announcements) {
            const name = `${invoiceId} ${step}`;
            expect(told.has(name)).toBe(false);
            told.add(name);
            const bill = book.invoices.get(invoiceId)!;
            expect(daysOverdue).toBe(today - bill.dueDay);
            expect(step).toBe(Math.max(...steps.filter((one) => one <= daysOverdue)));
          }
          const isOverdue = overdueOn(book, today).overdueInvoices > 0;
          expect(nextDueDay(book, today, steps) === today).toBe(isOverdue);
        });
      }),
      { numRuns: scaled(2_000) },
    );
  });
});

function expectOverdue(book: Receivables, model: Coins): void {
  for (const today of [DAY_0 - 1, DAY_0 + 4, DAY_0 + 13]) {
    const open = [...model.bills.values()].filter((bill) => model.open(bill.invoiceId) > 0);
    const overdue = open.filter((bill) => bill.status === 'open' && dayNumber(bill.dueOn) < today);
    const sum = (bills: readonly Invoice[]) => bills.reduce((total, bill) => total + model.open(bill.invoiceId), 0);
    expect(overdueOn(book, today)).toEqual({
      overdueDaysMax: Math.max(0, ...overdue.map((bill) => today - dayNumber(bill.dueOn))),
      overdueMinor: sum(overdue),
      openMinor: sum(open),
      overdueInvoices: overdue.length,
    });
  }
}
