/**
 * The money side of the receivables book: which cash pays which invoice, and what is forgotten.
 *
 * Every change is written down as parts of payments, so that an amendment or a payment taken back is
 * undone exactly, and what it frees pays anew by the same rules.
 */
import type { Money } from '../../schemas/money.ts';
import { DAY_MS } from '../../schemas/time.ts';
import { type OpenInvoice, openOf, pay, type ReceivedPayment, release } from './settlement.ts';

/** Above the 13 months within which a direct debit may be returned as unauthorised. */
const CLOSED_KEPT_MS = 400 * DAY_MS;
const CLOSED_INVOICES_MAX = 2_048;

export interface Ledger {
  /** Greatest time of an event so far, ms: what is forgotten goes by it, never by ticks. */
  clock: number;
  invoices: Map<string, OpenInvoice>;
  payments: Map<string, ReceivedPayment>;
}

/** Base minor units of an amount; null where there is no rate for its currency. */
export type ToBase = (amount: Money) => number | null;

/** What an event says of an invoice. */
export type InvoiceTerms = Pick<OpenInvoice, 'status' | 'currency' | 'amountMinor' | 'dueDay' | 'at'>;

/** The money side as it is now: what is put back where a change of it is cut off half way. */
export function copyOf({ clock, invoices, payments }: Ledger): Ledger {
  const copied = (payment: ReceivedPayment) => ({ ...payment, parts: payment.parts.map((part) => ({ ...part })) });
  return {
    clock,
    invoices: new Map([...invoices].map(([id, invoice]) => [id, { ...invoice }])),
    payments: new Map([...payments].map(([id, payment]) => [id, copied(payment)])),
  };
}

/** A later event of the same invoice: the payments that paid it pay it first, as far as it now goes. */
export function amend(book: Ledger, invoice: OpenInvoice, terms: InvoiceTerms, toBase: ToBase): void {
  const payers = [...book.payments.values()].filter((payment) => takeFrom(payment, invoice)).sort(byTime);
  const isSameMoney = terms.amountMinor === invoice.amountMinor && terms.currency === invoice.currency;
  Object.assign(invoice, terms);
  if (!isSameMoney) convertOne(invoice, toBase);
  for (const payment of payers) pay(payment, invoice);
}

/** Gives a payment back what it paid of an invoice. Answers whether there was any. */
function takeFrom(payment: ReceivedPayment, invoice: OpenInvoice): boolean {
  const parts = payment.parts.filter((part) => part.invoiceId === invoice.invoiceId);
  for (const part of parts) release(payment, part, invoice);
  return parts.length > 0;
}

/** A payment is taken back: what it paid is open again. */
export function takeBack(book: Ledger, payment: ReceivedPayment): void {
  for (const part of [...payment.parts]) release(payment, part, book.invoices.get(part.invoiceId)!);
  payment.state = 'reversed';
  payment.unappliedMinor = 0;
  payment.forgottenMinor = 0;
}

/** Converts what is new, and what found no rate before. A rate stays with what it converted. */
export function convertNew(book: Ledger, toBase: ToBase): void {
  for (const invoice of book.invoices.values()) if (invoice.baseMinor === null) convertOne(invoice, toBase);
  for (const payment of book.payments.values()) if (payment.baseMinor === null) convertOne(payment, toBase);
}

function convertOne(held: OpenInvoice | ReceivedPayment, toBase: ToBase): void {
  held.baseMinor = toBase({ minor: held.amountMinor, currency: held.currency });
}

/** Lets cash pay: first what names an invoice, then the oldest cash the oldest invoices. */
export function settle(book: Ledger): void {
  const cash = [...book.payments.values()].filter((payment) => payment.unappliedMinor > 0);
  const awaited = cash.filter((payment) => payment.awaits !== null && book.invoices.has(payment.awaits));
  for (const payment of awaited.sort(byTime)) {
    pay(payment, book.invoices.get(payment.awaits!)!);
    payment.awaits = null;
  }
  const unpaid = cash.length === 0 ? [] : [...book.invoices.values()].filter(mayDun).sort(byDueDay);
  if (unpaid.length > 0) {
    const free = cash.filter((payment) => payment.awaits === null).sort(byTime);
    for (const payment of free) for (const invoice of unpaid) pay(payment, invoice);
  }
  for (const invoice of book.invoices.values()) {
    if (openOf(invoice) > 0) invoice.closedAt = null;
    else invoice.closedAt ??= book.clock;
  }
}

/** Drops what closed long ago or is too much, and payments that no invoice of the book needs. */
export function forget(book: Ledger): void {
  const gone = forgetInvoices(book);
  for (const payment of book.payments.values()) {
    if (gone) forgetParts(book, payment);
    const isSpent = payment.unappliedMinor === 0 && payment.parts.length === 0;
    const isPast = payment.state === 'received' || book.clock - payment.at > CLOSED_KEPT_MS;
    if (isSpent && isPast) book.payments.delete(payment.paymentId);
  }
}

/** Answers whether any went. Where there are too many an eighth goes at once, so that this is seldom. */
function forgetInvoices(book: Ledger): boolean {
  const closed = [...book.invoices.values()].filter((invoice) => invoice.closedAt !== null);
  const past = closed.filter((invoice) => book.clock - invoice.closedAt! > CLOSED_KEPT_MS);
  const surplus = closed.length - CLOSED_INVOICES_MAX;
  const gone = surplus <= 0 ? past : closed.sort(byClosing).slice(0, Math.max(past.length, CLOSED_INVOICES_MAX / 8));
  for (const invoice of gone) book.invoices.delete(invoice.invoiceId);
  return gone.length > 0;
}

function forgetParts(book: Ledger, payment: ReceivedPayment): void {
  const parts = payment.parts.filter((part) => book.invoices.has(part.invoiceId));
  if (parts.length === payment.parts.length) return;
  payment.parts = parts;
  payment.forgottenMinor =
    payment.amountMinor - payment.unappliedMinor - parts.reduce((sum, part) => sum + part.takenMinor, 0);
}

/** Unpaid and not disputed: cash may pay it, and the customer is told of it. */
export function mayDun(invoice: OpenInvoice): boolean {
  return invoice.status === 'open' && openOf(invoice) > 0;
}

function byTime(a: ReceivedPayment, b: ReceivedPayment): number {
  return a.at - b.at || (a.paymentId < b.paymentId ? -1 : 1);
}

function byDueDay(a: OpenInvoice, b: OpenInvoice): number {
  return a.dueDay - b.dueDay || (a.invoiceId < b.invoiceId ? -1 : 1);
}

function byClosing(a: OpenInvoice, b: OpenInvoice): number {
  return a.closedAt! - b.closedAt! || (a.invoiceId < b.invoiceId ? -1 : 1);
}
