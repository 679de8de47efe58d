/**
 * First large payment to a new account of a known payee (收款人新账户首笔大额, W5, C6). A payee who was
 * paid on one account is now paid on another: the mark of a forged invoice or a taken-over mailbox.
 * Holds for one approval, so that somebody calls the payee.
 *
 * False positives: a payee who did change banks; approving once makes the account known.
 * Defaults: general practice; the history (31 days) is what "known" means.
 */
import { z } from 'zod';
import { isCustomer } from '../../features/account-features.ts';
import { amount, counterparty, payeeAccount } from '../../features/leg-features.ts';
import { cny, hold, means, money, pass, rule } from '../contract.ts';

const PAID_ON_OTHER_ACCOUNTS = 2;

export const newPayeeAccount = rule({
  id: 'new-payee-account',
  version: 1,
  family: 'anomaly',
  title: { en: 'Large payment to a new account of a payee', zh: '收款人新账户首笔大额' },
  code: 'review',
  restricted: false,
  on: ['outgoing'],
  options: z.strictObject({
    least: money().default(cny(5_000_000)).meta(means('Smaller amounts pass.', '低于此金额不触发。')),
  }),
  message: {
    en: '{amount} goes to an account of {payee} that was not used before; earlier payments went to another.',
    zh: '{amount} 付往 {payee} 从未使用过的账户；此前付往其他账户。',
  },
  evidence: {
    amount: { en: 'Amount', zh: '金额' },
    payee: { en: 'Payee', zh: '收款人' },
  },
  features: () => ({ customer: isCustomer(), amount: amount(), payee: counterparty(), payeeAccount: payeeAccount() }),
  judge: ({ features, options }) => {
    const { amount } = features;
    if (!features.customer || amount < options.least.minor) return pass;
    if (features.payeeAccount !== PAID_ON_OTHER_ACCOUNTS) return pass;
    return hold({ approvals: 1, severity: 'high' }, { amount, payee: features.payee });
  },
});
