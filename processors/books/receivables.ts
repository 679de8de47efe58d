/**
 * The receivables book (应收): what a customer owes, what has been paid, and since when it is overdue.
 *
 * A payment pays the invoice that it names, else the oldest unpaid by due date. What is over is
 * unapplied cash (预收): it pays whatever is unpaid and not disputed at once, and later invoices when
 * they come. So for each invoice paid + open = amount, for each payment applied + unapplied = amount,
 * and no free cash lies beside an unpaid invoice. A payment that names an invoice which has not come
 * yet waits for it. A disputed invoice (有争议) is owed, and is neither overdue nor announced; only a
 * payment that names it pays it.
 *
 * Memory: some 0.7 KB the book, 230 bytes an invoice, 500 a payment with one part, 40 an event that
 * makes repeats known. A customer billed monthly has 13 closed invoices and as many payments: 11 KB. The
 * bounds make it (8,192 + 2,048) × 230 B + 16,384 × 500 B + 16,384 × 40 B ≈ 11 MB for one customer at most.
 * A closed invoice is forgotten 400 days after it closed, or before that as the oldest of too many; the
 * payments go with the last of their invoices. A payment that is taken back after that reopens nothing.
 */
import type { Refusal } from '../../schemas/dead-letter.ts';
import { LONG_MAX } from '../../schemas/declare.ts';
import type { Invoice } from '../../schemas/events/invoice.ts';
import type { Payment } from '../../schemas/events/payment.ts';
import { formatMoney, type Money } from '../../schemas/money.ts';
import { dayNumber } from '../../schemas/time.ts';
import {
  amend,
  convertNew,
  forget,
  type InvoiceTerms,
  type Ledger,
  mayDun,
  settle,
  type ToBase,
  takeBack,
} from './ledger.ts';
import { type Accepted, accept, compare, type Identity, identityOf } from './repeats.ts';
import { type OpenInvoice, openBaseOf, openOf, type ReceivedPayment } from './settlement.ts';

const UNPAID_INVOICES_MAX = 8_192;
const PAYMENTS_MAX = 16_384;

export interface Receivables extends Ledger {
  events: Accepted;
  /** The debts as rules saw them last, so that a rule can ring when a threshold is crossed and not after. */
  judged: JudgedDebts;
  /** Answer of `overdueOn` for a day, until something changes. Not kept in a checkpoint. */
  known: { today: number; state: OverdueState } | null;
}

export interface OverdueState {
  /** Most days overdue of an unpaid invoice. */
  overdueDaysMax: number;
  /** Base minor units. Invoices in a currency without a rate count with their days and not here. */
  overdueMinor: number;
  openMinor: number;
  overdueInvoices: number;
}

export interface JudgedDebts {
  overdueDaysMax: number;
  overdueMinor: number;
  utilisationPercent: number;
}

export type Applied =
  | { readonly kind: 'applied' }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly detail: string };

const applied: Applied = { kind: 'applied' };
const repeat: Applied = { kind: 'repeat' };

export function newReceivables(): Receivables {
  return {
    clock: 0,
    invoices: new Map(),
    payments: new Map(),
    events: new Map(),
    judged: { overdueDaysMax: 0, overdueMinor: 0, utilisationPercent: 0 },
    known: null,
  };
}

/** Takes in a bill or a change of one. */
export function applyInvoice(book: Receivables, event: Invoice, toBase: ToBase): Applied {
  const identity = identityOf('invoices', event);
  const before = book.invoices.get(event.invoiceId);
  const answer = answerToKnown(book, identity) ?? refuseInvoice(book, before, event);
  if (answer !== null) return answer;
  if (before === undefined) book.invoices.set(event.invoiceId, newInvoice(event));
  else if (event.at >= before.at) amend(book, before, termsOf(event), toBase);
  concludeEvent(book, identity, event.at, toBase);
  return applied;
}

