/**
 * The Kafka log: the log port on a Kafka cluster, for any number of processes. kafkajs connects, signs in
 * and knows the cluster; what is sent and read goes past its producer and consumer, whose objects a record
 * would cost more than judging it (`kafka/record-batches.ts`).
 *
 * An offset of the port is Kafka's own. A record of the journal is a block, so a block has one offset, as in
 * the embedded log; public topics hold one event a record. Offsets have gaps where transactions ended: a
 * reader passes them by itself, and `position` moves on although no record came.
 *
 * Retention is the broker's, by each topic's settings: `retain` and `trim` have nothing to do here, and a
 * position that the broker dropped is `LOG_POSITION_LOST`, never the beginning or the end.
 *
 * The parts, in the order in which a record meets them: `appender` and `committer` write, by way of `produce`
 * and `record-batches`; `fetcher` reads ahead into a `slot` for each `reader`; `committed` and `schema-book`
 * keep what the adapter itself must know in two topics of its own.
 */

import { partitionsOf, TOPIC_NAMES, TOPICS } from '../../schemas/topics.ts';
import { type Repeating, repeatEvery } from '../clock.ts';
import { Appender } from './kafka/appender.ts';
import type { KafkaClient, Patience } from './kafka/client.ts';
import { type ClientSettings, Clients } from './kafka/clients.ts';
import { readCommitted, refuseLostCommits } from './kafka/committed.ts';
import { KafkaCommitter } from './kafka/committer.ts';
import { Fetcher } from './kafka/fetcher.ts';
import { fingerprintFrame, headersOf, isPublic, keysOf, registryFrame } from './kafka/frames.ts';
import { KafkaKept } from './kafka/kept.ts';
import { type Bounds, boundsOf } from './kafka/keyed.ts';
import { Names } from './kafka/names.ts';
import { Offsets } from './kafka/offsets.ts';
import { KafkaReader, Waits } from './kafka/reader.ts';
import type { Framed } from './kafka/record-batches.ts';
import { openRegistry, type RegistryAccess } from './kafka/registry.ts';
import type { Place } from './kafka/requests.ts';
import { type Registry, SchemaBook } from './kafka/schema-book.ts';
import { Slot } from './kafka/slot.ts';
import { Stuck } from './kafka/stuck.ts';
import { applyTopics, checkTopics } from './kafka/topics.ts';
import { TAKEOVER_PATIENCE_MS, Transactions } from './kafka/transactions.ts';
import { Watchdog } from './kafka/watchdog.ts';
import type { Append, Committed, Committer, Kept, Log, Position, Reader, ReaderOptions } from './port.ts';

export interface KafkaLogOptions extends ClientSettings {
  readonly registry: RegistryAccess | Registry;
  /** Stands before the names of all topics and transactional ids; none unless said. */
  readonly prefix?: string;
  /** Makes the topics that are missing, with so many journal partitions; where it is left out they must be there. */
  readonly makeTopics?: { readonly partitions: number; readonly replication?: number };
  /** After so long a broker ends a commit’s transaction that hangs; readers of outputs wait for that. 15 s unless said. */
  readonly transactionTimeoutMs?: number;
  /** How often it is looked whether readers stand still; 15 s unless said. */
  readonly watchMs?: number;
  /** A transaction that hides a partition for so long is looked into, and ended where it is over; 10 s unless said. */
  readonly stuckMs?: number;
}

const WATCH_MS = 15_000;
const STUCK_MS = 10_000;
/** For a checkpoint that hangs waits only whoever takes over, who undoes it. */
const COMMIT_TIMEOUT_MS = 15_000;
const KEEP_TIMEOUT_MS = 120_000;
/** Fetches of one fetcher that may wait at the same broker. */
const LANES = 2;
const REFRESH_MS = 1_000;
/** How soon an owner without anything to commit looks for what a broker left hidden that went away. */
const LOOK_AFTER_MS = 3_000;

