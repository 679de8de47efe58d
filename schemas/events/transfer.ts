/** A transfer and what becomes of it: submitted, settled, failed, returned … (转账). */
import { choice, flag, type Inner, id, instant, maybe, nested, record, text } from '../declare.ts';
import { movedMoney } from '../money.ts';

export const TRANSFER_KINDS = [
  'transfer',
  'payment',
  'withdrawal',
  'deposit',
  'refund',
  'prepayment',
  'commission',
] as const;

export const TRANSFER_STATUSES = [
  'submitted',
  'settled',
  'partially-settled',
  'failed',
  'cancelled',
  'returned',
  'reversed',
] as const;

export const endpointRecord = record(
  'Endpoint',
  'One end of a transfer: the party and the account that it uses.',
  {
    party: maybe(id('Customer id of the party; absent where it is no customer, then the account stands for it.')),
    account: id('Account number or IBAN.'),
    name: maybe(text('Name of the party as written on the instruction.')),
    country: maybe(id('ISO 3166-1 alpha-2 code of the party’s country.', 2)),
    group: maybe(id('Group of companies that the party belongs to; transfers inside one are its own.')),
  },
  { party: 'C-1001', account: '6222020200112233', name: '上海明德贸易有限公司', country: 'CN' },
);

/**
 * Field order matters for speed alone: what route and the payee's side read stands first.
 * Partial amounts (status `partially-settled`, `returned`) are cumulative.
 */
export const transferRecord = record(
  'Transfer',
  'A transfer, or a change of its status.',
  {
    transferId: id('Names the transfer for all its life.'),
    eventId: maybe(id('Names this message; where absent it is made of transferId and status.')),
    at: instant('When it happened, by the sender’s clock.'),
    kind: choice('What kind of movement it is.', 'TransferKind', TRANSFER_KINDS),
    status: choice('Where the transfer stands.', 'TransferStatus', TRANSFER_STATUSES),
    debtor: nested('Payer (付款人), ISO 20022 debtor.', endpointRecord),
    creditor: nested('Payee (收款人), ISO 20022 creditor.', endpointRecord),
    amount: movedMoney('Amount; cumulative where the status is partially-settled or returned.'),
    channel: maybe(id('Channel, such as counter, web, mobile, api.', 32)),
    device: maybe(id('Device that the instruction came from.')),
    session: maybe(id('Session that the instruction came from.')),
    location: maybe(text('Place that the instruction came from.', 64)),
    maker: maybe(id('Person who entered it (经办人).')),
    batch: maybe(id('Batch that it belongs to; approved as one unit.')),
    purpose: maybe(text('Purpose of payment (用途).', 140)),
    historical: maybe(
      flag(
        'True where a backfill brought it: it fills books, reserves nothing, and its alerts are not sent. Refused by HTTP intake.',
      ),
    ),
  },
  {
    transferId: 'T-20260301-000001',
    at: '2026-03-01T09:30:00+08:00',
    kind: 'transfer',
    status: 'submitted',
    debtor: { party: 'C-1001', account: '6222020200112233', name: '上海明德贸易有限公司', country: 'CN' },
    creditor: { party: 'C-2002', account: '6217000010099887', name: '李雷' },
    amount: { minor: 1_234_500, currency: 'CNY' },
    channel: 'web',
    device: 'dev-81f2',
    maker: 'u-zhang',
    purpose: '货款',
  },
);

export type Transfer = Inner<typeof transferRecord>;
export type Endpoint = Inner<typeof endpointRecord>;
export type TransferStatus = Transfer['status'];
export type TransferKind = Transfer['kind'];

/** The message's identity: its own, or made of transfer and status. */
export function transferEventId(transfer: Transfer): string {
  return transfer.eventId ?? `${transfer.transferId}#${transfer.status}`;
}

/** The subject that an end of a transfer stands for: the party, else the account. */
export function partyOf(endpoint: Endpoint): string {
  return endpoint.party ?? endpoint.account;
}
