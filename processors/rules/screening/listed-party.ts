/**
 * Listed party (名单命中, T12). Holds a transfer whose payer or payee, by id or account, stands on a
 * list that control has brought (sanctions, internal block list).
 *
 * Matches ids and accounts exactly; names are matched upstream for now.
 * False positives: a stale list; each list is replaced as a whole by its next version.
 * Defaults: two people (general practice): a hit that is cleared wrongly cannot be undone.
 */
import { z } from 'zod';
import { listedEnd } from '../../features/account-features.ts';
import { hold, means, pass, rule } from '../contract.ts';

export const listedParty = rule({
  id: 'listed-party',
  version: 1,
  family: 'screening',
  title: { en: 'Listed party', zh: '名单命中' },
  code: 'review',
  restricted: true,
  on: ['outgoing'],
  options: z.strictObject({
    approvals: z.int().min(1).max(2).default(2).meta(means('People who must approve.', '须审批的人数。')),
  }),
  message: { en: '{listed} stands on a list.', zh: '{listed} 命中名单。' },
  evidence: {
    listed: { en: 'Listed party or account', zh: '命中名单的当事方或账户' },
  },
  features: () => ({ listed: listedEnd() }),
  judge: ({ features, options }) => {
    const { listed } = features;
    return listed === '' ? pass : hold({ approvals: options.approvals, severity: 'critical' }, { listed });
  },
});
