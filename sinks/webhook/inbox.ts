/**
 * What an endpoint has read and not finished. It holds few messages at a time and leaves the rest in the log,
 * so an endpoint that is slow or dead takes no memory, however much waits for it.
 */
import type { Position } from '../../runtime/log/port.ts';
import { Cursor, type CursorParts } from './cursor.ts';
import type { Filter } from './filter.ts';
import type { Place, Told } from './messages.ts';
import type { CursorState, ReplayState, Unfinished } from './state.ts';

/** Messages that were read and not yet tried. */
const FRESH_MAX = 256;
/** Messages that were read and are not finished: beyond, no more are read until some are. */
const UNFINISHED_MAX = 1_000;
/** Records that are looked at before others have their turn. */
const LOOKS_MAX = 2_000;

export interface Fresh {
  readonly message: Unfinished;
  /** Its record; null where it has to be read again. */
  readonly told: Told | null;
}

interface Replay {
  readonly commandId: string;
  readonly cursors: readonly Cursor[];
}

export class Inbox {
  readonly #parts: CursorParts;
  readonly #unfinished = new Set<Unfinished>();
  #filter: Filter;
  #cursors: Cursor[] = [];
  #replays: Replay[] = [];
  #fresh: Fresh[] = [];
  #mayHaveMore = true;

  constructor(filter: Filter, parts: CursorParts) {
    this.#filter = filter;
    this.#parts = parts;
  }

  get cursors(): readonly CursorState[] {
    return this.#cursors.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
  }

  get replays(): readonly ReplayState[] {
    return this.#replays.map(({ commandId, cursors }) => ({
      commandId,
      cursors: cursors.map(({ topic, partition, offset, until }) => ({ topic, partition, offset, until })),
    }));
  }

  get unfinished(): ReadonlySet<Unfinished> {
    return this.#unfinished;
  }

  get hasFresh(): boolean {
    return this.#fresh.length > 0;
  }

  /** True where reading on is worth while. */
  get isLow(): boolean {
    return this.#fresh.length < FRESH_MAX / 2;
  }

  /** True where there is room, and reading on may find something. */
  get canRead(): boolean {
    return this.#mayHaveMore && !this.#isFull();
  }

  /** Whether a record is still wanted. */
  wants(told: Told): boolean {
    return this.#filter(told);
  }

  /** Reads these places as well. */
  follow(cursors: readonly CursorState[]): void {
    this.#cursors.push(...cursors.map((one) => this.#cursor(one, Number.POSITIVE_INFINITY)));
  }

  /** From now on only what this filter lets through, of these topics. */
  choose(filter: Filter, topics: ReadonlySet<string>): void {
    this.#filter = filter;
    this.#cursors = this.#cursors.filter(({ topic }) => topics.has(topic));
  }

  replay({ commandId, cursors }: ReplayState): void {
    this.#replays.push({ commandId, cursors: cursors.map((one) => this.#cursor(one, one.until)) });
  }

  /** A message that was not tried yet. */
  add(message: Unfinished, told: Told | null): void {
    this.#unfinished.add(message);
    this.#fresh.push({ message, told });
  }

  /** One that was, and waits elsewhere. */
  hold(message: Unfinished): void {
    this.#unfinished.add(message);
  }

  finish(message: Unfinished): void {
    this.#unfinished.delete(message);
  }

  take(): Fresh | null {
    return this.#fresh.shift() ?? null;
  }

  mayHaveMore(): void {
    this.#mayHaveMore = true;
  }

  /** Reads on, as far as there is room; answers how many records it looked at. */
  fill(): number {
    if (!this.canRead) return 0;
    let looks = 0;
    for (const cursor of this.#cursors) looks += this.#advance(cursor, 'event', null, LOOKS_MAX - looks);
    // What is new goes before what is replayed.
    for (const { commandId, cursors } of looks > 0 ? [] : this.#replays) {
      for (const cursor of cursors) looks += this.#advance(cursor, 'replay', commandId, LOOKS_MAX - looks);
    }
    if (this.#replays.length > 0) {
      this.#replays = this.#replays.filter(({ cursors }) => cursors.some((one) => !one.done));
    }
    this.#mayHaveMore = looks > 0;
    return looks;
  }

  /** The first offset of each partition that is still needed, and some later ones. */
  needed(): Position[] {
    const replayed = this.#replays.flatMap(({ cursors }) => cursors);
    return [...this.#cursors, ...replayed, ...this.#unfinished].map(({ topic, partition, offset }) => {
      return { topic, partition, offset };
    });
  }

  #cursor({ topic, partition, offset }: CursorState, until: number): Cursor {
    return new Cursor(topic as Cursor['topic'], partition, offset, until, this.#parts);
  }

  #advance(cursor: Cursor, trigger: 'event' | 'replay', commandId: string | null, looks: number): number {
    return cursor.advance(looks, (place, told, seen) => {
      if (this.#isFull()) return false;
      if (this.#filter(told)) this.add(newMessage(place, seen, trigger, commandId), told);
      return true;
    });
  }

  #isFull(): boolean {
    return this.#fresh.length >= FRESH_MAX || this.#unfinished.size >= UNFINISHED_MAX;
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
