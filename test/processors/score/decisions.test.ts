import { beforeEach, describe, expect, it } from 'vitest';
import { Driver } from '../../support/driver.ts';

let driver: Driver;

beforeEach(() => {
  driver = new Driver();
});

describe('a decision', () => {
  it('tells the transfer as it came', () => {
    const transfer = {
      transferId: 'T',
      kind: 'payment',
      debtor: { party: 'C-1', account: 'a-1', name: '上海明德' },
      creditor: { account: 'a-2' },
      amount: { minor: 12_345, currency: 'CNY' },
    };
    expect(driver.transfer(transfer, driver.now + 250).decisions).toEqual([
      {
        transferId: 'T',
        revision: 1,
        eventId: 'T#submitted',
        outcome: 'accept',
        at: driver.now,
        seen: driver.now + 250,
        kind: 'payment',
        status: 'submitted',
        debtor: 'C-1',
        creditor: 'a-2',
        amountMinor: 12_345,
        currency: 'CNY',
        baseMinor: 12_345,
        approvalsRequired: 0,
        approvalsGiven: 0,
        expiresAt: null,
        by: null,
        beyondLateness: null,
        maker: null,
        batch: null,
        reasons: [],
      },
    ]);
  });

  it('names the message that brought it', () => {
    expect(driver.transfer({ eventId: 'E-1' }).decisions[0]!.eventId).toBe('E-1');
    expect(driver.transfer({ eventId: 'E-2', minor: 30_000_000 }).decisions[0]!.eventId).toBe('E-2');
  });

  it.each([
    [100, 'accept', []],
    [20_000_000, 'hold', ['large-amount-approval']],
    [500_000_001, 'reject', ['limit-transaction', 'large-amount-approval']],
  ])('on %i fen is the strictest outcome, %s, with every reason in the order of the rules', (minor, outcome, rules) => {
    const [decision] = driver.transfer({ minor }).decisions;
    expect(decision!.outcome).toBe(outcome);
    expect(decision!.reasons.map((one) => one.rule)).toEqual(rules);
  });

  it('asks for as many people as the rule that asks for most', () => {
    driver.transfer({ creditor: { party: 'shop', account: 'old' } });
    const [decision] = driver.transfer({ minor: 60_000_000, creditor: { party: 'shop', account: 'new' } }).decisions;
    expect(decision!.reasons.map((one) => one.rule)).toEqual(['large-amount-approval', 'new-payee-account']);
    expect(decision!.approvalsRequired).toBe(2);
  });

  it('asks nobody where it rejects', () => {
    const [decision] = driver.transfer({ minor: 500_000_001 }).decisions;
    expect(decision).toMatchObject({ outcome: 'reject', approvalsRequired: 0, expiresAt: null });
  });

  it('tells what rules alerted of, where their subject may know', () => {
    for (let index = 0; index < 5; index++) driver.transfer({});
    const [decision] = driver.transfer({}).decisions;
    expect(decision).toMatchObject({ outcome: 'accept', reasons: [{ rule: 'velocity', outcome: 'alert' }] });
  });

  it('goes out with later revisions for each status, under one count', () => {
    driver.transfer({ transferId: 'T' });
    driver.transfer({ transferId: 'T', eventId: 'amended', minor: 5 });
    driver.transfer({ transferId: 'T', eventId: 'part', status: 'partially-settled', minor: 3 });
    driver.transfer({ transferId: 'T', status: 'settled', minor: 5 });
    driver.transfer({ transferId: 'T', status: 'returned', minor: 5 });
    expect(driver.outputs.decisions.map((one) => [one.revision, one.outcome, one.status, one.amountMinor])).toEqual([
      [1, 'accept', 'submitted', 10_000],
      [2, 'accept', 'submitted', 5],
      [3, 'accept', 'partially_settled', 3],
      [4, 'accept', 'settled', 5],
      [5, 'accept', 'returned', 5],
    ]);
  });

  it('is never changed by late data', () => {
    driver.transfer({ minor: 10_000_000, at: '2026-03-02T05:00:00Z' });
    const late = driver.transfer({ minor: 10_000_000, at: '2026-03-02T04:00:00Z', transferId: 'late' });
    expect(late.decisions.map((one) => one.transferId)).toEqual(['late']);
  });
});

