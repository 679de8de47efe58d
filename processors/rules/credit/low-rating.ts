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
import { cny, hold, means, money, pass, rule } from '../contract.ts';

export const lowRating = rule({
  id: 'low-rating',
  version: 1,
  family: 'credit',
  title: { en: 'Low rating', zh: '低信用评级' },
  code: 'approval',
  restricted: false,
  on: ['outgoing'],
  options: z.strictObject({
    grade: z.enum(GRADES).default('D').meta(means('The best rating that waits.', '需等待审批的最高评级。')),
    approvals: z.int().min(1).max(2).default(1).meta(means('People who must approve.', '须审批的人数。')),
    least: money()
      .default(cny(10_000))
      .meta(means('Customers with a smaller overdue amount do not wait.', '逾期金额低于此值的客户无需等待。')),
  }),
  message: {
    en: 'The customer is rated {rating}: {overdueAmount} overdue, the oldest for {overdueDays}.',
    zh: '客户信用评级为 {rating}：逾期 {overdueAmount}，最长已逾期 {overdueDays}。',
  },
  evidence: {
    rating: { en: 'Rating', zh: '信用评级' },
    overdueAmount: { en: 'Overdue amount', zh: '逾期金额' },
    overdueDays: { en: 'Days overdue, the oldest', zh: '最长逾期天数' },
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
