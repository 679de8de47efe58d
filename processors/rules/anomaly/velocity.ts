/**
 * Velocity (高频交易). Many outgoing attempts in a short time: a stolen account being emptied, a
 * script, a mistake that repeats itself. Attempts that failed or were rejected count too.
 *
 * False positives: payroll runs and merchants' refunds; they are given a segment here.
 * Default: 5 in 30 minutes (aml-etl-regulatory-simulation, risk-detection.md), raised for organisations.
 */
import { z } from 'zod';
import { duration } from '../../../schemas/time.ts';
import { attempts } from '../../features/window-features.ts';
import { alert, means, pass, rule } from '../contract.ts';

export const velocity = rule({
  id: 'velocity',
  version: 1,
  family: 'anomaly',
  title: { en: 'Velocity', zh: '高频交易' },
  code: 'review',
  restricted: false,
  on: ['outgoing'],
  options: z.strictObject({
    count: z.int().min(2).default(6).meta(means('Attempts from which on it fires.', '发起笔数达到此数即触发。')),
    window: duration().default(1_800_000).meta(means('Sliding window, exact.', '滑动时间窗口，精确计算。')),
  }),
  segments: [
    { when: { kind: 'organisation' }, options: { count: 40 } },
    { when: { tag: 'merchant' }, enabled: false },
    { when: { tag: 'payroll' }, enabled: false },
  ],
  message: {
    en: '{attempts} outgoing transfers within {window}; the threshold is {count}.',
    zh: '{window}内发起 {attempts} 笔转出，阈值为 {count} 笔。',
  },
  evidence: {
    attempts: { en: 'Outgoing transfers', zh: '发起的转出笔数' },
    window: { en: 'Window', zh: '时间窗口' },
    count: { en: 'Threshold', zh: '阈值' },
  },
  features: ({ window }) => ({ attempts: attempts('outgoing', window) }),
  judge: ({ features, options }) => {
    const { attempts } = features;
    return attempts >= options.count ? alert('medium', { attempts }) : pass;
  },
});
