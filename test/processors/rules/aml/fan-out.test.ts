import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../../schemas/alert.ts';
import { Driver, type Outputs } from '../../../support/driver.ts';
import { ordinaryLife } from '../../../support/ordinary.ts';
import { alertOf, describeGovernance, known } from '../../../support/rule-cases.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FOUR = [500_000, 501_000, 499_000, 500_500];

/** The mule pays each payee once, an hour apart; what came out of the last payment. */
function spread(driver: Driver, amounts: readonly number[]): Outputs {
  let last: Outputs | undefined;
  for (const [index, minor] of amounts.entries()) {
    driver.now += HOUR;
    last = driver.transfer({ from: 'mule', to: `payee-${index}`, minor });
  }
  return last!;
}

/** An ordinary past that is older than the window, and strangers' payments. */
function past(driver: Driver, older: readonly number[] = [3_000, 20_000, 90_000]): void {
  for (const minor of older) driver.transfer({ from: 'mule', to: 'grocer', minor });
  driver.now += 14 * DAY;
  ordinaryLife(driver);
}

function fanAfter(driver: Driver, older?: readonly number[], amounts: readonly number[] = FOUR): Alert | undefined {
  past(driver, older);
  return alertOf(spread(driver, amounts), 'fan-out');
}

describeGovernance({
  rule: 'fan-out',
  subject: 'mule',
  fire: (driver) => {
    past(driver);
    return spread(driver, FOUR);
  },
  alerts: true,
});

describe('payees of like amounts', () => {
  it.each([
    [2, false],
    [3, false],
    [4, true],
    [5, true],
  ])('%i: %s', (payees, fires) => {
    const amounts = Array.from({ length: payees }, (_none, index) => 500_000 + index * 100);
    expect(fanAfter(new Driver(), undefined, amounts) !== undefined).toBe(fires);
  });

  it.each([
    [[], false],
    [[3_000, 20_000], false],
    [[3_000, 20_000, 90_000], true],
    [[3_000, 20_000, 90_000, 7_000], true],
    [[500_000, 500_000, 500_000], false],
  ])('after an own past of %j: %s', (older, fires) => {
    expect(fanAfter(new Driver(), older) !== undefined).toBe(fires);
  });

  it('are told in both languages with the probability', () => {
    const alert = fanAfter(new Driver())!;
    const chance = alert.evidence.find(({ name }) => name === 'chance')!.number! / 1_000_000;
    expect(alert).toMatchObject({
      subject: 'mule',
      severity: 'high',
      en: `4 payees were paid CNY 20,005.00 within 14 d, amounts within 0.5 % of this one; probability by chance ${chance}.`,
      zh: `14 天内向 4 个收款人共转出 CNY 20,005.00，金额与本笔相差不超过 0.5 %；偶然发生的概率：${chance}。`,
    });
  });

  it('fire at the chance that is set, and not above it', () => {
    const chance = fanAfter(new Driver())!.evidence.find(({ name }) => name === 'chance')!.number!;
    for (const [perMillion, fires] of [
      [chance - 1, false],
      [chance + 1, true],
    ] as const) {
      const settings = `rules: {fan-out: {options: {chancePerMillion: ${perMillion}}}}`;
      expect(fanAfter(new Driver({ settings })) !== undefined).toBe(fires);
    }
  });

  it.each([
    [14 * DAY - 1, true],
    [14 * DAY, false],
  ])('are counted over the window: the first one %i ms ago: %s', (ago, fires) => {
    const driver = new Driver();
    past(driver);
    driver.transfer({ from: 'mule', to: 'early', minor: 500_000 });
    driver.now += ago - 3 * HOUR;
    expect(alertOf(spread(driver, FOUR.slice(0, 3)), 'fan-out') !== undefined).toBe(fires);
  });

  it('are one payee where one is paid again and again', () => {
    const driver = new Driver();
    past(driver);
    const fired = Array.from({ length: 5 }, () => driver.transfer({ from: 'mule', to: 'one', minor: 500_000 }));
    expect(fired.flatMap((one) => one.alerts.filter(({ rule }) => rule === 'fan-out'))).toEqual([]);
  });

  it.each([
    [{ tags: ['merchant'] }, false],
    [{ tags: ['payroll'] }, false],
    [{ tags: ['landlord'] }, true],
    [{ kind: 'organisation' }, true],
  ])('fire for a payer %j: %s', (file, fires) => {
    const driver = new Driver();
    known(driver, 'mule', file);
    expect(fanAfter(driver) !== undefined).toBe(fires);
  });

  it('ring nothing at the payees', () => {
    const driver = new Driver();
    past(driver);
    expect(spread(driver, FOUR).alerts.map((one) => one.subject)).toEqual(['mule']);
  });
});
