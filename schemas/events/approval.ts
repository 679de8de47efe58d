/** A person's word on a held transfer (审批): approve or deny. */
import { choice, type Inner, id, instant, list, long, maybe, record, text } from '../declare.ts';

export const approvalRecord = record(
  'Approval',
  'Approves or denies a held transfer. Intake fills in who said so and about which subject; the fold decides whether they may.',
  {
    approvalId: id('Names this message.'),
    at: instant('When it was said.'),
    transferId: id('The held transfer.'),
    revision: long('Revision of the decision that the person saw; an older one no longer counts.', 1, 1_000_000),
    action: choice('What was said.', 'ApprovalAction', ['approve', 'deny']),
    subject: id('The payer, whose task holds the transfer: filled in by intake.'),
    by: id('Who said it: the caller, never a field of the body.'),
    roles: list(id('Role of that person at the time.', 32), 16),
    device: maybe(id('Device that it was said from.')),
    session: maybe(id('Session that it was said in.')),
    note: maybe(text('Why.', 512)),
  },
  {
    approvalId: 'A-1',
    at: '2026-03-01T09:40:00+08:00',
    transferId: 'T-20260301-000001',
    revision: 1,
    action: 'approve',
    subject: 'C-1001',
    by: 'u-li',
    roles: ['approver'],
    note: '合同已核对',
  },
);

export type Approval = Inner<typeof approvalRecord>;
