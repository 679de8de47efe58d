/** A bill to a customer (账单): what is owed, and by when. */
import { choice, day, type Inner, id, instant, maybe, nested, record, text } from '../declare.ts';
import { moneyRecord } from '../money.ts';

export const invoiceRecord = record(
  'Invoice',
  'A bill, or a change of it: a later event of the same invoice replaces amount, due date and status.',
  {
    invoiceId: id('Names the invoice for all its life.'),
    eventId: maybe(id('Names this message; where absent it is made of invoiceId, status and time.')),
    at: instant('When it was issued or changed.'),
    customer: id('Who owes it.'),
    amount: nested('Amount of the bill.', moneyRecord),
    issuedOn: day('Date of the invoice.'),
    dueOn: day('Last day on which payment is in time, in the customer’s zone.'),
    status: choice('Where it stands; paid follows from payments, never from here.', 'InvoiceStatus', [
      'open',
      'cancelled',
      'disputed',
    ]),
    method: maybe(id('Method of payment agreed.', 32)),
    note: maybe(text('Note.')),
  },
  {
    invoiceId: 'INV-77',
    at: '2026-02-01T10:00:00+08:00',
    customer: 'C-1001',
    amount: { minor: 8_800_000, currency: 'CNY' },
    issuedOn: '2026-02-01',
    dueOn: '2026-03-03',
    status: 'open',
  },
);

export type Invoice = Inner<typeof invoiceRecord>;
