import { describe, expect, it } from 'vitest';
import { approve, submit } from '../../../support/approvals.ts';
import { Driver, type Outputs } from '../../../support/driver.ts';
import { alertOf, describeGovernance } from '../../../support/rule-cases.ts';

const RULE = 'settled-without-release';

function settle(driver: Driver, fields: { [name: string]: unknown } = {}): Outputs {
  return driver.transfer({ transferId: 'T', status: 'settled', minor: 20_000_000, ...fields });
}

describeGovernance({
  rule: RULE,
  subject: 'payer',
  fire: (driver) => {
    submit(driver);
    return settle(driver);
  },
  alerts: true,
});

describe('a settlement', () => {
  it.each<[string, (driver: Driver) => void, boolean]>([
    ['accepted', (driver) => submit(driver, { minor: 100 }), false],
    ['held', (driver) => submit(driver), true],
    ['released', (driver) => [submit(driver), approve(driver)], false],
    ['denied', (driver) => [submit(driver), approve(driver, { action: 'deny' })], true],
    ['expired', (driver) => [submit(driver), driver.advance(86_400_000)], true],
    ['rejected', (driver) => submit(driver, { minor: 600_000_000 }), true],
    [
      'held, and amended to what was accepted',
      (driver) => [submit(driver), submit(driver, { minor: 5, eventId: 'E' })],
      false,
    ],
    ['never heard of', () => undefined, false],
  ])('of what was %s', (_what, prepare, alerts) => {
    const driver = new Driver();
    prepare(driver);
    expect(alertOf(settle(driver), RULE) !== undefined).toBe(alerts);
  });

  it.each([
    ['settled', true],
    ['partially-settled', true],
    ['failed', false],
    ['cancelled', false],
  ])('is the status %s: %s', (status, alerts) => {
    const driver = new Driver();
    submit(driver);
    expect(alertOf(settle(driver, { status }), RULE) !== undefined).toBe(alerts);
  });

  it.each([
    [
      'hold',
      'CNY 150,000.00 was settled although the transfer was held and not released.',
      '该笔交易处于待审、未获放行，却已结算 CNY 150,000.00。',
    ],
    [
      'reject',
      'CNY 150,000.00 was settled although the transfer was rejected.',
      '该笔交易已被拒绝，却已结算 CNY 150,000.00。',
    ],
  ])('against a %s is told in both languages', (decision, en, zh) => {
    const driver = new Driver();
    submit(driver);
    if (decision === 'reject') approve(driver, { action: 'deny' });
    expect(alertOf(settle(driver, { minor: 15_000_000 }), RULE)).toMatchObject({
      severity: 'critical',
      family: 'conduct',
      transferId: 'T',
      en,
      zh,
      evidence: [
        { name: 'amount', number: 15_000_000, unit: 'CNY' },
        { name: 'decision', text: decision },
      ],
    });
  });

  it('of each part is one more occurrence', () => {
    const driver = new Driver();
    submit(driver);
    settle(driver, { status: 'partially-settled', minor: 1, eventId: 'part-1' });
    const second = settle(driver, { status: 'partially-settled', minor: 2, eventId: 'part-2' });
    expect(alertOf(second, RULE)).toMatchObject({ occurrences: 2, revision: 2 });
  });
});
