/**
 * Frozen party (冻结, T8). Rejects a transfer from or to a party or account that a control entry has
 * frozen. Freezes are control, which every task has, so the payer's side knows of a frozen payee.
 *
 * False positives: none; undo the freeze.
 * Defaults: none to choose; a freeze rejects.
 */
import { z } from 'zod';
import { frozenEnd } from '../../features/account-features.ts';
import { pass, reject, rule } from '../contract.ts';

export const frozenParty = rule({
  id: 'frozen-party',
  version: 1,
  family: 'screening',
  title: { en: 'Frozen party', zh: '已冻结的当事方' },
  code: 'blocked',
  restricted: true,
  on: ['outgoing'],
  options: z.strictObject({}),
  message: { en: '{frozen} is frozen.', zh: '{frozen} 已被冻结。' },
  evidence: {
    frozen: { en: 'Frozen party or account', zh: '被冻结的当事方或账户' },
  },
  features: () => ({ frozen: frozenEnd() }),
  judge: ({ features }) => {
    const { frozen } = features;
    return frozen === '' ? pass : reject({ frozen }, 'high');
  },
});
