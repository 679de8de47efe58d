/** An alert (预警): what a rule found about a subject. Restricted ones are for those who may see them. */
import { choice, flag, type Inner, id, instant, list, long, maybe, nested, record, text } from './declare.ts';
import { evidenceRecord, FAMILIES, SEVERITIES, shadowFlag } from './reason.ts';
import { SUBJECT_KINDS } from './subjects.ts';

export const ALERT_STATUSES = ['open', 'closed', 'assigned', 'investigating', 'reporting'] as const;
export const ALERT_RESOLUTIONS = ['confirmed', 'reported', 'false-positive', 'accepted-risk'] as const;
/** What brings a revision: a hit of the rule, a step of a person, or the passing of time. */
export const ALERT_STEPS = [
  'hit',
  'assign',
  'investigate',
  'report',
  'close',
  'reopen',
  'snooze',
  'wake',
  'comment',
  'escalate',
  'quiet',
  'unquiet',
] as const;

export const ALERT_ID_LENGTH_MAX = 256;

export const alertRecord = record(
  'Alert',
  'An alert or a further revision of it: a new hit of an open alert adds an occurrence, and so does each step that is taken on it.',
  {
    alertId: id('Made of rule, subject and the ordinal of the entry in its partition.', ALERT_ID_LENGTH_MAX),
    revision: long('1 for the first, then counting up.'),
    rule: id('The rule that fired.', 64),
    ruleVersion: long('Version of the rule.'),
    family: choice('Family of the rule.', 'Family', FAMILIES),
    severity: choice('How grave; the highest of its occurrences.', 'Severity', SEVERITIES),
    subjectKind: choice('Kind of the subject.', 'SubjectKind', SUBJECT_KINDS),
    subject: id('Whom it is about.'),
    status: choice(
      'Where it stands; reporting waits for the second person who is to confirm that it is reported.',
      'AlertStatus',
      ALERT_STATUSES,
    ),
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
    step: maybe(choice('What brought this revision; absent in old records, which are hits.', 'AlertStep', ALERT_STEPS)),
    by: maybe(id('Person whose step brought this revision.')),
    stepAt: maybe(instant('When the step was taken, or time took it.')),
    note: maybe(text('What that person noted.', 2_000)),
    assignee: maybe(id('Who works on it.')),
    resolution: maybe(choice('What it was closed as, or is to be.', 'AlertResolution', ALERT_RESOLUTIONS)),
    closedFor: maybe(text('Why it was closed, or is to be.', 512)),
    reportBy: maybe(instant('By when the report must be with the authority.')),
    snoozedUntil: maybe(instant('It rests until then: it does not escalate.')),
    escalation: maybe(
      long('Times that it has escalated by age since it was opened, two at most; 3 where its report is late.', 0, 3),
    ),
    quietedBy: maybe(
      id('The critical alert of the same subject and transfer that says it louder.', ALERT_ID_LENGTH_MAX),
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
    step: 'hit',
  },
);

/** True for a revision that a hit of the rule brought; the others are steps of people, or of time. */
export function isHit({ step, by }: Pick<Alert, 'step' | 'by'>): boolean {
  return step === null || step === 'hit' || (step === 'reopen' && by === null);
}

export type Alert = Inner<typeof alertRecord>;
export type AlertStatus = Alert['status'];
export type AlertStep = NonNullable<Alert['step']>;
export type AlertResolution = NonNullable<Alert['resolution']>;
