/** Where a replay, or a subscription that begins, starts to read. */
import type { Log } from '../../runtime/log/port.ts';
import { partitionsOf, TOPICS } from '../../schemas/topics.ts';
import { WEBHOOK_TOPICS, type WebhookChange, type WebhookTopic } from '../../schemas/webhook.ts';
import { newMessage } from './inbox.ts';
import { type Place, placeOfMessage } from './messages.ts';
import type { Source } from './source.ts';
import type { CursorState, ReplayState, Unfinished } from './state.ts';

/** What came at a time and later, of all partitions of these topics. */
export async function cursorsAt(source: Source, topics: readonly WebhookTopic[], time: number): Promise<CursorState[]> {
  const places = topics.flatMap((topic) =>
    Array.from({ length: source.partitions(topic) }, (_, partition) => ({ topic, partition })),
  );
  return Promise.all(
    places.map(async ({ topic, partition }) => {
      return { topic, partition, offset: await source.locate(topic, partition, time) };
    }),
  );
}

/** A replay of all that came in a time. */
export async function plannedReplay(
  source: Source,
  { commandId, from, to, at }: WebhookChange,
  topics: readonly WebhookTopic[],
): Promise<ReplayState> {
  const [starts, ends] = await Promise.all([cursorsAt(source, topics, from ?? 0), cursorsAt(source, topics, to ?? at)]);
  const cursors = starts.map((one, index) => ({ ...one, until: (ends[index] as CursorState).offset }));
  return { commandId: commandId ?? '', cursors: cursors.filter(({ offset, until }) => offset < until) };
}

/** The messages that a replay names; those whose records are not there, or no more, are passed by. */
export function namedMessages(log: Log, { messageIds, commandId, at }: WebhookChange): Unfinished[] {
  return messageIds
    .map(placeOfMessage)
    .filter((place) => place !== null && isThere(log, place))
    .map((place) => newMessage(place as Place, at, 'replay', commandId));
}

/** Whether the log holds the record that a message tells of. */
export function isThere(log: Log, { topic, partition, offset }: Place): boolean {
  if (!isWebhookTopic(topic) || partition >= partitionsOf(TOPICS[topic], log.partitions)) return false;
  return offset >= log.start(topic, partition) && offset < log.end(topic, partition);
}

function isWebhookTopic(topic: string): topic is WebhookTopic {
  return (WEBHOOK_TOPICS as readonly string[]).includes(topic);
}
