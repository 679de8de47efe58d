/**
 * One endpoint: reads what it is subscribed to at its own pace, sends, and tries again. What it does waits for
 * nobody else, and nobody waits for it.
 */
import type { Now, systemTimer } from '../../runtime/clock.ts';
import { isWeirError } from '../../runtime/errors.ts';
import type { Position } from '../../runtime/log/port.ts';
import type { WebhookAttempt, WebhookChange } from '../../schemas/webhook.ts';
import { attemptRow } from './attempts.ts';
import { Breaker, type BreakerState } from './breaker.ts';
import { type Answer, Delivery, type DeliveryOptions } from './delivery.ts';
import { filterOf } from './filter.ts';
import { type Fresh, Inbox } from './inbox.ts';
import type { Messages, Told } from './messages.ts';
import { Pace } from './pace.ts';
import { nextAttemptAt } from './schedule.ts';
import type { Signer } from './signature.ts';
import type { Source } from './source.ts';
import { type CursorState, type EndpointState, encodeEndpoint, type ReplayState, type Unfinished } from './state.ts';
import type { Vault } from './vault.ts';
import { Waiting } from './waiting.ts';

export interface EndpointParts {
  readonly source: Source;
  readonly vault: Vault;
  readonly messages: Messages;
  readonly delivery: DeliveryOptions;
  readonly now: Now;
  readonly random: () => number;
  readonly setTimer: typeof systemTimer;
  /** False while attempts cannot be written down: then none is made. */
  readonly maySend: () => boolean;
  readonly onAttempt: (row: WebhookAttempt) => void;
  /** It wants no more, or has taken nothing for as long as a message is tried. */
  readonly onDead: (subscriptionId: string, cause: 'gone' | 'exhausted') => void;
  readonly onFault: (error: unknown) => void;
}

const PAUSING_STATUSES = new Set([429, 503]);

export class Endpoint {
  readonly id: string;
  readonly #parts: EndpointParts;
  readonly #breaker: Breaker;
  readonly #inbox: Inbox;
  readonly #waiting = new Waiting();
  #change: WebhookChange;
  #signer: Signer;
  #pace: Pace;
  #delivery: Delivery;
  #failingSince: number;
  #lastSuccessAt: number;
  #underway = 0;
  #ended = false;
  #dead = false;
  #encoded: Buffer | null = null;
  #timer: (() => void) | null = null;
  #timerAt = Number.POSITIVE_INFINITY;
  #idle: (() => void) | null = null;

  constructor(change: WebhookChange, state: EndpointState, parts: EndpointParts) {
    const { vault, now, random, delivery } = parts;
    this.id = change.subscriptionId;
    this.#parts = parts;
    this.#breaker = new Breaker(random);
    this.#change = change;
    const { source, onFault } = parts;
    this.#inbox = new Inbox(filterOf(change.choices), { source, onFault, onMore: () => this.wake() });
    this.#signer = vault.signerOf(change);
    this.#pace = new Pace(change.choices.ratePerSecondMax, now());
    this.#delivery = new Delivery(vault.urlOf(change), change.choices.concurrencyMax, delivery);
    this.#failingSince = state.failingSince;
    this.#lastSuccessAt = state.lastSuccessAt;
    this.#inbox.follow(state.cursors);
    for (const one of state.replays) this.#inbox.replay(one);
    for (const message of state.unfinished) this.#restore(message);
  }

  get breaker(): BreakerState {
    return this.#breaker.state;
  }

  get cursors(): readonly CursorState[] {
    return this.#inbox.cursors;
  }

  get unfinished(): number {
    return this.#inbox.unfinished.size;
  }

