/**
 * Use of the credit line (信用额度使用率, R5, T9). The unpaid amount of a customer reaches a part of its
 * credit line: it fires once at the moment of crossing, graver at the second threshold, and again only
 * after the use fell below it. Customers without a line are not judged.
 *
 * False positives: seasonal trade that bills before it is paid; lines that upstream has not yet raised.
 * Defaults: warn at 80 %, alert at 95 % (general practice in trade credit).
 */
import { z } from 'zod';
import { openAmount, utilisationPercent, utilisationPercentBefore } from '../../features/receivable-features.ts';
import { alert, means, pass, rule } from '../contract.ts';

export const creditUtilisation = rule({
  id: 'credit-utilisation',
  version: 1,
  family: 'credit',
  title: { en: 'Use of the credit line', zh: '信用额度使用率' },
  code: 'review',
  restricted: false,
  on: ['receivables'],
  options: z
    .strictObject({
      warnPercent: z
        .int()
        .min(1)
        .max(1_000)
        .default(80)
        .meta(means('Use from which on it fires.', '额度使用率达到此值（%）即触发。')),
      alertPercent: z
        .int()
        .min(1)
        .max(1_000)
        .default(95)
        .meta(means('Use from which on it is grave.', '额度使用率达到此值（%）即为严重。')),
    })
    .refine(({ warnPercent, alertPercent }) => warnPercent <= alertPercent, {
      path: ['alertPercent'],
      error: 'must be no less than warnPercent',
    }),
  message: {
    en: 'Unpaid invoices of {openAmount} use {utilisationPercent} of the credit line; the threshold is {thresholdPercent}.',
    zh: '未付账单合计 {openAmount}，占信用额度 {utilisationPercent}，阈值为 {thresholdPercent}。',
  },
  evidence: {
    openAmount: { en: 'Unpaid invoices', zh: '未付账单合计' },
    utilisationPercent: { en: 'Use of the credit line', zh: '额度使用率' },
    thresholdPercent: { en: 'Threshold', zh: '阈值', unit: 'percent' },
  },
  features: () => ({
    openAmount: openAmount(),
    utilisationPercent: utilisationPercent(),
    utilisationPercentBefore: utilisationPercentBefore(),
  }),
  judge: ({ features, options }) => {
    const { utilisationPercent, utilisationPercentBefore } = features;
    const crosses = (percent: number) => utilisationPercentBefore < percent && percent <= utilisationPercent;
    const isGrave = crosses(options.alertPercent);
    if (!isGrave && !crosses(options.warnPercent)) return pass;
    const thresholdPercent = isGrave ? options.alertPercent : options.warnPercent;
    return alert(isGrave ? 'high' : 'medium', {
      openAmount: features.openAmount,
      utilisationPercent,
      thresholdPercent,
    });
  },
});
