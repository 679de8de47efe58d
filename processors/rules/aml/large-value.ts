/**
 * Large-value report (大额交易报告, T12). The day's transfers of a party reach the reporting threshold,
 * incoming and outgoing apart, on calendar days of the institution's zone.
 *
 * It is a duty to report, within five working days of the transaction. What is reported is what took place,
 * so it is asked when money settles, and counts what has settled: neither what waits for approval nor what
 * was rejected, failed or cancelled. Upstream must tell of settlements; without them nothing is reported.
 * False positives: none; what is returned later was still a transaction.
 * Defaults: PBoC Order 3 [2016], in force for transfers: natural persons from 500,000 CNY (inclusive),
 * others from 2,000,000 CNY (inclusive). Cash and cross-border transfers have lower ones.
 */
import { z } from 'zod';
import { settledDayTotal, side } from '../../features/account-features.ts';
import { alert, cny, means, money, pass, rule } from '../contract.ts';

export const largeValue = rule({
  id: 'large-value',
  version: 2,
  family: 'aml',
  title: { en: 'Large-value report', zh: '大额交易报告' },
  code: 'review',
  restricted: true,
  on: ['settlement'],
  options: z.strictObject({
    threshold: money()
      .default(cny(50_000_000))
      .meta(means('Day total from which on it must be reported, inclusive.', '当日累计达到此金额（含）即须报告。')),
  }),
  segments: [{ when: { kind: 'organisation' }, options: { threshold: cny(200_000_000) } }],
  message: {
    en: 'The day’s settled {direction} total {dayTotal} reaches the reporting threshold of {threshold}.',
    zh: '当日已结算{direction}累计 {dayTotal} 达到报告标准 {threshold}。',
  },
  evidence: {
    dayTotal: { en: 'Settled total of the day', zh: '当日已结算累计' },
    direction: { en: 'Direction', zh: '收付方向' },
    threshold: { en: 'Reporting threshold', zh: '报告标准' },
  },
  features: ({ threshold }) => ({ side: side(), dayTotal: settledDayTotal(threshold.minor) }),
  words: { direction: { outgoing: { en: 'outgoing', zh: '付款' }, incoming: { en: 'incoming', zh: '收款' } } },
  judge: ({ features, options }) => {
    const { dayTotal } = features;
    if (dayTotal < options.threshold.minor) return pass;
    return alert('info', { dayTotal, direction: features.side === 1 ? 'incoming' : 'outgoing' });
  },
});