/** Takes in money received, or taken back. */
export function applyPayment(book: Receivables, event: Payment, toBase: ToBase): Applied {
  const identity = identityOf('payments', event);
  const before = book.payments.get(event.paymentId);
  const answer = answerToKnown(book, identity) ?? refusePayment(book, before, event);
  if (answer !== null) return answer;
  if (before === undefined) book.payments.set(event.paymentId, newPayment(event));
  else if (event.status === 'reversed') takeBack(book, before);
  else before.state = 'reversed';
  concludeEvent(book, identity, event.at, toBase);
  return applied;
}

/** The debts on a local day. */
export function overdueOn(book: Receivables, today: number): OverdueState {
  if (book.known?.today === today) return book.known.state;
  const state: OverdueState = { overdueDaysMax: 0, overdueMinor: 0, openMinor: 0, overdueInvoices: 0 };
  for (const invoice of book.invoices.values()) {
    if (openOf(invoice) === 0) continue;
    const openBase = openBaseOf(invoice) ?? 0;
    state.openMinor = added(state.openMinor, openBase);
    if (invoice.status === 'disputed' || invoice.dueDay >= today) continue;
    state.overdueDaysMax = Math.max(state.overdueDaysMax, today - invoice.dueDay);
    state.overdueMinor = added(state.overdueMinor, openBase);
    state.overdueInvoices++;
  }
  book.known = { today, state };
  return state;
}

/** Remembers what the rules have just judged. */
export function noteJudged(book: Receivables, debts: JudgedDebts): void {
  const { overdueDaysMax, overdueMinor, utilisationPercent } = debts;
  book.judged = { overdueDaysMax, overdueMinor, utilisationPercent };
}

/**
 * The first local day, `from` or later, on which debts change by themselves: the day of a reminder before
 * the due date, then each day that an invoice is overdue, since thresholds and ratings may lie on any.
 * Null where nothing is unpaid. Steps are days overdue, negative before the due date.
 */
export function nextDueDay(book: Receivables, from: number, steps: readonly number[]): number | null {
  let next: number | null = null;
  for (const invoice of book.invoices.values()) {
    if (!mayDun(invoice)) continue;
    const { dueDay, heardDays } = invoice;
    const step = Math.min(1, ...steps.filter((one) => heardDays === null || one > heardDays));
    const day = Math.max(from, dueDay + step);
    if (next === null || day < next) next = day;
  }
  return next;
}

export interface Announcement {
  readonly invoiceId: string;
  /** Negative before the due date. */
  readonly daysOverdue: number;
  readonly step: number;
}

/**
 * What is to be announced on a local day, and marks it as announced: never twice the same step of an
 * invoice, whatever becomes of its due date. Of several steps passed at once only the last is told, so
 * an old invoice that comes late brings one message and not a row of them.
 */
export function announcementsOn(book: Receivables, today: number, steps: readonly number[]): Announcement[] {
  const announcements: Announcement[] = [];
  for (const invoice of book.invoices.values()) {
    if (!mayDun(invoice)) continue;
    const daysOverdue = today - invoice.dueDay;
    const heardDays = invoice.heardDays ?? Number.NEGATIVE_INFINITY;
    const passed = steps.filter((step) => step > heardDays && step <= daysOverdue);
    if (passed.length > 0) announcements.push({ invoiceId: invoice.invoiceId, daysOverdue, step: Math.max(...passed) });
    invoice.heardDays = Math.max(heardDays, daysOverdue);
  }
  return announcements;
}

/** The book as plain JSON, for a checkpoint. */
export interface ReceivablesJson {
  readonly clock: number;
  readonly invoices: readonly OpenInvoice[];
  readonly payments: readonly ReceivedPayment[];
  readonly events: readonly (readonly [number, number])[];
  readonly judged: JudgedDebts;
}

export function toJson(book: Receivables): ReceivablesJson {
  const { clock, judged } = book;
  return {
    clock,
    invoices: [...book.invoices.values()],
    payments: [...book.payments.values()],
    events: [...book.events],
    judged,
  };
}

/** The book of a parsed checkpoint; it takes the objects over. */
export function fromJson(json: ReceivablesJson): Receivables {
  return {
    clock: json.clock,
    invoices: new Map(json.invoices.map((invoice) => [invoice.invoiceId, invoice])),
    payments: new Map(json.payments.map((payment) => [payment.paymentId, payment])),
    events: new Map(json.events),
    judged: json.judged,
    known: null,
  };
}

