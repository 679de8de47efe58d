/**
 * Pass-through (快进快出). Most of what came in has left again within a short time: the account is a
 * stop on the way.
 *
 * False positives: merchants who pay suppliers daily, payroll accounts that are funded for the day;
 * both have a segment here.
 * Defaults: 90 % within 24 hours of at least 5,000 received (aml-agent thresholds.yaml).
 */
import { z } from 'zod';
import { duration } from '../../../schemas/time.ts';
import { sum } from '../../features/window-features.ts';
import { alert, cny, means, money, pass, rule } from '../contract.ts';

export const passThrough = rule({
  id: 'pass-through',
  version: 1,
  family: 'aml',
  title: { en: 'Pass-through', zh: '快进快出' },
  code: 'review',
  restricted: true,
  on: ['outgoing'],
  options: z.strictObject({
    sharePercent: z
      .int()
      .min(1)
      .max(100)
      .default(90)
      .meta(means('Part of what came in that has left again.', '转入资金中已转出的比例（%）。')),
    mostPercent: z
      .int()
      .min(100)
      .max(1_000)
      .default(110)
      .meta(means('Above this part it is spending, not passing on.', '超过此比例（%）视为支出，而非过账。')),
    received: money().default(cny(500_000)).meta(means('Least that came in.', '转入金额下限。')),
    window: duration().default(86_400_000).meta(means('Sliding window, exact.', '滑动时间窗口，精确计算。')),
  }),
  segments: [
    { when: { tag: 'merchant' }, enabled: false },
    { when: { tag: 'payroll' }, enabled: false },
  ],
  message: {
    en: '{sent} left of the {received} that came in within {window}.',
    zh: '{window}内转入 {received}，又转出 {sent}。',
  },
  evidence: {
    received: { en: 'Came in', zh: '转入金额' },
    sent: { en: 'Left again', zh: '转出金额' },
    window: { en: 'Window', zh: '时间窗口' },
  },
  features: ({ window }) => ({ received: sum('incoming', window), sent: sum('outgoing', window) }),
  judge: ({ features, options }) => {
    const { received } = features;
    if (received < options.received.minor) return pass;
    const { sent } = features;
    const passedOn = sent * 100 >= received * options.sharePercent && sent * 100 <= received * options.mostPercent;
    return passedOn ? alert('high', { received, sent }) : pass;
  },
});
