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
} from '../../../processors/books/receivables.ts';
import { openOf } from '../../../processors/books/settlement.ts';
import { LONG_MAX } from '../../../schemas/declare.ts';
import type { Invoice } from '../../../schemas/events/invoice.ts';
import type { Payment } from '../../../schemas/events/payment.ts';
import type { Money } from '../../../schemas/money.ts';
import { DAY_0, instant, invoice, payment, toBase } from '../../support/debts.ts';

type Event = Invoice | Payment;

/** A book after events, all of which it must take in. */
function bookAfter(...events: readonly Event[]): Receivables {
  const book = newReceivables();
  for (const event of events) expect(apply(book, event)).toEqual({ kind: 'applied' });
  return book;
}

function apply(book: Receivables, event: Event, convert = toBase) {
  return 'paymentId' in event ? applyPayment(book, event, convert) : applyInvoice(book, event, convert);
}

/** What is open of each invoice, in its own minor units. */
function openIn(book: Receivables): { [invoiceId: string]: number } {
  return Object.fromEntries([...book.invoices.values()].map((one) => [one.invoiceId, openOf(one)]));
}

function unappliedIn(book: Receivables): { [paymentId: string]: number } {
  return Object.fromEntries([...book.payments.values()].map((one) => [one.paymentId, one.unappliedMinor]));
}

describe('a payment', () => {
  it('pays the invoice that it names', () => {
    const book = bookAfter(invoice('I-1', 100, 5), invoice('I-2', 100, 9), payment('P', 100, { invoiceId: 'I-2' }));
    expect(openIn(book)).toEqual({ 'I-1': 100, 'I-2': 0 });
  });

  it('without a name pays the oldest unpaid invoices by due date, equal dates by id', () => {
    const book = bookAfter(
      invoice('I-2', 100, 9),
      invoice('I-3', 100, 5),
      invoice('I-1', 100, 9),
      payment('P', 250, { at: instant(1) }),
    );
    expect(openIn(book)).toEqual({ 'I-1': 0, 'I-2': 50, 'I-3': 0 });
  });

  it('pays in parts', () => {
    const book = bookAfter(
      invoice('I', 100, 5),
      payment('P-1', 30, { invoiceId: 'I' }),
      payment('P-2', 69, { invoiceId: 'I' }),
    );
    expect(openIn(book)).toEqual({ I: 1 });
    apply(book, payment('P-3', 1));
    expect(openIn(book)).toEqual({ I: 0 });
  });

  it('that is more than its invoice pays other unpaid ones, and keeps the rest for later ones', () => {
    const book = bookAfter(invoice('I-1', 100, 5), invoice('I-2', 40, 9), payment('P', 200, { invoiceId: 'I-2' }));
    expect(openIn(book)).toEqual({ 'I-1': 0, 'I-2': 0 });
    expect(unappliedIn(book)).toEqual({ P: 60 });
    apply(book, invoice('I-3', 70, 30));
    expect(openIn(book)).toMatchObject({ 'I-3': 10 });
    expect(unappliedIn(book)).toEqual({ P: 0 });
  });

  it('that names an invoice which has not come waits for it, and pays no other', () => {
    const book = bookAfter(invoice('I-1', 100, 5), payment('P', 100, { invoiceId: 'I-2' }));
    expect(openIn(book)).toEqual({ 'I-1': 100 });
    apply(book, invoice('I-2', 80, 9));
    expect(openIn(book)).toEqual({ 'I-1': 80, 'I-2': 0 });
  });

  it('that is taken back opens its invoices again, and other cash then pays them', () => {
    const book = bookAfter(
      invoice('I-1', 100, 5),
      payment('P-1', 150),
      payment('P-2', 60, { at: instant(1) }),
      invoice('I-2', 30, 9),
    );
    expect(unappliedIn(book)).toEqual({ 'P-1': 20, 'P-2': 60 });
    apply(book, payment('P-1', 150, { status: 'reversed', at: instant(2) }));
    expect(openIn(book)).toEqual({ 'I-1': 40, 'I-2': 30 });
    expect(unappliedIn(book)).toEqual({ 'P-1': 0, 'P-2': 0 });
  });

  it('that is taken back before it was heard of as received pays nothing when it comes', () => {
    const book = bookAfter(
      invoice('I', 100, 5),
      payment('P', 100, { status: 'reversed', at: instant(2) }),
      payment('P', 100),
    );
    expect(openIn(book)).toEqual({ I: 100 });
    expect(unappliedIn(book)).toEqual({ P: 0 });
  });

  it('of the invoice’s currency pays it unit for unit, whatever the rate is by then', () => {
    const book = newReceivables();
    const usd = (minor: number): Money => ({ minor, currency: 'USD' });
    apply(book, invoice('I', 0, 5, { amount: usd(10_000) }), ({ minor }) => minor * 7);
    apply(book, payment('P', 0, { amount: usd(10_000), invoiceId: 'I' }), ({ minor }) => minor * 8);
    expect(openIn(book)).toEqual({ I: 0 });
    expect(unappliedIn(book)).toEqual({ P: 0 });
  });

  it('of another currency goes through the base currency', () => {
    const book = bookAfter(
      invoice('I', 0, 5, { amount: { minor: 10_000, currency: 'USD' } }),
      payment('P-1', 36_000, { invoiceId: 'I' }),
    );
    expect(openIn(book)).toEqual({ I: 5_000 });
    apply(book, payment('P-2', 40_000, { invoiceId: 'I' }));
    expect(openIn(book)).toEqual({ I: 0 });
    expect(unappliedIn(book)).toEqual({ 'P-1': 0, 'P-2': 4_000 });
  });

  it('of a currency without a rate waits until the rate comes', () => {
    const book = bookAfter(invoice('I', 70_000, 5), payment('P', 0, { amount: { minor: 100, currency: 'KWD' } }));
    expect(openIn(book)).toEqual({ I: 70_000 });
    apply(book, invoice('I-2', 1, 9), ({ minor, currency }) => (currency === 'KWD' ? minor * 700 : minor));
    expect(openIn(book)).toEqual({ I: 0, 'I-2': 1 });
  });
});

