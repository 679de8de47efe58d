/**
 * Large amounts need approval (分级审批, T2, T3): one person from the first tier on, two from the
 * second. Neither may be the maker, by name, device or session; where two are asked for and the
 * instruction names no maker, nobody can tell who that is, so it stays held until it is entered again.
 *
 * False positives: none; it is a procedure.
 * Defaults: general practice; tiers by kind of customer.
 */
import { z } from 'zod';
import { isCustomer } from '../../features/account-features.ts';
import { amount, hasMaker } from '../../features/leg-features.ts';
import { cny, hold, means, money, pass, rule } from '../contract.ts';

export const largeAmountApproval = rule({
  id: 'large-amount-approval',
  version: 1,
  family: 'limits',
  title: { en: 'Large amount needs approval', zh: '大额需审批' },
  code: 'approval',
  restricted: false,
  on: ['outgoing'],
  options: z
    .strictObject({
      one: money()
        .default(cny(20_000_000))
        .meta(means('From this amount on one person must approve.', '达到此金额须 1 人审批。')),
      two: money()
        .default(cny(50_000_000))
        .meta(means('From this amount on two people must approve.', '达到此金额须 2 人审批。')),
    })
    .refine(({ one, two }) => one.minor <= two.minor, { path: ['two'], error: 'must be no less than one' }),
  segments: [{ when: { kind: 'organisation' }, options: { one: cny(100_000_000), two: cny(300_000_000) } }],
  message: {
    en: 'Amount {amount} needs the approval of {approvals}; {maker}.',
    zh: '金额 {amount} 需 {approvals}审批；{maker}。',
  },
  evidence: {
    amount: { en: 'Amount', zh: '金额' },
    approvals: { en: 'Who must approve', zh: '所需审批' },
    maker: { en: 'Maker', zh: '经办人' },
  },
  words: {
    approvals: {
      1: { en: 'one other person', zh: '1 名其他人员' },
      2: { en: 'two other people', zh: '2 名其他人员' },
    },
    maker: {
      named: { en: 'the instruction names its maker', zh: '指令已注明经办人' },
      missing: { en: 'the instruction names no maker', zh: '指令未注明经办人' },
    },
  },
  features: () => ({ customer: isCustomer(), amount: amount(), hasMaker: hasMaker() }),
  judge: ({ features, options }) => {
    if (!features.customer || features.amount < options.one.minor) return pass;
    const approvals = features.amount >= options.two.minor ? 2 : 1;
    return hold({ approvals }, { amount: features.amount, approvals, maker: features.hasMaker ? 'named' : 'missing' });
  },
});
