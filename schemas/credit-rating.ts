/** A customer's rating (信用评级), from overdue days and use of the credit line. */
import { choice, type Inner, id, instant, long, record } from './declare.ts';

export const GRADES = ['A', 'B', 'C', 'D'] as const;

export const creditRatingRecord = record(
  'CreditRating',
  'A rating that changed. It scales the customer’s limits.',
  {
    customer: id('Whose rating.'),
    revision: long('1 for the first, then counting up.'),
    at: instant('When it came to hold.'),
    seen: instant('Append time of the entry that brought it.'),
    grade: choice('A (best) to D.', 'Grade', GRADES),
    previousGrade: choice('The grade before.', 'Grade', GRADES),
    overdueDaysMax: long('Most days overdue of an unpaid invoice.'),
    overdueMinor: long('Overdue amount, base minor units.'),
    openMinor: long('Unpaid amount, base minor units.'),
    utilisationPercent: long('Unpaid amount in percent of the credit line; 0 without a line.'),
    limitScalePercent: long('What the limits are multiplied by, in percent.'),
  },
  {
    customer: 'C-1001',
    revision: 1,
    at: '2026-04-05T00:00:00+08:00',
    seen: '2026-04-04T16:00:01Z',
    grade: 'C',
    previousGrade: 'B',
    overdueDaysMax: 33,
    overdueMinor: 8_800_000,
    openMinor: 8_800_000,
    utilisationPercent: 18,
    limitScalePercent: 50,
  },
);

export type CreditRating = Inner<typeof creditRatingRecord>;
export type Grade = (typeof GRADES)[number];
