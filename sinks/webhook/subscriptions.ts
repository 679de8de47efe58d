/**
 * Subscriptions as they stand, folded from their topic of changes.
 *
 * They live in the log and not in a store beside it: whoever takes over sending finds them where it finds
 * the records, on another machine as well, and any HTTP role may change them without asking who sends. Their
 * topic is kept for ever and short, since people make changes, so reading it from its beginning is cheap. A
 * change names its revision; of two made at the same time the first in the log counts, and everybody who
 * folds the topic sees the same one.
 */
import { RecordDecoder } from '../../runtime/log/decoder.ts';
import type { Log, Reader, RecordBatch } from '../../runtime/log/port.ts';
import { packValues } from '../../runtime/log/values.ts';
import type { TOPICS } from '../../schemas/topics.ts';
import { type WebhookChange, webhookChangeRecord } from '../../schemas/webhook.ts';

export const SUBSCRIPTIONS_TOPIC = 'webhook-subscriptions' satisfies keyof typeof TOPICS;
export const SUBSCRIPTIONS_PARTITION = 0;

/** A subscription: its last change, and what its first one said. */
export interface Subscription {
  readonly last: WebhookChange;
  readonly createdAt: number;
  readonly createdBy: string;
}

/** A change as it was read. */
export interface ReadChange {
  readonly change: WebhookChange;
  readonly offset: number;
  /** Append time. */
  readonly seen: number;
  /** False where another change of the same revision came before it, or it is of a subscription that is not there. */
  readonly applied: boolean;
}

export class Subscriptions {
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #decoder: RecordDecoder<WebhookChange>;

  constructor(log: Pick<Log, 'schema'>) {
    this.#decoder = new RecordDecoder(log, webhookChangeRecord);
  }

  get(id: string): Subscription | null {
    return this.#subscriptions.get(id) ?? null;
  }

  all(): Subscription[] {
    return [...this.#subscriptions.values()];
  }

  /** Folds the changes of a batch and answers them. */
  take(batch: RecordBatch): ReadChange[] {
    return Array.from({ length: batch.values.count }, (_, index) => {
      const change = this.#decoder.decode(batch, index);
      return { change, offset: batch.baseOffset + index, seen: batch.seen, applied: this.#apply(change) };
    });
  }

  #apply(change: WebhookChange): boolean {
    const { subscriptionId: id, revision } = change;
    const before = this.#subscriptions.get(id);
    if (change.change === 'test' || change.change === 'replay') return before !== undefined;
    if (revision !== (before?.last.revision ?? 0) + 1 || (before === undefined) !== (change.change === 'created')) {
      return false;
    }
    const { createdAt, createdBy } = before ?? { createdAt: change.at, createdBy: change.by };
    if (change.change === 'removed') this.#subscriptions.delete(id);
    else this.#subscriptions.set(id, { last: change, createdAt, createdBy });
    return true;
  }
}

/** Subscriptions for whoever only asks now and then and makes changes: the HTTP side. */
export class SubscriptionBook {
  readonly #log: Log;
  readonly #reader: Reader;
  readonly #subscriptions: Subscriptions;
  /** Who reads waits for whoever read before. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(log: Log) {
    this.#log = log;
    this.#reader = subscriptionsReader(log);
    this.#subscriptions = new Subscriptions(log);
  }

  /** Subscriptions as far as this process knows the log. */
  async current(): Promise<Subscriptions> {
    const end = this.#log.end(SUBSCRIPTIONS_TOPIC, SUBSCRIPTIONS_PARTITION);
    await this.#inTurn(
      () => this.#reader.position < end,
      () => this.#reader.nextBefore(end),
    );
    return this.#subscriptions;
  }

  /** Stores a change; answers where, and whether it counted. */
  async store(change: WebhookChange): Promise<{ readonly offset: number; readonly applied: boolean }> {
    const { baseOffset: offset } = await this.#log.append(changeAppend(change));
    // It is there, though a log that is elsewhere may not have told yet that it ends behind it: so it is waited for.
    const read = await this.#inTurn(
      () => this.#reader.position <= offset,
      () => this.#reader.next(),
    );
    // Where another caller has read past it meanwhile, what stands tells whether it counted.
    const own = read.find((one) => one.offset === offset);
    const stands = this.#subscriptions.get(change.subscriptionId)?.last;
    return { offset, applied: own?.applied ?? isSame(stands, change) };
  }

  #inTurn(isBehind: () => boolean, next: () => Promise<RecordBatch | null>): Promise<ReadChange[]> {
    const result = this.#before.then(async () => {
      const read: ReadChange[] = [];
      while (isBehind()) {
        const batch = await next();
        if (batch === null) break;
        read.push(...this.#subscriptions.take(batch));
      }
      return read;
    });
    this.#before = result.catch(() => undefined);
    return result;
  }
}

function isSame(stands: WebhookChange | undefined, change: WebhookChange): boolean {
  return (
    stands !== undefined && stands.revision === change.revision && stands.at === change.at && stands.by === change.by
  );
}

export function subscriptionsReader(log: Log): Reader {
  const from = log.start(SUBSCRIPTIONS_TOPIC, SUBSCRIPTIONS_PARTITION);
  return log.reader(SUBSCRIPTIONS_TOPIC, SUBSCRIPTIONS_PARTITION, from, { durable: true });
}

export function changeAppend(change: WebhookChange) {
  return {
    topic: SUBSCRIPTIONS_TOPIC,
    partition: SUBSCRIPTIONS_PARTITION,
    fingerprint: webhookChangeRecord.fingerprint,
    values: packValues([webhookChangeRecord.encode(change)]),
  };
}
