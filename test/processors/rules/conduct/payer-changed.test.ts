import { describe, expect, it } from 'vitest';
import { Driver } from '../../../support/driver.ts';
import { reservedBy } from '../../../support/reserved.ts';
import { alertOf, describeGovernance } from '../../../support/rule-cases.ts';

/** Amends transfer T, and answers what came out. */
function amend(driver: Driver, fields: { [name: string]: unknown } = {}) {
  driver.transfer({ transferId: 'T', minor: 900, eventId: 'first' });
  return driver.transfer({ transferId: 'T', minor: 900, eventId: 'second', ...fields });
}

describeGovernance({
  rule: 'payer-changed',
  subject: 'payee',
  fire: (driver) => amend(driver, { from: 'other' }),
  alerts: true,
});

describe('an amendment', () => {
  it.each([
    ['from another payer', { from: 'other' }, true],
    ['from another account of the payer', { debtor: { party: 'payer', account: 'acc-2' } }, false],
    ['of another amount', { minor: 800 }, false],
    ['to another payee', { to: 'other' }, false],
  ])('%s is told of at the payee: %s', (_what, fields, told) => {
    const alert = alertOf(amend(new Driver({ partitions: 4 }), fields), 'payer-changed');
    expect(alert?.subject).toBe(told ? 'payee' : undefined);
  });

  it('is told of with both payers, in both languages, and both have it reserved', () => {
    const driver = new Driver();
    expect(alertOf(amend(driver, { from: 'other' }), 'payer-changed')).toMatchObject({
      severity: 'high',
      transferId: 'T',
      eventId: 'second',
      en: 'CNY 9.00 was to come from payer, and now comes from other under the same transfer id; both have it reserved until one is cancelled.',
      zh: 'CNY 9.00 原由 payer 付款，现以同一交易编号改由 other 付款；其中一笔撤销前，双方均占用额度。',
    });
    expect([reservedBy(driver), reservedBy(driver, 'other')]).toEqual([900, 900]);
    driver.transfer({ transferId: 'T', minor: 900, eventId: 'third', status: 'cancelled' });
    expect([reservedBy(driver), reservedBy(driver, 'other')]).toEqual([0, 900]);
  });
});