describe('an invoice', () => {
  it('that is amended takes amount, due date and status of the later event', () => {
    const book = bookAfter(invoice('I', 100, 5), payment('P', 100), invoice('I', 140, 20, { at: instant(1) }));
    expect(openIn(book)).toEqual({ I: 40 });
    expect(overdueOn(book, DAY_0 + 20).overdueDaysMax).toBe(0);
    expect(overdueOn(book, DAY_0 + 21).overdueDaysMax).toBe(1);
  });

  it('is not changed by an older event that comes late', () => {
    const book = bookAfter(invoice('I', 140, 20, { at: instant(1) }), invoice('I', 100, 5));
    expect(openIn(book)).toEqual({ I: 140 });
  });

  it('that becomes smaller than what was paid gives the rest back', () => {
    const book = bookAfter(invoice('I-1', 100, 5), payment('P', 100), invoice('I-1', 60, 5, { at: instant(1) }));
    expect(unappliedIn(book)).toEqual({ P: 40 });
    apply(book, invoice('I-2', 50, 9));
    expect(openIn(book)).toEqual({ 'I-1': 0, 'I-2': 10 });
  });

  it('that is cancelled gives all back, and may come to life again', () => {
    const book = bookAfter(
      invoice('I-1', 100, 5),
      payment('P', 100, { invoiceId: 'I-1' }),
      invoice('I-1', 100, 5, { at: instant(1), status: 'cancelled' }),
      invoice('I-2', 30, 9),
    );
    expect(openIn(book)).toEqual({ 'I-1': 0, 'I-2': 0 });
    apply(book, invoice('I-1', 100, 5, { at: instant(2) }));
    expect(openIn(book)).toEqual({ 'I-1': 30, 'I-2': 0 });
  });

  it('that is disputed is owed and not overdue, and only cash that names it pays it', () => {
    const book = bookAfter(
      invoice('I', 100, 5, { status: 'disputed' }),
      payment('P-1', 50),
      payment('P-2', 30, { invoiceId: 'I' }),
    );
    expect(openIn(book)).toEqual({ I: 70 });
    expect(overdueOn(book, DAY_0 + 50)).toEqual({
      overdueDaysMax: 0,
      overdueMinor: 0,
      openMinor: 70,
      overdueInvoices: 0,
    });
    expect(nextDueDay(book, DAY_0, [1])).toBeNull();
    apply(book, invoice('I', 100, 5, { at: instant(1) }));
    expect(openIn(book)).toEqual({ I: 20 });
  });
});

