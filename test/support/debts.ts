/** Invoices and payments for tests: whole events from what a test cares about. */
import { type Invoice, invoiceRecord } from '../../schemas/events/invoice.ts';
import { type Payment, paymentRecord } from '../../schemas/events/payment.ts';
import type { Money } from '../../schemas/money.ts';
import { dayNumber, dayText } from '../../schemas/time.ts';

/** The day that the tests count from. */
export const DAY_0 = dayNumber('2026-03-01');

/** Issued on day 0 at ten in the morning, due on the given day after it. */
export function invoice(invoiceId: string, minor: number, dueAfter: number, more: Partial<Invoice> = {}): Invoice {
  return {
    ...invoiceRecord.example,
    invoiceId,
    eventId: null,
    at: instant(0),
    customer: 'C-1',
    amount: cny(minor),
    issuedOn: dayText(DAY_0),
    dueOn: dayText(DAY_0 + dueAfter),
    ...more,
  };
}

export function payment(paymentId: string, minor: number, more: Partial<Payment> = {}): Payment {
  return {
    ...paymentRecord.example,
    paymentId,
    eventId: null,
    at: instant(0),
    customer: 'C-1',
    invoiceId: null,
    amount: cny(minor),
    transferId: null,
    ...more,
  };
}

/** Ten in the morning UTC of a day after day 0, ms. */
export function instant(day: number): number {
  return (DAY_0 + day) * 86_400_000 + 36_000_000;
}

export function cny(minor: number): Money {
  return { minor, currency: 'CNY' };
}

/** Rates of tests: CNY is the base; 1 USD cent is 7.2 fen, 1 yen is 4.85 fen; others have none. */
export function toBase(amount: Money): number | null {
  if (amount.currency === 'CNY') return amount.minor;
  if (amount.currency === 'USD') return Math.round((amount.minor * 72) / 10);
  if (amount.currency === 'JPY') return Math.round((amount.minor * 485) / 100);
  return null;
}
