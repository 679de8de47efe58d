/** Records as the stages of Weir append them to the log. */
import type { Append } from '../../runtime/log/port.ts';
import { packValues } from '../../runtime/log/values.ts';
import type { Declared } from '../../schemas/declare.ts';
import { BLOCKS, type Entry, type EventOf, type EventTopic } from '../../schemas/journal.ts';
import { TOPICS, type TopicName } from '../../schemas/topics.ts';

/** Records of an output topic, as tasks append them. */
export function outputs<T>(topic: TopicName, partition: number, values: readonly T[]): Append {
  const record = TOPICS[topic].record as unknown as Declared<T>;
  return {
    topic,
    partition,
    fingerprint: record.fingerprint,
    values: packValues(values.map((one) => record.encode(one))),
  };
}

/** Journal blocks of one event type, as route appends them: one record a list. */
export function blocks<K extends EventTopic>(topic: K, partition: number, lists: readonly Entry<K>[][]): Append {
  const { type, fingerprint } = BLOCKS[topic];
  return { topic: 'journal', partition, fingerprint, values: packValues(lists.map((list) => type.toBuffer(list))) };
}

/** An entry about the holder of an event, or whoever `fields` says. */
export function entry<K extends EventTopic>(
  event: EventOf<K>,
  fields: Partial<Omit<Entry<K>, 'event'>> & { subject: string },
): Entry<K> {
  return {
    subjectKind: 'party',
    role: 'holder',
    seen: event.at + 120,
    sourcePartition: 0,
    sourceOffset: 0,
    ...fields,
    event,
  };
}
