import { describe, expect, it } from 'vitest';
import { RULES } from '../../../processors/rules/index.ts';
import { instant, invoice } from '../../support/debts.ts';
import { Driver } from '../../support/driver.ts';
import { known } from '../../support/rule-cases.ts';

/** The limit per transaction that a customer with such a file has: told by the rule itself. */
function limitOf(driver: Driver, payer = 'payer'): number | null {
  const { decisions } = driver.transfer({ from: payer, minor: 9e14 });
  const reason = decisions[0]!.reasons.find((one) => one.rule === 'limit-transaction');
  return reason?.evidence.find(({ name }) => name === 'scaledLimit')?.number ?? null;
}

function limit(minor: number): string {
  return `{limit: {minor: ${minor}, currency: CNY}}`;
}

const SEGMENTED = `
rules:
  limit-transaction:
    options: ${limit(100)}
    segments:
      - {when: {kind: organisation}, options: ${limit(200)}}
      - {when: {tag: vip}, options: ${limit(300)}}
      - {when: {kind: organisation, tag: bank}, options: ${limit(400)}}
      - {when: {tag: unlimited}, enabled: false}
      - {when: {grade: D}, options: ${limit(50)}}`;

describe('options by segment', () => {
  it.each([
    [{}, 100],
    [{ kind: 'organisation' }, 200],
    [{ tags: ['vip'] }, 300],
    [{ kind: 'organisation', tags: ['vip'] }, 300],
    [{ tags: ['bank'] }, 100],
    [{ kind: 'organisation', tags: ['bank', 'vip'] }, 400],
    [{ tags: ['unlimited', 'vip'] }, null],
  ])('of a customer %j: the last that matches wins, %s fen', (file, expected) => {
    const driver = new Driver({ settings: SEGMENTED });
    known(driver, 'payer', file);
    expect(limitOf(driver)).toBe(expected);
  });

  it('of somebody without a file are those of nobody in particular', () => {
    expect(limitOf(new Driver({ settings: SEGMENTED }))).toBe(100);
  });

  it('follow the customer’s file as it changes', () => {
    const driver = new Driver({ settings: SEGMENTED });
    known(driver, 'payer', { tags: ['vip'] });
    expect(limitOf(driver)).toBe(300);
    driver.customer({ customerId: 'payer', tags: [] });
    expect(limitOf(driver)).toBe(100);
  });

  it('follow the customer’s rating as it changes', () => {
    const driver = new Driver({ settings: SEGMENTED });
    driver.tick(instant(0));
    driver.append('invoices', invoice('I', 100_000, 0));
    expect(limitOf(driver, 'C-1')).toBe(100);
    driver.tick(instant(91));
    // Grade D has 50 fen, and a fifth of it by its rating.
    expect(limitOf(driver, 'C-1')).toBe(10);
  });

  it('of the settings replace those that come with the rule', () => {
    const settings = 'rules: {velocity: {segments: [{when: {tag: quiet}, enabled: false}]}}';
    const burst = (tags: string[]) => {
      const driver = new Driver({ settings });
      known(driver, 'payer', { kind: 'organisation', tags });
      for (let index = 0; index < 5; index++) driver.transfer({});
      return driver.transfer({}).alerts.length;
    };
    expect([burst(['merchant']), burst(['quiet'])]).toEqual([1, 0]);
  });

  it('may switch a rule on for some alone', () => {
    const settings = 'rules: {limit-transaction: {enabled: false, segments: [{when: {tag: new}, enabled: true}]}}';
    const driver = new Driver({ settings });
    expect(limitOf(driver)).toBe(null);
    known(driver, 'novice', { tags: ['new'] });
    expect(limitOf(driver, 'novice')).toBe(500_000_000);
  });

  it('may give a window that no other segment has', () => {
    const settings = `
rules:
  velocity:
    segments:
      - {when: {tag: slow}, enabled: false, options: {window: 3h, count: 2}}
      - {when: {tag: watched}, enabled: true}
      - {when: {tag: fast}, options: {window: 1m}}`;
    const driver = new Driver({ settings });
    known(driver, 'payer', { tags: ['slow', 'watched'] });
    driver.transfer({});
    driver.now += 2 * 3_600_000;
    expect(driver.transfer({}).alerts).toMatchObject([{ en: '2 outgoing transfers within 3 h; the threshold is 2.' }]);
  });
});

