import { describe, expect, it } from 'vitest';
import { Driver } from '../../../support/driver.ts';
import { describeGovernance, known, reasonOf } from '../../../support/rule-cases.ts';

/** A limit small enough that no other rule has a say. */
const LIMIT = 'rules: {limit-day: {options: {limit: {minor: 1000, currency: CNY}}, segments: []}}';

describeGovernance({
  rule: 'limit-day',
  subject: 'payer',
  fire: (driver) => {
    for (const minor of [400_000_000, 400_000_000]) driver.transfer({ minor, status: 'settled' });
    return driver.transfer({ minor: 200_000_001, maker: 'zhang' });
  },
  alerts: false,
});

describe('the day’s total', () => {
  it.each([
    ['person', 199_999_999, false],
    ['person', 200_000_000, false],
    ['person', 200_000_001, true],
    ['organisation', 200_000_001, false],
    ['organisation', 4_000_000_000, false],
  ])('of a %s, after 8 million, with %i fen more is too much: %s', (kind, minor, tooMuch) => {
    const driver = new Driver();
    known(driver, 'payer', { kind });
    for (const paid of [400_000_000, 400_000_000]) driver.transfer({ minor: paid, status: 'settled' });
    expect(reasonOf(driver.transfer({ minor }), 'limit-day') !== undefined).toBe(tooMuch);
  });

  it.each([
    [4_000_000_000, false],
    [4_000_000_001, true],
  ])('of an organisation, after 160 million, with %i fen more is too much: %s', (minor, tooMuch) => {
    const driver = new Driver();
    known(driver, 'payer', { kind: 'organisation' });
    for (let index = 0; index < 4; index++) driver.transfer({ minor: 4_000_000_000, status: 'settled' });
    expect(reasonOf(driver.transfer({ minor }), 'limit-day') !== undefined).toBe(tooMuch);
  });

  it('is told in both languages', () => {
    const driver = new Driver({ settings: LIMIT });
    driver.transfer({ minor: 600 });
    expect(reasonOf(driver.transfer({ minor: 401 }), 'limit-day')).toMatchObject({
      code: 'limit',
      outcome: 'reject',
      en: 'The day’s total CNY 10.01 is above the limit per day of CNY 10.00.',
      zh: '当日累计 CNY 10.01 超过单日限额 CNY 10.00。',
    });
  });

  it.each([
    ['accepted', { status: 'submitted' }, 'reject'],
    ['monitored', { status: 'settled' }, 'reject'],
    ['failed', { status: 'failed' }, 'accept'],
    ['cancelled', { status: 'cancelled' }, 'accept'],
    ['a backfill', { historical: true }, 'accept'],
  ])('counts what was %s: with 600 more, %s', (_what, fields, outcome) => {
    const driver = new Driver({ settings: LIMIT });
    driver.transfer({ minor: 600, ...fields });
    expect(driver.transfer({ minor: 600 }).decisions[0]!.outcome).toBe(outcome);
  });

  it('does not count what it rejected itself', () => {
    const driver = new Driver({ settings: LIMIT });
    expect(driver.transfer({ minor: 1_001 }).decisions[0]!.outcome).toBe('reject');
    expect(driver.transfer({ minor: 1_000 }).decisions[0]!.outcome).toBe('accept');
  });

  it('is that of what goes out', () => {
    const driver = new Driver({ settings: LIMIT });
    driver.transfer({ from: 'other', to: 'payer', minor: 900 });
    expect(driver.transfer({ minor: 1_000 }).decisions[0]!.outcome).toBe('accept');
  });

  it.each([
    [undefined, '2026-03-02T15:59:59Z', 'reject'],
    [undefined, '2026-03-02T16:00:00Z', 'accept'],
    ['America/New_York', '2026-03-02T16:00:00Z', 'reject'],
    ['America/New_York', '2026-03-03T04:59:59Z', 'reject'],
    ['America/New_York', '2026-03-03T05:00:00Z', 'accept'],
  ])('goes by the customer’s days: in zone %s, at %s: %s', (zone, at, outcome) => {
    const driver = new Driver({ settings: LIMIT });
    driver.customer({ customerId: 'payer', zone, at: '2026-02-01T00:00:00Z' });
    driver.transfer({ minor: 600, at: '2026-03-02T14:00:00Z' });
    expect(driver.transfer({ minor: 600, at }).decisions[0]!.outcome).toBe(outcome);
  });

  it('of yesterday counts for what comes late', () => {
    const driver = new Driver({ settings: LIMIT });
    driver.transfer({ minor: 600, at: '2026-03-01T10:00:00Z' });
    driver.transfer({ minor: 600, at: '2026-03-02T10:00:00Z' });
    expect(driver.transfer({ minor: 600, at: '2026-03-01T12:00:00Z' }).decisions[0]!.outcome).toBe('reject');
    expect(driver.transfer({ minor: 400, at: '2026-03-01T12:00:00Z' }).decisions[0]!.outcome).toBe('accept');
  });
});
