/**
 * Monthly bills of the house to its corporate customers, and their payment: in time, at the last moment,
 * some in two parts. Who pays late as a habit (逾期付款客户) is planted and labelled.
 */
import type { Invoice } from '../../../schemas/events/invoice.ts';
import type { Payment } from '../../../schemas/events/payment.ts';
import { dayText, HOUR_MS } from '../../../schemas/time.ts';
import { YUAN } from '../amounts.ts';
import { dayInMonth, dayStart, localDay, momentOf, monthOf } from '../calendar.ts';
import { officeOrigin } from '../draft.ts';
import { hashOf, Random } from '../random.ts';
import type { Organisation, World } from '../world.ts';
import type { Day } from './habit.ts';

export interface Bill {
  readonly customer: Organisation;
  readonly invoiceId: string;
  readonly issuedDay: number;
  readonly dueDay: number;
  readonly minor: number;
  /** Days from the due day to the last payment; negative where it comes early. */
  readonly delayDays: number;
  readonly parts: readonly { readonly day: number; readonly minor: number }[];
}

const STREAM = { bill: 60, habit: 61 } as const;

const LATEST_DAYS = 45;
const LONGEST_TERM_DAYS = 45;

/** Issued days of bills that can still be open on a day. */
export const OPEN_DAYS = LONGEST_TERM_DAYS + LATEST_DAYS;

export function debtors(world: World): readonly Organisation[] {
  return [...world.merchants, ...world.firms];
}

/** `lateShare` is the part of the customers that pays late as a habit. */
export function billOf(world: World, customer: Organisation, month: number, lateShare: number): Bill {
  const random = new Random(world.seed, STREAM.bill, customer.index, month);
  const issuedDay = dayInMonth(month, 1 + ((customer.cycleDay + 9) % 28));
  const dueDay = issuedDay + random.pick([15, 30, 45]);
  const minor = Math.round(random.logNormal(9_000 * YUAN, 0.7) * customer.scale);
  const late = hashOf(world.seed, STREAM.habit, customer.index) / 0x1_0000_0000 < lateShare;
  const delayDays = late ? Math.round(random.logBetween(1, LATEST_DAYS)) : ordinaryDelay(random);
  const last = dueDay + delayDays;
  const halves = random.chance(0.08);
  const parts = halves
    ? [
        { day: Math.max(issuedDay + 1, last - random.whole(3, 9)), minor: Math.floor(minor / 2) },
        { day: last, minor: minor - Math.floor(minor / 2) },
      ]
    : [{ day: last, minor }];
  const name = String((month % 12) + 1).padStart(2, '0');
  const invoiceId = `INV-${Math.floor(month / 12)}${name}-${String(customer.index).padStart(5, '0')}`;
  return { customer, invoiceId, issuedDay, dueDay, minor, delayDays, parts };
}

function ordinaryDelay(random: Random): number {
  return random.chance(0.1) ? 0 : -random.whole(1, 12);
}

/** Every bill that is issued or paid somewhere in these days. */
export function* billsBetween(world: World, fromDay: number, toDay: number, lateShare: number): Generator<Bill> {
  for (const customer of debtors(world)) {
    for (let month = monthOf(fromDay - OPEN_DAYS); month <= monthOf(toDay); month++) {
      yield billOf(world, customer, month, lateShare);
    }
  }
}

function issuedAt(bill: Bill): number {
  return dayStart(bill.issuedDay) + 10 * HOUR_MS;
}

export function invoiceOf(bill: Bill): Invoice {
  return {
    invoiceId: bill.invoiceId,
    eventId: null,
    at: issuedAt(bill),
    customer: bill.customer.endpoint.party as string,
    amount: { minor: bill.minor, currency: 'CNY' },
    issuedOn: dayText(bill.issuedDay),
    dueOn: dayText(bill.dueDay),
    status: 'open',
    method: 'transfer',
    note: null,
  };
}

/** The payments of bills that fall on a day. */
export function payBills({ world, day, random, emit }: Day, bills: Iterable<Bill>): void {
  for (const bill of bills) {
    for (const part of bill.parts) {
      if (part.day !== day) continue;
      emit({
        at: momentOf(day, 'office', random),
        kind: 'payment',
        debtor: bill.customer.endpoint,
        creditor: world.house.endpoint,
        minor: part.minor,
        origin: officeOrigin(bill.customer, random),
        purpose: bill.invoiceId,
        invoiceId: bill.invoiceId,
      });
    }
  }
}

/** What was paid of a bill before a day, of which nothing else is told. */
export function* paymentsBefore(bill: Bill, day: number): Generator<Payment> {
  for (const [part, { day: paidDay, minor }] of bill.parts.entries()) {
    if (paidDay >= day) continue;
    yield {
      paymentId: `PAY-${bill.invoiceId}-${part + 1}`,
      eventId: null,
      at: dayStart(paidDay) + 14 * HOUR_MS,
      customer: bill.customer.endpoint.party as string,
      invoiceId: bill.invoiceId,
      amount: { minor, currency: 'CNY' },
      status: 'received',
      transferId: null,
      method: 'transfer',
    };
  }
}

/** Bills that were issued before an instant and are not paid by then. */
export function isOpenAt(bill: Bill, at: number): boolean {
  const today = localDay(at);
  return issuedAt(bill) < at && bill.parts.some((part) => part.day >= today);
}
