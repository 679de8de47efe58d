import { describe, expect, it } from 'vitest';
import { Driver, type Outputs } from '../../../support/driver.ts';
import { alertOf, describeGovernance } from '../../../support/rule-cases.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** So many payers use the device, a minute apart; what came out of the last transfer. */
function use(driver: Driver, payers: number, fields: { [name: string]: unknown } = {}): Outputs {
  let last: Outputs | undefined;
  for (let index = 0; index < payers; index++) {
    driver.now += 60_000;
    last = driver.transfer({ from: `payer-${index}`, device: 'tablet', ...fields });
  }
  return last!;
}

describeGovernance({
  rule: 'shared-device',
  subject: 'tablet',
  fire: (driver) => use(driver, 5),
  alerts: true,
});

describe('a device', () => {
  it.each([
    [1, false],
    [4, false],
    [5, true],
    [6, true],
  ])('of %i payers rings: %s', (payers, rings) => {
    expect(alertOf(use(new Driver(), payers), 'shared-device') !== undefined).toBe(rings);
  });

  it('is the subject of the alert, in both languages, and the transfer passes', () => {
    const outputs = use(new Driver(), 5);
    expect(outputs.decisions).toMatchObject([{ outcome: 'accept', reasons: [] }]);
    expect(outputs.alerts).toMatchObject([
      {
        rule: 'shared-device',
        subjectKind: 'device',
        subject: 'tablet',
        severity: 'high',
        en: '5 different payers used this device within 24 h; the threshold is 5.',
        zh: '24 小时内有 5 个不同付款人使用该设备，阈值为 5 个。',
      },
    ]);
  });

  it.each([
    [DAY - 1, true],
    [DAY, false],
    [DAY + 1, false],
  ])('counts over the window: the first payer %i ms ago: %s', (ago, rings) => {
    const driver = new Driver();
    driver.transfer({ from: 'early', device: 'tablet' });
    driver.now += ago - 4 * 60_000;
    expect(alertOf(use(driver, 4), 'shared-device') !== undefined).toBe(rings);
  });

  it('counts payers, not transfers', () => {
    const driver = new Driver();
    use(driver, 4);
    expect(alertOf(use(driver, 4), 'shared-device')).toBeUndefined();
  });

  it('is apart from another device, and from a party of its name', () => {
    const driver = new Driver();
    use(driver, 4);
    expect(driver.transfer({ from: 'fifth', device: 'phone' }).alerts).toEqual([]);
    expect(driver.transfer({ from: 'fifth', to: 'tablet' }).alerts).toEqual([]);
    expect(alertOf(driver.transfer({ from: 'tablet', device: 'tablet' }), 'shared-device')).toBeDefined();
  });

  it('leaves out payers whose money was rejected', () => {
    const driver = new Driver();
    driver.send('control', { controlId: 'F', kind: 'freeze', party: 'payer-0' });
    expect(alertOf(use(driver, 5), 'shared-device')).toBeUndefined();
    expect(alertOf(driver.transfer({ from: 'sixth', device: 'tablet' }), 'shared-device')).toBeDefined();
  });

  it('rings late where a late payer makes a later one the fifth', () => {
    const driver = new Driver();
    use(driver, 4);
    const at = new Date(driver.now - 30_000).toISOString();
    const late = driver.transfer({ from: 'late', device: 'tablet', at });
    expect(alertOf(late, 'shared-device')).toMatchObject({ late: true, at: driver.now });
  });
});
