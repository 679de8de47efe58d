/**
 * What must hold of a log whatever happened to the processes that wrote it. Each proof answers what it
 * found wrong, in words; it shares no code with route and tasks.
 */
import type { Log } from '../../runtime/log/port.ts';
import { valueAt } from '../../runtime/log/values.ts';
import { deadLetterRecord } from '../../schemas/dead-letter.ts';
import { type Decision, decisionRecord } from '../../schemas/decision.ts';
import { BLOCKS, type Entry, EVENTS, type EventOf, type EventTopic } from '../../schemas/journal.ts';
import { partitionOf } from '../../schemas/subjects.ts';
import { DAY_MS } from '../../schemas/time.ts';
import { partitionsOf, TOPIC_NAMES, TOPICS, type TopicName } from '../../schemas/topics.ts';

/** So many faults are told; what follows from one is often a thousand. */
const TOLD_MAX = 10;

/** What the ClickHouse sink carries out of the log. */
const CLICKHOUSE_TOPICS: readonly TopicName[] = [
  'decisions',
  'alerts',
  'credit-ratings',
  'notifications',
  'dead-letters',
  'webhook-attempts',
  'journal',
];

interface Stored {
  readonly partition: number;
  readonly offset: number;
  readonly seen: number;
  readonly fingerprint: string;
  readonly bytes: Buffer;
}

/** All records of a topic that the log holds, partition by partition. */
export function* recordsOf(log: Log, topic: TopicName): Iterable<Stored> {
  for (let partition = 0; partition < partitionsOf(TOPICS[topic], log.partitions); partition++) {
    const reader = log.reader(topic, partition, log.start(topic, partition), { durable: true });
    for (let batch = reader.poll(); batch !== null; batch = reader.poll()) {
      const { baseOffset, seen, fingerprint, values } = batch;
      for (let index = 0; index < values.count; index++) {
        yield { partition, offset: baseOffset + index, seen, fingerprint, bytes: valueAt(values, index) };
      }
    }
  }
}

/**
 * Each public record is in the journal once for each of its subjects, in their partitions, or was refused
 * once by route. `kinds` are the kinds of subject, besides parties, that are told of transfers.
 */
export function provedJournaled(log: Log, kinds: readonly string[]): string[] {
  const found = new Map<string, string[]>();
  const note = (record: string, place: string) => found.set(record, [...(found.get(record) ?? []), place]);
  for (const { partition, fingerprint, bytes } of recordsOf(log, 'journal')) {
    const { topic, entries } = blockOf(fingerprint, bytes);
    for (const { subjectKind, subject, role, sourcePartition, sourceOffset } of entries) {
      note(`${topic}/${sourcePartition}/${sourceOffset}`, `${subjectKind} ${subject} as ${role} in ${partition}`);
    }
  }
  for (const { partition, bytes } of recordsOf(log, 'dead-letters')) {
    if (partition !== log.partitions) continue;
    const letter = deadLetterRecord.decode(bytes);
    note(`${letter.topic}/${letter.partition}/${letter.offset}`, 'refused');
  }
  const wrong: string[] = [];
  const told = ['party', 'partition', ...kinds];
  for (const topic of Object.keys(EVENTS) as EventTopic[]) {
    for (const { partition, offset, seen, bytes } of recordsOf(log, topic)) {
      const record = `${topic}/${partition}/${offset}`;
      const event = EVENTS[topic].decode(bytes) as EventOf<EventTopic>;
      const expected =
        event.at - seen > DAY_MS
          ? ['refused']
          : placesOf(log, topic, event).filter((place) => told.includes(place.split(' ')[0] as string));
      const places = found.get(record) ?? [];
      if (places.sort().join('; ') !== expected.sort().join('; ')) {
        wrong.push(`${record} is in the journal [${places.join('; ')}] where it belongs [${expected.join('; ')}]`);
      }
      found.delete(record);
    }
  }
  for (const record of found.keys()) {
    const [topic, partition, offset] = record.split('/') as [EventTopic, string, string];
    if (Number(offset) >= log.start(topic, Number(partition)))
      wrong.push(`${record} is in the journal and nowhere else`);
  }
  return wrong.slice(0, TOLD_MAX);
}

