/**
 * Fan-out (集中转出). One payer pays several payees amounts closer to each other than its own history
 * and chance explain: a mule account that passes money on.
 *
 * The own history decides: payers of one constant amount would ring all the time against the global
 * null model alone, so without older legs it passes. Looked for among the newest 1,024 payments of the
 * window.
 * False positives: payrolls, scholarships; payrolls and merchants have a segment here.
 * Defaults: 4 payees, 14 days, p ≤ 0.0003.
 */
import { z } from 'zod';
import { duration } from '../../../schemas/time.ts';
import { fan } from '../../features/chance.ts';
import { distinct } from '../../features/window-features.ts';
import { alert, means, pass, rule } from '../contract.ts';

export const fanOut = rule({
  id: 'fan-out',
  version: 2,
  family: 'aml',
  title: { en: 'Fan-out', zh: '集中转出' },
  code: 'review',
  restricted: true,
  on: ['outgoing'],
  options: z.strictObject({
    payees: z.int().min(2).default(4).meta(means('Fewest payees of like amounts.', '金额相近的收款人最少个数。')),
    window: duration().default(1_209_600_000).meta(means('Sliding window, exact.', '滑动时间窗口，精确计算。')),
    chancePerMillion: z
      .number()
      .positive()
      .max(100_000)
      .default(300)
      .meta(
        means(
          'Probability by chance at which it fires, per million; for an account with more transfers in the window, as much less.',
          '偶然概率低于此值（百万分之几）即触发；窗口内交易越多的账户，该值按比例越低。',
        ),
      ),
  }),
  segments: [
    { when: { tag: 'merchant' }, enabled: false },
    { when: { tag: 'payroll' }, enabled: false },
  ],
  message: {
    en: '{likePayees} payees were paid {summed} within {window}, amounts within {band} of this one; probability by chance {chance}.',
    zh: '{window}内向 {likePayees} 个收款人共转出 {summed}，金额与本笔相差不超过 {band}；偶然发生的概率：{chance}。',
  },
  evidence: {
    likePayees: { en: 'Payees of like amounts', zh: '金额相近的收款人' },
    summed: { en: 'What they were paid in all', zh: '转出合计' },
    band: { en: 'Greatest difference of amounts', zh: '金额最大相差' },
    chance: { en: 'Probability by chance', zh: '偶然发生的概率' },
    window: { en: 'Window', zh: '时间窗口' },
  },
  features: ({ window, payees, chancePerMillion }) => {
    const found = fan({
      side: 'outgoing',
      windowMs: window,
      counterparties: payees,
      chancePerMillion,
      needsOwnHistory: true,
    });
    return {
      payeesInWindow: distinct('outgoing', window),
      chance: found.chance,
      likePayees: found.counterparties,
      summed: found.sum,
      band: found.band,
    };
  },
  judge: ({ features, options }) => {
    if (features.payeesInWindow < options.payees) return pass;
    const { likePayees, summed, band, chance } = features;
    if (likePayees === 0) return pass;
    return alert('high', { likePayees, summed, band, chance });
  },
});
