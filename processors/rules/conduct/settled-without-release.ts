/**
 * Settled without release (未放行即结算, C5). Upstream settled a transfer that Weir had held or
 * rejected: the one thing that must never happen quietly.
 *
 * False positives: none; either the release went past Weir, or the settlement is wrong.
 */
import { z } from 'zod';
import { amount, outcomeBefore } from '../../features/leg-features.ts';
import { alert, pass, rule } from '../contract.ts';

const HELD = 2;
const REJECTED = 3;

export const settledWithoutRelease = rule({
  id: 'settled-without-release',
  version: 1,
  family: 'conduct',
  title: { en: 'Settled without release', zh: '未放行即结算' },
  code: 'status',
  restricted: false,
  on: ['status'],
  options: z.strictObject({}),
  message: {
    en: '{amount} was settled while the decision was {decision}.',
    zh: '{amount} 在决定为 {decision} 时已被结算。',
  },
  features: () => ({ outcomeBefore: outcomeBefore(), amount: amount() }),
  judge: ({ features }) => {
    const { outcomeBefore, amount } = features;
    if (outcomeBefore !== HELD && outcomeBefore !== REJECTED) return pass;
    return alert('critical', { amount, decision: outcomeBefore === HELD ? 'hold/待审' : 'reject/拒绝' });
  },
});
