/** The balance of an account as the core system reports it (余额). */
import { type Inner, id, instant, maybe, nested, record } from '../declare.ts';
import { moneyRecord } from '../money.ts';

export const balanceRecord = record(
  'Balance',
  'Available balance of an account at a time.',
  {
    account: id('The account.'),
    party: id('Whose account it is.'),
    eventId: maybe(id('Names this message; where absent it is made of account and time.')),
    at: instant('When it was so.'),
    available: nested('What can be paid out.', moneyRecord),
  },
  {
    account: '6222020200112233',
    party: 'C-1001',
    at: '2026-03-01T00:00:00+08:00',
    available: { minor: 99_000_000, currency: 'CNY' },
  },
);

export type Balance = Inner<typeof balanceRecord>;
