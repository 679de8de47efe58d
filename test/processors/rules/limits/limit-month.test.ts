import { describe, expect, it } from 'vitest';
import { Driver } from '../../../support/driver.ts';
import { describeGovernance, known, reasonOf } from '../../../support/rule-cases.ts';

const DAY = 86_400_000;
const LIMIT = 'rules: {limit-month: {options: {limit: {minor: 1000, currency: CNY}}, segments: []}}';

/** Spends so many fen in the first days of March, 4 million a day. */
function spend(driver: Driver, minor: number): void {
  for (let left = minor; left > 0; left -= 400_000_000) {
    driver.transfer({ minor: Math.min(left, 400_000_000), status: 'settled' });
    driver.now += DAY;
  }
}

describeGovernance({
  rule: 'limit-month',
  subject: 'payer',
  fire: (driver) => {
    spend(driver, 9_999_999_999);
    return driver.transfer({ minor: 2, maker: 'zhang' });
  },
  alerts: false,
});

describe('the month’s total', () => {
  it.each([
    ['person', 1, false],
    ['person', 2, true],
    ['organisation', 2, false],
  ])('of a %s, after 99,999,999.99 CNY, with %i fen more is too much: %s', (kind, minor, tooMuch) => {
    const driver = new Driver();
    known(driver, 'payer', { kind });
    spend(driver, 9_999_999_999);
    expect(reasonOf(driver.transfer({ minor }), 'limit-month') !== undefined).toBe(tooMuch);
  });

  it.each([
    [2_000_000_000, false],
    [2_000_000_001, true],
  ])('of an organisation, after 1.98 billion CNY, with %i fen more is too much: %s', (minor, tooMuch) => {
    const driver = new Driver();
    known(driver, 'payer', { kind: 'organisation' });
    for (let index = 0; index < 11; index++) {
      driver.transfer({ minor: 18_000_000_000, status: 'settled' });
      driver.now += DAY;
    }
    expect(reasonOf(driver.transfer({ minor }), 'limit-month') !== undefined).toBe(tooMuch);
  });

  it('is told in both languages', () => {
    const driver = new Driver({ settings: LIMIT });
    driver.transfer({ minor: 600 });
    driver.now += 3 * DAY;
    expect(reasonOf(driver.transfer({ minor: 401 }), 'limit-month')).toMatchObject({
      code: 'limit',
      outcome: 'reject',
      en: 'The month’s total CNY 10.01 is above the limit per month of CNY 10.00.',
      zh: '当月累计 CNY 10.01 超过单月限额 CNY 10.00。',
    });
  });

  it.each([
    [undefined, '2026-03-31T15:59:59Z', 'reject'],
    [undefined, '2026-03-31T16:00:00Z', 'accept'],
    ['America/New_York', '2026-03-31T16:00:00Z', 'reject'],
    ['America/New_York', '2026-04-01T03:59:59Z', 'reject'],
    ['America/New_York', '2026-04-01T04:00:00Z', 'accept'],
  ])('goes by the customer’s months: in zone %s, at %s: %s', (zone, at, outcome) => {
    const driver = new Driver({ settings: LIMIT });
    driver.customer({ customerId: 'payer', zone, at: '2026-02-01T00:00:00Z' });
    driver.transfer({ minor: 600, at: '2026-03-02T14:00:00Z' });
    expect(driver.transfer({ minor: 600, at }).decisions[0]!.outcome).toBe(outcome);
  });

  it('gets back what is returned in the month after, in the month that it came from', () => {
    const driver = new Driver({ settings: LIMIT });
    driver.transfer({ transferId: 'T', minor: 600, at: '2026-03-30T01:00:00Z' });
    driver.transfer({ transferId: 'T', minor: 600, status: 'settled', at: '2026-03-30T02:00:00Z' });
    driver.transfer({ minor: 600, at: '2026-04-01T01:00:00Z' });
    driver.transfer({ transferId: 'T', minor: 600, status: 'returned', at: '2026-04-01T02:00:00Z' });
    expect(driver.transfer({ minor: 600, at: '2026-04-01T03:00:00Z' }).decisions[0]!.outcome).toBe('reject');
    expect(driver.transfer({ minor: 1_000, at: '2026-03-31T12:00:00Z' }).decisions[0]!.outcome).toBe('accept');
  });
});
