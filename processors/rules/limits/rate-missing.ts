/**
 * No fresh exchange rate (缺少汇率). Holds a transfer in a currency that no current rate converts: it
 * cannot be measured against any threshold, and silence would let it through.
 *
 * False positives: none; send rates, or lengthen `rateMaxAge` in the settings.
 * Defaults: one approval; rates age for 72 hours (a weekend).
 */
import { z } from 'zod';
import { rateMissing } from '../../features/leg-features.ts';
import { hold, pass, rule } from '../contract.ts';

export const rateMissingRule = rule({
  id: 'rate-missing',
  version: 1,
  family: 'limits',
  title: { en: 'No fresh exchange rate', zh: '缺少有效汇率' },
  code: 'data',
  restricted: false,
  on: ['outgoing'],
  options: z.strictObject({}),
  message: {
    en: 'No fresh exchange rate converts the amount into the base currency.',
    zh: '没有有效汇率可将金额折算为本位币。',
  },
  evidence: {},
  features: () => ({ missing: rateMissing() }),
  judge: ({ features }) => (features.missing ? hold({ approvals: 1, severity: 'medium' }, {}) : pass),
});
