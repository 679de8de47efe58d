/**
 * How money meets bills (核销): one payment against one invoice, exact to the minor unit on both sides.
 *
 * Money of the invoice's own currency pays it unit for unit, whatever the rates did in between. Money
 * of another currency goes through the base currency, each side by the rate of its own day.
 */
import type { Invoice } from '../../schemas/events/invoice.ts';
import { convert } from './control.ts';

export interface OpenInvoice {
  invoiceId: string;
  status: Invoice['status'];
  currency: string;
  amountMinor: number;
  /** Paid so far, in its own currency: the sum of the parts that payments hold of it. */
  paidMinor: number;
  /** The whole amount in base minor units by the rate of its day; null until there is a rate. */
  baseMinor: number | null;
  /** Last day on which payment is in time, as days since 1970-01-01. */
  dueDay: number;
  /** Time of the event in force, ms: an older one that comes late changes nothing. */
  at: number;
  /** Since when nothing of it is open, ms of the book's clock; null while something is. */
  closedAt: number | null;
  /** Days overdue up to which steps were announced; negative before it is due, null before the first. */
  heardDays: number | null;
}

export interface ReceivedPayment {
  paymentId: string;
  /** `reversal_first`: taken back before it was heard of as received. */
  state: 'received' | 'reversed' | 'reversal_first';
  currency: string;
  amountMinor: number;
  baseMinor: number | null;
  at: number;
  /** The invoice that it names and that has not come yet. */
  awaits: string | null;
  /** What has paid nothing yet, in the payment's currency. */
  unappliedMinor: number;
  /** What went to invoices that are forgotten by now. */
  forgottenMinor: number;
  parts: Part[];
}

/** What an invoice got of a payment, in the currency of each. */
export interface Part {
  invoiceId: string;
  takenMinor: number;
  paidMinor: number;
}

/** What is still to be paid, in the invoice's currency. */
export function openOf(invoice: OpenInvoice): number {
  return invoice.status === 'cancelled' ? 0 : invoice.amountMinor - invoice.paidMinor;
}

/** What is still to be paid, base minor units; null until there is a rate. */
export function openBaseOf(invoice: OpenInvoice): number | null {
  if (invoice.baseMinor === null) return null;
  return share(invoice.baseMinor, openOf(invoice), invoice.amountMinor);
}

/** Lets a payment pay as much of an invoice as it can. */
export function pay(payment: ReceivedPayment, invoice: OpenInvoice): void {
  const open = openOf(invoice);
  if (open === 0 || payment.unappliedMinor === 0) return;
  const part = payment.currency === invoice.currency ? partOfSame(payment, open) : partOfOther(payment, invoice);
  if (part === null) return;
  payment.unappliedMinor -= part.takenMinor;
  invoice.paidMinor += part.paidMinor;
  payment.parts.push({ invoiceId: invoice.invoiceId, ...part });
}

/** Takes one part of a payment back from its invoice; the money is unapplied again. */
export function release(payment: ReceivedPayment, part: Part, invoice: OpenInvoice): void {
  payment.parts.splice(payment.parts.indexOf(part), 1);
  payment.unappliedMinor += part.takenMinor;
  invoice.paidMinor -= part.paidMinor;
}

function partOfSame(payment: ReceivedPayment, open: number): Omit<Part, 'invoiceId'> {
  const minor = Math.min(payment.unappliedMinor, open);
  return { takenMinor: minor, paidMinor: minor };
}

/** Null where a rate is missing, or where the money is worth less than one minor unit of the invoice. */
function partOfOther(payment: ReceivedPayment, invoice: OpenInvoice): Omit<Part, 'invoiceId'> | null {
  const openBase = openBaseOf(invoice);
  if (payment.baseMinor === null || openBase === null) return null;
  const moneyBase = share(payment.baseMinor, payment.unappliedMinor, payment.amountMinor);
  if (moneyBase >= openBase) {
    const takenMinor = Math.max(1, share(payment.amountMinor, openBase, payment.baseMinor));
    return { takenMinor: Math.min(payment.unappliedMinor, takenMinor), paidMinor: openOf(invoice) };
  }
  const paidMinor = Math.min(openOf(invoice), share(invoice.amountMinor, moneyBase, invoice.baseMinor!));
  return paidMinor === 0 ? null : { takenMinor: payment.unappliedMinor, paidMinor };
}

/** whole × part ÷ of, half to even, for a part of no more than `of`. Nothing of nothing is nothing. */
function share(whole: number, part: number, of: number): number {
  if (of === 0) return 0;
  if (part === of) return whole;
  return convert(part, { numerator: whole, denominator: of })!;
}
