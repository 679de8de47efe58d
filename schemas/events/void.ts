/** Takes a leg out of what may pass on the other subjects of a transfer. Internal: written by tasks, read by route. */
import { choice, type Inner, id, instant, list, long, maybe, nested, record } from '../declare.ts';
import { SUBJECT_KINDS, SUBJECT_ROLES } from '../subjects.ts';

export const voidTargetRecord = record(
  'VoidTarget',
  'A further subject that was told of the transfer.',
  {
    subjectKind: choice('Kind of that subject.', 'SubjectKind', SUBJECT_KINDS),
    subject: id('The subject.'),
    role: choice('Its role in the transfer.', 'SubjectRole', SUBJECT_ROLES),
  },
  { subjectKind: 'party', subject: 'C-2002', role: 'payee' },
);

export const voidRecord = record(
  'Void',
  'The payer’s task rejected, let expire or replaced a transfer that other subjects had counted as money that may pass.',
  {
    transferId: id('The transfer.'),
    eventId: id('The event whose leg is taken back; where an amendment took its place, the amendment.'),
    replaced: maybe(long('Hash of the event whose leg is taken back, where an amendment took its place.')),
    revision: long(
      'Revision of the decision that took it back; 0 where the event was refused and nothing of it holds.',
    ),
    at: instant('Time of the transfer.'),
    targets: list(nested('A subject to tell.', voidTargetRecord), 16),
  },
  {
    transferId: 'T-20260301-000001',
    eventId: 'T-20260301-000001#submitted',
    revision: 2,
    at: '2026-03-01T09:30:00+08:00',
    targets: [{ subjectKind: 'party', subject: 'C-2002', role: 'payee' }],
  },
);

export type Void = Inner<typeof voidRecord>;
