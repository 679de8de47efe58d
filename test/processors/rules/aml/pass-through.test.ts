import { describe, expect, it } from 'vitest';
import { Driver, type Outputs } from '../../../support/driver.ts';
import { alertOf, describeGovernance, known } from '../../../support/rule-cases.ts';

const HOUR = 3_600_000;

/** The mule gets and sends on. */
function passOn(driver: Driver, received: number, sent: number, laterMs = HOUR): Outputs {
  driver.transfer({ from: 'victim', to: 'mule', minor: received, status: 'settled' });
  driver.now += laterMs;
  return driver.transfer({ from: 'mule', to: 'boss', minor: sent });
}

describeGovernance({
  rule: 'pass-through',
  subject: 'mule',
  fire: (driver) => passOn(driver, 1_000_000, 950_000),
  alerts: true,
});

describe('what leaves of what came in', () => {
  it.each([
    [499_999, 499_999, false],
    [500_000, 500_000, true],
    [500_001, 500_001, true],
    [1_000_000, 899_999, false],
    [1_000_000, 900_000, true],
    [1_000_000, 900_001, true],
    [1_000_000, 1_099_999, true],
    [1_000_000, 1_100_000, true],
    [1_000_000, 1_100_001, false],
  ])('received %i, sent %i: %s', (received, sent, fires) => {
    expect(alertOf(passOn(new Driver(), received, sent), 'pass-through') !== undefined).toBe(fires);
  });

  it.each([
    [24 * HOUR - 1, true],
    [24 * HOUR, false],
    [24 * HOUR + 1, false],
  ])('%i ms later: %s', (later, fires) => {
    const outputs = passOn(new Driver(), 1_000_000, 950_000, later);
    expect(alertOf(outputs, 'pass-through') !== undefined).toBe(fires);
  });

  it.each([
    [{ tags: ['merchant'] }, false],
    [{ tags: ['payroll'] }, false],
    [{ tags: ['vip'] }, true],
    [{ kind: 'organisation' }, true],
  ])('through a customer %j: %s', (file, fires) => {
    const driver = new Driver();
    known(driver, 'mule', file);
    expect(alertOf(passOn(driver, 1_000_000, 950_000), 'pass-through') !== undefined).toBe(fires);
  });

  it('adds up over several transfers, and leaves out what was rejected or failed', () => {
    const driver = new Driver();
    for (const minor of [300_000, 300_000]) driver.transfer({ from: 'victim', to: 'mule', minor, status: 'settled' });
    driver.transfer({ from: 'mule', to: 'boss', minor: 250_000 });
    driver.transfer({ from: 'mule', to: 'boss', minor: 200_000, status: 'failed' });
    driver.transfer({ from: 'mule', to: 'boss', minor: 600_000_000 });
    expect(alertOf(driver.transfer({ from: 'mule', minor: 289_999 }), 'pass-through')).toBeUndefined();
    expect(alertOf(driver.transfer({ from: 'mule', minor: 1 }), 'pass-through')).toMatchObject({
      subject: 'mule',
      severity: 'high',
      en: 'CNY 5,400.00 left of the CNY 6,000.00 that came in within 24 h.',
      zh: '24 小时内转入 CNY 6,000.00，又转出 CNY 5,400.00。',
    });
  });

  it('is judged when money leaves, not when it comes', () => {
    const driver = new Driver();
    driver.transfer({ from: 'mule', to: 'boss', minor: 1_000_000 });
    const { alerts } = driver.transfer({ from: 'victim', to: 'mule', minor: 1_000_000, status: 'settled' });
    expect(alerts).toEqual([]);
  });

  it('is judged again where what came in is heard of late', () => {
    const driver = new Driver();
    driver.transfer({ from: 'mule', to: 'boss', minor: 1_000_000 });
    const at = new Date(driver.now - HOUR).toISOString();
    const late = driver.transfer({ from: 'victim', to: 'mule', minor: 1_000_000, status: 'settled', at });
    expect(alertOf(late, 'pass-through')).toMatchObject({ late: true, subject: 'mule', at: driver.now });
    expect(late.decisions).toEqual([]);
  });
});
