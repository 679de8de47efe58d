/**
 * The journal: every entry that a task folds, in one order a partition.
 *
 * A journal record is a block: a plain Avro array of entries of one event type. Where the type
 * changes a new block begins, so a block decodes without looking into a union and ClickHouse reads it
 * as it is. The block's schema fingerprint goes with it in the log.
 */
import avro from 'avsc';
import {
  choice,
  type Declared,
  fingerprintOf,
  type Inner,
  id,
  instant,
  long,
  nested,
  record,
  schemaOf,
} from './declare.ts';
import { activityRecord } from './events/activity.ts';
import { alertActionRecord } from './events/alert-action.ts';
import { approvalRecord } from './events/approval.ts';
import { balanceRecord } from './events/balance.ts';
import { controlRecord } from './events/control.ts';
import { customerRecord } from './events/customer.ts';
import { invoiceRecord } from './events/invoice.ts';
import { paymentRecord } from './events/payment.ts';
import { profileChangeRecord } from './events/profile-change.ts';
import { statementRecord } from './events/statement.ts';
import { transferRecord } from './events/transfer.ts';
import { voidRecord } from './events/void.ts';
import { SUBJECT_KINDS, SUBJECT_ROLES } from './subjects.ts';

/** The event types of the journal, by the public topic that brings them. */
export const EVENTS = {
  transfers: transferRecord,
  customers: customerRecord,
  approvals: approvalRecord,
  invoices: invoiceRecord,
  payments: paymentRecord,
  balances: balanceRecord,
  'profile-changes': profileChangeRecord,
  activity: activityRecord,
  statements: statementRecord,
  control: controlRecord,
  voids: voidRecord,
  'alert-actions': alertActionRecord,
} as const;

export type EventTopic = keyof typeof EVENTS;
export type EventOf<K extends EventTopic> = Inner<(typeof EVENTS)[K]>;

/** An entry. Its event time (`at`) is the event's own; `seen` is when the public record was appended. */
export interface Entry<K extends EventTopic = EventTopic> {
  subjectKind: (typeof SUBJECT_KINDS)[number];
  subject: string;
  role: (typeof SUBJECT_ROLES)[number];
  /** Append time of the public record, ms. */
  seen: number;
  /** Partition and offset of the public record. */
  sourcePartition: number;
  sourceOffset: number;
  event: EventOf<K>;
}

export interface Block<K extends EventTopic = EventTopic> {
  readonly topic: K;
  readonly record: Declared<Entry<K>>;
  /** Avro `array<entry>`. */
  readonly type: avro.Type;
  readonly fingerprint: string;
}

function declareBlock<K extends EventTopic>(topic: K): Block<K> {
  const event = EVENTS[topic] as unknown as Declared<EventOf<K>>;
  const entry = record(
    `${event.name}Entry`,
    `A journal entry that holds a ${event.name}.`,
    {
      subjectKind: choice('Kind of the subject.', 'SubjectKind', SUBJECT_KINDS),
      subject: id('Whom it is about.'),
      role: choice('What the subject is to the event.', 'SubjectRole', SUBJECT_ROLES),
      seen: instant('Append time of the public record.'),
      sourcePartition: long('Partition of the public record.'),
      sourceOffset: long('Offset of the public record.'),
      event: nested('The event.', event),
    },
    {
      subjectKind: 'party',
      subject: 'C-1001',
      role: 'payer',
      seen: '2026-03-01T01:30:00.120Z',
      sourcePartition: 0,
      sourceOffset: 41,
      event: event.render(event.example),
    },
  ) as unknown as Declared<Entry<K>>;
  const type = avro.Type.forSchema({ type: 'array', items: schemaOf(entry as Declared<unknown>) } as avro.Schema);
  return { topic, record: entry, type, fingerprint: fingerprintOf(type) };
}

/** One block declaration per event type. */
export const BLOCKS = Object.fromEntries(
  (Object.keys(EVENTS) as EventTopic[]).map((topic) => [topic, declareBlock(topic)]),
) as unknown as { readonly [K in EventTopic]: Block<K> };
