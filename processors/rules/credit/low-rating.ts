/**
 * Low rating (低信用评级, T9). An outgoing transfer of a customer whose rating is bad waits for approval:
 * money that leaves such a customer no longer pays what it owes, and often is the first sign of trouble.
 *
 * False positives: a customer who pays its overdue bill to us, which upstream may exempt; a rating that
 * hangs on cents (hence the least amount). An overdue invoice in a currency without an exchange rate
 * counts with nothing until the rate comes; the rule on overdue days has alerted of it.
 * Defaults: grade D, more than 90 days overdue (IFRS 9 presumes default); one approval, since the case
 * is known to the people who dun it. PAYDEX calls such payers high risk from a score of 49 down.
 */
import { z } from 'zod';
import { GRADES } from '../../../schemas/credit-rating.ts';
import { grade, overdueAmount, overdueDays } from '../../features/receivable-features.ts';
import { cny, hold, money, pass, rule } from '../contract.ts';

export const lowRating = rule({
  id: 'low-rating',
  version: 1,
  family: 'credit',
  title: { en: 'Low rating', zh: '低信用评级' },
  code: 'approval',
  restricted: false,
  on: ['outgoing'],
  options: z.strictObject({
    grade: z.enum(GRADES).default('D').describe('The best rating that waits.'),
    approvals: z.int().min(1).max(2).default(1).describe('People who must approve.'),
    least: money().default(cny(10_000)).describe('Customers with a smaller overdue amount do not wait.'),
  }),
  message: {
    en: 'The customer is rated {rating}: {overdueAmount} overdue, the oldest for {overdueDays}.',
    zh: '客户信用评级为 {rating}：逾期 {overdueAmount}，最长已逾期 {overdueDays}。',
  },
  features: () => ({ rating: grade(), overdueAmount: overdueAmount(), overdueDays: overdueDays() }),
  judge: ({ features, options }) => {
    const { rating } = features;
    if (GRADES.indexOf(rating) < GRADES.indexOf(options.grade)) return pass;
    const { overdueAmount, overdueDays } = features;
    if (overdueAmount < options.least.minor) return pass;
    return hold({ approvals: options.approvals }, { rating, overdueAmount, overdueDays });
  },
});
