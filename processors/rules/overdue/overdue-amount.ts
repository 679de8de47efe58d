/**
 * Overdue amount (逾期金额, R10). What a customer has not paid in time reaches a threshold: it fires once
 * at the moment of crossing, graver at the second threshold, and again only after the amount fell below
 * it. Unpaid rests of overdue invoices count; disputed invoices do not.
 *
 * Invoices in a currency without an exchange rate count with nothing until the rate comes; the rule on
 * overdue days sees them.
 * False positives: customers whose ordinary bills are large; give the segment higher thresholds.
 * Defaults: general practice, of the order of PBoC's reporting thresholds for one transfer; persons at a
 * tenth of organisations.
 */
import { z } from 'zod';
import {
  overdueAmountBefore,
  overdueAmount as overdueAmountNow,
  overdueDays,
} from '../../features/receivable-features.ts';
import { alert, cny, means, money, pass, rule } from '../contract.ts';

export const overdueAmount = rule({
  id: 'overdue-amount',
  version: 1,
  family: 'overdue',
  title: { en: 'Overdue amount', zh: '逾期金额' },
  code: 'review',
  restricted: false,
  on: ['receivables'],
  options: z
    .strictObject({
      amount: money()
        .default(cny(2_000_000))
        .meta(means('Overdue amount from which on it fires.', '逾期金额达到此值即触发。')),
      graveAmount: money()
        .default(cny(20_000_000))
        .meta(means('Overdue amount from which on it is grave.', '逾期金额达到此值即为严重。')),
    })
    .refine(({ amount, graveAmount }) => amount.minor <= graveAmount.minor, {
      path: ['graveAmount'],
      error: 'must be no less than amount',
    }),
  segments: [{ when: { kind: 'organisation' }, options: { amount: cny(20_000_000), graveAmount: cny(200_000_000) } }],
  message: {
    en: 'The overdue amount {overdueAmount} reaches the threshold of {threshold}; the oldest invoice is overdue for {overdueDays}.',
    zh: '逾期金额 {overdueAmount} 达到阈值 {threshold}，最长已逾期 {overdueDays}。',
  },
  evidence: {
    overdueAmount: { en: 'Overdue amount', zh: '逾期金额' },
    overdueDays: { en: 'Days overdue, the oldest', zh: '最长逾期天数' },
    threshold: { en: 'Threshold', zh: '阈值', unit: 'money' },
  },
  features: () => ({
    overdueAmount: overdueAmountNow(),
    overdueAmountBefore: overdueAmountBefore(),
    overdueDays: overdueDays(),
  }),
  judge: ({ features, options }) => {
    const { overdueAmount, overdueAmountBefore } = features;
    const crosses = (minor: number) => overdueAmountBefore < minor && minor <= overdueAmount;
    const isGrave = crosses(options.graveAmount.minor);
    if (!isGrave && !crosses(options.amount.minor)) return pass;
    const threshold = (isGrave ? options.graveAmount : options.amount).minor;
    return alert(isGrave ? 'high' : 'medium', { overdueAmount, overdueDays: features.overdueDays, threshold });
  },
});
