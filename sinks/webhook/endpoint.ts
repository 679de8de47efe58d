/**
 * One endpoint: reads what it is subscribed to at its own pace, sends, and tries again. It holds few messages
 * at a time and leaves the rest in the log, so one that is slow or dead keeps neither memory nor others.
 */
import { type Now, systemTimer } from '../../runtime/clock.ts';
import type { Position } from '../../runtime/log/port.ts';
import type { WebhookAttempt, WebhookChange } from '../../schemas/webhook.ts';
import { attemptRow } from './attempts.ts';
import { Breaker, type BreakerState } from './breaker.ts';
import { Cursor } from './cursor.ts';
import { type Answer, Delivery, type DeliveryOptions } from './delivery.ts';
import { type Filter, filterOf } from './filter.ts';
import { messageOf, type Place, type Told } from './messages.ts';
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
  readonly delivery: DeliveryOptions;
  readonly now: Now;
  readonly random: () => number;
  /** False while attempts cannot be written down: then none is made. */
  readonly maySend: () => boolean;
  readonly onAttempt: (row: WebhookAttempt) => void;
  /** It wants no more, or has taken nothing for as long as a message is tried. */
  readonly onDead: (subscriptionId: string, cause: 'gone' | 'exhausted') => void;
  readonly onFault: (error: unknown) => void;
}

/** Messages that were read and not yet tried. */
const FRESH_MAX = 256;
/** Messages that were read and are not finished: beyond, it reads no more until some are. */
const UNFINISHED_MAX = 1_000;
/** Records that are looked at before others have their turn. */
const LOOKS_MAX = 2_000;
const PAUSING_STATUSES = new Set([429, 503]);

interface Fresh {
  readonly message: Unfinished;
  readonly told: Told | null;
}

interface Replay {
  readonly commandId: string;
  readonly cursors: Cursor[];
}

