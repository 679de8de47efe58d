/**
 * The demo: seeded traffic through the real intake. At the first start it sends the history of the last
 * days as fast as it is taken, then live traffic at the current time: the same economy at its own slow
 * pace, outsiders who pay the merchants, and planted cases that are played in minutes.
 *
 * Delivery: at least once. All ids follow from the seed and the time, so what is sent again after a
 * crash is recognised as a repeat.
 */
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isWeirError } from '../runtime/errors.ts';
import type { EventOf } from '../schemas/journal.ts';
import type { Label } from '../schemas/label.ts';
import { SECOND_MS } from '../schemas/time.ts';
import { dayStart, localDay } from './demo/calendar.ts';
import { Economy } from './demo/economy.ts';
import type { Arrival, DemoTopic, GeneratedEvent } from './demo/events.ts';
import { Gate, needsAcceptance, type OutcomeOf } from './demo/gate.ts';
import { Ahead, LiveVisitors } from './demo/live.ts';
import { ORDINARY_PLANTED, type Planted } from './demo/planted/cases.ts';
import { type DemoPosition, readPosition, writePosition } from './demo/position.ts';
import { Visitors } from './demo/visitors.ts';

export interface DemoOptions {
  /** Stores events in their inner form; resolves when they are on disk. */
  append<K extends DemoTopic>(topic: K, values: readonly EventOf<K>[]): Promise<unknown>;
  readonly now: () => number;
  readonly seed: number;
  /** Keeps where the demo stands. */
  readonly positionFile: string;
  /** Labels of what was planted go here, where it is given. */
  readonly labelsFile?: string;
  /** Where given, the demo's bank pays only what was accepted; else it pays everything. */
  readonly outcomeOf?: OutcomeOf;
  readonly parties?: number;
  readonly historyDays?: number;
  readonly transfersPerPartyPerDay?: number;
  readonly planted?: Planted;
  /** Of live traffic, on average over a day. */
  readonly eventsPerSecond?: number;
  /** Called after each batch that was acknowledged. */
  readonly onProgress?: (progress: DemoProgress) => void;
}

export interface DemoProgress {
  readonly phase: 'history' | 'live';
  /** Events sent since this start. */
  readonly sent: number;
  /** Everything that arrives before this instant was sent. */
  readonly sentUntil: number;
}

export interface Demo {
  /** Resolves when stopped; rejects with the error that ended the demo. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

export const DEMO_DEFAULTS = {
  parties: 4_000,
  historyDays: 10,
  transfersPerPartyPerDay: 0.8,
  eventsPerSecond: 100,
} as const;

/** Events in one batch of history: large enough to fill a group commit, small enough to be answered soon. */
const BATCH = 2_000;
const BEAT_MS = 100;
const POSITION_EVERY_MS = 2 * SECOND_MS;
/** How often the bank asks whether somebody has released what is held. */
const RELEASED_EVERY_MS = 5 * SECOND_MS;
/** A full disk may have room again. */
const FULL_PAUSE_MS = SECOND_MS;

export function startDemo(options: DemoOptions): Demo {
  const abort = new AbortController();
  const done = new Run(options, abort.signal).run();
  return {
    done,
    stop: async () => {
      abort.abort();
      await done;
    },
  };
}

/** The demo was stopped while the log was full: what was not stored is sent at the next start. */
class Stopped extends Error {}

class Run {
  readonly #options: DemoOptions;
  readonly #signal: AbortSignal;
  readonly #gate: Gate | null;
  #sent = 0;
  #savedAt = 0;
  #askedAt = 0;

  constructor(options: DemoOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#gate = options.outcomeOf === undefined ? null : new Gate(options.outcomeOf);
  }

