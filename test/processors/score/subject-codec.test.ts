import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeSubject, SUBJECT_LAYOUT } from '../../../processors/score/subject-codec.ts';
import { Driver } from '../../support/driver.ts';

/** The stored form of a subject that has some of everything, by layout. */
const STORED_FORMS: { readonly [layout: number]: string } = {
  5: '962a2f071c4c4972',
  6: '3a365475bd7b4d11',
  7: '5911d8320f1cba68',
};

describe('the stored form of a subject', () => {
  it('changes only together with its layout, so that an older checkpoint is folded again and never misread', () => {
    const driver = new Driver();
    driver.customer({ customerId: 'payer', zone: 'America/New_York', tags: ['vip'], accounts: ['acc-payer'] });
    driver.send('balances', { account: 'acc-payer', party: 'payer', available: { minor: 1, currency: 'CNY' } });
    driver.transfer({ transferId: 'T-1', minor: 1_000 });
    driver.transfer({ transferId: 'T-1', minor: 1_000, status: 'settled' });
    driver.transfer({ minor: 30_000_000, maker: 'zhang' });
    for (let number = 0; number < 6; number++) driver.transfer({ minor: 2_000 + number });
    driver.send('invoices', {
      invoiceId: 'I-1',
      customer: 'payer',
      amount: { minor: 5_000, currency: 'CNY' },
      issuedOn: '2026-01-01',
      dueOn: '2026-02-01',
      status: 'open',
    });
    const { subjects, ids } = driver.tasks[0]!.state;
    const subject = subjects.all[subjects.find(0, ids.findString('payer'))]!;
    const form = createHash('sha256').update(encodeSubject(subject)).digest('hex').slice(0, 16);
    expect(STORED_FORMS, `layout ${SUBJECT_LAYOUT} is now stored as ${form}; raise the layout`).toHaveProperty(
      String(SUBJECT_LAYOUT),
      form,
    );
  });
});
