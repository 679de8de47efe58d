/** A person's step on an alert (预警处置): take it up, look into it, close it, let it rest, say something. */
import { ALERT_ID_LENGTH_MAX, ALERT_RESOLUTIONS } from '../alert.ts';
import { choice, type Inner, id, instant, list, long, maybe, record, text } from '../declare.ts';
import { SUBJECT_KINDS } from '../subjects.ts';

export const ALERT_ACTIONS = ['assign', 'investigate', 'close', 'reopen', 'snooze', 'comment'] as const;

export const alertActionRecord = record(
  'AlertAction',
  'A step on an alert. Intake fills in who took it and about which subject; the fold decides whether it is permitted.',
  {
    actionId: id('Names this message.'),
    at: instant('When it was said.'),
    alertId: id('The alert.', ALERT_ID_LENGTH_MAX),
    revision: maybe(
      long('Revision of the alert that the person saw; where it is given, a later one refuses the step.', 1, 1_000_000),
    ),
    action: choice('The step.', 'AlertActionKind', ALERT_ACTIONS),
    subjectKind: choice('Kind of the subject: filled in by intake.', 'SubjectKind', SUBJECT_KINDS),
    subject: id('Whom the alert is about, whose task keeps it: filled in by intake.'),
    by: id('Who took the step: the caller, never a field of the body.'),
    roles: list(id('Role of that person at the time.', 32), 16),
    device: maybe(id('Device that it was said from.')),
    session: maybe(id('Session that it was said in.')),
    assignee: maybe(id('assign: who is to work on it; whoever says so where absent.')),
    resolution: maybe(
      choice('close: what it turned out to be; reported needs a second person.', 'AlertResolution', ALERT_RESOLUTIONS),
    ),
    reason: maybe(text('close, reopen, snooze: why.', 512)),
    until: maybe(instant('snooze: until when it rests.')),
    note: maybe(text('What else is to be remembered; of a comment, the comment.', 2_000)),
  },
  {
    actionId: 'AA-1',
    at: '2026-03-01T10:05:00+08:00',
    alertId: 'pass-through:C-1001:41',
    action: 'close',
    subjectKind: 'party',
    subject: 'C-1001',
    by: 'u-li',
    roles: ['compliance'],
    resolution: 'false-positive',
    reason: '工资代发',
    note: '已核对合同与代发清单',
  },
);

export type AlertAction = Inner<typeof alertActionRecord>;
