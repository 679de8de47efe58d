/**
 * Payouts stopped (暂停出金, T8). Rejects every outgoing transfer of a customer while a control entry has
 * stopped payouts, of all customers or of the customer's segment. Asked again when a hold is released.
 *
 * False positives: all of them, on purpose; undo the measure.
 * Defaults: none to choose; a stop rejects, and raises no alert for each payment that it stops.
 */
import { z } from 'zod';
import { isCustomer, payoutStop } from '../../features/account-features.ts';
import { pass, reject, rule } from '../contract.ts';

export const payoutsStopped = rule({
  id: 'payouts-stopped',
  version: 1,
  family: 'limits',
  title: { en: 'Payouts stopped', zh: '暂停出金' },
  code: 'blocked',
  restricted: false,
  on: ['outgoing'],
  options: z.strictObject({}),
  message: { en: 'Payouts are stopped by measure {measure}.', zh: '应急措施 {measure} 已暂停出金。' },
  evidence: {
    measure: { en: 'Emergency measure', zh: '应急措施' },
  },
  features: () => ({ customer: isCustomer(), measure: payoutStop() }),
  judge: ({ features }) => {
    const { measure } = features;
    return measure === '' || !features.customer ? pass : reject({ measure });
  },
});
