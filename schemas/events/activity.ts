/** What a person did that is no money movement: signed in, failed to, read personal data (行为). */
import { choice, type Inner, id, instant, maybe, record, text } from '../declare.ts';

export const activityRecord = record(
  'Activity',
  'An act of a customer or of staff: log-ins, failures, readings of personal data.',
  {
    activityId: id('Names this message.'),
    at: instant('When it happened.'),
    party: id('Who acted, or whose data was read.'),
    kind: choice('What happened.', 'ActivityKind', [
      'login',
      'login-failed',
      'credential-change',
      'data-read',
      'export',
      'override',
    ]),
    by: maybe(id('Member of staff who acted.')),
    device: maybe(id('Device that it came from.')),
    session: maybe(id('Session that it came from.')),
    location: maybe(text('Place that it came from.', 64)),
    detail: maybe(text('What exactly.')),
  },
  { activityId: 'AC-1', at: '2026-03-01T09:00:00+08:00', party: 'C-1001', kind: 'login', device: 'dev-81f2' },
);

export type Activity = Inner<typeof activityRecord>;
