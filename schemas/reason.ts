/** Why a decision or an alert came about: the numbers, and the same in two languages. */
import { choice, flag, type Inner, id, list, long, maybe, nested, record, text } from './declare.ts';

export const FAMILIES = [
  'limits',
  'anomaly',
  'aml',
  'screening',
  'overdue',
  'credit',
  'conduct',
  'reconciliation',
  'operations',
] as const;
export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;

export const evidenceRecord = record(
  'Evidence',
  'One number or word that a rule went by, with its unit.',
  {
    name: id('Name of the feature or option.', 64),
    number: maybe(long('Value, where it is a number.')),
    text: maybe(text('Value, where it is a word.', 512)),
    unit: maybe(id('Unit of the number: ms, percent, days, count, or the currency of minor units.', 16)),
  },
  { name: 'received', number: 500_000, unit: 'CNY' },
);

/** Outside, a reason is a neutral code: whoever reads decisions must not learn that money laundering is suspected. */
export const NEUTRAL_CODES = [
  'limit',
  'approval',
  'review',
  'blocked',
  'data',
  'expired',
  'denied',
  'approved',
  'status',
] as const;

export const reasonRecord = record(
  'Reason',
  'A rule that did not pass. For restricted rules only the neutral code is told; the rest stands in the alert.',
  {
    code: choice('Neutral code.', 'NeutralCode', NEUTRAL_CODES),
    rule: maybe(id('The rule; absent where it is restricted.', 64)),
    outcome: choice('What the rule asked for.', 'RuleOutcome', ['alert', 'hold', 'reject', 'note']),
    en: text('The reason in English.', 1_000),
    zh: text('The reason in Chinese.', 1_000),
    evidence: list(nested('The numbers.', evidenceRecord), 32),
  },
  {
    code: 'limit',
    rule: 'limit-day',
    outcome: 'reject',
    en: 'Day total CNY 1,000,001.00 is above the limit of CNY 1,000,000.00.',
    zh: '当日累计 CNY 1,000,001.00 超过限额 CNY 1,000,000.00。',
    evidence: [{ name: 'dayTotal', number: 100_000_100, unit: 'CNY' }],
  },
);

export const shadowFlag = flag('True where the rule runs as shadow: it is judged and counted and has no effect.');

export type Evidence = Inner<typeof evidenceRecord>;
export type Reason = Inner<typeof reasonRecord>;
export type Family = (typeof FAMILIES)[number];
export type Severity = (typeof SEVERITIES)[number];