export async function openKafkaLog(options: KafkaLogOptions): Promise<KafkaLog> {
  const { connection, prefix = '', makeTopics } = options;
  const names = new Names(prefix);
  if (makeTopics !== undefined) await applyTopics({ connection, names, ...makeTopics });
  const log = new KafkaLog(options, names, await checkTopics({ connection, names }));
  try {
    await log.open();
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
}

export class KafkaLog implements Log {
  readonly partitions: number;
  readonly #options: KafkaLogOptions;
  readonly #names: Names;
  readonly #clients: Clients;
  readonly #client: KafkaClient;
  readonly #appender: Appender;
  readonly #schemas: SchemaBook;
  readonly #offsets = new Offsets();
  readonly #waits = new Waits();
  readonly #fetchers: Fetcher[] = [];
  readonly #committers = new Set<KafkaCommitter>();
  readonly #lookingAfter: Repeating;
  readonly #refreshing: Repeating;
  readonly #watchdog: Watchdog;
  readonly #stuck: Stuck;
  #asked = false;
  #closed = false;

  constructor(options: KafkaLogOptions, names: Names, partitions: number) {
    const { registry } = options;
    this.partitions = partitions;
    this.#options = options;
    this.#names = names;
    this.#clients = new Clients(options, [...names.all(1).keys()]);
    this.#client = this.#clients.make();
    this.#appender = new Appender(this.#client);
    this.#schemas = new SchemaBook({
      client: this.#client,
      appender: this.#appender,
      place: names.schemas,
      registry: 'url' in registry ? openRegistry(registry) : registry,
      nameOf: (topic) => names.topic(topic),
    });
    this.#refreshing = repeatEvery(REFRESH_MS, () => void this.#refreshWhereAsked());
    this.#lookingAfter = repeatEvery(LOOK_AFTER_MS, () => {
      for (const committer of this.#committers) void committer.lookAfter();
    });
    const readers = () => this.#fetchers.flatMap((fetcher) => fetcher.reading());
    const onTrouble = (error: unknown) => options.onTrouble?.(error);
    this.#watchdog = new Watchdog({
      intervalMs: options.watchMs ?? WATCH_MS,
      readers,
      ends: async (places) => {
        const named = places.map(({ topic, partition }) => ({ topic: names.topic(topic), partition }));
        return (await boundsOf(this.#client, named)).map(({ end }) => end);
      },
      cut: () => this.#client.cut(),
      onTrouble,
    });
    this.#stuck = new Stuck({
      client: this.#client,
      brokers: options.connection.brokers,
      afterMs: options.stuckMs ?? STUCK_MS,
      readers,
      nameOf: (topic) => names.topic(topic),
      onTrouble,
    });
  }

  /** Connects, and learns where everything ends and which schemas there are. */
  async open(): Promise<void> {
    await this.#client.connect();
    await Promise.all([this.#catchUp(), this.#schemas.catchUp()]);
    const written = Array.from({ length: this.partitions }, (_, partition) => this.#offsets.end('journal', partition));
    if (written.some((end) => end > 0)) await refuseLostCommits(this.#client, this.#names, this.partitions);
  }

  async append(append: Append): Promise<{ readonly baseOffset: number }> {
    this.#waits.refuseWhereClosed();
    const { topic, partition, values } = append;
    const end = this.#offsets.end(topic, partition);
    if (values.count === 0) return { baseOffset: end };
    const framed = await this.#framed(append);
    const baseOffset = await this.#appender.append(framed, framed);
    this.#offsets.note(topic, partition, 0, baseOffset + values.count);
    return { baseOffset };
  }

  reader(topic: string, partition: number, from: number, _options: ReaderOptions): Reader {
    this.#offsets.end(topic, partition);
    const slot = new Slot({ topic, partition }, from);
    slot.wanting = () => this.#serve(slot);
    return new KafkaReader(slot, this.#waits);
  }

  committer(owner: string): Committer {
    const { transactionTimeoutMs: timeoutMs = COMMIT_TIMEOUT_MS } = this.#options;
    const committer: KafkaCommitter = new KafkaCommitter({
      transactions: this.#transactions(owner, `a commit of ${owner}`, timeoutMs, owner, this.#written()),
      owner,
      place: this.#names.commitsOf(owner, this.partitions),
      framed: (append) => this.#framed(append),
      catchUp: (patience) => this.#catchUp(patience),
      onCommitted: ({ topic, partition }, end) => this.#noteCommitted(topic, partition, end),
      onTrouble: (error) => this.#options.onTrouble?.(error),
      onReleased: () => this.#committers.delete(committer),
    });
    this.#committers.add(committer);
    return committer;
  }

  kept(partition: number): Kept {
    const owner = `state-${partition}`;
    // Checkpoints are staggered: those of all partitions share connections.
    const place = this.#names.stateOf(partition);
    const transactions = this.#transactions(owner, `a checkpoint of ${partition}`, KEEP_TIMEOUT_MS, 'state', [place]);
    return new KafkaKept(transactions, place);
  }

  async committed(owner: string): Promise<Committed> {
    this.#waits.refuseWhereClosed();
    await this.#catchUp();
    return readCommitted(this.#client, this.#names.commitsOf(owner, this.partitions), owner);
  }

  start(topic: string, partition: number): number {
    this.#asked = true;
    return this.#offsets.start(topic, partition);
  }

  end(topic: string, partition: number): number {
    this.#asked = true;
    return this.#offsets.end(topic, partition);
  }

  async askEnd(topic: string, partition: number): Promise<number> {
    this.#waits.refuseWhereClosed();
    // Refuses what there is none of.
    this.#offsets.end(topic, partition);
    const [{ start, end }] = (await boundsOf(this.#client, [{ topic: this.#names.topic(topic), partition }])) as [
      Bounds,
    ];
    this.#offsets.note(topic, partition, start, end);
    return end;
  }

  async awaitAny(readers: readonly Reader[]): Promise<void> {
    const slots = (readers as readonly KafkaReader[]).map(({ slot }) => slot);
    const before = readers.map(({ position }) => position);
    // One that passed offsets without records may be where somebody waits for it to be.
    await this.#waits.until(slots, () =>
      readers.some((reader, index) => reader.ready() || reader.position !== before[index]),
    );
    // Answers come in only when nobody is at work: whoever asks again and again must leave them room.
    await new Promise((resolve) => setImmediate(resolve));
  }

  schema(fingerprint: string): string | null {
    return this.#schemas.schema(fingerprint);
  }

  /** Registers it for the public topics that carry it as well, so that no append has to wait for the registry. */
  async declareSchema(fingerprint: string, schema: string): Promise<void> {
    await this.#schemas.declare(fingerprint, schema);
    const carrying = TOPIC_NAMES.filter((name) => isPublic(name) && TOPICS[name].record?.fingerprint === fingerprint);
    await Promise.all(carrying.map((topic) => this.#schemas.idOf(topic, fingerprint)));
  }

  async retain(_name: string, _positions: readonly Position[] | null): Promise<void> {}

  async trim(_now: number): Promise<void> {}

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#waits.close();
    this.#refreshing.stop();
    this.#lookingAfter.stop();
    this.#watchdog.stop();
    this.#stuck.stop();
    for (const fetcher of this.#fetchers) fetcher.close();
    await this.#appender.settled();
    await this.#clients.close();
  }

  /** All that commits may write. */
  #written(): Place[] {
    return [...this.#names.all(this.partitions)].flatMap(([topic, count]) =>
      Array.from({ length: count }, (_, partition) => ({ topic, partition })),
    );
  }

  #transactions(
    owner: string,
    what: string,
    timeoutMs: number,
    sharing: string,
    places: readonly Place[],
  ): Transactions {
    const transactionalId = this.#names.transactionalId(owner);
    const connect = async () => {
      this.#waits.refuseWhereClosed();
      return this.#clients.writing(sharing, TAKEOVER_PATIENCE_MS);
    };
    const onTrouble = (error: unknown) => this.#options.onTrouble?.(error);
    return new Transactions({ connect, transactionalId, what, timeoutMs, places, onTrouble });
  }

  /** What stands before the values of an append, and its place on the cluster. */
  #framed(append: Append): (Framed & Place) | Promise<Framed & Place> {
    const { topic, partition, fingerprint, values } = append;
    this.#offsets.end(topic, partition);
    const headers = headersOf(append);
    const framed = (frame: Buffer) => {
      const place = { topic: this.#names.topic(topic), partition };
      return { ...place, keys: keysOf(append), frame, headers, values, from: 0, to: values.count };
    };
    if (!isPublic(topic)) return framed(fingerprintFrame(fingerprint));
    const id = this.#schemas.idOf(topic, fingerprint);
    return typeof id === 'number' ? framed(registryFrame(id)) : id.then((known) => framed(registryFrame(known)));
  }

  /** Gives a slot to the first fetcher that serves no other of its partition: one fetch reads a partition once. */
  #serve(slot: Slot): void {
    if (this.#closed) return;
    const fetcher = this.#fetchers.find((one) => one.hasRoomFor(slot)) ?? this.#newFetcher();
    fetcher.serve(slot);
  }

  #newFetcher(): Fetcher {
    const lanes = Array.from({ length: LANES }, () => this.#clients.make());
    const fetcher = new Fetcher({
      lanes,
      nameOf: (topic) => this.#names.topic(topic),
      fingerprintOf: (schema) => this.#schemas.fingerprintOf(schema),
      onOffsets: (topic, partition, start, end) => this.#offsets.note(topic, partition, start, end),
      onTrouble: (error) => this.#options.onTrouble?.(error),
    });
    this.#fetchers.push(fetcher);
    return fetcher;
  }

  #noteCommitted(topic: string, partition: number, end: number): void {
    const own = topic.slice(this.#names.prefix.length);
    if (this.#offsets.has(own, partition)) this.#offsets.note(own, partition, 0, end);
  }

  async #catchUp(patience?: Patience): Promise<void> {
    const places = TOPIC_NAMES.flatMap((topic) =>
      Array.from({ length: partitionsOf(TOPICS[topic], this.partitions) }, (_, partition) => ({ topic, partition })),
    );
    const named = places.map(({ topic, partition }) => ({ topic: this.#names.topic(topic), partition }));
    const bounds = await boundsOf(this.#client, named, patience);
    places.forEach(({ topic, partition }, index) => {
      this.#offsets.note(topic, partition, bounds[index]!.start, bounds[index]!.end);
    });
  }

  /** Where a process only looks how far others got, nothing else tells it. */
  async #refreshWhereAsked(): Promise<void> {
    if (!this.#asked) return;
    this.#asked = false;
    await this.#catchUp().catch((error) => this.#options.onTrouble?.(error));
  }
}
