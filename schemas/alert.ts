/** An alert (预警): what a rule found about a subject. Restricted ones are for those who may see them. */
import { choice, flag, type Inner, id, instant, list, long, maybe, nested, record, text } from './declare.ts';
import { evidenceRecord, FAMILIES, SEVERITIES, shadowFlag } from './reason.ts';
import { SUBJECT_KINDS } from './subjects.ts';

export const alertRecord = record(
  'Alert',
  'An alert or a further revision of it: a new hit of an open alert adds an occurrence.',
  {
    alertId: id('Made of rule, subject and the ordinal of the entry in its partition.'),
    revision: long('1 for the first, then counting up.'),
    rule: id('The rule that fired.', 64),
    ruleVersion: long('Version of the rule.'),
    family: choice('Family of the rule.', 'Family', FAMILIES),
    severity: choice('How grave; the highest of its occurrences.', 'Severity', SEVERITIES),
    subjectKind: choice('Kind of the subject.', 'SubjectKind', SUBJECT_KINDS),
    subject: id('Whom it is about.'),
    status: choice('Where it stands.', 'AlertStatus', ['open', 'closed']),
    openedAt: instant('Event time of the first hit.'),
    at: instant('Event time of this hit.'),
    seen: instant('Append time of the entry that brought this revision.'),
    occurrences: long('Hits so far.'),
    transferId: maybe(id('Transfer that hit.')),
    eventId: maybe(id('Event that hit.')),
    late: flag('True where a late event brought an earlier window to fire.'),
    historical: flag('True where it came from a backfill; it is not sent.'),
    shadow: shadowFlag,
    restricted: flag('True where the subject must not learn of it (AML, screening).'),
    en: text('The reason in English.', 1_000),
    zh: text('The reason in Chinese.', 1_000),
    evidence: list(nested('The numbers.', evidenceRecord), 32),
    beyondLateness: maybe(flag('True where the transfer that hit came beyond lateness: it is in no window.')),
    segments: maybe(
      text('What tells customers apart: kind:person tag:merchant grade:D; absent where nothing is known.', 1_000),
    ),
  },
  {
    alertId: 'pass-through:C-1001:41',
    revision: 1,
    rule: 'pass-through',
    ruleVersion: 1,
    family: 'aml',
    severity: 'high',
    subjectKind: 'party',
    subject: 'C-1001',
    status: 'open',
    openedAt: '2026-03-01T09:30:00+08:00',
    at: '2026-03-01T09:30:00+08:00',
    seen: '2026-03-01T01:30:00.120Z',
    occurrences: 1,
    transferId: 'T-20260301-000001',
    eventId: 'T-20260301-000001#submitted',
    late: false,
    historical: false,
    shadow: false,
    restricted: true,
    en: 'CNY 9,500.00 of the CNY 10,000.00 received within 24 h left again.',
    zh: '24 小时内收到 CNY 10,000.00，其中 CNY 9,500.00 又转出。',
    evidence: [{ name: 'received', number: 1_000_000, unit: 'CNY' }],
    segments: 'kind:organisation tag:wholesale',
  },
);

export type Alert = Inner<typeof alertRecord>;
