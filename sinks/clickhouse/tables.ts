/**
 * Which rows go into which table: for each, the Avro schema that its rows come in and what each column is
 * made of. The tables themselves are the SQL files of `schemas/clickhouse/`.
 */
import { alertRecord } from '../../schemas/alert.ts';
import { creditRatingRecord } from '../../schemas/credit-rating.ts';
import { deadLetterRecord } from '../../schemas/dead-letter.ts';
import { decisionRecord } from '../../schemas/decision.ts';
import { type AvroSchema, type Declared, schemaOf } from '../../schemas/declare.ts';
import { BLOCKS } from '../../schemas/journal.ts';
import { notificationRecord } from '../../schemas/notification.ts';
import { webhookAttemptRecord } from '../../schemas/webhook.ts';
import { Container } from './container.ts';
import { structureOf } from './structure.ts';

export interface Table {
  readonly name: string;
  /**
   * What counts its rows in their log partition: the offset of the record, or the ordinal of the entry; null
   * where the rows bring partition and number with them.
   */
  readonly number: 'log_offset' | 'ordinal' | null;
  readonly container: Container;
  /** Its columns and their expressions over the container's; `logged` and what `number` counts are filled in besides. */
  readonly columns: readonly Column[];
  /** Types of the container's columns that those expressions read, by path. */
  readonly types: ReadonlyMap<string, string>;
}

export interface Column {
  readonly name: string;
  readonly expression: string;
}

function declareTable(
  name: string,
  number: Table['number'],
  schema: AvroSchema,
  expressions: { readonly [column: string]: string },
): Table {
  const columns = Object.entries(expressions).map(([column, expression]) => ({ name: column, expression }));
  const read = new Set(
    columns.flatMap(({ expression }) => [...expression.matchAll(/`([^`]+)`/g)].map(([, path]) => path)),
  );
  const structure = structureOf(schema);
  const types = [...read].map((path): [string, string] => {
    const type = structure.get(path);
    if (type === undefined) throw new Error(`table ${name} reads ${path}, which its rows do not have`);
    return [path, type];
  });
  return { name, number, container: new Container(schema), columns, types: new Map(types) };
}

/** A table with one column a field, named alike but for case. */
function declareOutput(name: string, record: Declared<unknown>): Table {
  const fields = Object.keys(record.fields).map((field) => [snakeCase(field), `\`${field}\``] as const);
  return declareTable(name, 'log_offset', schemaOf(record), Object.fromEntries(fields));
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The output topics, in the order in which their rows are wanted. */
export const OUTPUT_RECORDS = {
  decisions: decisionRecord as unknown as Declared<unknown>,
  alerts: alertRecord as unknown as Declared<unknown>,
  'credit-ratings': creditRatingRecord as unknown as Declared<unknown>,
  notifications: notificationRecord as unknown as Declared<unknown>,
  'dead-letters': deadLetterRecord as unknown as Declared<unknown>,
  'webhook-attempts': webhookAttemptRecord as unknown as Declared<unknown>,
} as const;

export type OutputTopic = keyof typeof OUTPUT_RECORDS;
export const OUTPUT_TOPICS = Object.keys(OUTPUT_RECORDS) as OutputTopic[];

export const OUTPUT_TABLES: { readonly [topic in OutputTopic]: Table } = {
  decisions: declareOutput('decisions', OUTPUT_RECORDS.decisions),
  alerts: declareOutput('alerts', OUTPUT_RECORDS.alerts),
  'credit-ratings': declareOutput('ratings', OUTPUT_RECORDS['credit-ratings']),
  notifications: declareOutput('notifications', OUTPUT_RECORDS.notifications),
  'dead-letters': declareOutput('dead_letters', OUTPUT_RECORDS['dead-letters']),
  'webhook-attempts': declareOutput('webhook_attempts', OUTPUT_RECORDS['webhook-attempts']),
};

const partyOf = (end: string) => `if(\`event.${end}.party\` = '', \`event.${end}.account\`, \`event.${end}.party\`)`;

export const ENTRIES = declareTable('entries', 'ordinal', schemaOf(BLOCKS.transfers.record as Declared<unknown>), {
  subject_kind: '`subjectKind`',
  subject: '`subject`',
  role: '`role`',
  at: '`event.at`',
  seen: '`seen`',
  source_partition: '`sourcePartition`',
  source_offset: '`sourceOffset`',
  transfer_id: '`event.transferId`',
  own_event_id: '`event.eventId`',
  kind: '`event.kind`',
  status: '`event.status`',
  amount_minor: '`event.amount.minor`',
  currency: '`event.amount.currency`',
  debtor: partyOf('debtor'),
  debtor_account: '`event.debtor.account`',
  debtor_name: '`event.debtor.name`',
  debtor_country: '`event.debtor.country`',
  creditor: partyOf('creditor'),
  creditor_account: '`event.creditor.account`',
  creditor_name: '`event.creditor.name`',
  creditor_country: '`event.creditor.country`',
  channel: '`event.channel`',
  device: '`event.device`',
  session: '`event.session`',
  location: '`event.location`',
  maker: '`event.maker`',
  batch: '`event.batch`',
  purpose: '`event.purpose`',
  historical: '`event.historical`',
});

/** Entries that are no transfers are few and of many shapes, so they are decoded here and go as JSON. */
export const EVENT_ROW: AvroSchema = {
  type: 'record',
  name: 'EventRow',
  fields: [
    { name: 'logPartition', type: 'long' },
    { name: 'ordinal', type: 'long' },
    { name: 'topic', type: 'string' },
    { name: 'subjectKind', type: BLOCKS.transfers.record.fields.subjectKind.avro(new Set()) },
    { name: 'subject', type: 'string' },
    { name: 'role', type: BLOCKS.transfers.record.fields.role.avro(new Set()) },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'seen', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'sourcePartition', type: 'long' },
    { name: 'sourceOffset', type: 'long' },
    { name: 'eventId', type: 'string' },
    { name: 'body', type: 'string' },
  ],
};

export const EVENTS_TABLE = declareTable('events', null, EVENT_ROW, {
  log_partition: '`logPartition`',
  ordinal: '`ordinal`',
  topic: '`topic`',
  subject_kind: '`subjectKind`',
  subject: '`subject`',
  role: '`role`',
  at: '`at`',
  seen: '`seen`',
  source_partition: '`sourcePartition`',
  source_offset: '`sourceOffset`',
  event_id: '`eventId`',
  body: '`body`',
});
