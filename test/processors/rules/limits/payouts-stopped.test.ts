import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../../schemas/decision.ts';
import { DAY_MS, HOUR_MS } from '../../../../schemas/time.ts';
import { approve, submit } from '../../../support/approvals.ts';
import { Driver } from '../../../support/driver.ts';
import { describeGovernance, known } from '../../../support/rule-cases.ts';

let entries = 0;

function measure(driver: Driver, kind: string, fields: { [name: string]: unknown } = {}): string {
  const controlId = `${kind}-${++entries}`;
  driver.send('control', { controlId, kind, by: 'u-chief', reason: '应急演练', ...fields });
  return controlId;
}

function outcomeOf(driver: Driver, fields: { [name: string]: unknown } = {}): Decision['outcome'] {
  return driver.transfer(fields).decisions[0]!.outcome;
}

describeGovernance({
  rule: 'payouts-stopped',
  subject: 'payer',
  fire: (driver) => {
    measure(driver, 'stop-payouts');
    return driver.transfer({});
  },
  alerts: false,
});

describe('stopped payouts', () => {
  it('reject what a customer sends, in every partition, and say by which measure', () => {
    const driver = new Driver({ partitions: 4 });
    const id = measure(driver, 'stop-payouts');
    for (const from of ['a', 'b', 'c', 'd', 'e']) {
      expect(driver.transfer({ from }).decisions[0]).toMatchObject({
        outcome: 'reject',
        reasons: [
          {
            code: 'blocked',
            rule: 'payouts-stopped',
            en: expect.stringContaining(id),
            zh: expect.stringContaining(id),
          },
        ],
      });
    }
  });

  it('let through what customers are sent from elsewhere', () => {
    const driver = new Driver();
    measure(driver, 'stop-payouts');
    expect(outcomeOf(driver, { debtor: { account: 'elsewhere' } })).toBe('accept');
  });

  it.each([
    ['kind:organisation', 'shop'],
    ['tag:merchant', 'shop'],
    ['grade:A', 'shop'],
    ['kind:person', 'human'],
  ])('of the segment %s meet %s', (segment, who) => {
    const driver = new Driver();
    known(driver, 'shop', { kind: 'organisation', tags: ['merchant'] });
    known(driver, 'human', { kind: 'person', tags: ['vip'] });
    measure(driver, 'stop-payouts', { segment });
    expect(outcomeOf(driver, { from: who })).toBe('reject');
    const other = who === 'shop' ? 'human' : 'shop';
    expect(outcomeOf(driver, { from: other })).toBe(segment === 'grade:A' ? 'reject' : 'accept');
  });

  it('end by themselves, and when they are undone, each for itself', () => {
    const driver = new Driver();
    measure(driver, 'stop-payouts', { until: new Date(driver.now + HOUR_MS).toISOString() });
    const second = measure(driver, 'stop-payouts');
    expect(outcomeOf(driver)).toBe('reject');
    measure(driver, 'undo', { measure: second });
    expect(outcomeOf(driver)).toBe('reject');
    driver.advance(HOUR_MS - 1);
    expect(outcomeOf(driver)).toBe('reject');
    driver.advance(1);
    expect(outcomeOf(driver)).toBe('accept');
  });

  it('stop what was held before them, when it is to be released', () => {
    const driver = new Driver();
    submit(driver);
    const id = measure(driver, 'stop-payouts');
    expect(approve(driver).decisions).toMatchObject([{ outcome: 'reject', revision: 2 }]);
    measure(driver, 'undo', { measure: id });
    submit(driver, { transferId: 'T-2' });
    expect(approve(driver, { transferId: 'T-2' }).decisions).toMatchObject([{ outcome: 'accept' }]);
  });

  it('undo a freeze as well, by the entry that brought it', () => {
    const driver = new Driver();
    const id = measure(driver, 'freeze', { party: 'payee' });
    expect(outcomeOf(driver)).toBe('reject');
    measure(driver, 'undo', { measure: id });
    expect(outcomeOf(driver)).toBe('accept');
  });

  it('are refused with an alert where their segment is none, and stop nobody', () => {
    const driver = new Driver();
    const { alerts } = driver.send('control', { controlId: 'x', kind: 'stop-payouts', segment: 'everybody' });
    expect(alerts).toMatchObject([{ rule: 'book-failed', severity: 'critical' }]);
    expect(outcomeOf(driver)).toBe('accept');
  });
});

describe('tightened limits', () => {
  const LIMIT = 500_000_000;
  const ordinary = 'rules: {large-amount-approval: {enabled: false}, amount-spike: {enabled: false}}';

  it('are so many percent of what they were, for as long as the measure holds', () => {
    const driver = new Driver({ settings: ordinary });
    expect(outcomeOf(driver, { minor: LIMIT / 2 + 1 })).toBe('accept');
    const id = measure(driver, 'tighten', { percent: 50 });
    const { decisions } = driver.transfer({ from: 'second', minor: LIMIT / 2 + 1 });
    expect(decisions[0]).toMatchObject({ outcome: 'reject', reasons: [{ rule: 'limit-transaction', code: 'limit' }] });
    expect(decisions[0]!.reasons[0]!.evidence).toContainEqual({
      name: 'scaledLimit',
      number: LIMIT / 2,
      text: null,
      unit: 'CNY',
    });
    expect(outcomeOf(driver, { from: 'other', minor: LIMIT / 2 })).toBe('accept');
    measure(driver, 'undo', { measure: id });
    expect(outcomeOf(driver, { from: 'third', minor: LIMIT })).toBe('accept');
  });

  it('are the tightest of several measures, each for its segment', () => {
    const driver = new Driver({ settings: ordinary });
    known(driver, 'shop', { kind: 'person', tags: ['merchant'] });
    measure(driver, 'tighten', { percent: 80 });
    measure(driver, 'tighten', { percent: 10, segment: 'tag:merchant' });
    expect(outcomeOf(driver, { from: 'shop', minor: LIMIT / 10 + 1 })).toBe('reject');
    expect(outcomeOf(driver, { from: 'payer', minor: LIMIT / 10 + 1 })).toBe('accept');
    expect(outcomeOf(driver, { from: 'other', minor: (LIMIT * 8) / 10 + 1 })).toBe('reject');
  });

  it('stop what was held before them, when it is to be released', () => {
    const driver = new Driver();
    submit(driver, { minor: 20_000_000 });
    measure(driver, 'tighten', { percent: 1 });
    expect(approve(driver).decisions).toMatchObject([{ outcome: 'reject', revision: 2 }]);
    const again = new Driver();
    submit(again, { minor: 20_000_000 });
    measure(again, 'tighten', { percent: 90 });
    expect(approve(again).decisions).toMatchObject([{ outcome: 'accept', revision: 2 }]);
  });

  it('outlive their expiry no longer than the next tick', () => {
    const driver = new Driver({ settings: ordinary });
    measure(driver, 'tighten', { percent: 0, until: new Date(driver.now + DAY_MS).toISOString() });
    expect(outcomeOf(driver)).toBe('reject');
    driver.advance(DAY_MS);
    expect(outcomeOf(driver)).toBe('accept');
  });
});
