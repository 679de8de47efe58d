/** The whole record behind a message, for a receiver of thin ones that may see it. */
import { WeirError } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/log/port.ts';
import { WEBHOOK_TOPICS } from '../../schemas/webhook.ts';
import { messageOf, type Place, placeOfMessage } from './messages.ts';
import { Source } from './source.ts';

export async function fullMessage(log: Log, id: string) {
  const place = placeOfMessage(id);
  if (place === null || !isThere(log, place)) {
    throw new WeirError('NOT_FOUND', `There is no message ${id}, or its record is older than what the log keeps.`);
  }
  const told = await new Source(log).load(place);
  const { body } = messageOf(place, told, 'full', (text) => text);
  return JSON.parse(body.toString('utf8')) as { type: string; timestamp: string; data: { [name: string]: unknown } };
}

function isThere(log: Log, { topic, partition, offset }: Place): boolean {
  if (!(WEBHOOK_TOPICS as readonly string[]).includes(topic)) return false;
  const partitions = new Source(log).partitions(topic as (typeof WEBHOOK_TOPICS)[number]);
  if (partition >= partitions) return false;
  return offset >= log.start(topic, partition) && offset < log.end(topic, partition);
}