describe('what is refused changes nothing', () => {
  const amended = invoice('I', 120, 5, { eventId: 'E-1' });
  const cases: readonly (readonly [string, Event, string, RegExp])[] = [
    ['other content under the same eventId', amended, 'event_id_reused', /^Event E-1 came before with other content/],
    ['a payment received twice', payment('P', 50, { eventId: 'E-9' }), 'status_impossible', /P is received; received/],
    ['a negative invoice', invoice('I-2', -1, 5), 'amount_out_of_range', /CNY -0\.01; zero or more/],
    ['a payment of nothing', payment('P-2', 0), 'amount_out_of_range', /more than zero/],
    [
      'a part of a payment taken back',
      payment('P', 40, { status: 'reversed' }),
      'amount_out_of_range',
      /P is of CNY 0\.50, its event reversed of CNY 0\.40/,
    ],
    ['an invoice due on no day', invoice('I-2', 1, 5, { dueOn: 'soon' }), 'undecodable', /due on soon; a day like/],
  ];
  it.each(cases)('%s', (_what, event, refusal, detail) => {
    const book = bookAfter(invoice('I', 100, 5, { eventId: 'E-1' }), payment('P', 50));
    const before = JSON.stringify(toJson(book));
    expect(apply(book, event)).toEqual({ kind: 'refused', refusal, detail: expect.stringMatching(detail) });
    expect(JSON.stringify(toJson(book))).toBe(before);
  });

  it('a payment taken back twice, or received after that', () => {
    const book = bookAfter(payment('P', 50), payment('P', 50, { status: 'reversed' }));
    for (const status of ['reversed', 'received'] as const) {
      expect(apply(book, payment('P', 50, { status, eventId: 'E-2' }))).toMatchObject({
        refusal: 'status_impossible',
        detail: `Payment P is reversed; ${status} cannot follow.`,
      });
    }
  });
});

describe('a repeat', () => {
  it('is known, whether named by the sender or not, and changes nothing', () => {
    const events = [invoice('I', 100, 5), payment('P', 40, { eventId: 'E-1' }), payment('Q', 10)];
    const book = bookAfter(...events);
    const before = JSON.stringify(toJson(book));
    for (const event of events) expect(apply(book, event)).toEqual({ kind: 'repeat' });
    expect(JSON.stringify(toJson(book))).toBe(before);
  });

  it('is known when its invoice has long been forgotten', () => {
    const book = bookAfter(invoice('I', 100, 5), payment('P', 100), payment('Q', 1, { at: instant(401) }));
    expect([...book.invoices.keys()]).toEqual([]);
    expect([...book.payments.keys()]).toEqual(['Q']);
    expect(apply(book, invoice('I', 100, 5))).toEqual({ kind: 'repeat' });
    expect(apply(book, payment('P', 100))).toEqual({ kind: 'repeat' });
  });
});

describe('days overdue', () => {
  it.each([
    [4, 0],
    [5, 0],
    [6, 1],
    [35, 30],
  ])('on day %i, where day 5 is the last in time, are %i', (day, days) => {
    const book = bookAfter(invoice('I', 100, 5));
    expect(overdueOn(book, DAY_0 + day).overdueDaysMax).toBe(days);
  });

  it('are those of the oldest unpaid invoice; amounts are what is left, in base minor units', () => {
    const book = bookAfter(
      invoice('I-1', 100, 5),
      invoice('I-2', 0, 7, { amount: { minor: 1_000, currency: 'USD' } }),
      invoice('I-3', 50, 40),
      payment('P', 100, { invoiceId: 'I-1' }),
      payment('Q', 0, { invoiceId: 'I-2', amount: { minor: 250, currency: 'USD' } }),
    );
    expect(overdueOn(book, DAY_0 + 10)).toEqual({
      overdueDaysMax: 3,
      overdueMinor: 5_400,
      openMinor: 5_450,
      overdueInvoices: 1,
    });
  });

  it('count without a rate too, and the amount from the rate on', () => {
    const book = bookAfter(invoice('I', 0, 5, { amount: { minor: 1_000, currency: 'KWD' } }));
    expect(overdueOn(book, DAY_0 + 6)).toMatchObject({ overdueDaysMax: 1, overdueMinor: 0 });
    apply(book, payment('P', 2), ({ minor, currency }) => (currency === 'KWD' ? minor * 2 : minor));
    expect(overdueOn(book, DAY_0 + 6)).toMatchObject({ overdueDaysMax: 1, overdueMinor: 1_998 });
  });

  it('of amounts beyond what can be counted stop at the greatest integer that a record can carry', () => {
    const book = bookAfter(invoice('I-1', Number.MAX_SAFE_INTEGER, 5), invoice('I-2', Number.MAX_SAFE_INTEGER, 5));
    expect(overdueOn(book, DAY_0 + 6).openMinor).toBe(LONG_MAX);
  });
});