describe('what the outside reads of a restricted rule', () => {
  it('is nothing where it alerts', () => {
    const band = { minor: 45_000_000, maker: 'zhang' };
    for (let times = 0; times < 2; times++) driver.transfer(band);
    const { decisions, alerts } = driver.transfer(band);
    expect(alerts.map((one) => one.rule)).toContain('structuring');
    expect(decisions[0]!.reasons.map((one) => one.rule)).toEqual(['large-amount-approval']);
    expect(JSON.stringify(decisions)).not.toMatch(/structuring|标准/);
  });

  it('is a neutral code where it holds or rejects', () => {
    driver.send('control', { controlId: '1', kind: 'list-part', list: 'ofac', listVersion: '1', members: ['payee'] });
    driver.send('control', { controlId: '2', kind: 'list-close', list: 'ofac', listVersion: '1' });
    driver.send('control', { controlId: '3', kind: 'freeze', party: 'payee' });
    const { decisions, alerts } = driver.transfer({});
    expect(alerts.map((one) => one.rule)).toEqual(['listed-party', 'frozen-party']);
    expect(decisions[0]!.reasons).toEqual([
      { code: 'blocked', rule: null, outcome: 'reject', en: 'Blocked.', zh: '已拦截。', evidence: [] },
      { code: 'review', rule: null, outcome: 'hold', en: 'Under review.', zh: '审核中。', evidence: [] },
    ]);
  });
});

describe('an amount in another currency', () => {
  const usd = (minor: number) => ({ amount: { minor, currency: 'USD' } });
  const HOUR = 3_600_000;

  function rates(currency: string, numerator: number, denominator: number): void {
    const rates = [{ currency, numerator, denominator }];
    driver.send('control', { controlId: `rate-${driver.now}-${currency}`, kind: 'rates', rates });
  }

  it('without a rate is held', () => {
    const { decisions, alerts } = driver.transfer(usd(100));
    expect(decisions).toMatchObject([
      {
        outcome: 'hold',
        approvalsRequired: 1,
        amountMinor: 100,
        currency: 'USD',
        baseMinor: 0,
        reasons: [{ code: 'data', rule: 'rate-missing' }],
      },
    ]);
    expect(alerts).toMatchObject([{ rule: 'rate-missing', severity: 'medium', subject: 'payer' }]);
  });

  it('is measured by the rate, half to even', () => {
    rates('USD', 71_850, 10_000);
    expect(driver.transfer(usd(100)).decisions).toMatchObject([{ outcome: 'accept', baseMinor: 718 }]);
    expect(driver.transfer(usd(300)).decisions).toMatchObject([{ outcome: 'accept', baseMinor: 2_156 }]);
    expect(driver.transfer(usd(2_783_577)).decisions).toMatchObject([{ outcome: 'hold', baseMinor: 20_000_001 }]);
  });

  it.each([
    [72 * HOUR, 'accept'],
    [72 * HOUR + 1, 'hold'],
  ])('with a rate %i ms old: %s', (age, outcome) => {
    rates('USD', 7, 1);
    driver.advance(age);
    expect(driver.transfer(usd(100)).decisions[0]!.outcome).toBe(outcome);
  });

  it('ages by the settings', () => {
    driver.settings('rateMaxAge: 1h');
    rates('USD', 7, 1);
    driver.advance(HOUR + 1);
    expect(driver.transfer(usd(100)).decisions[0]!.outcome).toBe('hold');
  });

  it('is not made fresh by an event time in the past', () => {
    rates('USD', 7, 1);
    const at = new Date(driver.now).toISOString();
    driver.advance(100 * HOUR);
    expect(driver.transfer({ ...usd(100), at }).decisions[0]!.outcome).toBe('hold');
  });

  /** It once counted as nothing and was accepted. */
  it('that is too large to convert is held', () => {
    rates('USD', 7, 1);
    expect(driver.transfer(usd(2e15)).decisions).toMatchObject([
      { outcome: 'hold', baseMinor: 0, reasons: [{ rule: 'rate-missing' }] },
    ]);
  });

  it('keeps the rate that converted it', () => {
    rates('USD', 7, 1);
    driver.transfer({ transferId: 'T', ...usd(100) });
    driver.now += 1_000;
    rates('USD', 8, 1);
    driver.transfer({ transferId: 'T', status: 'settled', ...usd(100) });
    const probe = driver.transfer({ minor: 499_999_300, kind: 'payment' }).decisions[0]!;
    expect(probe.reasons.find((one) => one.rule === 'limit-day')).toBeUndefined();
    driver.settings('rules: {limit-day: {options: {limit: {minor: 0, currency: CNY}}}}');
    const [decision] = driver.transfer({ minor: 1 }).decisions;
    expect(decision!.reasons[0]!.evidence[0]).toMatchObject({ name: 'dayTotal', number: 700 + 499_999_300 + 1 });
  });

  /** The rate of what was amended away once stuck to the amendment. */
  it('leaves its rate behind where it is amended into another currency', () => {
    rates('USD', 7, 1);
    driver.transfer({ transferId: 'T', ...usd(100) });
    driver.transfer({ transferId: 'T', eventId: 'amended', minor: 900 });
    driver.transfer({ transferId: 'T', status: 'settled', minor: 900 });
    driver.settings('rules: {limit-day: {options: {limit: {minor: 0, currency: CNY}}}}');
    const [decision] = driver.transfer({ minor: 1 }).decisions;
    expect(decision!.reasons[0]!.evidence[0]).toMatchObject({ name: 'dayTotal', number: 901 });
  });
});
