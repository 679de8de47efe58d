/**
 * Sends webhooks: follows subscriptions and records, has an endpoint for each subscription that is on, and
 * writes down what they did. One sender is active at a time; another that starts on the same log shuts it out
 * and goes on where it stood.
 *
 * At least once: a message counts as sent only when its attempt is committed, and after a kill what was sent
 * since the last commit is sent again, with the same id.
 */
import { unlessAbandoned } from '../../runtime/abandon.ts';
import { repeatEvery, systemTimer } from '../../runtime/clock.ts';
import { isWeirError } from '../../runtime/errors.ts';
import { type Log, type Reader, recordsBehind } from '../../runtime/log/port.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { SecretKey } from '../../runtime/secret-key.ts';
import { SECOND_MS } from '../../schemas/time.ts';
import type { WebhookAttempt, WebhookChange, WebhookTopic } from '../../schemas/webhook.ts';
import type { BreakerState } from './breaker.ts';
import type { DeliveryOptions } from './delivery.ts';
import { Endpoint, type EndpointParts } from './endpoint.ts';
import { Ledger } from './ledger.ts';
import { Messages } from './messages.ts';
import { disabledNotification, reasonOf } from './notices.ts';
import { cursorsAt, namedMessages, plannedReplay } from './replays.ts';
import { declareSchemas } from './schemas.ts';
import { Source } from './source.ts';
import type { CursorState, EndpointState } from './state.ts';
import {
  changeAppend,
  type ReadChange,
  SUBSCRIPTIONS_PARTITION,
  SUBSCRIPTIONS_TOPIC,
  Subscriptions,
  subscriptionsReader,
} from './subscriptions.ts';
import { sendTest } from './test-message.ts';
import { Vault } from './vault.ts';

export interface WebhookSenderOptions extends DeliveryOptions {
  readonly log: Log;
  readonly key: SecretKey;
  readonly random: () => number;
  /** Gives up a start that has to wait for the log; it then rejects with the signal’s reason. */
  readonly signal?: AbortSignal;
  /** In place of the system’s: for tests that do not wait for hours. */
  readonly setTimer?: typeof systemTimer;
  readonly logger?: Pick<Logger, 'warn' | 'info'>;
  /** Called with each attempt, and the time from the record to its end: for metrics. */
  readonly onAttempt?: (row: WebhookAttempt, sinceRecordMs: number) => void;
  /** What ends the sender: a fault of ours, a log that it cannot read on, or another that took over. */
  readonly onFault: (error: unknown) => void;
}

export interface EndpointHealth {
  readonly subscriptionId: string;
  readonly breaker: BreakerState;
  /** Messages that were read and are not finished. */
  readonly unfinished: number;
  /** Records still to look at. */
  readonly lagRecords: number;
}

export interface WebhookSender {
  health(): readonly EndpointHealth[];
  /** Begins nothing more, lets what is under way end, and writes it down. */
  stop(): Promise<void>;
}

/** Attempts that end within this time share a commit. */
const COMMIT_INTERVAL_MS = 20;
const RETAIN_INTERVAL_MS = 10 * SECOND_MS;
const STOP_DEADLINE_MS = 5 * SECOND_MS;
const APPEND_RETRY_MS = 5 * SECOND_MS;

export async function startWebhookSender(options: WebhookSenderOptions): Promise<WebhookSender> {
  const sender = new Sender(options);
  await sender.start();
  return sender;
}

class Sender implements WebhookSender {
  readonly #options: WebhookSenderOptions;
  readonly #log: Log;
  readonly #vault: Vault;
  readonly #source: Source;
  readonly #ledger: Ledger;
  readonly #subscriptions: Subscriptions;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #parts: EndpointParts;
  #changesTo = 0;
  #refollow = Promise.withResolvers<void>();
  #committing: Promise<void> | null = null;
  #changed = false;
  #ended = false;
  #failed = false;
  #stopRetaining: () => void = () => {};

  constructor(options: WebhookSenderOptions) {
    const { log, key, logger, now, random, setTimer = systemTimer } = options;
    this.#options = options;
    this.#log = log;
    this.#vault = new Vault(key);
    this.#source = new Source(log);
    this.#ledger = new Ledger(log, logger);
    this.#subscriptions = new Subscriptions(log);
    this.#parts = {
      source: this.#source,
      vault: this.#vault,
      messages: new Messages((id) => this.#vault.pseudonym(id)),
      delivery: options,
      now,
      random,
      setTimer,
      maySend: () => !this.#ledger.isFull,
      onAttempt: (row) => this.#note(row),
      onDead: (id, cause) => void this.#disable(id, cause).catch((error) => this.#fail(error)),
      onFault: (error) => this.#fail(error),
    };
  }

