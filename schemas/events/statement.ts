/** A line of a bank statement (银行流水), for reconciliation with the own ledger. */
import { choice, type Inner, id, instant, maybe, record, text } from '../declare.ts';
import { movedMoney } from '../money.ts';

export const statementRecord = record(
  'Statement',
  'One entry of a bank statement, as camt.053 or a CSV gives it.',
  {
    statementId: id('Statement it stands on.'),
    lineId: id('Names the line for all its life.'),
    at: instant('Booking time.'),
    account: id('The account.'),
    party: maybe(id('Whose account it is.')),
    side: choice('Credited or debited.', 'StatementSide', ['credit', 'debit']),
    amount: movedMoney('Booked amount.'),
    reference: maybe(text('End-to-end reference, such as our transferId.')),
  },
  {
    statementId: 'S-20260301',
    lineId: 'S-20260301-1',
    at: '2026-03-01T18:00:00+08:00',
    account: '6222020200112233',
    party: 'C-1001',
    side: 'debit',
    amount: { minor: 1_234_500, currency: 'CNY' },
    reference: 'T-20260301-000001',
  },
);

export type Statement = Inner<typeof statementRecord>;
