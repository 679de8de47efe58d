import { describe, expect, it } from 'vitest';
import { Driver } from '../../../support/driver.ts';
import { alertOf, describeGovernance, known } from '../../../support/rule-cases.ts';

describeGovernance({
  rule: 'large-value',
  subject: 'payer',
  fire: (driver) => driver.transfer({ minor: 50_000_000, status: 'settled' }),
  alerts: true,
});

describe('the day’s total', () => {
  it.each([
    ['person', 49_999_999, false],
    ['person', 50_000_000, true],
    ['person', 50_000_001, true],
    ['organisation', 199_999_999, false],
    ['organisation', 200_000_000, true],
    ['organisation', 200_000_001, true],
  ])('of a %s, %i fen, must be reported: %s', (kind, minor, reported) => {
    const driver = new Driver();
    known(driver, 'payer', { kind });
    known(driver, 'payee', { kind });
    const { alerts } = driver.transfer({ minor, status: 'settled' });
    const subjects = alerts.filter((one) => one.rule === 'large-value').map((one) => one.subject);
    expect(subjects).toEqual(reported ? ['payer', 'payee'] : []);
  });

  it('is that of all transfers of the day, of each side apart', () => {
    const driver = new Driver();
    const half = { minor: 25_000_000, status: 'settled' };
    driver.transfer({ ...half, from: 'a', to: 'b' });
    expect(alertOf(driver.transfer({ ...half, from: 'b', to: 'a' }), 'large-value')).toBeUndefined();
    const { alerts } = driver.transfer({ ...half, from: 'a', to: 'b' });
    expect(alerts.map(({ subject, en, zh }) => ({ subject, en, zh }))).toEqual([
      {
        subject: 'a',
        en: 'The day’s settled outgoing total CNY 500,000.00 reaches the reporting threshold of CNY 500,000.00.',
        zh: '当日已结算付款累计 CNY 500,000.00 达到报告标准 CNY 500,000.00。',
      },
      {
        subject: 'b',
        en: 'The day’s settled incoming total CNY 500,000.00 reaches the reporting threshold of CNY 500,000.00.',
        zh: '当日已结算收款累计 CNY 500,000.00 达到报告标准 CNY 500,000.00。',
      },
    ]);
  });

  it.each([
    ['2026-03-02T15:59:59Z', true],
    ['2026-03-02T16:00:00Z', false],
  ])('of 2 March in Shanghai goes on at %s: %s', (at, sameDay) => {
    const driver = new Driver();
    known(driver, 'payer', { zone: 'America/New_York' });
    driver.transfer({ minor: 25_000_000, status: 'settled', at: '2026-03-02T01:00:00Z' });
    const outputs = driver.transfer({ minor: 25_000_000, status: 'settled', at });
    expect(alertOf(outputs, 'large-value') !== undefined).toBe(sameDay);
  });

  it.each([
    ['held', {}],
    ['rejected', { minor: 500_000_001 }],
  ])('is nobody’s to report while the money is %s, at payer and payee', (_outcome, fields) => {
    const driver = new Driver();
    driver.transfer({ transferId: 'T', minor: 50_000_000, ...fields });
    const other = driver.transfer({ minor: 100, status: 'settled' });
    expect([driver.outputs, other].map((outputs) => alertOf(outputs, 'large-value'))).toEqual([undefined, undefined]);
  });

  it.each([
    ['as a whole', 'settled', 50_000_000],
    ['in part, with the part', 'partially-settled', 50_000_000],
  ])('is reported once it settles %s', (_how, status, minor) => {
    const driver = new Driver();
    driver.transfer({ transferId: 'T', minor: 60_000_000 });
    driver.now += 3_600_000;
    const { alerts } = driver.transfer({ transferId: 'T', minor, status });
    const reports = alerts.filter((one) => one.rule === 'large-value');
    expect(reports).toMatchObject([
      { subject: 'payer', at: driver.now, transferId: 'T' },
      { subject: 'payee', at: driver.now, transferId: 'T' },
    ]);
    expect(reports[0]!.evidence[0]).toMatchObject({ name: 'dayTotal', number: minor });
  });

  it('counts in the day of the instruction, whenever it settles', () => {
    const driver = new Driver();
    driver.transfer({ transferId: 'T', minor: 10_000_000 });
    driver.transfer({ minor: 45_000_000, status: 'settled' });
    driver.advance(2 * 86_400_000);
    expect(
      alertOf(driver.transfer({ transferId: 'T', minor: 10_000_000, status: 'settled' }), 'large-value'),
    ).toBeDefined();
  });

  it('leaves out what failed, and what was given back', () => {
    const driver = new Driver();
    driver.transfer({ transferId: 'T', minor: 25_000_000, status: 'settled' });
    driver.transfer({ transferId: 'T', minor: 25_000_000, status: 'returned' });
    driver.transfer({ minor: 25_000_000, status: 'failed' });
    expect(alertOf(driver.transfer({ minor: 25_000_000, status: 'settled' }), 'large-value')).toBeUndefined();
  });

  it('is a note of no weight for those who report, with the evidence', () => {
    const alert = alertOf(new Driver().transfer({ minor: 60_000_000, status: 'settled' }), 'large-value')!;
    expect(alert).toMatchObject({ severity: 'info', family: 'aml' });
    expect(alert.evidence).toEqual([
      { name: 'dayTotal', number: 60_000_000, text: null, unit: 'CNY' },
      { name: 'direction', number: null, text: 'outgoing', unit: null },
      { name: 'threshold', number: 50_000_000, text: null, unit: 'CNY' },
    ]);
  });
});
