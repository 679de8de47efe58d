/**
 * Structuring (化整为零, 拆分交易). Several transfers just below the reporting threshold, which together
 * pass it.
 *
 * False positives: rents and prices that happen to lie in the band; they rarely come three times in a
 * week. Asked only when the transfer itself lies in the band.
 * Defaults: 3 in [0.85 T, T) within 7 days (aml-agent thresholds.yaml).
 */
import { z } from 'zod';
import { duration } from '../../../schemas/time.ts';
import { amount, countInBand, sumInBand } from '../../features/leg-features.ts';
import { alert, cny, money, pass, rule } from '../contract.ts';

export const structuring = rule({
  id: 'structuring',
  version: 1,
  family: 'aml',
  title: { en: 'Structuring', zh: '化整为零' },
  code: 'review',
  restricted: true,
  on: ['outgoing'],
  options: z.strictObject({
    threshold: money().default(cny(50_000_000)).describe('Reporting threshold T that is stayed below.'),
    bandPercent: z.int().min(50).max(99).default(85).describe('Lower edge of the band, in percent of T.'),
    count: z.int().min(2).default(3).describe('Transfers in the band from which on it fires.'),
    window: duration().default(604_800_000).describe('Sliding window, exact.'),
  }),
  segments: [{ when: { kind: 'organisation' }, options: { threshold: cny(200_000_000) } }],
  message: {
    en: '{inBand} transfers of {summed} in all within {window}, each between {bandPercent} of {threshold} and just below it.',
    zh: '{window}内 {inBand} 笔、合计 {summed}，每笔介于 {threshold} 的 {bandPercent} 与该标准之间。',
  },
  features: ({ threshold, bandPercent, window }) => {
    const from = Math.ceil((threshold.minor * bandPercent) / 100);
    return {
      amount: amount(),
      inBand: countInBand('outgoing', window, from, threshold.minor),
      summed: sumInBand('outgoing', window, from, threshold.minor),
    };
  },
  judge: ({ features, options }) => {
    const { amount } = features;
    if (amount >= options.threshold.minor || amount * 100 < options.threshold.minor * options.bandPercent) return pass;
    const { inBand } = features;
    return inBand >= options.count ? alert('high', { inBand, summed: features.summed }) : pass;
  },
});
