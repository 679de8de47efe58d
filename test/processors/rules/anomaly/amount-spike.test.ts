import { describe, expect, it } from 'vitest';
import { Driver, type Outputs } from '../../../support/driver.ts';
import { alertOf, describeGovernance, reasonOf } from '../../../support/rule-cases.ts';

const HOUR = 3_600_000;

/** Ordinary payments, an hour apart, then one more. */
function payAfter(driver: Driver, before: readonly number[], minor: number): Outputs {
  for (const amount of before) {
    driver.transfer({ minor: amount });
    driver.now += HOUR;
  }
  return driver.transfer({ minor });
}

const TEN = Array.from({ length: 10 }, () => 1_000_000);
const LIMITS_OFF = ['transaction', 'day', 'month'].map((one) => `limit-${one}: {enabled: false}`).join(', ');
const UNEVEN = [1, 3, 1, 3, 1, 3, 1, 3, 1, 3].map((millions) => millions * 1_000_000);

/** Without the question whether chance explains it. */
const BY_SIZE = 'rules: {amount-spike: {options: {expectedPercent: 100}}}';

function fires(before: readonly number[], minor: number, settings = '{}'): boolean {
  return alertOf(payAfter(new Driver({ settings }), before, minor), 'amount-spike') !== undefined;
}

describeGovernance({
  rule: 'amount-spike',
  subject: 'payer',
  fire: (driver) => payAfter(driver, TEN, 2_500_000),
  alerts: true,
});

describe('an amount', () => {
  it.each([
    [1_499_999, false],
    [1_500_000, true],
    [1_500_001, true],
  ])('of %i after ten of 1,000,000 spikes at 1.5 times the largest: %s', (minor, expected) => {
    expect(fires(TEN, minor, BY_SIZE)).toBe(expected);
  });

  // Mean 2,000,000, standard deviation 1,054,093: three of them above the mean is 5,162,279.
  it.each([
    [5_162_278, false],
    [5_162_279, false],
    [5_162_280, true],
  ])('of %i after uneven ones spikes above three deviations: %s', (minor, expected) => {
    expect(fires(UNEVEN, minor, BY_SIZE)).toBe(expected);
  });

  // Of four equal ones above an equal fifth the tail falls off as the prior alone says: e^(0.14 · ln 400) = 2.3136.
  it.each([
    [2_313_000, false],
    [2_314_000, true],
  ])('of %i after ten of 1,000,000 is more than one in a hundred would explain: %s', (minor, expected) => {
    expect(fires(TEN, minor)).toBe(expected);
  });

  it.each([
    ['alike', 3_000_000, true],
    ['far apart', 3_000_000, false],
    ['far apart', 900_000_000, true],
  ])('after payments %s, of %i, spikes: %s', (how, minor, expected) => {
    const apart = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((times) => times * 2_000);
    const settings = `rules: {amount-spike: {options: {deviations: 1}}, ${LIMITS_OFF}}`;
    expect(fires(how === 'alike' ? TEN : apart, minor, settings)).toBe(expected);
  });

  it.each([
    [999_999, false],
    [1_000_000, true],
    [1_000_001, true],
  ])('of %i after ten of 1,000 spikes from the least amount on: %s', (minor, expected) => {
    expect(
      fires(
        TEN.map(() => 1_000),
        minor,
      ),
    ).toBe(expected);
  });

  it.each([
    [9, false],
    [10, true],
    [11, true],
  ])('after %i own payments spikes: %s', (payments, expected) => {
    const before = Array.from({ length: payments }, () => 1_000_000);
    expect(fires(before, 9_000_000)).toBe(expected);
  });

  it('is told in both languages, and its payer may know', () => {
    const outputs = payAfter(new Driver(), UNEVEN, 8_000_000);
    const told = {
      en: 'Amount CNY 80,000.00; the 10 own payments before average CNY 20,000.00 and were at most CNY 30,000.00.',
      zh: '金额 CNY 80,000.00；此前 10 笔均值 CNY 20,000.00，最大 CNY 30,000.00。',
    };
    expect(alertOf(outputs, 'amount-spike')).toMatchObject({ severity: 'medium', subject: 'payer', ...told });
    expect(reasonOf(outputs, 'amount-spike')).toMatchObject({ code: 'review', outcome: 'alert', ...told });
    expect(outputs.decisions[0]!.outcome).toBe('accept');
  });

  it('is compared with what the payer sent, not with what it got or what failed', () => {
    const driver = new Driver();
    for (let index = 0; index < 9; index++) driver.transfer({ minor: 1_000_000 });
    driver.transfer({ from: 'payee', to: 'payer', minor: 1_000_000 });
    driver.transfer({ minor: 1_000_000, status: 'failed' });
    expect(alertOf(driver.transfer({ minor: 9_000_000 }), 'amount-spike')).toBeUndefined();
  });

  it('is compared by the options that are set', () => {
    const settings = `
rules:
  amount-spike:
    options: {least: {minor: 10, currency: CNY}, deviations: 1, largestPercent: 100, baseline: 3, expectedPercent: 100}`;
    expect(fires([10, 10, 10], 10, settings)).toBe(false);
    expect(fires([10, 10, 10], 15, settings)).toBe(true);
  });
});
