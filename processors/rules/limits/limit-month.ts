/**
 * Limit per month (单月限额). Rejects an outgoing transfer that takes the calendar month's total of the
 * customer above the limit; counted like the day's.
 *
 * False positives: seasonal business; give the segment a higher limit.
 * Defaults: general practice, not law.
 */
import { z } from 'zod';
import { isCustomer, monthTotal } from '../../features/account-features.ts';
import { limitScalePercent } from '../../features/receivable-features.ts';
import { cny, means, money, pass, reject, rule } from '../contract.ts';

export const limitMonth = rule({
  id: 'limit-month',
  version: 1,
  family: 'limits',
  title: { en: 'Limit per month', zh: '单月限额' },
  code: 'limit',
  restricted: false,
  on: ['outgoing'],
  options: z.strictObject({
    limit: money()
      .default(cny(10_000_000_000))
      .meta(
        means(
          'Most that a calendar month may total, before scaling by rating.',
          '单个自然月累计上限（按评级调整前）。',
        ),
      ),
  }),
  segments: [{ when: { kind: 'organisation' }, options: { limit: cny(200_000_000_000) } }],
  message: {
    en: 'The month’s total {monthTotal} is above the limit per month of {scaledLimit}.',
    zh: '当月累计 {monthTotal} 超过单月限额 {scaledLimit}。',
  },
  evidence: {
    monthTotal: { en: 'Total of the month', zh: '当月累计' },
    scaledLimit: { en: 'Limit per month', zh: '单月限额', unit: 'money' },
  },
  features: () => ({ customer: isCustomer(), monthTotal: monthTotal(), scale: limitScalePercent() }),
  judge: ({ features, options }) => {
    if (!features.customer) return pass;
    const { monthTotal } = features;
    const scaledLimit = Math.floor((options.limit.minor * features.scale) / 100);
    return monthTotal > scaledLimit ? reject({ monthTotal, scaledLimit }) : pass;
  },
});