/** The answer to a message that is not to be taken in for its name; null where it is new. */
function answerToKnown(book: Receivables, identity: Identity): Applied | null {
  const found = compare(book.events, identity);
  if (found === 'new') return null;
  return found === 'repeat'
    ? repeat
    : refused('event_id_reused', `Event ${identity.eventId} came before with other content.`);
}

function refuseInvoice(book: Receivables, before: OpenInvoice | undefined, event: Invoice): Applied | null {
  if (event.amount.minor < 0) {
    return refused(
      'amount_out_of_range',
      `Invoice ${event.invoiceId} is of ${textOf(event.amount)}; zero or more is expected.`,
    );
  }
  if (Number.isNaN(dayNumber(event.dueOn))) {
    return refused(
      'undecodable',
      `Invoice ${event.invoiceId} is due on ${event.dueOn}; a day like 2026-03-01 is expected.`,
    );
  }
  if (before !== undefined || book.invoices.size < UNPAID_INVOICES_MAX) return null;
  const unpaid = book.invoices.values().filter((invoice) => openOf(invoice) > 0);
  if ([...unpaid].length < UNPAID_INVOICES_MAX) return null;
  return refused(
    'book_full',
    `Customer ${event.customer} has ${UNPAID_INVOICES_MAX} unpaid invoices; no more are kept.`,
  );
}

function refusePayment(book: Receivables, before: ReceivedPayment | undefined, event: Payment): Applied | null {
  const { paymentId, amount, status } = event;
  if (amount.minor <= 0) {
    return refused('amount_out_of_range', `Payment ${paymentId} is of ${textOf(amount)}; more than zero is expected.`);
  }
  if (before === undefined) {
    if (book.payments.size < PAYMENTS_MAX) return null;
    return refused('book_full', `Customer ${event.customer} has ${PAYMENTS_MAX} payments in use; no more are kept.`);
  }
  const follows = status === 'reversed' ? before.state === 'received' : before.state === 'reversal_first';
  if (!follows) {
    const state = before.state === 'received' ? 'received' : 'reversed';
    return refused('status_impossible', `Payment ${paymentId} is ${state}; ${status} cannot follow.`);
  }
  if (amount.minor === before.amountMinor && amount.currency === before.currency) return null;
  const known = textOf({ minor: before.amountMinor, currency: before.currency });
  return refused(
    'amount_out_of_range',
    `Payment ${paymentId} is of ${known}, its event ${status} of ${textOf(amount)}; a payment is taken back whole.`,
  );
}

function refused(refusal: Refusal, detail: string): Applied {
  return { kind: 'refused', refusal, detail };
}

function termsOf(event: Invoice): InvoiceTerms {
  const { status, amount, dueOn, at } = event;
  return { status, currency: amount.currency, amountMinor: amount.minor, dueDay: dayNumber(dueOn), at };
}

function newInvoice(event: Invoice): OpenInvoice {
  const { invoiceId } = event;
  return { invoiceId, ...termsOf(event), paidMinor: 0, baseMinor: null, closedAt: null, heardDays: null };
}

function newPayment(event: Payment): ReceivedPayment {
  const isReceived = event.status === 'received';
  return {
    paymentId: event.paymentId,
    state: isReceived ? 'received' : 'reversal_first',
    currency: event.amount.currency,
    amountMinor: event.amount.minor,
    baseMinor: null,
    at: event.at,
    awaits: event.invoiceId,
    unappliedMinor: isReceived ? event.amount.minor : 0,
    forgottenMinor: 0,
    parts: [],
  };
}

function concludeEvent(book: Receivables, identity: Identity, at: number, toBase: ToBase): void {
  book.clock = Math.max(book.clock, at);
  book.known = null;
  accept(book.events, identity);
  convertNew(book, toBase);
  settle(book);
  forget(book);
}

/** A sum that stops at the greatest integer that a record can carry. */
function added(sum: number, minor: number): number {
  return Math.min(LONG_MAX, sum + minor);
}

function textOf(amount: Money): string {
  return formatMoney(amount.minor, amount.currency);
}