  async start(): Promise<void> {
    await declareSchemas(this.#log);
    const { signal } = this.#options;
    const { endpoints, changesTo } = await this.#ledger.take(signal);
    const known = new Map(endpoints.map((one) => [one.subscriptionId, one]));
    const reader = subscriptionsReader(this.#log);
    this.#changesTo = changesTo;
    const read: ReadChange[] = [];
    // What an earlier sender has read is there, though a log that is elsewhere may not have told so yet.
    while (reader.position < changesTo) {
      read.push(...this.#subscriptions.take(await unlessAbandoned(reader.next(), signal)));
    }
    for (const { last } of this.#subscriptions.all()) {
      const state = known.get(last.subscriptionId);
      if (last.enabled && state !== undefined) this.#begin(last, state);
    }
    this.#follow();
    this.#stopRetaining = repeatEvery(
      RETAIN_INTERVAL_MS,
      () => void this.#retain().catch((error) => this.#fail(error)),
    ).stop;
    const after = read.filter(({ offset }) => offset >= changesTo);
    void this.#run(() => this.#followChanges(reader, after));
    void this.#run(() => this.#followRecords());
  }

  health(): EndpointHealth[] {
    return [...this.#endpoints.values()].map((endpoint) => ({
      subscriptionId: endpoint.id,
      breaker: endpoint.breaker,
      unfinished: endpoint.unfinished,
      lagRecords: endpoint.cursors.reduce((sum, cursor) => sum + recordsBehind(this.#log, cursor), 0),
    }));
  }

  async stop(): Promise<void> {
    this.#ended = true;
    this.#stopRetaining();
    this.#refollow.resolve();
    await Promise.all([...this.#endpoints.values()].map((endpoint) => endpoint.end(STOP_DEADLINE_MS)));
    while (this.#committing !== null) await this.#committing;
    // Whoever was shut out has nothing to write any more.
    if (!this.#failed) await this.#write();
    await this.#ledger.release();
  }

  async #run(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#ended && isWeirError(error, 'LOG_CLOSED')) return;
    const first = !this.#failed;
    this.#failed = true;
    this.#ended = true;
    this.#refollow.resolve();
    for (const endpoint of this.#endpoints.values()) endpoint.end(0).catch(this.#options.onFault);
    if (first) this.#options.onFault(error);
  }

  async #followRecords(): Promise<void> {
    while (!this.#ended) {
      if (this.#source.drain() > 0) {
        for (const endpoint of this.#endpoints.values()) endpoint.wake();
        // Answers and timers have their turn before more is read.
        await new Promise((resolve) => setImmediate(resolve));
        continue;
      }
      const { readers } = this.#source;
      const more = readers.length === 0 ? [] : [this.#log.awaitAny(readers)];
      // A new one for each wait: a promise keeps what every race on it held, for as long as it is open.
      this.#refollow = Promise.withResolvers<void>();
      await Promise.race([...more, this.#refollow.promise]);
    }
  }

  async #followChanges(reader: Reader, first: readonly ReadChange[]): Promise<void> {
    for (let read = first; !this.#ended; read = this.#subscriptions.take(await reader.next())) {
      for (const one of read) {
        if (this.#ended) return;
        if (one.applied) await this.#handle(one);
        this.#changesTo = one.offset + 1;
        this.#touch();
      }
    }
  }

  async #handle({ change, offset, seen }: ReadChange): Promise<void> {
    const { subscriptionId: id } = change;
    const endpoint = this.#endpoints.get(id);
    if (change.change === 'test') this.#test(change, offset).catch((error) => this.#fail(error));
    else if (change.change === 'replay') await this.#replay(change, endpoint);
    else if (!change.enabled || change.change === 'removed') await this.#close(change, seen, endpoint);
    else if (endpoint === undefined)
      this.#begin(change, newState(id, await cursorsAt(this.#source, topicsOf(change), seen)));
    else endpoint.configure(change, await cursorsAt(this.#source, missingTopics(change, endpoint), seen));
    this.#follow();
  }

  #begin(change: WebhookChange, state: EndpointState): void {
    const endpoint = new Endpoint(change, state, this.#parts);
    this.#endpoints.set(endpoint.id, endpoint);
    endpoint.wake();
  }

  async #close(change: WebhookChange, seen: number, endpoint: Endpoint | undefined): Promise<void> {
    this.#endpoints.delete(change.subscriptionId);
    if (change.change === 'disabled') this.#ledger.notify(disabledNotification(change, seen));
    await endpoint?.end(0);
  }

  async #replay(change: WebhookChange, endpoint: Endpoint | undefined): Promise<void> {
    if (endpoint === undefined) return;
    if (change.messageIds.length > 0) endpoint.resend(namedMessages(this.#log, change));
    else endpoint.replay(await plannedReplay(this.#source, change, topicsOf(change)));
  }

  /** Once, at once, whatever the endpoint’s state; a test that a crash cut off is asked for again by a person. */
  async #test(change: WebhookChange, offset: number): Promise<void> {
    const place = { topic: SUBSCRIPTIONS_TOPIC, partition: SUBSCRIPTIONS_PARTITION, offset };
    const row = await sendTest(change, place, this.#vault, this.#options);
    this.#note(row);
    if (row.outcome === 'delivered') this.#endpoints.get(row.subscriptionId)?.revive();
  }

  /** Weir itself switches a subscription off; that it is off is told when the change is read. */
  async #disable(id: string, cause: 'gone' | 'exhausted'): Promise<void> {
    const { now, logger } = this.#options;
    for (;;) {
      const last = this.#subscriptions.get(id)?.last;
      if (this.#ended || last === undefined || !last.enabled) return;
      const change: WebhookChange = {
        ...{ ...last, change: 'disabled', revision: last.revision + 1, enabled: false },
        ...{ at: now(), by: 'weir', reason: reasonOf(cause) },
      };
      try {
        await this.#log.append(changeAppend(change));
        logger?.warn({ subscriptionId: id, cause }, 'a webhook was switched off');
        return;
      } catch (error) {
        if (!isWeirError(error, 'LOG_FULL') && !isWeirError(error, 'LOG_UNAVAILABLE')) throw error;
        await new Promise<void>((resolve) => void systemTimer(resolve, APPEND_RETRY_MS));
      }
    }
  }

  /** Only what somebody wants is read. */
  #follow(): void {
    const wanted = [...this.#endpoints.keys()].flatMap((id) => topicsOf(this.#subscriptions.get(id)?.last));
    this.#source.follow(new Set(wanted));
    this.#refollow.resolve();
    for (const endpoint of this.#endpoints.values()) endpoint.wake();
  }

  #note(row: WebhookAttempt): void {
    this.#ledger.attempt(row);
    this.#options.onAttempt?.(row, this.#options.now() - row.seen);
    this.#touch();
  }

  /** Something is to be written down, together with what comes in the next moment. */
  #touch(): void {
    this.#changed = true;
    this.#committing ??= this.#commitSoon();
  }

  async #commitSoon(): Promise<void> {
    try {
      while (this.#changed) {
        await new Promise<void>((resolve) => void systemTimer(resolve, COMMIT_INTERVAL_MS));
        const wasFull = this.#ledger.isFull;
        await this.#write();
        if (wasFull) for (const endpoint of this.#endpoints.values()) endpoint.wake();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#committing = null;
    }
  }

  async #write(): Promise<void> {
    this.#changed = false;
    await this.#ledger.commit(
      this.#changesTo,
      [...this.#endpoints.values()].map((endpoint) => endpoint.state()),
    );
  }

  async #retain(): Promise<void> {
    await this.#ledger.retain([...this.#endpoints.values()].flatMap((endpoint) => endpoint.needed()));
  }
}

function newState(subscriptionId: string, cursors: readonly CursorState[]): EndpointState {
  const nothing = { unfinished: [], replays: [] };
  return { subscriptionId, failingSince: 0, lastSuccessAt: 0, breaker: 'closed', cursors, ...nothing };
}

function topicsOf(change: WebhookChange | undefined): WebhookTopic[] {
  return change === undefined
    ? []
    : (change.choices.topics.map((topic) => topic.replaceAll('_', '-')) as WebhookTopic[]);
}

function missingTopics(change: WebhookChange, { cursors }: Endpoint): WebhookTopic[] {
  return topicsOf(change).filter((topic) => !cursors.some((one) => one.topic === topic));
}
