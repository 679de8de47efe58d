/** Folds invoices and payments, and what follows from a change of debts: rating, rules, notifications, timers. */
import type { Invoice } from '../../schemas/events/invoice.ts';
import type { Payment } from '../../schemas/events/payment.ts';
import type { Money } from '../../schemas/money.ts';
import { convert } from '../books/control.ts';
import { rate } from '../books/credit.ts';
import { copyOf } from '../books/ledger.ts';
import { zoneAt } from '../books/profile.ts';
import {
  type Applied,
  announcementsOn,
  applyInvoice,
  applyPayment,
  newReceivables,
  nextDueDay,
  noteJudged,
  overdueOn,
  type Receivables,
} from '../books/receivables.ts';
import { accept, type Identity, identityOf } from '../books/repeats.ts';
import type { Subject } from '../books/subject.ts';
import { calendarOf } from '../features/calendar.ts';
import { type Book, bookFailed } from './book-failed.ts';
import { judge, raiseAlerts } from './judge.ts';
import type { TaskState } from './state.ts';

/** Days overdue at which somebody is told. */
const STEPS = [1, 30, 60, 90];

interface Source {
  readonly seen: number;
  readonly partition: number;
  readonly offset: number;
  readonly body: Buffer;
}

export function foldInvoice(state: TaskState, place: number, event: Invoice, source: Source): void {
  foldDebt(state, place, 'invoices', identityOf('invoices', event), null, event.at, source, (book, toBase) =>
    applyInvoice(book, event, toBase),
  );
}

export function foldPayment(state: TaskState, place: number, event: Payment, source: Source): void {
  const identity = identityOf('payments', event);
  foldDebt(state, place, 'payments', identity, event.transferId, event.at, source, (book, toBase) =>
    applyPayment(book, event, toBase),
  );
}

function foldDebt(
  state: TaskState,
  place: number,
  topic: 'invoices' | 'payments',
  identity: Identity,
  transferId: string | null,
  at: number,
  source: Source,
  apply: (book: Receivables, toBase: (amount: Money) => number | null) => Applied,
): void {
  const subject = state.touch(place);
  subject.receivables ??= newReceivables();
  const { eventId } = identity;
  const outcome = applyWhole(state, subject.receivables, identity, apply);
  if (outcome === null || outcome.kind === 'repeat') return;
  if (outcome.kind === 'refused') {
    const { refusal, detail } = outcome;
    const { seen, partition, offset, body } = source;
    state.outputs.deadLetter({ topic, partition, offset, seen, refusal, detail, eventId, transferId, body });
    return;
  }
  debtsMoved(state, subject, place, { seen: source.seen, at, eventId });
}

/** Does all that an event asks for or nothing of it; null where the book threw. It knows the event then, too. */
function applyWhole(
  state: TaskState,
  book: Receivables,
  identity: Identity,
  apply: (book: Receivables, toBase: (amount: Money) => number | null) => Applied,
): Applied | null {
  const before = copyOf(book);
  try {
    return apply(book, (amount) => toBase(state, amount));
  } catch (error) {
    bookFailed(state, 'receivables', error);
    Object.assign(book, before, { known: null });
    accept(book.events, identity);
    return null;
  }
}

/** Debts, or the day, moved: tells what is due, rates anew, asks the rules, and sets the next timer. */
export function debtsMoved(
  state: TaskState,
  subject: Subject,
  place: number,
  cause: { readonly seen: number; readonly at: number; readonly eventId: string | null },
): void {
  const book = subject.receivables;
  if (book === null) return;
  // Overdue days are counted from the last tick; before the first one, from the event's own time.
  const now = Number.isFinite(state.control.tick) ? state.control.tick : Math.min(cause.at, cause.seen);
  const calendar = calendarOf(zoneAt(subject.profile, now, state.scope.institution.zone));
  const today = calendar.day(now);
  attempt(state, 'receivables', () => announce(state, subject, book, today, now, cause.seen));
  attempt(state, 'credit', () => rateAnew(state, subject, book, today, now, cause.seen));
  askRules(state, subject, now, cause);
  attempt(state, 'receivables', () => note(state, subject, book, today));
  const due = debtsDue(state, subject, now);
  if (due < subject.due) {
    subject.due = due;
    state.timers.push(due, place);
  }
}

