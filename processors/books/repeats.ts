/**
 * Repeats (重复): which messages a book has accepted. The same message twice changes nothing; the same
 * name with other content is refused. Kept are two numbers a message, 40 bytes, the latest so many.
 */

import { eventIdOf } from '../../schemas/ids.ts';
import { EVENTS, type EventOf } from '../../schemas/journal.ts';
import { hashBytes, nameOf } from '../features/interner.ts';

/** Name of a message → hash of its content, oldest first. */
export type Accepted = Map<number, number>;

const ACCEPTED_MAX = 16_384;

export interface Identity {
  readonly eventId: string;
  readonly name: number;
  readonly content: number;
}

export function identityOf<K extends 'invoices' | 'payments'>(topic: K, event: EventOf<K>): Identity {
  const eventId = eventIdOf(topic, event);
  const name = Buffer.from(`${topic}:${eventId}`, 'utf8');
  // Rendered, absent fields are left out: a field that the schema gains later makes no old message a new one.
  const content = Buffer.from(JSON.stringify(EVENTS[topic].render({ ...event, eventId: null } as never)), 'utf8');
  return { eventId, name: nameOf(name, 0, name.length), content: hashBytes(content, 0, content.length) };
}

/** What the message is to those accepted so far. */
export function compare(accepted: Accepted, identity: Pick<Identity, 'name' | 'content'>): 'new' | 'repeat' | 'reused' {
  const content = accepted.get(identity.name);
  if (content === undefined) return 'new';
  return content === identity.content ? 'repeat' : 'reused';
}

export function accept(accepted: Accepted, identity: Pick<Identity, 'name' | 'content'>, max = ACCEPTED_MAX): void {
  accepted.set(identity.name, identity.content);
  if (accepted.size > max) accepted.delete(accepted.keys().next().value!);
}
