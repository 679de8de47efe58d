/** Makes the schemas known that webhooks are written down with. */
import type { Log } from '../../runtime/log/port.ts';
import { type Declared, schemaOf } from '../../schemas/declare.ts';
import { notificationRecord } from '../../schemas/notification.ts';
import { webhookAttemptRecord, webhookChangeRecord } from '../../schemas/webhook.ts';

export async function declareSchemas(log: Pick<Log, 'declareSchema'>): Promise<void> {
  const records = [webhookChangeRecord, webhookAttemptRecord, notificationRecord] as unknown as Declared<unknown>[];
  for (const record of records) await log.declareSchema(record.fingerprint, JSON.stringify(schemaOf(record)));
}
