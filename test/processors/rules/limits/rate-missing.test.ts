import { describe, expect, it } from 'vitest';
import { Driver } from '../../../support/driver.ts';
import { alertOf, describeGovernance, reasonOf } from '../../../support/rule-cases.ts';

const usd = { amount: { minor: 100, currency: 'USD' } };

describeGovernance({ rule: 'rate-missing', subject: 'payer', fire: (driver) => driver.transfer(usd), alerts: true });

/** All amounts of rules, in the base currency of another institution. */
const IN_DOLLARS = `
institution: {baseCurrency: USD}
rules: {${[
  ['large-value', 'threshold'],
  ['pass-through', 'received'],
  ['amount-spike', 'least'],
  ['dormant-account', 'least'],
  ['new-payee-account', 'least'],
  ['limit-day', 'limit'],
  ['limit-month', 'limit'],
  ['limit-transaction', 'limit'],
  ['low-rating', 'least'],
]
  .map(([rule, option]) => `${rule}: {options: {${option}: {minor: 900000, currency: USD}}, segments: []}`)
  .join(', ')},
  structuring: {options: {threshold: {minor: 900000, currency: USD}, cashThreshold: {minor: 900000, currency: USD}}, segments: []},
  large-amount-approval: {options: {one: {minor: 900000, currency: USD}, two: {minor: 900000, currency: USD}}, segments: []},
  overdue-amount: {options: {amount: {minor: 900000, currency: USD}, graveAmount: {minor: 900000, currency: USD}}, segments: []}}`;

function rate(driver: Driver, currency: string): void {
  const rates = [{ currency, numerator: 7, denominator: 1 }];
  driver.send('control', { controlId: `rate-${currency}-${driver.now}`, kind: 'rates', rates });
}

describe('a transfer', () => {
  it.each([
    ['CNY', 'accept'],
    ['EUR', 'accept'],
    ['USD', 'hold'],
  ])('in %s, where only EUR has a rate: %s', (currency, outcome) => {
    const driver = new Driver();
    rate(driver, 'EUR');
    expect(driver.transfer({ amount: { minor: 100, currency } }).decisions[0]!.outcome).toBe(outcome);
  });

  it('after a change of the base currency has none of the rates into the one before', () => {
    const driver = new Driver();
    rate(driver, 'EUR');
    driver.settings(IN_DOLLARS);
    expect(driver.transfer({ amount: { minor: 100, currency: 'EUR' } }).decisions[0]!.outcome).toBe('hold');
    rate(driver, 'EUR');
    expect(driver.transfer({ amount: { minor: 100, currency: 'EUR' } }).decisions[0]!.outcome).toBe('accept');
  });

  it('in the base currency of another institution needs no rate', () => {
    const driver = new Driver({ settings: IN_DOLLARS });
    expect(driver.transfer(usd).decisions).toMatchObject([{ outcome: 'accept', baseMinor: 100 }]);
    expect(driver.transfer({ minor: 100 }).decisions).toMatchObject([{ outcome: 'hold' }]);
  });

  it('that cannot be measured is told in both languages', () => {
    const outputs = new Driver().transfer(usd);
    const told = {
      en: 'No fresh exchange rate converts the amount into the base currency.',
      zh: '没有有效汇率可将金额折算为本位币。',
      evidence: [],
    };
    expect(reasonOf(outputs, 'rate-missing')).toEqual({ code: 'data', rule: 'rate-missing', outcome: 'hold', ...told });
    expect(alertOf(outputs, 'rate-missing')).toMatchObject({ severity: 'medium', subject: 'payer', ...told });
  });

  it('that comes in from elsewhere is held like any other: it is the payer’s side that decides', () => {
    const { decisions, alerts } = new Driver().transfer({ debtor: { account: 'elsewhere' }, ...usd });
    expect(decisions[0]!.outcome).toBe('hold');
    expect(alerts.map((one) => one.subject)).toEqual(['elsewhere']);
  });
});
