/** What Weir says to a transfer (放行, 待审, 拒绝). Read by upstream systems. */
import { choice, flag, type Inner, id, instant, list, long, maybe, nested, record } from './declare.ts';
import { TRANSFER_KINDS, TRANSFER_STATUSES } from './events/transfer.ts';
import { reasonRecord } from './reason.ts';

export const OUTCOMES = ['accept', 'hold', 'reject'] as const;

export const decisionRecord = record(
  'Decision',
  'The decision on a transfer, or a later revision of it after an approval, an expiry or a change of status.',
  {
    transferId: id('The transfer.'),
    revision: long('1 for the first, then counting up; the highest is in force.'),
    eventId: id('The event that brought this revision.'),
    outcome: choice('Accept (放行), hold (待审) or reject (拒绝).', 'Outcome', OUTCOMES),
    at: instant('Event time of the transfer.'),
    seen: instant('Append time of the entry that brought this revision.'),
    kind: choice('Kind of the transfer.', 'TransferKind', TRANSFER_KINDS),
    status: choice('Status that the transfer then had.', 'TransferStatus', TRANSFER_STATUSES),
    debtor: id('Payer subject.'),
    creditor: id('Payee subject.'),
    amountMinor: long('Amount in minor units of its currency.'),
    currency: id('Currency of the amount.', 3),
    baseMinor: long('Amount in minor units of the base currency.'),
    approvalsRequired: long('People who must approve before it may pass.'),
    approvalsGiven: long('People who have.'),
    expiresAt: maybe(instant('When a hold expires into a rejection.')),
    by: maybe(id('Person whose approval or denial brought this revision.')),
    reasons: list(nested('Why.', reasonRecord), 32),
    beyondLateness: maybe(
      flag('True where the transfer came beyond lateness: it was judged and reserved, and is in no window.'),
    ),
    maker: maybe(id('Person who entered it (经办人); told of what is or was held.')),
    batch: maybe(id('Batch that it belongs to, approved as one unit; told of what is or was held.')),
  },
  {
    transferId: 'T-20260301-000001',
    revision: 1,
    eventId: 'T-20260301-000001#submitted',
    outcome: 'accept',
    at: '2026-03-01T09:30:00+08:00',
    seen: '2026-03-01T01:30:00.120Z',
    kind: 'transfer',
    status: 'submitted',
    debtor: 'C-1001',
    creditor: 'C-2002',
    amountMinor: 1_234_500,
    currency: 'CNY',
    baseMinor: 1_234_500,
    approvalsRequired: 0,
    approvalsGiven: 0,
    reasons: [],
  },
);

export type Decision = Inner<typeof decisionRecord>;
export type Outcome = (typeof OUTCOMES)[number];