/** Each transfer has its decisions once, revision after revision, in one partition. */
export function provedDecided(log: Log): string[] {
  const last = new Map<string, { readonly partition: number; readonly revision: number }>();
  const wrong: string[] = [];
  for (const { partition, bytes } of recordsOf(log, 'decisions')) {
    const { transferId, revision } = decisionRecord.decode(bytes) as Decision;
    const before = last.get(transferId) ?? { partition, revision: 0 };
    if (revision !== before.revision + 1 || partition !== before.partition) {
      wrong.push(`${transferId}: revision ${revision} in ${partition} after ${before.revision} in ${before.partition}`);
    }
    last.set(transferId, { partition, revision });
  }
  return wrong.slice(0, TOLD_MAX);
}

/** Every stage has committed that it is through with all that the log holds. */
export async function provedPositions(log: Log): Promise<string[]> {
  const everywhere = (topic: TopicName) =>
    Array.from({ length: partitionsOf(TOPICS[topic], log.partitions) }, (_, partition) => ({ topic, partition }));
  const inserted = CLICKHOUSE_TOPICS.flatMap(everywhere);
  const reading = [
    { owner: 'route', places: (Object.keys(EVENTS) as EventTopic[]).flatMap(everywhere) },
    ...everywhere('journal').map((place) => ({ owner: `score-${place.partition}`, places: [place] })),
    { owner: 'clickhouse', places: inserted },
  ];
  const ends = new Map<string, number>();
  for (const topic of TOPIC_NAMES) {
    for (const { partition, offset } of recordsOf(log, topic)) ends.set(`${topic}/${partition}`, offset + 1);
  }
  const wrong: string[] = [];
  for (const { owner, places } of reading) {
    const { positions } = await log.committed(owner);
    const known = new Map(positions.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]));
    for (const { topic, partition } of places) {
      const [stands, end] = [known.get(`${topic}/${partition}`) ?? 0, ends.get(`${topic}/${partition}`) ?? 0];
      const past = stands > log.end(topic, partition);
      if (stands < end || past) wrong.push(`${owner} stands at ${stands} of ${end} in ${topic}/${partition}`);
    }
  }
  return wrong.slice(0, TOLD_MAX);
}

export function blockOf(fingerprint: string, bytes: Buffer): { topic: EventTopic; entries: Entry[] } {
  const block = Object.values(BLOCKS).find((one) => one.fingerprint === fingerprint);
  if (block === undefined) throw new Error(`no block has the fingerprint ${fingerprint}`);
  return { topic: block.topic, entries: block.type.fromBuffer(bytes) as Entry[] };
}

/** Whom an event is told to, and in which partitions. */
function placesOf(log: Log, topic: EventTopic, event: EventOf<EventTopic>): string[] {
  const place = (kind: string, subject: string, role: string) =>
    `${kind} ${subject} as ${role} in ${partitionOf(subject, log.partitions)}`;
  if (topic === 'control') {
    return Array.from({ length: log.partitions }, (_, partition) => `partition ${partition} as all in ${partition}`);
  }
  if (topic === 'voids') {
    const { targets } = event as EventOf<'voids'>;
    return targets.map(({ subjectKind, subject, role }) => place(subjectKind, subject, role));
  }
  if (topic === 'transfers') {
    const { debtor, creditor, device, maker } = event as EventOf<'transfers'>;
    return [
      place('party', debtor.party ?? debtor.account, 'payer'),
      place('party', creditor.party ?? creditor.account, 'payee'),
      ...(device === null ? [] : [place('device', device, 'device')]),
      ...(maker === null ? [] : [place('operator', maker, 'operator')]),
    ];
  }
  const holder = event as { customerId?: string; customer?: string; subject?: string; party?: string };
  return [place('party', (holder.customerId ?? holder.customer ?? holder.subject ?? holder.party) as string, 'holder')];
}
