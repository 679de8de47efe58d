/**
 * Structuring (化整为零, 拆分交易). Several transfers just below the reporting threshold, which together
 * pass it. Cash has a threshold of its own, and is looked at apart: what a customer pays in as well as what
 * it draws.
 *
 * False positives: rents and prices that happen to lie in the band, a shop that pays in like takings; they
 * rarely come three times in a week. Asked only when the transfer itself lies in the band.
 * Defaults: 3 in [0.85 T, T) within 7 days (aml-agent thresholds.yaml); T by PBoC Order 3 [2016]: cash
 * 50,000 CNY, transfers 500,000 (natural persons) and 2,000,000 CNY (others).
 */
import { z } from 'zod';
import { duration } from '../../../schemas/time.ts';
import { side } from '../../features/account-features.ts';
import { amount, countInBand, isCash, sumInBand } from '../../features/leg-features.ts';
import { alert, cny, means, money, pass, rule } from '../contract.ts';

export const structuring = rule({
  id: 'structuring',
  version: 2,
  family: 'aml',
  title: { en: 'Structuring', zh: '化整为零' },
  code: 'review',
  restricted: true,
  on: ['outgoing', 'incoming'],
  options: z.strictObject({
    threshold: money()
      .default(cny(50_000_000))
      .meta(means('Reporting threshold T that is stayed below.', '被规避的报告标准 T。')),
    cashThreshold: money()
      .default(cny(5_000_000))
      .meta(means('The same for cash, paid in or drawn.', '现金存取的报告标准。')),
    bandPercent: z
      .int()
      .min(50)
      .max(99)
      .default(85)
      .meta(means('Lower edge of the band, in percent of T.', '金额区间下限，占 T 的百分比。')),
    count: z
      .int()
      .min(2)
      .default(3)
      .meta(means('Transfers in the band from which on it fires.', '区间内达到此笔数即触发。')),
    window: duration().default(604_800_000).meta(means('Sliding window, exact.', '滑动时间窗口，精确计算。')),
  }),
  segments: [{ when: { kind: 'organisation' }, options: { threshold: cny(200_000_000) } }],
  message: {
    en: '{inBand} transfers of {summed} in all within {window}, each between {bandPercent} of {reported} and just below it.',
    zh: '{window}内 {inBand} 笔、合计 {summed}，每笔介于 {reported} 的 {bandPercent} 与该标准之间。',
  },
  evidence: {
    inBand: { en: 'Transfers in the band', zh: '区间内笔数' },
    summed: { en: 'What they come to', zh: '区间内合计' },
    reported: { en: 'Reporting threshold', zh: '报告标准', unit: 'money' },
    bandPercent: { en: 'Lower edge of the band', zh: '区间下限比例' },
    window: { en: 'Window', zh: '时间窗口' },
  },
  features: ({ threshold, cashThreshold, bandPercent, window }) => {
    const from = (minor: number) => Math.ceil((minor * bandPercent) / 100);
    const band = (way: 'outgoing' | 'incoming', minor: number, cash: boolean) =>
      [way, window, from(minor), minor, cash] as const;
    return {
      amount: amount(),
      side: side(),
      isCash: isCash(),
      inBand: countInBand(...band('outgoing', threshold.minor, false)),
      summed: sumInBand(...band('outgoing', threshold.minor, false)),
      drawn: countInBand(...band('outgoing', cashThreshold.minor, true)),
      drawnSum: sumInBand(...band('outgoing', cashThreshold.minor, true)),
      paidIn: countInBand(...band('incoming', cashThreshold.minor, true)),
      paidInSum: sumInBand(...band('incoming', cashThreshold.minor, true)),
    };
  },
  judge: ({ features, options }) => {
    const { amount, side, isCash } = features;
    // Of what is no cash the payer alone is looked at: it is the payer who splits.
    if (!isCash && side === 1) return pass;
    const reported = isCash ? options.cashThreshold.minor : options.threshold.minor;
    if (amount >= reported || amount * 100 < reported * options.bandPercent) return pass;
    const inBand = !isCash ? features.inBand : side === 1 ? features.paidIn : features.drawn;
    if (inBand < options.count) return pass;
    const summed = !isCash ? features.summed : side === 1 ? features.paidInSum : features.drawnSum;
    return alert('high', { inBand, summed, reported });
  },
});