/** One part of the work: where its book throws, the others are done all the same. */
function attempt(state: TaskState, book: Book, work: () => void): void {
  try {
    work();
  } catch (error) {
    bookFailed(state, book, error);
  }
}

/** Remembers the debts as the rules have just seen them. */
function note(state: TaskState, subject: Subject, book: Receivables, today: number): void {
  const { overdueDaysMax, overdueMinor } = overdueOn(book, today);
  noteJudged(book, { overdueDaysMax, overdueMinor, utilisationPercent: utilisation(state, subject, book, today) });
}

/** When the subject's debts next fall due, ms; Infinity where nothing does. */
export function debtsDue(state: TaskState, subject: Subject, now: number): number {
  if (subject.receivables === null) return Number.POSITIVE_INFINITY;
  const calendar = calendarOf(zoneAt(subject.profile, now, state.scope.institution.zone));
  const tomorrow = calendar.day(now) + 1;
  let next: number | null = tomorrow;
  try {
    next = nextDueDay(subject.receivables, tomorrow, STEPS);
  } catch (error) {
    // It is asked again the next day: no timer is lost for it.
    bookFailed(state, 'receivables', error);
  }
  return next === null ? Number.POSITIVE_INFINITY : calendar.dayStart(next);
}

function announce(
  state: TaskState,
  subject: Subject,
  book: Receivables,
  today: number,
  now: number,
  seen: number,
): void {
  for (const { invoiceId, daysOverdue, step } of announcementsOn(book, today, STEPS)) {
    state.outputs.notification({
      notificationId: `invoice-overdue:${invoiceId}:${step}`,
      at: now,
      seen,
      audience: 'finance',
      kind: 'invoice-overdue',
      party: state.subjects.idOf(subject),
      invoiceId,
      en: `Invoice ${invoiceId} is ${daysOverdue} d overdue.`,
      zh: `账单 ${invoiceId} 已逾期 ${daysOverdue} 天。`,
    });
  }
}

function rateAnew(
  state: TaskState,
  subject: Subject,
  book: Receivables,
  today: number,
  now: number,
  seen: number,
): void {
  const overdue = overdueOn(book, today);
  const { grade, utilisationPercent, limitScalePercent } = rate(overdue, creditLimit(state, subject));
  const before = subject.credit?.grade ?? 'A';
  if (grade === before) return;
  const revision = (subject.credit?.revision ?? 0) + 1;
  subject.credit = { grade, revision };
  // Settings may differ by rating, so the rules are chosen anew.
  subject.rulesStamp = -1;
  state.outputs.creditRating({
    customer: state.subjects.idOf(subject),
    revision,
    at: now,
    seen,
    grade,
    previousGrade: before,
    overdueDaysMax: overdue.overdueDaysMax,
    overdueMinor: overdue.overdueMinor,
    openMinor: overdue.openMinor,
    utilisationPercent,
    limitScalePercent,
  });
}

function askRules(
  state: TaskState,
  subject: Subject,
  now: number,
  cause: { seen: number; eventId: string | null },
): void {
  const { scope } = state;
  scope.judgement++;
  scope.subject = subject;
  scope.at = now;
  scope.tick = now;
  scope.amount = 0;
  scope.late = false;
  scope.beyondLateness = false;
  scope.chunk = subject.history.chain.head;
  scope.index = 0;
  const findings = judge(state.rulesOf(subject), 'receivables', false);
  if (findings === null) return;
  raiseAlerts(state, subject, findings, {
    transferId: null,
    eventId: cause.eventId,
    seen: cause.seen,
    historical: false,
  });
}

function utilisation(state: TaskState, subject: Subject, book: Receivables, today: number): number {
  let { utilisationPercent } = book.judged;
  attempt(state, 'credit', () => {
    ({ utilisationPercent } = rate(overdueOn(book, today), creditLimit(state, subject)));
  });
  return utilisationPercent;
}

function creditLimit(state: TaskState, subject: Subject): number | null {
  const limit = subject.profile?.creditLimit ?? null;
  return limit === null ? null : toBase(state, limit);
}

function toBase(state: TaskState, amount: Money): number | null {
  if (amount.currency === state.scope.institution.baseCurrency) return amount.minor;
  const known = state.control.rates.get(amount.currency);
  return known === undefined ? null : convert(amount.minor, known.rate);
}
