/**
 * What the sink has done, kept in the log: how far each partition is in ClickHouse, and the span that is
 * being inserted. The span is written down before its insert begins; that it is done is written down with the next one,
 * or when the sink rests. So after a crash the open span, and it alone, is inserted again, and its token
 * makes that harmless.
 */
import type { Committer, Log, Position } from '../../runtime/log/port.ts';
import { positionsAfter, type Span } from './spans.ts';

/** The reader’s name at the log, and the owner of its commits. */
export const SINK_NAME = 'clickhouse';

interface State {
  readonly open: Span | null;
  /** Entries that each journal partition held up to its position. */
  readonly ordinals: readonly (readonly [partition: number, entries: number])[];
}

const RETAIN_INTERVAL_MS = 10_000;

export class Ledger {
  readonly #log: Log;
  readonly #committer: Committer;
  readonly #now: () => number;
  readonly #positions = new Map<string, Position>();
  #open: Span | null = null;
  #clean = true;
  #retainedAt = Number.NEGATIVE_INFINITY;
  readonly #abandoning = new AbortController();
  /** Entries of each journal partition that are in ClickHouse. */
  ordinals: ReadonlyMap<number, number> = new Map();

  constructor(log: Log, now: () => number) {
    this.#log = log;
    this.#committer = log.committer(SINK_NAME);
    this.#now = now;
  }

  /** Shuts out an earlier sink of the same partitions and answers the span that it left open. */
  async take(partitions: readonly Pick<Position, 'topic' | 'partition'>[]): Promise<Span | null> {
    const { positions, state } = await this.#committer.fence(this.#abandoning.signal);
    for (const { topic, partition } of partitions) {
      this.#positions.set(keyOf({ topic, partition }), { topic, partition, offset: this.#log.start(topic, partition) });
    }
    for (const position of positions) this.#positions.set(keyOf(position), position);
    await this.#retain();
    const { open, ordinals } = decode(state);
    this.#open = open;
    this.#clean = open === null;
    this.ordinals = new Map(ordinals);
    return open;
  }

  /** Where a partition is to be read on. */
  position(topic: string, partition: number): number {
    return this.#positions.get(keyOf({ topic, partition }))?.offset ?? this.#log.start(topic, partition);
  }

  /** Writes down what is to be inserted next, and with it that all before is done. */
  async begin(span: Span): Promise<void> {
    this.#open = span;
    this.#clean = false;
    await this.#commit();
  }

  /** What was begun is in ClickHouse. */
  done(span: Span, ordinals: ReadonlyMap<number, number>): void {
    for (const position of positionsAfter(span)) this.#positions.set(keyOf(position), position);
    this.ordinals = ordinals;
    this.#open = null;
  }

  /** Writes down that all is done, where that is not written yet. */
  async rest(): Promise<void> {
    if (this.#clean || this.#open !== null) return;
    await this.#commit();
    this.#clean = true;
  }

  async #commit(): Promise<void> {
    const state: State = { open: this.#open, ordinals: [...this.ordinals] };
    const positions = [...this.#positions.values()];
    await this.#committer.commit({ outputs: [], positions, state: Buffer.from(JSON.stringify(state)) });
    if (this.#now() - this.#retainedAt >= RETAIN_INTERVAL_MS) await this.#retain();
  }

  /** What is read again after a crash begins at these positions. */
  async #retain(): Promise<void> {
    this.#retainedAt = this.#now();
    await this.#log.retain(SINK_NAME, [...this.#positions.values()]);
  }

  /** Takes the commits up again after one was refused. */
  async fence(): Promise<void> {
    await this.#committer.fence(this.#abandoning.signal);
  }

  /** Waits for the log no longer where it would have to fence; what waits is rejected with `reason`. */
  abandon(reason: Error): void {
    this.#abandoning.abort(reason);
  }

  /** Nothing more is committed. */
  release(): Promise<void> {
    return this.#committer.release();
  }
}

function decode(state: Buffer): State {
  if (state.length === 0) return { open: null, ordinals: [] };
  return JSON.parse(state.toString('utf8')) as State;
}

function keyOf({ topic, partition }: Pick<Position, 'topic' | 'partition'>): string {
  return `${topic}/${partition}`;
}
