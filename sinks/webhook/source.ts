/**
 * Records for many endpoints, each at its own place. At the end of the log one reader a partition serves them
 * all: its last batches are kept for a moment, decoded once. Whoever is further behind reads for itself.
 */
import { RecordDecoder } from '../../runtime/log/decoder.ts';
import type { Log, Reader, RecordBatch } from '../../runtime/log/port.ts';
import { alertRecord } from '../../schemas/alert.ts';
import { creditRatingRecord } from '../../schemas/credit-rating.ts';
import { decisionRecord } from '../../schemas/decision.ts';
import type { Declared } from '../../schemas/declare.ts';
import { notificationRecord } from '../../schemas/notification.ts';
import { partitionsOf, TOPICS } from '../../schemas/topics.ts';
import type { WebhookTopic } from '../../schemas/webhook.ts';
import type { Place, Told } from './messages.ts';

const RECORDS = {
  alerts: alertRecord,
  decisions: decisionRecord,
  'credit-ratings': creditRatingRecord,
  notifications: notificationRecord,
} as const satisfies { readonly [topic in WebhookTopic]: unknown };

/** What is kept at the end of the log, of all partitions together. */
const KEPT_BYTES = 8 * 1_024 ** 2;
/** Batches that are read before others have their turn. */
const BATCHES_AT_ONCE = 64;

/** A batch that covers the offsets `from … to − 1`; some of them may hold no record. */
export interface SourceBatch {
  readonly from: number;
  readonly to: number;
  readonly baseOffset: number;
  readonly count: number;
  readonly seen: number;
  told(index: number): Told;
}

interface Tail {
  readonly reader: Reader;
  readonly kept: (SourceBatch & { readonly bytes: number })[];
}

export class Source {
  readonly #log: Log;
  readonly #decoders = new Map<string, RecordDecoder<unknown>>();
  readonly #tails = new Map<string, Tail>();
  /** Kept batches in the order in which they came. */
  #kept: Tail[] = [];
  #keptBytes = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Follows the end of these topics, and of no other. */
  follow(topics: ReadonlySet<WebhookTopic>): void {
    for (const [key, tail] of this.#tails) {
      if (topics.has(tail.reader.topic as WebhookTopic)) continue;
      this.#tails.delete(key);
      this.#kept = this.#kept.filter((one) => one !== tail);
      this.#keptBytes -= tail.kept.reduce((sum, { bytes }) => sum + bytes, 0);
    }
    for (const topic of topics) {
      for (let partition = 0; partition < this.partitions(topic); partition++) {
        const key = keyOf(topic, partition);
        if (this.#tails.has(key)) continue;
        this.#tails.set(key, { reader: this.open(topic, partition, this.#log.end(topic, partition)), kept: [] });
      }
    }
  }

  partitions(topic: WebhookTopic): number {
    return partitionsOf(TOPICS[topic], this.#log.partitions);
  }

  /** The readers at the end, to wait for. */
  get readers(): readonly Reader[] {
    return [...this.#tails.values()].map(({ reader }) => reader);
  }

  /** Takes what came at the end; answers how many batches. */
  drain(): number {
    let taken = 0;
    for (const tail of this.#tails.values()) {
      while (taken < BATCHES_AT_ONCE && tail.reader.ready()) {
        const from = tail.reader.position;
        const batch = tail.reader.poll();
        if (batch === null) break;
        this.#keep(tail, batch, from);
        taken++;
      }
    }
    return taken;
  }

  /** The kept batch that covers an offset; or that it is where the log ends, or before what is kept. */
  find(topic: string, partition: number, offset: number): SourceBatch | 'end' | 'before' {
    const tail = this.#tails.get(keyOf(topic, partition));
    if (tail === undefined) return 'before';
    if (offset >= tail.reader.position) return 'end';
    return tail.kept.find(({ from, to }) => offset >= from && offset < to) ?? 'before';
  }

  open(topic: string, partition: number, offset: number): Reader {
    return this.#log.reader(topic, partition, offset, { durable: true });
  }

  /** What `batch` holds, for a reader that stood at `from` before and stands at `to` now. */
  batchOf(batch: RecordBatch, from: number, to: number): SourceBatch {
    const topic = batch.topic as WebhookTopic;
    const decoder = this.#decoderOf(topic);
    const told: Told[] = [];
    return {
      from,
      to,
      baseOffset: batch.baseOffset,
      count: batch.values.count,
      seen: batch.seen,
      told: (index) => {
        told[index] ??= { topic, record: decoder.decode(batch, index) } as Told;
        return told[index];
      },
    };
  }

  /** One record, wherever it lies. */
  async load({ topic, partition, offset }: Place): Promise<Told> {
    const found = this.find(topic, partition, offset);
    if (typeof found === 'object') return found.told(offset - found.baseOffset);
    const reader = this.open(topic, partition, offset);
    const batch = await reader.next();
    return this.batchOf(batch, offset, reader.position).told(offset - batch.baseOffset);
  }

  /** The first offset whose append time is `time` or later, where the log ends if there is none. */
  async locate(topic: WebhookTopic, partition: number, time: number): Promise<number> {
    const end = this.#log.end(topic, partition);
    let low = this.#log.start(topic, partition);
    let high = end;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const batch = await this.open(topic, partition, middle).nextBefore(end);
      // No record stands from there to the end.
      if (batch === null || batch.seen >= time) high = middle;
      else low = batch.baseOffset + batch.values.count;
    }
    return low;
  }

  #keep(tail: Tail, batch: RecordBatch, from: number): void {
    const bytes = batch.values.body.length;
    tail.kept.push(Object.assign(this.batchOf(batch, from, tail.reader.position), { bytes }));
    this.#kept.push(tail);
    this.#keptBytes += bytes;
    while (this.#keptBytes > KEPT_BYTES && this.#kept.length > 1) {
      const oldest = (this.#kept.shift() as Tail).kept.shift();
      this.#keptBytes -= oldest?.bytes ?? 0;
    }
  }

  #decoderOf(topic: WebhookTopic): RecordDecoder<unknown> {
    let decoder = this.#decoders.get(topic);
    if (decoder === undefined) {
      decoder = new RecordDecoder(this.#log, RECORDS[topic] as unknown as Declared<unknown>);
      this.#decoders.set(topic, decoder);
    }
    return decoder;
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
