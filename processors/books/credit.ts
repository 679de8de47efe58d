/**
 * The credit book (信用): a plain rating from overdue days and use of the credit line, which scales the
 * customer's limits. Whoever has never been rated is A: nothing speaks against it.
 *
 * Memory: two numbers a customer.
 */
import type { Grade } from '../../schemas/credit-rating.ts';
import type { OverdueState } from './receivables.ts';

export interface CreditState {
  grade: Grade;
  /** Counts the changes of the grade, from 1. */
  revision: number;
}

/** A rating with what it was made of. */
export interface CreditView {
  readonly grade: Grade;
  readonly overdueDaysMax: number;
  readonly overdueMinor: number;
  readonly openMinor: number;
  /** Unpaid amount in percent of the credit line, rounded down; 0 without a line. */
  readonly utilisationPercent: number;
  readonly limitScalePercent: number;
}

interface Row {
  readonly grade: Grade;
  readonly overdueDaysMax: number;
  readonly utilisationBelowPercent: number;
  readonly limitScalePercent: number;
}

/**
 * The first row whose bounds hold. Days: IFRS 9 presumes a higher risk after 30 days past due (5.5.11)
 * and default after 90 (B5.5.37); PAYDEX has low risk for prompt payers (80 and more), medium down to
 * 30 days late (50), high beyond. Use of the line: warned of at 80 %, at its end at 100 %, and scales:
 * general practice. No grade raises a limit: that needs a record of good payments and not only the
 * absence of bad ones.
 */
const TABLE: readonly Row[] = [
  { grade: 'A', overdueDaysMax: 0, utilisationBelowPercent: 80, limitScalePercent: 100 },
  { grade: 'B', overdueDaysMax: 30, utilisationBelowPercent: 100, limitScalePercent: 80 },
  { grade: 'C', overdueDaysMax: 90, utilisationBelowPercent: Number.POSITIVE_INFINITY, limitScalePercent: 50 },
  {
    grade: 'D',
    overdueDaysMax: Number.POSITIVE_INFINITY,
    utilisationBelowPercent: Number.POSITIVE_INFINITY,
    limitScalePercent: 20,
  },
];

/** Use of a line of nothing, and the most that is told of any. */
const UTILISATION_MAX_PERCENT = 9_999;

/** Rates the debts of a day against the credit line, base minor units; null where there is no line. */
export function rate(overdue: OverdueState, creditLimitBaseMinor: number | null): CreditView {
  const { overdueDaysMax, overdueMinor, openMinor } = overdue;
  const utilisationPercent = utilisationOf(openMinor, creditLimitBaseMinor);
  const row = TABLE.find(
    (one) => overdueDaysMax <= one.overdueDaysMax && utilisationPercent < one.utilisationBelowPercent,
  )!;
  const { grade, limitScalePercent } = row;
  return { grade, overdueDaysMax, overdueMinor, openMinor, utilisationPercent, limitScalePercent };
}

export function limitScaleOf(grade: Grade): number {
  return TABLE.find((row) => row.grade === grade)!.limitScalePercent;
}

function utilisationOf(openMinor: number, limitMinor: number | null): number {
  if (limitMinor === null || openMinor === 0) return 0;
  if (limitMinor <= 0) return UTILISATION_MAX_PERCENT;
  return Math.min(UTILISATION_MAX_PERCENT, Number((BigInt(openMinor) * 100n) / BigInt(limitMinor)));
}
