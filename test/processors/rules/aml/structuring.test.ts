import { describe, expect, it } from 'vitest';
import { Driver, type Outputs } from '../../../support/driver.ts';
import { alertOf, describeGovernance, known } from '../../../support/rule-cases.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Transfers one hour apart; what came out of the last. */
function send(driver: Driver, ...amounts: number[]): Outputs {
  let last: Outputs | undefined;
  for (const minor of amounts) {
    driver.now += HOUR;
    last = driver.transfer({ minor, status: 'settled' });
  }
  return last!;
}

describeGovernance({
  rule: 'structuring',
  subject: 'payer',
  fire: (driver) => {
    send(driver, 45_000_000, 45_000_000);
    return driver.transfer({ minor: 45_000_000 });
  },
  alerts: true,
});

describe('a third transfer within the week', () => {
  it.each([
    ['person', 42_499_999, false],
    ['person', 42_500_000, true],
    ['person', 42_500_001, true],
    ['person', 49_999_999, true],
    ['person', 50_000_000, false],
    ['organisation', 49_999_999, false],
    ['organisation', 169_999_999, false],
    ['organisation', 170_000_000, true],
    ['organisation', 199_999_999, true],
    ['organisation', 200_000_000, false],
  ])('of a %s, each of %i fen, fires: %s', (kind, minor, fires) => {
    const driver = new Driver();
    known(driver, 'payer', { kind });
    expect(alertOf(send(driver, minor, minor, minor), 'structuring') !== undefined).toBe(fires);
  });

  it.each([
    [[45_000_000], false],
    [[45_000_000, 45_000_000], false],
    [[45_000_000, 10_000, 45_000_000], false],
    [[45_000_000, 10_000, 45_000_000, 45_000_000], true],
    [[45_000_000, 45_000_000, 45_000_000, 45_000_000], true],
  ])('%j fen: %s', (amounts, fires) => {
    expect(alertOf(send(new Driver(), ...amounts), 'structuring') !== undefined).toBe(fires);
  });

  it('fires only by a transfer that lies in the band itself', () => {
    const driver = new Driver();
    send(driver, 45_000_000, 45_000_000, 45_000_000);
    expect(alertOf(send(driver, 10_000), 'structuring')).toBeUndefined();
  });

  it.each([
    [7 * DAY - 1, true],
    [7 * DAY, false],
    [7 * DAY + 1, false],
  ])('%i ms after the first: %s', (later, fires) => {
    const driver = new Driver();
    driver.transfer({ minor: 45_000_000, status: 'settled' });
    driver.now += later;
    driver.transfer({ minor: 45_000_000, status: 'settled' });
    expect(alertOf(driver.transfer({ minor: 45_000_000, status: 'settled' }), 'structuring') !== undefined).toBe(fires);
  });

  it('is told in both languages with its numbers', () => {
    expect(alertOf(send(new Driver(), 45_000_000, 46_000_000, 47_000_000), 'structuring')).toMatchObject({
      severity: 'high',
      en: '3 transfers of CNY 1,380,000.00 in all within 7 d, each between 85 % of CNY 500,000.00 and just below it.',
      zh: '7 天内 3 笔、合计 CNY 1,380,000.00，每笔介于 CNY 500,000.00 的 85 % 与该标准之间。',
    });
  });

  it('counts what the payer sends, not what it gets, and not what failed', () => {
    const driver = new Driver();
    const band = { minor: 45_000_000, status: 'settled' };
    for (let index = 0; index < 3; index++) driver.transfer({ ...band, from: 'other', to: 'payer' });
    driver.transfer({ ...band, status: 'failed' });
    driver.transfer(band);
    expect(alertOf(driver.transfer(band), 'structuring')).toBeUndefined();
    expect(alertOf(driver.transfer(band), 'structuring')).toMatchObject({ subject: 'payer' });
  });

  it('fires late where a late one makes a later one the third', () => {
    const driver = new Driver();
    send(driver, 45_000_000, 45_000_000);
    const at = new Date(driver.now - 90 * 60_000).toISOString();
    const late = driver.transfer({ minor: 45_000_000, status: 'settled', at });
    expect(alertOf(late, 'structuring')).toMatchObject({ late: true, at: driver.now });
  });

  it('takes other thresholds from the settings', () => {
    const settings = `
rules:
  structuring:
    options: {threshold: {minor: 1000, currency: CNY}, bandPercent: 50, count: 2, window: 90m}
    segments: []`;
    expect(alertOf(send(new Driver({ settings }), 499, 500), 'structuring')).toBeUndefined();
    expect(alertOf(send(new Driver({ settings }), 500, 999), 'structuring')).toMatchObject({
      en: '2 transfers of CNY 14.99 in all within 90 min, each between 50 % of CNY 10.00 and just below it.',
    });
  });
});
