/**
 * Many payers from one device (同一设备多个付款人, C6). The subject is the device: different customers'
 * transfers are instructed from it within a time.
 *
 * False positives: a family's tablet, a counter's terminal; leave those out by exemption.
 * Default: general practice.
 */
import { z } from 'zod';
import { duration } from '../../../schemas/time.ts';
import { distinct } from '../../features/window-features.ts';
import { alert, means, pass, rule } from '../contract.ts';

export const sharedDevice = rule({
  id: 'shared-device',
  version: 1,
  family: 'anomaly',
  title: { en: 'Many payers from one device', zh: '同一设备多个付款人' },
  code: 'review',
  restricted: true,
  on: ['device'],
  options: z.strictObject({
    payers: z
      .int()
      .min(2)
      .default(5)
      .meta(means('Different payers from which on it fires.', '不同付款人达到此数即触发。')),
    window: duration().default(86_400_000).meta(means('Sliding window, exact.', '滑动时间窗口，精确计算。')),
  }),
  message: {
    en: '{distinctPayers} different payers used this device within {window}; the threshold is {payers}.',
    zh: '{window}内有 {distinctPayers} 个不同付款人使用该设备，阈值为 {payers} 个。',
  },
  evidence: {
    distinctPayers: { en: 'Different payers', zh: '不同付款人' },
    window: { en: 'Window', zh: '时间窗口' },
    payers: { en: 'Threshold', zh: '阈值' },
  },
  features: ({ window }) => ({ distinctPayers: distinct('outgoing', window) }),
  judge: ({ features, options }) => {
    const { distinctPayers } = features;
    return distinctPayers >= options.payers ? alert('high', { distinctPayers }) : pass;
  },
});
