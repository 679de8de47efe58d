/**
 * Limit per day (单日限额). Rejects an outgoing transfer that takes the calendar day's total of the
 * customer above the limit. Held and accepted transfers count; what was rejected, failed or returned
 * does not.
 *
 * False positives: a day of many ordinary bills; give the segment a higher limit.
 * Defaults: general practice; compare PBoC's daily confirmation of 300,000 (person) and 1,000,000
 * (entity) for transfers away from the counter, which asks for a warning, not a rejection.
 */
import { z } from 'zod';
import { dayTotal, isCustomer } from '../../features/account-features.ts';
import { limitScalePercent } from '../../features/receivable-features.ts';
import { cny, means, money, pass, reject, rule } from '../contract.ts';

export const limitDay = rule({
  id: 'limit-day',
  version: 1,
  family: 'limits',
  title: { en: 'Limit per day', zh: '单日限额' },
  code: 'limit',
  restricted: false,
  on: ['outgoing'],
  options: z.strictObject({
    limit: money()
      .default(cny(1_000_000_000))
      .meta(
        means('Most that a calendar day may total, before scaling by rating.', '单个自然日累计上限（按评级调整前）。'),
      ),
  }),
  segments: [{ when: { kind: 'organisation' }, options: { limit: cny(20_000_000_000) } }],
  message: {
    en: 'The day’s total {dayTotal} is above the limit per day of {scaledLimit}.',
    zh: '当日累计 {dayTotal} 超过单日限额 {scaledLimit}。',
  },
  evidence: {
    dayTotal: { en: 'Total of the day', zh: '当日累计' },
    scaledLimit: { en: 'Limit per day', zh: '单日限额', unit: 'money' },
  },
  features: () => ({ customer: isCustomer(), dayTotal: dayTotal(), scale: limitScalePercent() }),
  judge: ({ features, options }) => {
    if (!features.customer) return pass;
    const { dayTotal } = features;
    const scaledLimit = Math.floor((options.limit.minor * features.scale) / 100);
    return dayTotal > scaledLimit ? reject({ dayTotal, scaledLimit }) : pass;
  },
});
