/**
 * Overdue days (逾期天数, R10). The customer's longest overdue invoice passes a threshold of days: it
 * fires once at the moment of crossing, graver at each threshold, and again only after the debt fell
 * below it. Days are calendar days after the due date in the customer's zone; disputed invoices do not
 * count.
 *
 * False positives: cents that remain because a bank kept a fee, until the invoice is amended; payments
 * that upstream reports late; disputes that upstream does not know yet.
 * Defaults: ageing steps of 30, 60 and 90 days (ERPNext, Sage Intacct); IFRS 9 presumes a higher risk
 * after 30 days and default after 90; the first day, so that somebody asks at once.
 */
import { z } from 'zod';
import { SEVERITIES } from '../../../schemas/reason.ts';
import { overdueAmount, overdueDaysBefore, overdueDays as overdueDaysNow } from '../../features/receivable-features.ts';
import { alert, means, pass, rule } from '../contract.ts';

const threshold = z.strictObject({
  days: z.int().min(1).meta(means('Days overdue from which on it fires.', '逾期天数达到此值即触发。')),
  severity: z.enum(SEVERITIES).meta(means('How grave that is.', '其严重程度。')),
});

export const overdueDays = rule({
  id: 'overdue-days',
  version: 1,
  family: 'overdue',
  title: { en: 'Overdue days', zh: '逾期天数' },
  code: 'review',
  restricted: false,
  on: ['receivables'],
  options: z.strictObject({
    thresholds: z
      .array(threshold)
      .min(1)
      .max(16)
      .refine(rises, 'must name each number of days once, the smallest first')
      .default([
        { days: 1, severity: 'low' },
        { days: 30, severity: 'medium' },
        { days: 60, severity: 'high' },
        { days: 90, severity: 'critical' },
      ])
      .meta(
        means('Days overdue, the smallest first, with the severity of each.', '逾期天数及各自的严重程度，由小到大。'),
      ),
  }),
  message: {
    en: 'Invoices of {overdueAmount} are overdue, the oldest for {overdueDays}; the threshold is {threshold}.',
    zh: '逾期账单合计 {overdueAmount}，最长已逾期 {overdueDays}，阈值为 {threshold}。',
  },
  evidence: {
    overdueDays: { en: 'Days overdue, the oldest', zh: '最长逾期天数' },
    overdueAmount: { en: 'Overdue amount', zh: '逾期金额' },
    threshold: { en: 'Threshold', zh: '阈值', unit: 'days' },
  },
  features: () => ({
    overdueDays: overdueDaysNow(),
    overdueDaysBefore: overdueDaysBefore(),
    overdueAmount: overdueAmount(),
  }),
  judge: ({ features, options }) => {
    const { overdueDays } = features;
    const reached = options.thresholds.findLast((one) => one.days <= overdueDays);
    if (reached === undefined || reached.days <= features.overdueDaysBefore) return pass;
    const { overdueAmount } = features;
    return alert(reached.severity, { overdueDays, overdueAmount, threshold: reached.days });
  },
});

function rises(thresholds: readonly z.output<typeof threshold>[]): boolean {
  return thresholds.every((one, index) => index === 0 || thresholds[index - 1]!.days < one.days);
}