  /** Takes over what was changed of the subscription. `added` are the partitions of topics that it had not before. */
  configure(change: WebhookChange, added: readonly CursorState[]): void {
    const { vault, now, delivery } = this.#parts;
    const { topics, ratePerSecondMax, concurrencyMax } = change.choices;
    const before = this.#delivery;
    this.#change = change;
    this.#signer = vault.signerOf(change);
    this.#pace = new Pace(ratePerSecondMax, now());
    this.#delivery = new Delivery(vault.urlOf(change), concurrencyMax, delivery);
    before.close().catch(this.#parts.onFault);
    this.#inbox.choose(filterOf(change.choices), new Set(topics.map((topic) => topic.replaceAll('_', '-'))));
    this.#inbox.follow(added);
    this.#encoded = null;
    this.#dead = false;
    this.wake();
  }

  /** Something new may be there. */
  wake(): void {
    this.#inbox.mayHaveMore();
    this.#pump();
  }

  /** Sends again what lies in these ranges. */
  replay(state: ReplayState): void {
    this.#inbox.replay(state);
    this.#encoded = null;
    this.wake();
  }

  /** Sends these messages again. */
  resend(messages: readonly Unfinished[]): void {
    for (const message of messages) this.#inbox.add(message, null);
    this.#encoded = null;
    this.wake();
  }

  /** A test went through: it is alive. */
  revive(): void {
    if (this.#breaker.succeeded()) this.#waiting.bringForward(this.#parts.now());
    this.#pump();
  }

  /** What must outlive the process, encoded. */
  state(): Buffer {
    this.#encoded ??= encodeEndpoint({
      subscriptionId: this.id,
      failingSince: this.#failingSince,
      lastSuccessAt: this.#lastSuccessAt,
      breaker: this.#breaker.state,
      cursors: this.#inbox.cursors,
      unfinished: [...this.#inbox.unfinished],
      replays: this.#inbox.replays,
    });
    return this.#encoded;
  }

  /** The first offset of each partition that it still needs. */
  needed(): Position[] {
    return this.#inbox.needed();
  }

  /** Begins nothing more, and lets what is under way end, or breaks it off after the deadline. */
  async end(deadlineMs: number): Promise<void> {
    this.#ended = true;
    this.#timer?.();
    if (this.#underway > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
        this.#parts.setTimer(resolve, deadlineMs);
      });
    }
    await this.#delivery.destroy();
  }

  #restore(message: Unfinished): void {
    if (message.attempts === 0) {
      this.#inbox.add(message, null);
      return;
    }
    this.#inbox.hold(message);
    this.#waiting.add(message, message.scheduledAt);
  }

  #pump(): void {
    if (this.#ended || this.#dead) return;
    const now = this.#parts.now();
    this.#fill();
    while (this.#underway < this.#change.choices.concurrencyMax && this.#parts.maySend()) {
      const readyAt = this.#pace.readyAt(now);
      const allowed = this.#breaker.allows(now);
      if (allowed === 'none' || readyAt > now) break;
      const next = this.#next(now, allowed === 'probe');
      if (next === null) break;
      if (allowed === 'probe') this.#breaker.probing();
      this.#pace.take();
      this.#send(next, allowed === 'probe').catch(this.#parts.onFault);
      if (this.#inbox.isLow) this.#fill();
    }
    this.#arm(now);
  }

  /** A message that is due, before one that is new; for a probe, any. */
  #next(now: number, probe: boolean): Fresh | null {
    const { dueAt } = this.#waiting;
    if (dueAt !== null && (dueAt <= now || probe)) return { message: this.#waiting.take() as Unfinished, told: null };
    return this.#inbox.take();
  }

  #fill(): void {
    if (this.#inbox.fill() > 0) this.#encoded = null;
  }

  async #send({ message, told }: Fresh, probe: boolean): Promise<void> {
    this.#underway++;
    try {
      const record = told ?? (await this.#load(message));
      // A record that was read again may be wanted no more, or was asked for by its id and never was.
      if (record !== null && this.#inbox.wants(record)) await this.#attempt(message, record, probe);
      else this.#drop(message);
    } finally {
      this.#underway--;
      if (this.#underway === 0) this.#idle?.();
    }
    this.#pump();
  }

  async #attempt(message: Unfinished, record: Told, probe: boolean): Promise<void> {
    const { messages, now, onAttempt } = this.#parts;
    const { id, type, body } = messages.of(message, record, this.#change.choices.content);
    const at = now();
    const headers = this.#signer.headers({ id, timestamp: Math.floor(at / 1_000), body }, at);
    const answer = await this.#delivery.post({ headers, body }, message.attempts + 1);
    // What this side broke off is tried again by whoever comes next.
    if (this.#ended && answer.error !== null) return;
    const trigger = probe ? 'probe' : message.attempts === 0 ? message.trigger : 'retry';
    const settled = this.#settle(message, answer, at);
    onAttempt(attemptRow({ subscriptionId: this.id, messageId: id, type, message, trigger, at, answer, ...settled }));
  }

  /** Null where the record of a replay was trimmed meanwhile; what is new is kept from that. */
  async #load(message: Unfinished): Promise<Told | null> {
    try {
      return await this.#parts.source.load(message);
    } catch (error) {
      if (message.trigger === 'replay' && isWeirError(error, 'LOG_POSITION_LOST')) return null;
      throw error;
    }
  }

  #drop(message: Unfinished): void {
    this.#inbox.finish(message);
    this.#encoded = null;
    this.#breaker.probeLater();
  }

  #settle(
    message: Unfinished,
    answer: Answer,
    at: number,
  ): { outcome: WebhookAttempt['outcome']; nextAt: number | null } {
    const now = this.#parts.now();
    this.#encoded = null;
    message.attempts++;
    if (message.firstAt === 0) message.firstAt = at;
    if (answer.error === null) {
      this.#succeed(message, now);
      return { outcome: 'delivered', nextAt: null };
    }
    this.#failingSince ||= at;
    this.#breaker.failed(now);
    if (answer.retryAfterMs !== null && PAUSING_STATUSES.has(answer.status ?? 0))
      this.#pace.pause(now + answer.retryAfterMs);
    if (answer.status === 410) {
      this.#die('gone');
      return { outcome: 'gone', nextAt: null };
    }
    const nextAt = this.#reschedule(message, answer, now);
    if (nextAt !== null) {
      this.#waiting.add(message, nextAt);
      return { outcome: 'failed', nextAt };
    }
    this.#inbox.finish(message);
    if (this.#lastSuccessAt < message.firstAt) this.#die('exhausted');
    return { outcome: 'exhausted', nextAt: null };
  }

  #succeed(message: Unfinished, now: number): void {
    this.#failingSince = 0;
    this.#lastSuccessAt = now;
    this.#inbox.finish(message);
    // What failed because the endpoint was away need not wait for its hour, now that it is back.
    if (this.#breaker.succeeded()) this.#waiting.bringForward(now);
  }

  /** A probe before its time takes nothing of the schedule. Null where that is at its end. */
  #reschedule(message: Unfinished, { retryAfterMs }: Answer, now: number): number | null {
    if (message.scheduledAt > now) return message.scheduledAt;
    message.scheduled++;
    const nextAt = nextAttemptAt(message.scheduled, now, retryAfterMs, this.#parts.random);
    message.scheduledAt = nextAt ?? 0;
    return nextAt;
  }

  #die(cause: 'gone' | 'exhausted'): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#parts.onDead(this.id, cause);
  }

  /** Sets the timer for when something can be done again that cannot now. */
  #arm(now: number): void {
    // Whatever ends next looks again, and so does whoever has written the attempts down.
    if (this.#underway >= this.#change.choices.concurrencyMax || !this.#parts.maySend()) return;
    const { dueAt } = this.#waiting;
    const isOpen = this.#breaker.state !== 'closed';
    const hasNow = this.#inbox.hasFresh || (dueAt !== null && isOpen);
    const wantedAt = hasNow ? now : dueAt;
    if (wantedAt === null || this.#breaker.state === 'probing') return;
    this.#setTimer(Math.max(wantedAt, this.#breaker.openUntil, this.#pace.readyAt(now), now + 1), now);
  }

  #setTimer(at: number, now: number): void {
    if (this.#timerAt <= at && this.#timerAt > now) return;
    this.#timer?.();
    this.#timerAt = at;
    this.#timer = this.#parts.setTimer(
      () => {
        this.#timerAt = Number.POSITIVE_INFINITY;
        this.#pump();
      },
      // Node takes longer waits for none at all.
      Math.min(at - now, 2 ** 31 - 1),
    );
  }
}
