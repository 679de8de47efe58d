import { describe, expect, it } from 'vitest';
import { Driver } from '../../../support/driver.ts';
import { alertOf, describeGovernance, known, reasonOf } from '../../../support/rule-cases.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describeGovernance({
  rule: 'dormant-account',
  subject: 'payer',
  fire: (driver) => {
    driver.transfer({ minor: 100 });
    driver.now += 20 * DAY;
    return driver.transfer({ minor: 5_000_000 });
  },
  alerts: true,
});

function awakes(idleMs: number, minor: number): boolean {
  const driver = new Driver();
  driver.transfer({ minor: 100 });
  driver.now += idleMs;
  return alertOf(driver.transfer({ minor }), 'dormant-account') !== undefined;
}

describe('an account', () => {
  it.each([
    [20 * DAY - 1, false],
    [20 * DAY, true],
    [20 * DAY + 1, true],
    [31 * DAY, true],
    [400 * DAY, true],
  ])('idle for %i ms awakens: %s', (idleMs, expected) => {
    expect(awakes(idleMs, 5_000_000)).toBe(expected);
  });

  it.each([
    [4_999_999, false],
    [5_000_000, true],
    [5_000_001, true],
  ])('awakens with %i fen: %s', (minor, expected) => {
    expect(awakes(20 * DAY, minor)).toBe(expected);
  });

  it('that was never seen before is new, not dormant', () => {
    expect(alertOf(new Driver().transfer({ minor: 5_000_000 }), 'dormant-account')).toBeUndefined();
  });

  /** Its last leg was once forgotten with the rest of a long history, so the longest sleepers passed as new. */
  it.each([33, 60, 365])('of many transfers, idle for %i days, awakens', (days) => {
    const driver = new Driver();
    for (let index = 0; index < 300; index++)
      driver.transfer({ minor: 100, at: new Date(driver.now + index).toISOString() });
    driver.now += days * DAY;
    expect(alertOf(driver.transfer({ minor: 5_000_000 }), 'dormant-account')).toBeDefined();
  });

  it.each([
    ['coming in', { from: 'payee', to: 'payer' }],
    ['that failed', { status: 'failed' }],
  ])('is woken by a transfer %s', (_what, fields) => {
    const driver = new Driver();
    driver.transfer({ minor: 100 });
    driver.now += 19 * DAY;
    driver.transfer({ minor: 100, ...fields });
    driver.now += 2 * DAY;
    expect(alertOf(driver.transfer({ minor: 5_000_000 }), 'dormant-account')).toBeUndefined();
  });

  it.each([
    [0, true],
    [3 * DAY, true],
    [3 * DAY + 1, false],
  ])('that was fed %i ms before it sends, after a long sleep, awakens: %s', (later, expected) => {
    const driver = new Driver();
    driver.transfer({ minor: 100 });
    driver.now += 20 * DAY;
    driver.transfer({ from: 'payee', to: 'payer', minor: 6_000_000 });
    driver.now += later;
    expect(alertOf(driver.transfer({ minor: 5_000_000 }), 'dormant-account') !== undefined).toBe(expected);
  });

  it.each([
    [20 * DAY - 1, false],
    [20 * DAY, true],
  ])('that has done nothing for %i ms since its file came awakens: %s', (ms, expected) => {
    const driver = new Driver();
    driver.send('customers', { customerId: 'payer', kind: 'person', at: '2019-06-01T00:00:00Z' }, driver.now);
    const since = driver.now;
    driver.now = since + ms;
    expect(alertOf(driver.transfer({ minor: 5_000_000 }), 'dormant-account') !== undefined).toBe(expected);
  });

  it('does not ring for what it gets', () => {
    const driver = new Driver();
    driver.transfer({ minor: 100 });
    driver.now += 20 * DAY;
    expect(driver.transfer({ from: 'x', to: 'payer', minor: 5_000_000 }).alerts).toEqual([]);
  });

  it('of an organisation is judged alike', () => {
    const driver = new Driver();
    known(driver, 'payer', { kind: 'organisation' });
    driver.transfer({ minor: 100 });
    driver.now += 20 * DAY;
    expect(alertOf(driver.transfer({ minor: 5_000_000 }), 'dormant-account')).toBeDefined();
  });

  it('is told of in both languages', () => {
    const driver = new Driver();
    driver.transfer({ minor: 100 });
    driver.now += 20 * DAY + 5 * HOUR + 123_456;
    const outputs = driver.transfer({ minor: 5_000_000 });
    const told = {
      en: 'CNY 50,000.00 leaves after 20 d 5 h without a transfer.',
      zh: '闲置 20 天 5 小时后转出 CNY 50,000.00。',
    };
    expect(alertOf(outputs, 'dormant-account')).toMatchObject({ severity: 'medium', ...told });
    expect(reasonOf(outputs, 'dormant-account')).toMatchObject({ outcome: 'alert', ...told });
  });
});
