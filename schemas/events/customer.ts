/** A customer's file (客户档案) as upstream knows it; a later event of the same customer replaces it whole. */
import { choice, type Inner, id, instant, list, maybe, nested, record, text } from '../declare.ts';
import { moneyRecord } from '../money.ts';
import { zone } from '../time.ts';

export const PARTY_KINDS = ['person', 'organisation'] as const;

export const customerRecord = record(
  'Customer',
  'A customer’s file: kind, tags, accounts, zone, terms.',
  {
    customerId: id('The party’s id, as transfers name it.'),
    eventId: maybe(id('Names this message; where absent it is made of customerId and time.')),
    at: instant('When the file came to say so.'),
    kind: choice('Natural person or organisation.', 'PartyKind', PARTY_KINDS),
    name: maybe(text('Registered name.')),
    country: maybe(id('ISO 3166-1 alpha-2 code of residence.', 2)),
    zone: maybe(zone('IANA time zone of the party’s days; the institution’s where absent.')),
    tags: list(id('Segment tag, such as merchant, payroll, vip.', 32), 16),
    industry: maybe(text('Industry.', 64)),
    accounts: list(id('Account number or IBAN.'), 64),
    ownGroup: maybe(id('Group of companies it belongs to; transfers inside it are its own.')),
    taxNumber: maybe(id('Tax number (税号).', 32)),
    contact: maybe(text('Contact on record.')),
    accountManager: maybe(id('Account manager (管户负责人).')),
    creditLimit: maybe(nested('Credit line for unpaid invoices (信用额度).', moneyRecord)),
  },
  {
    customerId: 'C-1001',
    at: '2026-03-01T08:00:00+08:00',
    kind: 'organisation',
    name: '上海明德贸易有限公司',
    country: 'CN',
    zone: 'Asia/Shanghai',
    tags: ['wholesale'],
    accounts: ['6222020200112233'],
    accountManager: 'u-wang',
    creditLimit: { minor: 50_000_000, currency: 'CNY' },
  },
);

export type Customer = Inner<typeof customerRecord>;
