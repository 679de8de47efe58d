import { describe, expect, it } from 'vitest';
import { instant, invoice } from '../../../support/debts.ts';
import { Driver } from '../../../support/driver.ts';
import { describeGovernance, known, reasonOf } from '../../../support/rule-cases.ts';

describeGovernance({
  rule: 'limit-transaction',
  subject: 'payer',
  fire: (driver) => driver.transfer({ minor: 500_000_001 }),
  alerts: false,
});

describe('one transfer', () => {
  it.each([
    ['person', 499_999_999, 'hold'],
    ['person', 500_000_000, 'hold'],
    ['person', 500_000_001, 'reject'],
    ['organisation', 4_999_999_999, 'hold'],
    ['organisation', 5_000_000_000, 'hold'],
    ['organisation', 5_000_000_001, 'reject'],
  ])('of a %s, %i fen: %s', (kind, minor, outcome) => {
    const driver = new Driver();
    known(driver, 'payer', { kind });
    expect(driver.transfer({ minor }).decisions[0]!.outcome).toBe(outcome);
  });

  it('above the limit is told in both languages, and rings no bell', () => {
    const outputs = new Driver().transfer({ minor: 500_000_001 });
    expect(reasonOf(outputs, 'limit-transaction')).toEqual({
      code: 'limit',
      rule: 'limit-transaction',
      outcome: 'reject',
      en: 'Amount CNY 5,000,000.01 is above the limit per transaction of CNY 5,000,000.00.',
      zh: '金额 CNY 5,000,000.01 超过单笔限额 CNY 5,000,000.00。',
      evidence: [
        { name: 'amount', number: 500_000_001, text: null, unit: 'CNY' },
        { name: 'scaledLimit', number: 500_000_000, text: null, unit: 'CNY' },
      ],
    });
    expect(outputs.alerts.filter((one) => one.rule === 'limit-transaction')).toEqual([]);
  });

  it.each([
    [1, 'B', 400_000_000],
    [31, 'C', 250_000_000],
    [91, 'D', 100_000_000],
  ])('of a customer %i days overdue, rated %s, may be %i fen', (days, _grade, limit) => {
    const driver = new Driver({ settings: 'rules: {low-rating: {enabled: false}}' });
    driver.tick(instant(0));
    driver.append('invoices', invoice('I', 100_000, 0));
    driver.tick(instant(days));
    expect(driver.transfer({ from: 'C-1', minor: limit }).decisions[0]!.outcome).toBe('hold');
    expect(driver.transfer({ from: 'C-1', minor: limit + 1 }).decisions[0]!.outcome).toBe('reject');
  });

  it('by somebody who is no customer is not ours to limit', () => {
    const { decisions } = new Driver().transfer({ debtor: { account: 'elsewhere' }, minor: 900_000_000 });
    expect(decisions[0]!.outcome).toBe('accept');
  });

  it('that comes in is not limited', () => {
    const { decisions } = new Driver().transfer({
      debtor: { account: 'elsewhere' },
      to: 'customer',
      minor: 900_000_000,
    });
    expect(decisions[0]!.reasons).toEqual([]);
  });
});
