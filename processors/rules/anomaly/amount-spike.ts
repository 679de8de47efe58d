/**
 * Amount spike (金额突增). An outgoing amount far above the subject's own: more than so many standard
 * deviations over its mean, and so many times its largest (T11).
 *
 * Rings by the own tail and not by deviations alone: whoever's payments differ widely has large ones now
 * and then, and the more payments the more often.
 *
 * False positives: a first large but honest payment (a car, a deposit); the least amount keeps small
 * spikes quiet. Needs a baseline; without one it passes.
 * Defaults: z ≥ 3 (Tazama 020, 048), 1.5 × own history (Tazama 018).
 */
import { z } from 'zod';
import {
  baselineCount,
  baselineDeviation,
  baselineExpected,
  baselineLargest,
  baselineMean,
} from '../../features/baseline.ts';
import { amount } from '../../features/leg-features.ts';
import { alert, cny, means, money, pass, rule } from '../contract.ts';

export const amountSpike = rule({
  id: 'amount-spike',
  version: 2,
  family: 'anomaly',
  title: { en: 'Amount spike', zh: '金额突增' },
  code: 'review',
  restricted: false,
  on: ['outgoing'],
  options: z.strictObject({
    least: money().default(cny(1_000_000)).meta(means('Smaller amounts pass.', '低于此金额不触发。')),
    deviations: z
      .number()
      .min(1)
      .max(20)
      .default(3)
      .meta(means('Standard deviations above the own mean.', '高于自身均值的标准差倍数。')),
    largestPercent: z
      .int()
      .min(100)
      .max(10_000)
      .default(150)
      .meta(means('Part of the own largest amount that it must reach.', '须达到自身历史最大金额的比例（%）。')),
    expectedPercent: z
      .number()
      .positive()
      .max(100)
      .default(1)
      .meta(
        means(
          'So many payments as large may be expected among the baseline’s, in percent of one.',
          '基线中预期出现同等大额的笔数上限，以一笔的百分比计。',
        ),
      ),
    baseline: z
      .int()
      .min(3)
      .max(256)
      .default(10)
      .meta(means('Own payments that there must be to compare with.', '可供比较的自身历史笔数下限。')),
  }),
  message: {
    en: 'Amount {amount}; the {count} own payments before average {mean} and were at most {largest}.',
    zh: '金额 {amount}；此前 {count} 笔均值 {mean}，最大 {largest}。',
  },
  evidence: {
    amount: { en: 'Amount', zh: '金额' },
    count: { en: 'Own payments before', zh: '此前笔数' },
    mean: { en: 'Their average', zh: '此前均值' },
    deviation: { en: 'Their standard deviation', zh: '此前标准差' },
    largest: { en: 'The largest of them', zh: '此前最大金额' },
  },
  features: () => ({
    amount: amount(),
    count: baselineCount(),
    mean: baselineMean(),
    deviation: baselineDeviation(),
    largest: baselineLargest(),
    expected: baselineExpected(),
  }),
  judge: ({ features, options }) => {
    const { amount } = features;
    if (amount < options.least.minor) return pass;
    const { count, mean, deviation, largest } = features;
    if (count < options.baseline) return pass;
    const unusual = amount > mean + options.deviations * deviation && amount * 100 >= largest * options.largestPercent;
    if (!unusual || features.expected > options.expectedPercent) return pass;
    return alert('medium', { amount, count, mean, deviation, largest });
  },
});
