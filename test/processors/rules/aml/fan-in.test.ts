import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../../schemas/alert.ts';
import { Driver, type Outputs } from '../../../support/driver.ts';
import { ordinaryLife } from '../../../support/ordinary.ts';
import { alertOf, describeGovernance, known } from '../../../support/rule-cases.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Each payer pays the hub once, an hour apart; what came out of the last payment. */
function feed(driver: Driver, amounts: readonly number[]): Outputs {
  let last: Outputs | undefined;
  for (const [index, minor] of amounts.entries()) {
    driver.now += HOUR;
    last = driver.transfer({ from: `payer-${index}`, to: 'hub', minor });
  }
  return last!;
}

const FOUR = [500_000, 501_000, 499_000, 500_500];

function fanAmong(driver: Driver, amounts: readonly number[] = FOUR): Alert | undefined {
  ordinaryLife(driver);
  return alertOf(feed(driver, amounts), 'fan-in');
}

describeGovernance({
  rule: 'fan-in',
  subject: 'hub',
  fire: (driver) => {
    ordinaryLife(driver);
    return feed(driver, FOUR);
  },
  alerts: true,
});

describe('payers of like amounts', () => {
  it.each([
    [2, false],
    [3, false],
    [4, true],
    [5, true],
  ])('%i: %s', (payers, fires) => {
    const amounts = Array.from({ length: payers }, (_none, index) => 500_000 + index * 100);
    expect(fanAmong(new Driver(), amounts) !== undefined).toBe(fires);
  });

  it.each([
    ['alike within 0.5 %', [500_000, 501_000, 499_000, 500_500], '0.5 %'],
    ['alike within 2 %', [505_000, 495_000, 506_000, 500_000], '2 %'],
    ['alike within 10 %', [455_000, 545_000, 520_000, 500_000], '10 %'],
    ['no more alike than strangers', [100_000, 900_000, 300_000, 500_000], null],
  ])('are %s', (_what, amounts, band) => {
    const alert = fanAmong(new Driver({ settings: 'rules: {fan-in: {options: {chancePerMillion: 5000}}}' }), amounts);
    if (band === null) expect(alert).toBeUndefined();
    else expect(alert!.en).toContain(`amounts within ${band} of this one`);
  });

  it('are told in both languages with the probability', () => {
    const alert = fanAmong(new Driver())!;
    expect(alert).toMatchObject({ subject: 'hub', severity: 'high', restricted: true });
    expect(alert.evidence.map(({ name, unit }) => [name, unit])).toEqual([
      ['likePayers', 'count'],
      ['summed', 'CNY'],
      ['band', 'basisPoints'],
      ['chance', 'perMillion'],
      ['window', 'ms'],
    ]);
    const chance = alert.evidence[3]!.number! / 1_000_000;
    expect(alert.en).toBe(
      `4 payers paid CNY 20,005.00 within 30 d, amounts within 0.5 % of this one; probability by chance ${chance}.`,
    );
    expect(alert.zh).toBe(
      `30 天内 4 个付款人共转入 CNY 20,005.00，金额与本笔相差不超过 0.5 %；偶然发生的概率：${chance}。`,
    );
  });

  it('are no fan where everybody pays that amount', () => {
    const driver = new Driver();
    for (let index = 0; index < 100; index++) {
      driver.transfer({ from: `a-${index}`, to: `b-${index}`, minor: 500_000, status: 'settled' });
    }
    expect(fanAmong(driver)).toBeUndefined();
  });

  it('are no fan where the hub has always been paid that amount', () => {
    const driver = new Driver();
    feed(driver, FOUR.slice(0, 3));
    driver.now += 31 * DAY;
    expect(fanAmong(driver)).toBeUndefined();
  });

  it('are one payer where one pays again and again', () => {
    const driver = new Driver();
    ordinaryLife(driver);
    for (let index = 0; index < 8; index++) {
      expect(alertOf(driver.transfer({ from: 'fan', to: 'hub', minor: 500_000 }), 'fan-in')).toBeUndefined();
    }
  });

  it('fire at the chance that is set, and not above it', () => {
    const chance = fanAmong(new Driver())!.evidence.find(({ name }) => name === 'chance')!.number!;
    for (const [perMillion, fires] of [
      [chance - 1, false],
      [chance + 1, true],
    ] as const) {
      const settings = `rules: {fan-in: {options: {chancePerMillion: ${perMillion}}}}`;
      expect(fanAmong(new Driver({ settings })) !== undefined).toBe(fires);
    }
  });

  it.each([
    [30 * DAY - 1, true],
    [30 * DAY, false],
  ])('are counted over the window: the first one %i ms ago: %s', (ago, fires) => {
    const driver = new Driver();
    ordinaryLife(driver);
    driver.transfer({ from: 'early', to: 'hub', minor: 500_000 });
    driver.now += ago - 3 * HOUR;
    expect(alertOf(feed(driver, FOUR.slice(0, 3)), 'fan-in') !== undefined).toBe(fires);
  });

  it('whose money failed are none', () => {
    const driver = new Driver();
    ordinaryLife(driver);
    const { transferId } = driver.transfer({ from: 'payer-9', to: 'hub', minor: 500_000 }).decisions[0]!;
    driver.transfer({ from: 'payer-9', to: 'hub', minor: 500_000, transferId, status: 'failed' });
    expect(alertOf(feed(driver, FOUR.slice(0, 3)), 'fan-in')).toBeUndefined();
  });

  it.each([
    [{ tags: ['merchant'] }, false],
    [{ tags: ['payroll'] }, false],
    [{ tags: ['landlord'] }, false],
    [{ tags: ['vip'] }, true],
    [{ kind: 'organisation' }, true],
  ])('fire for a hub %j: %s', (file, fires) => {
    const driver = new Driver();
    known(driver, 'hub', file);
    expect(fanAmong(driver) !== undefined).toBe(fires);
  });

  it('fire late where the one that completes the fan comes late', () => {
    const driver = new Driver();
    ordinaryLife(driver);
    feed(driver, FOUR.slice(0, 3));
    const at = new Date(driver.now - 30 * 60_000).toISOString();
    const late = driver.transfer({ from: 'payer-9', to: 'hub', minor: 500_500, at });
    expect(alertOf(late, 'fan-in')).toMatchObject({ late: true, at: driver.now });
  });
});