describe('announcements', () => {
  const STEPS = [-3, 1, 30, 60];

  it('come step by step, each once', () => {
    const book = bookAfter(invoice('I', 100, 10));
    const told: [number, number, number][] = [];
    for (let day = DAY_0; day < DAY_0 + 100; day++) {
      for (const { daysOverdue, step } of announcementsOn(book, day, STEPS))
        told.push([day - DAY_0, daysOverdue, step]);
    }
    expect(told).toEqual([
      [7, -3, -3],
      [11, 1, 1],
      [40, 30, 30],
      [70, 60, 60],
    ]);
  });

  it('of steps that passed at once tell only the last', () => {
    const book = bookAfter(invoice('I', 100, -45));
    expect(announcementsOn(book, DAY_0, STEPS)).toEqual([{ invoiceId: 'I', daysOverdue: 45, step: 30 }]);
    expect(announcementsOn(book, DAY_0, STEPS)).toEqual([]);
    expect(announcementsOn(book, DAY_0 + 14, STEPS)).toEqual([]);
    expect(announcementsOn(book, DAY_0 + 15, STEPS)).toEqual([{ invoiceId: 'I', daysOverdue: 60, step: 60 }]);
  });

  it('never tell the same step twice, though the due date moves or the payment is taken back', () => {
    const book = bookAfter(invoice('I', 100, 10));
    expect(announcementsOn(book, DAY_0 + 11, STEPS)).toHaveLength(1);
    apply(book, invoice('I', 100, 20, { at: instant(11) }));
    apply(book, payment('P', 100, { at: instant(12) }));
    expect(announcementsOn(book, DAY_0 + 21, STEPS)).toEqual([]);
    apply(book, payment('P', 100, { at: instant(13), status: 'reversed' }));
    expect(announcementsOn(book, DAY_0 + 49, STEPS)).toEqual([]);
    expect(announcementsOn(book, DAY_0 + 50, STEPS)).toHaveLength(1);
  });
});

describe('the next day on which debts change by themselves', () => {
  it('is that of a reminder, then each day overdue', () => {
    const book = bookAfter(invoice('I-1', 100, 10), invoice('I-2', 100, 5));
    expect(nextDueDay(book, DAY_0, [-3, 1])).toBe(DAY_0 + 2);
    announcementsOn(book, DAY_0 + 2, [-3, 1]);
    expect(nextDueDay(book, DAY_0 + 3, [-3, 1])).toBe(DAY_0 + 6);
    announcementsOn(book, DAY_0 + 6, [-3, 1]);
    expect(nextDueDay(book, DAY_0 + 7, [-3, 1])).toBe(DAY_0 + 7);
    expect(nextDueDay(book, DAY_0 + 70, [-3, 1])).toBe(DAY_0 + 70);
  });

  it('is none where all is paid', () => {
    expect(nextDueDay(bookAfter(invoice('I', 100, 10), payment('P', 100)), DAY_0, [1])).toBeNull();
  });
});

describe('memory', () => {
  it('holds the latest closed invoices with their payments, and all unpaid ones', () => {
    const book = bookAfter(invoice('unpaid', 1, 5, { status: 'disputed' }));
    for (let number = 0; number < 2_100; number++) {
      const at = instant(1) + number;
      apply(book, invoice(`I-${number}`, 100, 9, { at }));
      apply(book, payment(`P-${number}`, 100, { invoiceId: `I-${number}`, at }));
    }
    expect(book.invoices.size).toBeLessThanOrEqual(2_049);
    expect(book.invoices.size).toBeGreaterThan(1_700);
    expect(book.payments.size).toBe(book.invoices.size - 1);
    expect([...book.invoices.keys()]).toEqual(expect.arrayContaining(['unpaid', 'I-2099', 'I-1000']));
    expect(book.invoices.has('I-0')).toBe(false);
  });

  it('refuses the invoice that is one too many unpaid', () => {
    const book = newReceivables();
    for (let number = 0; number < 8_192; number++) apply(book, invoice(`I-${number}`, 1, 5));
    expect(apply(book, invoice('one-more', 1, 5))).toMatchObject({ kind: 'refused', refusal: 'book_full' });
    expect(apply(book, payment('P', 1))).toEqual({ kind: 'applied' });
    expect(apply(book, invoice('one-more', 1, 5))).toEqual({ kind: 'applied' });
  });
});

describe('a checkpoint', () => {
  it('holds the whole book as JSON', () => {
    const book = bookAfter(
      invoice('I-1', 100, 5),
      payment('P', 130, { invoiceId: 'I-1' }),
      payment('Q', 5, { invoiceId: 'unknown' }),
      invoice('I-2', 90, 2),
    );
    announcementsOn(book, DAY_0 + 3, [1]);
    const restored = fromJson(JSON.parse(JSON.stringify(toJson(book))));
    expect(toJson(restored)).toEqual(toJson(book));
    expect(overdueOn(restored, DAY_0 + 3)).toEqual(overdueOn(book, DAY_0 + 3));
    for (const each of [book, restored]) apply(each, payment('R', 60));
    expect(toJson(restored)).toEqual(toJson(book));
  });
});
