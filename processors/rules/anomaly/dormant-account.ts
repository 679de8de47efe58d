/**
 * Dormant account awakens (长期闲置账户突然启用). A subject without a transfer for long sends a large
 * amount; so does a customer whose file has been there for so long without any transfer. Who wakes an account
 * often feeds it first, so the sleep may have ended some days before.
 *
 * False positives: seasonal payers; the least amount keeps small awakenings quiet.
 * Defaults: PBoC's wording is "long idle"; usual readings run from months to a year, but history keeps
 * 31 days, so the default is 20 days: raise `horizon` and `idle` together for longer ones.
 */
import { z } from 'zod';
import { duration } from '../../../schemas/time.ts';
import { amount, idle } from '../../features/leg-features.ts';
import { alert, cny, means, money, pass, rule } from '../contract.ts';

export const dormantAccount = rule({
  id: 'dormant-account',
  version: 2,
  family: 'anomaly',
  title: { en: 'Dormant account awakens', zh: '休眠账户突然启用' },
  code: 'review',
  restricted: false,
  on: ['outgoing'],
  options: z.strictObject({
    idle: duration().default(1_728_000_000).meta(means('Time without a transfer.', '无交易的时长。')),
    waking: duration()
      .default(259_200_000)
      .meta(
        means(
          'So long after the first transfer it still counts as awakening: 3 days.',
          '首笔交易后此时长内仍视为刚启用：3 天。',
        ),
      ),
    least: money().default(cny(5_000_000)).meta(means('Smaller amounts pass.', '低于此金额不触发。')),
  }),
  message: {
    en: '{amount} leaves after {idleFor} without a transfer.',
    zh: '闲置 {idleFor}后转出 {amount}。',
  },
  evidence: {
    amount: { en: 'Amount', zh: '金额' },
    idleFor: { en: 'Time without a transfer', zh: '闲置时长', unit: 'ms' },
  },
  features: ({ waking }) => ({ amount: amount(), idleFor: idle(waking) }),
  judge: ({ features, options }) => {
    const { amount } = features;
    if (amount < options.least.minor) return pass;
    const { idleFor } = features;
    return idleFor >= options.idle ? alert('medium', { amount, idleFor }) : pass;
  },
});
