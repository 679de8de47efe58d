/** Something that a customer-facing system should tell somebody (通知). */
import { choice, type Inner, id, instant, maybe, record, text } from './declare.ts';

export const notificationRecord = record(
  'Notification',
  'A message for finance, sales or customer service, for the customer through them, or for who runs Weir.',
  {
    notificationId: id('Made of its cause, so that it is never sent twice.'),
    at: instant('When it became due.'),
    seen: instant('Append time of the entry that brought it.'),
    audience: choice('Who should hear of it.', 'Audience', [
      'finance',
      'sales',
      'customer-service',
      'customer',
      'operations',
    ]),
    kind: id('What it is about, such as invoice-overdue.', 64),
    party: id('Whom it is about; for operations, the webhook subscription.'),
    invoiceId: maybe(id('Invoice it is about.')),
    en: text('Text in English.', 1_000),
    zh: text('Text in Chinese.', 1_000),
  },
  {
    notificationId: 'invoice-overdue:INV-77:1',
    at: '2026-03-04T00:00:00+08:00',
    seen: '2026-03-03T16:00:01Z',
    audience: 'finance',
    kind: 'invoice-overdue',
    party: 'C-1001',
    invoiceId: 'INV-77',
    en: 'Invoice INV-77 is 1 day overdue.',
    zh: '账单 INV-77 已逾期 1 天。',
  },
);

export type Notification = Inner<typeof notificationRecord>;
