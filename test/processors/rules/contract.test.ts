/** The contract holds rules to words in both languages for whatever they tell: the compiler refuses the others. */
import { expect, it } from 'vitest';
import { z } from 'zod';
import { amount } from '../../../processors/features/leg-features.ts';
import { alert, hold, meaningOf, means, pass, rule } from '../../../processors/rules/contract.ts';

const plain = {
  id: 'plain',
  version: 1,
  family: 'conduct',
  title: { en: 'Plain', zh: '普通' },
  code: 'review',
  restricted: false,
  on: ['outgoing'],
  options: z.strictObject({}),
  message: { en: 'Seen.', zh: '已见。' },
  features: () => ({ amount: amount() }),
} as const;

it('takes a rule whose evidence has words, and none that tells more', () => {
  const evidence = { amount: { en: 'Amount', zh: '金额' } };
  const told = rule({ ...plain, evidence, judge: ({ features }) => alert('low', { amount: features.amount }) });
  expect(told.evidence).toEqual(evidence);
  rule({
    ...plain,
    evidence,
    // @ts-expect-error: nothing says what “maker” is called.
    judge: ({ features }) => (features.amount > 1 ? hold({ approvals: 1 }, { amount: 1, maker: 'zhang' }) : pass),
  });
  // @ts-expect-error: in Chinese, too.
  rule({ ...plain, evidence: { amount: { en: 'Amount' } }, judge: () => pass });
  // @ts-expect-error: a rule without evidence says so.
  rule({ ...plain, judge: () => pass });
});

it('reads the meaning of an option, and gives no Chinese where none was said', () => {
  expect(meaningOf(z.int().default(4).meta(means('Fewest payers.', '最少付款人数。')))).toEqual({
    en: 'Fewest payers.',
    zh: '最少付款人数。',
  });
  expect(meaningOf(z.int().describe('Fewest payers.'))).toEqual({ en: 'Fewest payers.', zh: '' });
});
