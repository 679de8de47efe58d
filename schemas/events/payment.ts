/** Money received against an invoice (回款). Never counted as a transfer of its own. */
import { choice, type Inner, id, instant, maybe, record } from '../declare.ts';
import { movedMoney } from '../money.ts';

export const paymentRecord = record(
  'Payment',
  'Money received against an invoice; it may name the transfer that brought it and is never a second transfer.',
  {
    paymentId: id('Names the payment for all its life.'),
    eventId: maybe(id('Names this message; where absent it is made of paymentId and status.')),
    at: instant('When the money was received.'),
    customer: id('Whose debt it pays.'),
    invoiceId: maybe(id('The invoice it pays; where absent the oldest unpaid ones, by due date.')),
    amount: movedMoney('Amount received.'),
    status: choice('Received, or taken back.', 'PaymentStatus', ['received', 'reversed']),
    transferId: maybe(id('Transfer that brought the money.')),
    method: maybe(id('Method of payment.', 32)),
  },
  {
    paymentId: 'P-9',
    at: '2026-03-02T11:00:00+08:00',
    customer: 'C-1001',
    invoiceId: 'INV-77',
    amount: { minor: 8_800_000, currency: 'CNY' },
    status: 'received',
    transferId: 'T-20260302-000777',
  },
);

export type Payment = Inner<typeof paymentRecord>;
