import { describe, expect, it } from 'vitest';
import { Driver, type Outputs } from '../../../support/driver.ts';
import { alertOf, describeGovernance, known, reasonOf } from '../../../support/rule-cases.ts';

const MINUTE = 60_000;

/** So many transfers, ten seconds apart; what came out of the last. */
function burst(driver: Driver, transfers: number, fields: { [name: string]: unknown } = {}): Outputs {
  let last: Outputs | undefined;
  for (let index = 0; index < transfers; index++) {
    driver.now += 10_000;
    last = driver.transfer({ minor: 100, ...fields });
  }
  return last!;
}

describeGovernance({ rule: 'velocity', subject: 'payer', fire: (driver) => burst(driver, 6), alerts: true });

describe('a burst', () => {
  it.each([
    ['person', 5, false],
    ['person', 6, true],
    ['person', 7, true],
    ['organisation', 39, false],
    ['organisation', 40, true],
    ['organisation', 41, true],
  ])('of a %s, %i transfers, rings: %s', (kind, transfers, rings) => {
    const driver = new Driver();
    known(driver, 'payer', { kind });
    expect(alertOf(burst(driver, transfers), 'velocity') !== undefined).toBe(rings);
  });

  it.each([
    [['merchant'], false],
    [['payroll'], false],
    [['vip'], true],
    [['vip', 'payroll'], false],
  ])('of a customer tagged %j rings: %s', (tags, rings) => {
    const driver = new Driver();
    known(driver, 'payer', { tags });
    expect(alertOf(burst(driver, 50), 'velocity') !== undefined).toBe(rings);
  });

  it.each([
    [30 * MINUTE - 1, true],
    [30 * MINUTE, false],
    [30 * MINUTE + 1, false],
  ])('whose sixth comes %i ms after the first rings: %s', (later, rings) => {
    const driver = new Driver();
    const start = driver.now;
    for (let index = 0; index < 5; index++) driver.transfer({ minor: 100 });
    driver.now = start + later;
    expect(alertOf(driver.transfer({ minor: 100 }), 'velocity') !== undefined).toBe(rings);
  });

  it.each([
    ['failed', { status: 'failed' }],
    ['were rejected', { minor: 600_000_000 }],
  ])('of attempts that %s rings as well', (_what, fields) => {
    const driver = new Driver();
    burst(driver, 5, fields);
    expect(alertOf(burst(driver, 1), 'velocity')).toBeDefined();
  });

  it('of transfers that come in is none', () => {
    const driver = new Driver();
    burst(driver, 5, { from: 'payee', to: 'payer' });
    expect(alertOf(burst(driver, 5), 'velocity')).toBeUndefined();
  });

  it('is told in both languages, and its payer may know', () => {
    const outputs = burst(new Driver(), 6);
    const told = {
      en: '6 outgoing transfers within 30 min; the threshold is 6.',
      zh: '30 分钟内发起 6 笔转出，阈值为 6 笔。',
    };
    expect(alertOf(outputs, 'velocity')).toMatchObject({ severity: 'medium', ...told });
    expect(reasonOf(outputs, 'velocity')).toMatchObject({ outcome: 'alert', ...told });
    expect(outputs.decisions[0]!.outcome).toBe('accept');
  });

  it('rings late where a late attempt makes a later one the sixth', () => {
    const driver = new Driver();
    burst(driver, 5);
    const at = new Date(driver.now - 5_000).toISOString();
    expect(alertOf(driver.transfer({ minor: 100, at }), 'velocity')).toMatchObject({ late: true, at: driver.now });
  });
});