  async run(): Promise<void> {
    const { now, seed, positionFile, parties = DEMO_DEFAULTS.parties } = this.#options;
    const known = await readPosition(positionFile);
    const begins = dayStart(localDay(now()) - (this.#options.historyDays ?? DEMO_DEFAULTS.historyDays));
    const resumed = known !== null && known.seed === seed && known.parties === parties;
    const position = resumed
      ? known
      : { seed, parties, from: begins, pastSent: false, sentUntil: begins, liveSince: null };
    const economy = new Economy({
      seed,
      parties,
      transfersPerPartyPerDay: this.#options.transfersPerPartyPerDay ?? DEMO_DEFAULTS.transfersPerPartyPerDay,
      planted: this.#options.planted ?? ORDINARY_PLANTED,
      from: position.from,
      to: Number.POSITIVE_INFINITY,
    });
    try {
      if (!position.pastSent) await this.#sendPast(economy, position);
      await this.#sendArrivals(economy, position);
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  }

  async #sendPast(economy: Economy, position: DemoPosition): Promise<void> {
    // Said first, so that a folder that a crash left half filled is still known as the demo's.
    await writePosition(this.#options.positionFile, position);
    const customers = economy.customers().map((event) => ({ topic: 'customers', event }) as const);
    for (let start = 0; start < customers.length; start += BATCH) {
      await this.#send(customers.slice(start, start + BATCH));
    }
    await this.#send([...economy.past()]);
    position.pastSent = true;
    await writePosition(this.#options.positionFile, position);
  }

  async #sendArrivals(economy: Economy, position: DemoPosition): Promise<void> {
    const { now, eventsPerSecond = DEMO_DEFAULTS.eventsPerSecond, positionFile } = this.#options;
    const { sentUntil, liveSince } = position;
    const arrivals = new Ahead(economy.arrivals(sentUntil, Number.POSITIVE_INFINITY));
    const begin = now();
    // A day's labels are written when the day begins.
    let labelledDay = sentUntil === position.from ? localDay(sentUntil) - 1 : localDay(sentUntil);
    const labelDays = async (until: number) => {
      while (labelledDay < localDay(until)) await this.#label(economy.labelsOf(++labelledDay));
    };
    await labelDays(begin);
    await this.#sendHistory(arrivals, position, begin);
    const visitors = new LiveVisitors(new Visitors(economy.world, eventsPerSecond), liveSince, sentUntil, begin);
    if (!this.#signal.aborted) position.liveSince = visitors.liveSince;
    while (!this.#signal.aborted) {
      const until = now();
      await labelDays(until);
      await this.#label(visitors.labels(position.sentUntil, until));
      await this.#send([...arrivals.take(Number.POSITIVE_INFINITY, until), ...visitors.take(until)]);
      await this.#sendReleased(until);
      position.sentUntil = until;
      await this.#progress('live', position);
      await this.#pause(BEAT_MS);
    }
    await writePosition(positionFile, position);
  }

  /** The backlog in batches; each waits for the one before, so nothing piles up. */
  async #sendHistory(arrivals: Ahead, position: DemoPosition, until: number): Promise<void> {
    while (!this.#signal.aborted && position.sentUntil < until) {
      const batch = arrivals.take(BATCH, until);
      await this.#send(batch);
      // Others may arrive in the millisecond of the last one: they are in the next batch.
      position.sentUntil = batch.length < BATCH ? until : (batch.at(-1) as Arrival).arrivesAt;
      await this.#progress('history', position);
    }
  }

  async #sendReleased(now: number): Promise<void> {
    if (this.#gate === null || now - this.#askedAt < RELEASED_EVERY_MS) return;
    this.#askedAt = now;
    await this.#append(await this.#gate.released(now));
  }

  /** Transfers as submitted first; then, with their decisions known, what becomes of them. */
  async #send(events: readonly GeneratedEvent[]): Promise<void> {
    if (this.#gate === null) return this.#append(events);
    await this.#append(events.filter((event) => needsAcceptance(event) === null));
    await this.#append(await this.#gate.admit(events.filter((event) => needsAcceptance(event) !== null)));
  }

  async #append(events: readonly GeneratedEvent[]): Promise<void> {
    for (const [topic, batch] of Map.groupBy(events, (event) => event.topic)) {
      const values = batch.map(({ event }) => event);
      await this.#store(() => this.#options.append(topic, values as readonly EventOf<typeof topic>[]));
      this.#sent += batch.length;
    }
  }

  async #store(append: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await append();
        return;
      } catch (error) {
        if (!isWeirError(error, 'LOG_FULL') && !isWeirError(error, 'LOG_UNAVAILABLE')) throw error;
        if (this.#signal.aborted) throw new Stopped();
        await this.#pause(FULL_PAUSE_MS);
      }
    }
  }

  async #progress(phase: DemoProgress['phase'], position: DemoPosition): Promise<void> {
    const { now, onProgress, positionFile } = this.#options;
    onProgress?.({ phase, sent: this.#sent, sentUntil: position.sentUntil });
    if (now() - this.#savedAt < POSITION_EVERY_MS) return;
    this.#savedAt = now();
    await writePosition(positionFile, position);
  }

  async #label(labels: Iterable<Label>): Promise<void> {
    const { labelsFile } = this.#options;
    if (labelsFile === undefined) return;
    const lines = Array.from(labels, (label) => `${JSON.stringify(label)}\n`);
    if (lines.length === 0) return;
    await mkdir(dirname(labelsFile), { recursive: true });
    await appendFile(labelsFile, lines.join(''));
  }

  async #pause(pauseMs: number): Promise<void> {
    try {
      await pause(pauseMs, undefined, { signal: this.#signal });
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    }
  }
}
