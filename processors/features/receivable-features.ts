/**
 * Features of what a customer owes (应收指标), as of the last tick on the customer's own calendar. Before
 * the first tick nothing is overdue. `…Before` is what the rules saw when they last judged the
 * customer's debts: a threshold that lies between the two has just been crossed.
 */

import type { Grade } from '../../schemas/credit-rating.ts';
import type { Money } from '../../schemas/money.ts';
import { convert } from '../books/control.ts';
import { limitScaleOf, rate } from '../books/credit.ts';
import { zoneAt } from '../books/profile.ts';
import { type JudgedDebts, type OverdueState, overdueOn } from '../books/receivables.ts';
import { tightenedPercent } from './account-features.ts';
import { calendarOf } from './calendar.ts';
import type { Feature, Scope, Unit } from './scope.ts';

const NO_DEBTS: OverdueState = { overdueDaysMax: 0, overdueMinor: 0, openMinor: 0, overdueInvoices: 0 };
const NOTHING_JUDGED: JudgedDebts = { overdueDaysMax: 0, overdueMinor: 0, utilisationPercent: 0 };

/** Most days overdue of an unpaid invoice that is not disputed. */
export function overdueDays(): Feature {
  return direct('days', (scope) => debtsOf(scope).overdueDaysMax);
}

export function overdueDaysBefore(): Feature {
  return direct('days', (scope) => judgedOf(scope).overdueDaysMax);
}

/** Unpaid amount of the invoices that are overdue, base minor units. */
export function overdueAmount(): Feature {
  return direct('money', (scope) => debtsOf(scope).overdueMinor);
}

export function overdueAmountBefore(): Feature {
  return direct('money', (scope) => judgedOf(scope).overdueMinor);
}

/** Unpaid amount of all invoices, base minor units. */
export function openAmount(): Feature {
  return direct('money', (scope) => debtsOf(scope).openMinor);
}

/** Unpaid amount in percent of the credit line, rounded down; 0 where the customer has no line. */
export function utilisationPercent(): Feature {
  return direct('percent', (scope) => rate(debtsOf(scope), creditLimitOf(scope)).utilisationPercent);
}

export function utilisationPercentBefore(): Feature {
  return direct('percent', (scope) => judgedOf(scope).utilisationPercent);
}

export function grade(): Feature<Grade> {
  return direct('text', (scope) => scope.subject.credit?.grade ?? 'A');
}

/** What the customer's limits are multiplied by for its rating, in percent. */
export function limitScalePercent(): Feature {
  return direct('percent', (scope) => {
    const ofGrade = scope.subject.credit === null ? 100 : limitScaleOf(scope.subject.credit.grade);
    return Math.floor((ofGrade * tightenedPercent(scope)) / 100);
  });
}

function direct<T>(unit: Unit, read: (scope: Scope) => T): Feature<T> {
  return { unit, window: null, reachMs: 0, fromLegs: false, bind: () => read };
}

function debtsOf(scope: Scope): OverdueState {
  const { subject, tick, institution } = scope;
  if (subject.receivables === null) return NO_DEBTS;
  if (tick === Number.NEGATIVE_INFINITY) return overdueOn(subject.receivables, Number.NEGATIVE_INFINITY);
  const zone = zoneAt(subject.profile, tick, institution.zone);
  return overdueOn(subject.receivables, calendarOf(zone).day(tick));
}

function judgedOf(scope: Scope): JudgedDebts {
  return scope.subject.receivables?.judged ?? NOTHING_JUDGED;
}

/** The credit line, base minor units; null without one, or without a rate for its currency. */
function creditLimitOf(scope: Scope): number | null {
  const limit: Money | null = scope.subject.profile?.creditLimit ?? null;
  if (limit === null || limit.currency === scope.institution.baseCurrency) return limit?.minor ?? null;
  const known = scope.control.rates.get(limit.currency);
  return known === undefined ? null : convert(limit.minor, known.rate);
}
