/**
 * Limit per transaction (单笔限额). Rejects an outgoing transfer above the customer's limit.
 *
 * Why: the hard edge that no approval moves; what may pass with approval is `large-amount-approval`.
 * False positives: none by definition; a limit that is too low is a setting.
 * Defaults: general practice, not law; scaled by the customer's rating.
 */
import { z } from 'zod';
import { isCustomer } from '../../features/account-features.ts';
import { amount } from '../../features/leg-features.ts';
import { limitScalePercent } from '../../features/receivable-features.ts';
import { cny, means, money, pass, reject, rule } from '../contract.ts';

export const limitTransaction = rule({
  id: 'limit-transaction',
  version: 1,
  family: 'limits',
  title: { en: 'Limit per transaction', zh: '单笔限额' },
  code: 'limit',
  restricted: false,
  on: ['outgoing'],
  options: z.strictObject({
    limit: money()
      .default(cny(500_000_000))
      .meta(means('Most that one transfer may be, before scaling by rating.', '单笔金额上限（按评级调整前）。')),
  }),
  segments: [{ when: { kind: 'organisation' }, options: { limit: cny(5_000_000_000) } }],
  message: {
    en: 'Amount {amount} is above the limit per transaction of {scaledLimit}.',
    zh: '金额 {amount} 超过单笔限额 {scaledLimit}。',
  },
  evidence: {
    amount: { en: 'Amount', zh: '金额' },
    scaledLimit: { en: 'Limit per transaction', zh: '单笔限额', unit: 'money' },
  },
  features: () => ({ customer: isCustomer(), amount: amount(), scale: limitScalePercent() }),
  judge: ({ features, options }) => {
    if (!features.customer) return pass;
    const scaledLimit = Math.floor((options.limit.minor * features.scale) / 100);
    return features.amount > scaledLimit ? reject({ amount: features.amount, scaledLimit }) : pass;
  },
});
