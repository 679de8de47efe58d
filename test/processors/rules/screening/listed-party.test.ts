import { describe, expect, it } from 'vitest';
import { Driver } from '../../../support/driver.ts';
import { alertOf, describeGovernance } from '../../../support/rule-cases.ts';

function listed(driver: Driver, ...members: string[]): Driver {
  driver.send('control', { controlId: 'part', kind: 'list-part', list: 'block', listVersion: '1', members });
  driver.send('control', { controlId: 'close', kind: 'list-close', list: 'block', listVersion: '1' });
  return driver;
}

describeGovernance({
  rule: 'listed-party',
  subject: 'payer',
  fire: (driver) => listed(driver, 'payee').transfer({}),
  alerts: true,
});

describe('a transfer is held where the listed one is', () => {
  it.each([
    ['payer', 'hold'],
    ['acc-payer', 'hold'],
    ['payee', 'hold'],
    ['acc-payee', 'hold'],
    ['Payee', 'accept'],
    ['pay', 'accept'],
  ])('%s: %s', (member, outcome) => {
    const driver = listed(new Driver({ partitions: 4 }), 'nobody', member);
    expect(driver.transfer({}).decisions[0]!.outcome).toBe(outcome);
  });

  it.each([
    ['{}', 2],
    ['rules: {listed-party: {options: {approvals: 1}}}', 1],
  ])('with settings %s, for %i people', (settings, approvalsRequired) => {
    expect(listed(new Driver({ settings }), 'payee').transfer({}).decisions).toMatchObject([{ approvalsRequired }]);
  });

  it('and told to those who may know, in both languages', () => {
    const outputs = listed(new Driver(), 'payee').transfer({});
    expect(alertOf(outputs, 'listed-party')).toMatchObject({
      severity: 'critical',
      subject: 'payer',
      en: 'payee stands on a list.',
      zh: 'payee 命中名单。',
      evidence: [{ name: 'listed', number: null, text: 'payee', unit: null }],
    });
    expect(outputs.decisions[0]!.reasons).toEqual([
      { code: 'review', rule: null, outcome: 'hold', en: 'Under review.', zh: '审核中。', evidence: [] },
    ]);
  });

  it('names the first of several', () => {
    const outputs = listed(new Driver(), 'acc-payee', 'payer').transfer({});
    expect(alertOf(outputs, 'listed-party')!.en).toBe('payer stands on a list.');
  });
});
