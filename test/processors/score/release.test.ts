import { beforeEach, describe, expect, it } from 'vitest';
import { approve, submit } from '../../support/approvals.ts';
import { Driver, type Outputs } from '../../support/driver.ts';
import { reservedBy } from '../../support/reserved.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let driver: Driver;

beforeEach(() => {
  driver = new Driver();
});

function refusals({ 'dead-letters': deadLetters }: Outputs): string[] {
  return deadLetters.map((one) => one.refusal);
}

describe('on release', () => {
  it('a freeze that came meanwhile rejects', () => {
    submit(driver);
    driver.now += HOUR;
    driver.send('control', { controlId: 'F', kind: 'freeze', party: 'acc-payee' });
    const { decisions, alerts, voids } = approve(driver);
    expect(decisions).toMatchObject([{ outcome: 'reject', revision: 2, by: 'li' }]);
    expect(decisions[0]!.reasons.at(-1)).toEqual({
      code: 'blocked',
      rule: null,
      outcome: 'reject',
      en: 'Blocked.',
      zh: '已拦截。',
      evidence: [],
    });
    expect(alerts).toMatchObject([
      { rule: 'frozen-party', en: 'acc-payee is frozen.', transferId: 'T', at: driver.now },
    ]);
    expect(voids).toHaveLength(1);
    expect(reservedBy(driver)).toBe(0);
  });

  it('a freeze that has ended by then does not', () => {
    submit(driver);
    const until = new Date(driver.now + HOUR).toISOString();
    driver.send('control', { controlId: 'F', kind: 'freeze', party: 'payee', until });
    driver.advance(HOUR);
    expect(approve(driver).decisions).toMatchObject([{ outcome: 'accept' }]);
  });

  /** A list hit asks for approvals and does not reject, so it was once passed over on release. */
  it('a list that came meanwhile asks for approvals of its own', () => {
    submit(driver);
    driver.send('control', { controlId: 'L1', kind: 'list-part', list: 'block', listVersion: '1', members: ['payee'] });
    driver.send('control', { controlId: 'L2', kind: 'list-close', list: 'block', listVersion: '1' });
    const { decisions, alerts } = approve(driver);
    expect(decisions).toMatchObject([{ outcome: 'hold', revision: 2, approvalsRequired: 2, approvalsGiven: 0 }]);
    expect(alerts).toMatchObject([{ rule: 'listed-party', severity: 'critical', transferId: 'T' }]);
    approve(driver, { by: 'li', revision: 2 });
    const last = approve(driver, { by: 'wang', revision: 3 });
    expect(last.decisions).toMatchObject([{ outcome: 'accept', revision: 4 }]);
    expect(last.alerts).toEqual([]);
  });

  it('a list hit that the approvers knew of stands in the way no more', () => {
    driver.send('control', { controlId: 'L1', kind: 'list-part', list: 'block', listVersion: '1', members: ['payee'] });
    driver.send('control', { controlId: 'L2', kind: 'list-close', list: 'block', listVersion: '1' });
    expect(submit(driver, { minor: 100 })).toMatchObject({ outcome: 'hold', approvalsRequired: 2 });
    approve(driver, { by: 'li' });
    expect(approve(driver, { by: 'wang', revision: 2 }).decisions).toMatchObject([{ outcome: 'accept' }]);
  });

  it('a screening rule in shadow stands in nobody’s way', () => {
    driver.settings('rules: {frozen-party: {shadow: true}}');
    submit(driver);
    driver.send('control', { controlId: 'F', kind: 'freeze', party: 'payee' });
    expect(approve(driver).decisions).toMatchObject([{ outcome: 'accept' }]);
  });
});

describe('a status of a held transfer', () => {
  /** The revision of the decision once went on without that of the hold, so nobody could approve any more. */
  it('that settles a part leaves the rest to be approved, under the new revision', () => {
    submit(driver);
    const part = driver.transfer({ transferId: 'T', status: 'partially-settled', minor: 5_000_000 });
    expect(part.decisions).toMatchObject([
      {
        outcome: 'hold',
        revision: 2,
        status: 'partially_settled',
        approvalsRequired: 1,
        expiresAt: driver.now + DAY,
        reasons: [{ rule: 'large-amount-approval' }],
      },
    ]);
    expect(approve(driver, { revision: 2 }).decisions).toMatchObject([
      { outcome: 'accept', revision: 3, status: 'partially_settled' },
    ]);
  });

  it('that settles a part leaves that part counted where the rest is denied', () => {
    submit(driver);
    driver.transfer({ transferId: 'T', status: 'partially-settled', minor: 5_000_000 });
    approve(driver, { revision: 2, action: 'deny' });
    expect(reservedBy(driver)).toBe(5_000_000);
  });

  it.each(['settled', 'failed', 'cancelled'])('%s ends the hold', (status) => {
    submit(driver);
    expect(driver.transfer({ transferId: 'T', status, minor: 20_000_000 }).decisions).toMatchObject([
      { outcome: 'hold', revision: 2, status, approvalsRequired: 0, expiresAt: null },
    ]);
    expect(refusals(approve(driver, { revision: 2 }))).toEqual(['approval_not_held']);
    expect(reservedBy(driver)).toBe(status === 'settled' ? 20_000_000 : 0);
    expect(driver.advance(2 * DAY).decisions).toEqual([]);
  });
});