describe('exemptions of many', () => {
  const LIMIT = 'limit: {minor: 5, currency: CNY}';
  const settings = (when: string, until = '2099-01-01T00:00:00Z') =>
    `rules: {limit-transaction: {options: {${LIMIT}}, segments: [], exemptions: [{when: ${when}, reason: r, by: b, until: "${until}"}]}}`;
  const file = { customerId: 'payer', kind: 'organisation', tags: ['payroll'], at: '2026-03-01T00:00:00Z' };
  const outcome = (driver: Driver) => driver.transfer({ minor: 6 }).decisions[0]!.outcome;

  it.each([
    ['{tag: payroll}', 'accept'],
    ['{kind: organisation}', 'accept'],
    ['{kind: organisation, tag: payroll}', 'accept'],
    ['{grade: A}', 'accept'],
    ['{tag: merchant}', 'reject'],
    ['{kind: person, tag: payroll}', 'reject'],
  ])('%s leave a payroll of an organisation: %s', (when, expected) => {
    const driver = new Driver({ settings: settings(when) });
    driver.customer(file);
    expect(outcome(driver)).toBe(expected);
  });

  it('begin and end with the tag', () => {
    const driver = new Driver({ settings: settings('{tag: payroll}') });
    driver.customer({ ...file, tags: [] });
    expect(outcome(driver)).toBe('reject');
    driver.customer({ ...file, at: '2026-03-01T01:00:00Z' });
    expect(outcome(driver)).toBe('accept');
    driver.customer({ ...file, at: '2026-03-01T02:00:00Z', tags: [] });
    expect(outcome(driver)).toBe('reject');
  });

  it('end in time for all, those who were met before too', () => {
    const driver = new Driver({ settings: settings('{tag: payroll}', '2026-03-02T02:00:00Z') });
    driver.customer(file);
    expect(outcome(driver)).toBe('accept');
    driver.tick(Date.parse('2026-03-02T02:00:00Z'));
    expect(outcome(driver)).toBe('reject');
    driver.customer({ ...file, customerId: 'other' });
    expect(driver.transfer({ from: 'other', minor: 6 }).decisions[0]!.outcome).toBe('reject');
  });
});

describe('exemptions', () => {
  const exemption = (rule: string, until: string) =>
    `${rule}: {exemptions: [{subject: payer, reason: r, by: b, until: "${until}"}]}`;

  it('end one by one', () => {
    const driver = new Driver({
      settings: `rules: {${exemption('limit-transaction', '2026-03-02T02:00:00Z')}, ${exemption('limit-day', '2026-03-02T03:00:00Z')}}`,
    });
    const rulesAt = (at: string) => {
      driver.tick(Date.parse(at));
      const { reasons } = driver.transfer({ minor: 2_000_000_000 }).decisions[0]!;
      return reasons.map((one) => one.rule).filter((rule) => rule === 'limit-transaction' || rule === 'limit-day');
    };
    expect(rulesAt('2026-03-02T01:59:59Z')).toEqual([]);
    expect(rulesAt('2026-03-02T02:00:00Z')).toEqual(['limit-transaction']);
    expect(rulesAt('2026-03-02T03:00:00Z')).toEqual(['limit-transaction', 'limit-day']);
  });

  it('go by the clock and not by what a transfer says of its time', () => {
    const driver = new Driver({ settings: `rules: {${exemption('limit-transaction', '2026-03-02T02:00:00Z')}}` });
    driver.tick(Date.parse('2026-03-02T02:00:00Z'));
    expect(driver.transfer({ minor: 900_000_000, at: '2026-03-02T01:00:00Z' }).decisions[0]!.outcome).toBe('reject');
  });
});

describe('the rules', () => {
  it('have names of their own', () => {
    expect(new Set(RULES.map((rule) => rule.id)).size).toBe(RULES.length);
  });

  it('hold or reject only on the payer’s side, and are restricted where the subject must not know', () => {
    for (const rule of RULES.filter((one) => one.family === 'aml' || one.family === 'screening')) {
      expect([rule.id, rule.restricted]).toEqual([rule.id, true]);
    }
  });
});