export class Endpoint {
  readonly id: string;
  readonly #parts: EndpointParts;
  readonly #breaker: Breaker;
  readonly #unfinished = new Set<Unfinished>();
  readonly #waiting = new Waiting();
  #fresh: Fresh[] = [];
  #cursors: Cursor[];
  #replays: Replay[];
  #change: WebhookChange;
  #filter: Filter;
  #signer: Signer;
  #pace: Pace;
  #delivery: Delivery;
  #failingSince: number;
  #lastSuccessAt: number;
  #underway = 0;
  #mayHaveMore = true;
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
    this.#filter = filterOf(change.choices);
    this.#signer = vault.signerOf(change);
    this.#pace = new Pace(change.choices.ratePerSecondMax, now());
    this.#delivery = new Delivery(vault.urlOf(change), change.choices.concurrencyMax, delivery);
    this.#failingSince = state.failingSince;
    this.#lastSuccessAt = state.lastSuccessAt;
    this.#cursors = state.cursors.map((one) => this.#cursor(one));
    this.#replays = state.replays.map((one) => this.#replay(one));
    for (const message of state.unfinished) {
      this.#unfinished.add(message);
      if (message.attempts === 0) this.#fresh.push({ message, told: null });
      else this.#waiting.add(message, message.scheduledAt);
    }
  }

  get breaker(): BreakerState {
    return this.#breaker.state;
  }

  get cursors(): readonly CursorState[] {
    return this.#cursors.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
  }

  get unfinished(): number {
    return this.#unfinished.size;
  }

  /** Takes over what was changed of the subscription. `added` are the partitions of topics that it had not before. */
  configure(change: WebhookChange, added: readonly CursorState[]): void {
    const { vault, now, delivery } = this.#parts;
    const { topics, ratePerSecondMax, concurrencyMax } = change.choices;
    const before = this.#delivery;
    this.#change = change;
    this.#filter = filterOf(change.choices);
    this.#signer = vault.signerOf(change);
    this.#pace = new Pace(ratePerSecondMax, now());
    this.#delivery = new Delivery(vault.urlOf(change), concurrencyMax, delivery);
    before.close().catch(this.#parts.onFault);
    const wanted = new Set<string>(topics.map((topic) => topic.replaceAll('_', '-')));
    this.#cursors = [
      ...this.#cursors.filter(({ topic }) => wanted.has(topic)),
      ...added.map((one) => this.#cursor(one)),
    ];
    this.#dead = false;
    this.wake();
  }

  /** Something new may be there. */
  wake(): void {
    this.#mayHaveMore = true;
    this.#pump();
  }

  /** Sends again what lies in these ranges. */
  replay(state: ReplayState): void {
    this.#replays.push(this.#replay(state));
    this.#encoded = null;
    this.wake();
  }

  /** Sends these messages again. */
  resend(messages: readonly Unfinished[]): void {
    for (const message of messages) this.#add(message, null);
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
      cursors: this.cursors,
      unfinished: [...this.#unfinished],
      replays: this.#replays.map(({ commandId, cursors }) => ({
        commandId,
        cursors: cursors.map(({ topic, partition, offset, until }) => ({ topic, partition, offset, until })),
      })),
    });
    return this.#encoded;
  }

  /** The first offset of each partition that it still needs. */
  needed(): Position[] {
    const replayed = this.#replays.flatMap(({ cursors }) => cursors);
    return [...this.cursors, ...replayed, ...this.#unfinished].map(({ topic, partition, offset }) => {
      return { topic, partition, offset };
    });
  }

  /** Begins nothing more, and lets what is under way end, or breaks it off after the deadline. */
  async end(deadlineMs: number): Promise<void> {
    this.#ended = true;
    this.#timer?.();
    if (this.#underway > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
        systemTimer(resolve, deadlineMs);
      });
    }
    await this.#delivery.destroy();
  }

  #cursor({ topic, partition, offset }: CursorState, until = Number.POSITIVE_INFINITY): Cursor {
    const { source, onFault } = this.#parts;
    const onMore = () => this.wake();
    return new Cursor(topic as Cursor['topic'], partition, offset, until, { source, onMore, onFault });
  }

  #replay({ commandId, cursors }: ReplayState): Replay {
    return { commandId, cursors: cursors.map((one) => this.#cursor(one, one.until)) };
  }

  #add(message: Unfinished, told: Told | null): void {
    this.#unfinished.add(message);
    this.#fresh.push({ message, told });
    this.#encoded = null;
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
      if (this.#fresh.length < FRESH_MAX / 2) this.#fill();
    }
    this.#arm(now);
  }

  /** A message that is due, before one that is new; for a probe, any. */
  #next(now: number, probe: boolean): Fresh | null {
    const { dueAt } = this.#waiting;
    if (dueAt !== null && (dueAt <= now || probe)) return { message: this.#waiting.take() as Unfinished, told: null };
    return this.#fresh.shift() ?? null;
  }

  #fill(): void {
    if (!this.#mayHaveMore || this.#fresh.length >= FRESH_MAX || this.#unfinished.size >= UNFINISHED_MAX) return;
    let looks = 0;
    for (const cursor of this.#cursors) looks += this.#advance(cursor, 'event', null, LOOKS_MAX - looks);
    // What is new goes before what is replayed.
    for (const { commandId, cursors } of looks > 0 ? [] : this.#replays) {
      for (const cursor of cursors) looks += this.#advance(cursor, 'replay', commandId, LOOKS_MAX - looks);
    }
    if (looks > 0) this.#encoded = null;
    if (this.#replays.length > 0) this.#dropFinishedReplays();
    this.#mayHaveMore = looks > 0;
    if (looks >= LOOKS_MAX) setImmediate(() => this.#pump());
  }

  #advance(cursor: Cursor, trigger: 'event' | 'replay', commandId: string | null, looks: number): number {
    return cursor.advance(looks, (place, told, seen) => {
      if (this.#fresh.length >= FRESH_MAX || this.#unfinished.size >= UNFINISHED_MAX) return false;
      if (this.#filter(told)) this.#add(newMessage(place, seen, trigger, commandId), told);
      return true;
    });
  }

  #dropFinishedReplays(): void {
    const left = this.#replays.filter(({ cursors }) => cursors.some((one) => !one.done));
    if (left.length < this.#replays.length) this.#encoded = null;
    this.#replays = left;
  }

  async #send({ message, told }: Fresh, probe: boolean): Promise<void> {
    const { source, vault, now, onAttempt } = this.#parts;
    this.#underway++;
    try {
      const record = told ?? (await source.load(message));
      const { id, type, body } = messageOf(message, record, this.#change.choices.content, (text) =>
        vault.pseudonym(text),
      );
      const at = now();
      const headers = this.#signer.headers({ id, timestamp: Math.floor(at / 1_000), body }, at);
      const answer = await this.#delivery.post({ headers, body });
      if (this.#ended && answer.error !== null) return;
      const trigger = probe ? 'probe' : message.attempts === 0 ? message.trigger : 'retry';
      const settled = this.#settle(message, answer, at);
      onAttempt(attemptRow({ subscriptionId: this.id, messageId: id, type, message, trigger, at, answer, ...settled }));
    } finally {
      this.#underway--;
      if (this.#underway === 0) this.#idle?.();
    }
    this.#pump();
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
    this.#unfinished.delete(message);
    if (this.#lastSuccessAt < message.firstAt) this.#die('exhausted');
    return { outcome: 'exhausted', nextAt: null };
  }

  #succeed(message: Unfinished, now: number): void {
    this.#failingSince = 0;
    this.#lastSuccessAt = now;
    this.#unfinished.delete(message);
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
    const hasNow = this.#fresh.length > 0 || (dueAt !== null && isOpen);
    const wantedAt = hasNow ? now : dueAt;
    if (wantedAt === null || this.#breaker.state === 'probing') return;
    this.#setTimer(Math.max(wantedAt, this.#breaker.openUntil, this.#pace.readyAt(now), now + 1), now);
  }

  #setTimer(at: number, now: number): void {
    if (this.#timerAt <= at && this.#timerAt > now) return;
    this.#timer?.();
    this.#timerAt = at;
    this.#timer = systemTimer(
      () => {
        this.#timerAt = Number.POSITIVE_INFINITY;
        this.#pump();
      },
      // Node takes longer waits for none at all.
      Math.min(at - now, 2 ** 31 - 1),
    );
  }
}

export function newMessage(
  { topic, partition, offset }: Place,
  seen: number,
  trigger: Unfinished['trigger'],
  commandId: string | null,
): Unfinished {
  return { topic, partition, offset, seen, trigger, commandId, attempts: 0, scheduled: 0, scheduledAt: 0, firstAt: 0 };
}
