import { describe, expect, it } from 'vitest';
import { Driver } from '../../../support/driver.ts';
import { alertOf, describeGovernance, known } from '../../../support/rule-cases.ts';

function frozen(driver: Driver, party: string): Driver {
  driver.send('control', { controlId: `freeze-${party}`, kind: 'freeze', party });
  return driver;
}

describeGovernance({
  rule: 'frozen-party',
  subject: 'payer',
  fire: (driver) => frozen(driver, 'payee').transfer({}),
  alerts: true,
});

describe('a transfer is rejected where the frozen one is', () => {
  it.each([
    ['payer', 'reject'],
    ['acc-payer', 'reject'],
    ['payee', 'reject'],
    ['acc-payee', 'reject'],
    ['payers', 'accept'],
    ['stranger', 'accept'],
  ])('%s: %s', (party, outcome) => {
    expect(frozen(new Driver({ partitions: 4 }), party).transfer({}).decisions[0]!.outcome).toBe(outcome);
  });

  it('its payer, who is no customer', () => {
    const driver = frozen(new Driver(), 'elsewhere');
    expect(driver.transfer({ debtor: { account: 'elsewhere' } }).decisions[0]!.outcome).toBe('reject');
  });

  it('whatever the kind of customer or its tags', () => {
    const driver = frozen(new Driver(), 'payer');
    known(driver, 'payer', {
      kind: 'organisation',
      tags: ['payroll', 'merchant'],
      accounts: ['acc-payer', 'acc-payee'],
    });
    expect(driver.transfer({}).decisions[0]!.outcome).toBe('reject');
  });

  it('and told to those who may know, in both languages', () => {
    const outputs = frozen(new Driver(), 'acc-payee').transfer({});
    expect(alertOf(outputs, 'frozen-party')).toMatchObject({
      severity: 'high',
      subject: 'payer',
      en: 'acc-payee is frozen.',
      zh: 'acc-payee 已被冻结。',
      evidence: [{ name: 'frozen', number: null, text: 'acc-payee', unit: null }],
    });
    expect(outputs.decisions[0]!.reasons).toEqual([
      { code: 'blocked', rule: null, outcome: 'reject', en: 'Blocked.', zh: '已拦截。', evidence: [] },
    ]);
  });

  it('and not the one after the freeze is undone', () => {
    const driver = frozen(new Driver(), 'payee');
    driver.send('control', { controlId: 'undo', kind: 'unfreeze', party: 'payee' });
    expect(driver.transfer({}).decisions[0]!.outcome).toBe('accept');
  });
});
