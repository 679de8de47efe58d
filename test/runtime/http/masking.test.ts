import { expect, it } from 'vitest';
import { masked } from '../../../runtime/http/masking.ts';

it('masks what is personal wherever it stands, and leaves what links and what counts', () => {
  const answer = {
    id: 'velocity:C-1:7',
    transferId: '202603011234567890',
    subject: '6222020200112233',
    debtor: { party: 'C-1001', account: '6222020200112233', name: '上海明德贸易有限公司' },
    creditor: { party: '6217000010099887', account: '6217000010099887', name: 'Łukasz' },
    amount: { minor: 123_456_789_012, currency: 'CNY' },
    accounts: ['6222020200112233', '9'],
    taxNumber: '91310000MA1K3YXX0X',
    contact: '李雷 13800138000',
    purpose: '工资',
    reason: { en: 'CNY 1,234,567,890.00 goes to 6217000010099887.', zh: 'CNY 1.00 付往 6217000010099887。' },
    evidence: [
      { name: 'payee', text: '6217000010099887' },
      { name: 'amount', number: 6_217_000_010_099_887 },
    ],
  };
  expect(masked(answer)).toEqual({
    ...answer,
    subject: '****2233',
    debtor: { party: 'C-1001', account: '****2233', name: '上**' },
    creditor: { party: '****9887', account: '****9887', name: 'Ł**' },
    accounts: ['****2233', '****'],
    taxNumber: '****XX0X',
    contact: '李**',
    purpose: '***',
    reason: { en: 'CNY 1,234,567,890.00 goes to ****9887.', zh: 'CNY 1.00 付往 ****9887。' },
    evidence: [
      { name: 'payee', text: '****9887' },
      { name: 'amount', number: 6_217_000_010_099_887 },
    ],
  });
});
