import { describe, expect, it } from 'vitest';
import type { Subject } from '../../../processors/books/subject.ts';
import { Driver } from '../../support/driver.ts';

const INSTITUTION = 'Asia/Shanghai';
const HOUR = 3_600_000;
/** 10:00 in Shanghai, 21:00 of the day before in New York. */
const MORNING = Date.UTC(2026, 2, 2, 2);

function payerOf(driver: Driver): Subject {
  const { subjects } = driver.tasks[0]!.state;
  return subjects.all.find((one) => subjects.idOf(one) === 'payer')!;
}

/** What counts on the payer's own calendar day of an instant. */
function dayTotal(driver: Driver, at: number): number {
  const { limits, profile } = payerOf(driver);
  return limits.dayTotal(at, profile, INSTITUTION);
}

function zone(driver: Driver, name: string): void {
  driver.customer({ customerId: 'payer', zone: name });
}

describe('the day of a limit', () => {
  it('is the one that the money came from, however often the customer moved since', () => {
    // Only the zone before the last change was kept: what was given back went to a day that never had it.
    const driver = new Driver();
    driver.now = MORNING;
    driver.transfer({ transferId: 'T', minor: 500 });
    zone(driver, 'America/New_York');
    driver.tick(MORNING + 24 * HOUR);
    zone(driver, 'Europe/Berlin');
    driver.tick(MORNING + 72 * HOUR);
    expect(dayTotal(driver, MORNING)).toBe(500);
    driver.transfer({ transferId: 'T', status: 'cancelled', minor: 500 });
    expect(dayTotal(driver, MORNING)).toBe(0);
    expect(payerOf(driver).limits.ownDays!.rows.filter((_value, index) => index % 3 === 1)).toEqual([0]);
  });

  it('is the institution’s until midnight where money has counted before the first file of a customer', () => {
    const driver = new Driver();
    driver.now = MORNING;
    driver.transfer({ transferId: 'T', minor: 500 });
    zone(driver, 'America/New_York');
    driver.transfer({ minor: 70 });
    expect(dayTotal(driver, MORNING)).toBe(570);
    driver.transfer({ transferId: 'T', status: 'cancelled', minor: 500 });
    expect(dayTotal(driver, MORNING)).toBe(70);
  });

  it('takes only the last of the changes that were told before any came into force', () => {
    const driver = new Driver();
    driver.now = MORNING;
    driver.transfer({ minor: 500 });
    zone(driver, 'America/New_York');
    zone(driver, INSTITUTION);
    const nextDay = MORNING + 24 * HOUR;
    driver.now = nextDay;
    driver.transfer({ minor: 20 });
    expect([dayTotal(driver, MORNING), dayTotal(driver, nextDay)]).toEqual([500, 20]);
  });

  it('is the customer’s own from the first transfer on where its file was there before', () => {
    const driver = new Driver();
    driver.now = MORNING;
    zone(driver, 'America/New_York');
    driver.transfer({ minor: 500 });
    driver.transfer({ minor: 20, at: new Date(MORNING + 4 * HOUR).toISOString() });
    // 21:00 of the first of March and 01:00 of the second, in New York.
    expect([dayTotal(driver, MORNING), dayTotal(driver, MORNING + 4 * HOUR)]).toEqual([500, 20]);
  });
});
