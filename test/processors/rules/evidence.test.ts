import { describe, expect, it } from 'vitest';
import { formatEvidence } from '../../../processors/rules/evidence.ts';
import { RULES } from '../../../processors/rules/index.ts';
import { instant, invoice } from '../../support/debts.ts';
import { Driver } from '../../support/driver.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function told(number: number, unit: string): [string, string] {
  const evidence = { name: 'value', number, text: null, unit };
  return [formatEvidence(evidence, 'en'), formatEvidence(evidence, 'zh')];
}

describe('a number in a message', () => {
  it.each([
    [0, 'ms', '0 ms', '0 毫秒'],
    [1_999, 'ms', '1999 ms', '1999 毫秒'],
    [90_000, 'ms', '90 s', '90 秒'],
    [30 * MINUTE, 'ms', '30 min', '30 分钟'],
    [150 * MINUTE, 'ms', '2 h 30 min', '2 小时 30 分钟'],
    [DAY, 'ms', '24 h', '24 小时'],
    [36 * HOUR, 'ms', '36 h', '36 小时'],
    [60 * HOUR, 'ms', '2 d 12 h', '2 天 12 小时'],
    [14 * DAY, 'ms', '14 d', '14 天'],
    [20 * DAY + 3 * HOUR + 7 * MINUTE + 12_345, 'ms', '20 d 3 h', '20 天 3 小时'],
    [85, 'percent', '85 %', '85 %'],
    [50, 'basisPoints', '0.5 %', '0.5 %'],
    [1_000, 'basisPoints', '10 %', '10 %'],
    [300, 'perMillion', '0.0003', '0.0003'],
    [1, 'perMillion', '0.000001', '0.000001'],
    [0, 'perMillion', 'below 0.000001', '低于 0.000001'],
    [3, 'days', '3 d', '3 天'],
    [3, 'count', '3', '3'],
    [123_456_789, 'CNY', 'CNY 1,234,567.89', 'CNY 1,234,567.89'],
    [1_234, 'JPY', 'JPY 1,234', 'JPY 1,234'],
  ] as const)('%i of unit %s reads %s', (number, unit, en, zh) => {
    expect(told(number, unit)).toEqual([en, zh]);
  });
});

describe.each(RULES.map((rule) => [rule.id, rule] as const))('the messages of %s', (_id, rule) => {
  it('name the same numbers in both languages', () => {
    expect(placeholders(rule.message.zh)).toEqual(placeholders(rule.message.en));
  });

  it('leave no space between two Chinese words, and end as sentences do', () => {
    expect(rule.message.zh).not.toMatch(/[\u4e00-\u9fff，；] [\u4e00-\u9fff]/);
    expect([rule.message.en.at(-1), rule.message.zh.at(-1)]).toEqual(['.', '。']);
  });

  it('have words for every value in both languages, where they have words', () => {
    for (const words of Object.values(rule.words ?? {}).flatMap((one) => Object.values(one))) {
      expect(words.zh).toMatch(/[\u4e00-\u9fff]/);
      expect(words.en).not.toMatch(/[\u4e00-\u9fff]/);
    }
  });
});

/** Amounts are safe integers one by one; their sums need not be. The fold once died of writing such a sum. */
describe('a sum beyond what a record can carry', () => {
  const GREATEST = 2 ** 53 - 2;

  it('is told as that bound, in alerts about transfers', () => {
    const driver = new Driver();
    driver.transfer({ minor: 9e15, status: 'settled' });
    const { alerts } = driver.transfer({ minor: 9e15, status: 'settled' });
    const outgoing = alerts.find((one) => one.rule === 'large-value' && one.subject === 'payer')!;
    expect(outgoing.evidence).toContainEqual({ name: 'dayTotal', number: GREATEST, text: null, unit: 'CNY' });
  });

  it('is told as that bound, in ratings and alerts about debts', () => {
    const driver = new Driver();
    driver.tick(instant(0));
    driver.append('invoices', invoice('I-1', 9e15, 1));
    driver.append('invoices', invoice('I-2', 9e15, 1));
    const { alerts, 'credit-ratings': ratings } = driver.tick(instant(2));
    expect(ratings.map((one) => one.overdueMinor)).toEqual([GREATEST]);
    const overdue = alerts.find((one) => one.rule === 'overdue-amount')!;
    expect(overdue.evidence).toContainEqual({ name: 'overdueAmount', number: GREATEST, text: null, unit: 'CNY' });
  });
});

function placeholders(message: string): string[] {
  return [...message.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();
}
