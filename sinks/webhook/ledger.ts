/**
 * What the sender writes down: attempts, what became of endpoints, and what it knows of them, all in one
 * commit after the other. Attempts wait for the next commit and share it; while the log takes none, no more are made.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isWeirError } from '../../runtime/errors.ts';
import { Commits } from '../../runtime/log/commits.ts';
import type { Append, Log, Position } from '../../runtime/log/port.ts';
import { ValueWriter } from '../../runtime/log/values.ts';
import type { Logger } from '../../runtime/logger.ts';
import { type Notification, notificationRecord } from '../../schemas/notification.ts';
import { type WebhookAttempt, webhookAttemptRecord } from '../../schemas/webhook.ts';
import { decodeState, type EndpointState, encodeState } from './state.ts';
import { SUBSCRIPTIONS_PARTITION, SUBSCRIPTIONS_TOPIC } from './subscriptions.ts';

/** The owner of the commits, and the reader’s name at the log. */
export const SENDER_NAME = 'webhooks';
export const ATTEMPTS_TOPIC = 'webhook-attempts';
const ATTEMPTS_PARTITION = 0;
/** Attempts that wait to be written down: beyond, no more are made. */
const WAITING_MAX = 20_000;
const RETRY_MS = 1_000;

export interface Restored {
  readonly endpoints: readonly EndpointState[];
  /** Changes of subscriptions before this offset are done with. */
  readonly changesTo: number;
}

export class Ledger {
  readonly #log: Log;
  readonly #commits: Commits;
  readonly #logger: Pick<Logger, 'warn'> | undefined;
  readonly #attempts = new ValueWriter();
  readonly #notifications = new ValueWriter();
  /** Rows that this and earlier senders wrote: by it a commit that failed is known to have taken effect or not. */
  #written = 0;

  constructor(log: Log, logger: Pick<Logger, 'warn'> | undefined) {
    this.#log = log;
    this.#commits = new Commits(SENDER_NAME, log.committer(SENDER_NAME));
    this.#logger = logger;
  }

  /** Shuts out an earlier sender and answers where it stood. */
  async take(signal?: AbortSignal): Promise<Restored> {
    const { positions, state } = await this.#commits.fence(signal);
    const offsetOf = (topic: string) => positions.find((one) => one.topic === topic)?.offset ?? 0;
    this.#written = offsetOf(ATTEMPTS_TOPIC);
    return { endpoints: decodeState(state), changesTo: offsetOf(SUBSCRIPTIONS_TOPIC) };
  }

  /** Nothing more is committed. */
  release(): Promise<void> {
    return this.#commits.release();
  }

  get isFull(): boolean {
    return this.#attempts.count >= WAITING_MAX;
  }

  attempt(row: WebhookAttempt): void {
    this.#attempts.write(webhookAttemptRecord.type, row);
  }

  notify(notification: Notification): void {
    this.#notifications.write(notificationRecord.type, notification);
  }

  /** Commits all that came so far with the state as of now; waits where the log is full. */
  async commit(changesTo: number, endpoints: readonly Buffer[]): Promise<void> {
    this.#written += this.#attempts.count;
    const commit = {
      outputs: [
        ...this.#take(this.#attempts, ATTEMPTS_TOPIC, ATTEMPTS_PARTITION, webhookAttemptRecord.fingerprint),
        // The tasks have the others.
        ...this.#take(this.#notifications, 'notifications', this.#log.partitions, notificationRecord.fingerprint),
      ],
      positions: [
        { topic: SUBSCRIPTIONS_TOPIC, partition: SUBSCRIPTIONS_PARTITION, offset: changesTo },
        { topic: ATTEMPTS_TOPIC, partition: ATTEMPTS_PARTITION, offset: this.#written },
      ],
      state: encodeState(endpoints),
    };
    for (;;) {
      try {
        await this.#commits.send(commit);
        await this.#commits.settled();
        return;
      } catch (error) {
        if (!isWeirError(error, 'LOG_FULL') && !isWeirError(error, 'LOG_UNAVAILABLE')) throw error;
        this.#logger?.warn({ err: error }, 'webhooks wait until the log takes what was sent');
      }
      await pause(RETRY_MS);
      if (await this.#holds()) return;
    }
  }

  /** Keeps what endpoints have still to read from being trimmed. */
  async retain(needed: readonly Position[]): Promise<void> {
    const first = new Map<string, Position>();
    for (const one of needed) {
      const key = `${one.topic}/${one.partition}`;
      if (one.offset < (first.get(key)?.offset ?? Number.POSITIVE_INFINITY)) first.set(key, one);
    }
    await this.#log.retain(SENDER_NAME, first.size === 0 ? null : [...first.values()]);
  }

  async #holds(): Promise<boolean> {
    const { positions } = await this.#commits.fence();
    return positions.some(({ topic, offset }) => topic === ATTEMPTS_TOPIC && offset === this.#written);
  }

  #take(writer: ValueWriter, topic: string, partition: number, fingerprint: string): Append[] {
    return writer.count === 0 ? [] : [{ topic, partition, fingerprint, values: writer.take() }];
  }
}
