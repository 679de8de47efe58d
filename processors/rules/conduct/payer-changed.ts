/**
 * Payer changed (付款人变更). An amendment names another payer than the transfer had. Neither payer can know
 * of the other: each has the transfer as its own, decided and reserved. The payee hears of both, so it is
 * here that somebody is told; upstream must cancel the one that does not hold.
 *
 * False positives: none; a transfer has one payer, and a new payer makes a new transfer.
 * Defaults: none to choose.
 */
import { z } from 'zod';
import { amount, counterparty, payerBefore } from '../../features/leg-features.ts';
import { alert, pass, rule } from '../contract.ts';

export const payerChanged = rule({
  id: 'payer-changed',
  version: 1,
  family: 'conduct',
  title: { en: 'Payer changed', zh: '付款人变更' },
  code: 'status',
  restricted: false,
  on: ['incoming'],
  options: z.strictObject({}),
  message: {
    en: '{amount} was to come from {before}, and now comes from {payer} under the same transfer id; both have it reserved until one is cancelled.',
    zh: '{amount} 原由 {before} 付款，现以同一交易编号改由 {payer} 付款；其中一笔撤销前，双方均占用额度。',
  },
  evidence: {
    amount: { en: 'Amount', zh: '金额' },
    before: { en: 'Payer before', zh: '原付款人', unit: 'text' },
    payer: { en: 'Payer now', zh: '现付款人' },
  },
  features: () => ({ before: payerBefore(), payer: counterparty(), amount: amount() }),
  judge: ({ features }) => {
    const { before, payer, amount } = features;
    return before === '' || before === payer ? pass : alert('high', { amount, before, payer });
  },
});
