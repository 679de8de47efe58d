/**
 * What receivers may rely on, as a JSON Schema of the body: made of the declared records, so that it is never
 * behind them. What thin messages leave out is not required, and what is not known here is allowed, since
 * records grow.
 */
import { z } from 'zod';
import { alertRecord } from '../../schemas/alert.ts';
import { creditRatingRecord } from '../../schemas/credit-rating.ts';
import { decisionRecord } from '../../schemas/decision.ts';
import type { Declared } from '../../schemas/declare.ts';
import { notificationRecord } from '../../schemas/notification.ts';
import type { WebhookTopic } from '../../schemas/webhook.ts';
import { THIN_FIELDS } from './messages.ts';

interface JsonSchema {
  readonly [keyword: string]: unknown;
}

const REVISION = {
  type: 'integer',
  minimum: 1,
  description: '1 for the first, then counting up: drop what is older than what you have.',
};
const REASON = {
  type: 'object',
  description: 'Why, in English and Chinese; in thin messages what it names in words is blanked out as •••.',
  properties: { en: { type: 'string' }, zh: { type: 'string' } },
  required: ['en', 'zh'],
};

/** Ids that are pseudonyms in thin messages, and what is put in the place of other fields. */
const ADDED: { readonly [topic in WebhookTopic]: readonly string[] } = {
  alerts: ['alertId', 'subject', 'reason'],
  decisions: ['reasons'],
  'credit-ratings': ['customer'],
  notifications: ['notificationId', 'party', 'reason'],
};

export function payloadJsonSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Weir webhook',
    description: 'The body of a webhook. New fields and types may come; ignore those that you do not know.',
    oneOf: [
      message(['alert.opened', 'alert.updated', 'alert.closed'], dataOf('alerts', alertRecord)),
      message(['decision.made', 'decision.revised'], dataOf('decisions', decisionRecord)),
      message(['credit-rating.changed'], dataOf('credit-ratings', creditRatingRecord)),
      message(['notification.issued'], dataOf('notifications', notificationRecord)),
      message(['webhook.test'], {
        type: 'object',
        properties: { revision: REVISION, reason: REASON },
        required: ['revision', 'reason'],
      }),
    ],
  };
}

function message(types: readonly string[], data: JsonSchema): JsonSchema {
  const timestamp = { type: 'string', format: 'date-time', description: 'Append time of the record that it tells of.' };
  return {
    type: 'object',
    properties: { type: { enum: types }, timestamp, data },
    required: ['type', 'timestamp', 'data'],
  };
}

function dataOf(topic: WebhookTopic, record: Pick<Declared<unknown>, 'fields' | 'doc'>): JsonSchema {
  const optional = new Set(Object.entries(record.fields).flatMap(([name, one]) => (one.optional ? [name] : [])));
  const told = Object.entries(record.fields).filter(([name]) => name !== 'en' && name !== 'zh');
  const properties = Object.fromEntries(told.map(([name, one]) => [name, fieldSchema(one.json as z.ZodType)]));
  const always = [...THIN_FIELDS[topic], ...ADDED[topic]];
  return {
    type: 'object',
    description: record.doc,
    properties: { ...properties, revision: REVISION, ...(always.includes('reason') ? { reason: REASON } : {}) },
    required: always.filter(
      (name) => (name in properties || name === 'reason' || name === 'revision') && !isSometimes(name),
    ),
  };

  function isSometimes(name: string): boolean {
    return optional.has(name) && name !== 'reasons';
  }
}

function fieldSchema(field: z.ZodType): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(field, { io: 'input', unrepresentable: 'any' });
  return open(schema) as JsonSchema;
}

/** Records inside are told thin as well, and may grow as well. */
function open(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(open);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(([keyword]) => keyword !== 'additionalProperties');
  return Object.fromEntries(entries.map(([keyword, value]) => [keyword, open(value)]));
}
