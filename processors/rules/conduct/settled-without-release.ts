/**
 * Settled without release (未放行即结算, C5). Upstream settled a transfer that Weir had held or
 * rejected: the one thing that must never happen quietly.
 *
 * False positives: none; either the release went past Weir, or the settlement is wrong.
 * Defaults: none to choose; always critical.
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
    en: '{amount} was settled although the transfer was {decision}.',
    zh: '该笔交易{decision}，却已结算 {amount}。',
  },
  evidence: {
    amount: { en: 'Amount', zh: '金额' },
    decision: { en: 'Decision before', zh: '原决定' },
  },
  words: {
    decision: {
      hold: { en: 'held and not released', zh: '处于待审、未获放行' },
      reject: { en: 'rejected', zh: '已被拒绝' },
    },
  },
  features: () => ({ outcomeBefore: outcomeBefore(), amount: amount() }),
  judge: ({ features }) => {
    const { outcomeBefore, amount } = features;
    if (outcomeBefore !== HELD && outcomeBefore !== REJECTED) return pass;
    return alert('critical', { amount, decision: outcomeBefore === HELD ? 'hold' : 'reject' });
  },
});
