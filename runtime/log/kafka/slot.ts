/**
 * What one reader has at hand of its partition: batches that were fetched in the background, and how far
 * the fetching got. Offsets have gaps, where transactions ended or were aborted; a slot passes them by itself.
 */
import { monotonicNow } from '../../clock.ts';
import type { WeirError } from '../../errors.ts';
import type { RecordBatch } from '../port.ts';
import { sliceValues } from '../values.ts';
import type { Place } from './requests.ts';

/** A batch, and where reading goes on after it. */
export interface Fetched {
  readonly batches: readonly RecordBatch[];
  /** Behind the last record, marker or aborted record that was looked at. */
  readonly next: number;
  readonly highWatermark: number;
  /** Behind the last record that readers of committed records may see. */
  readonly lastStableOffset: number;
}

/** Records that an open transaction hides. */
export interface Hidden {
  readonly from: number;
  readonly to: number;
  /** How long answers have said so, from the first to the last. */
  readonly forMs: number;
}

/** Fetched ahead of the reader at most, about: one more answer may come on top. */
const AHEAD_BYTES_MAX = 2 << 20;

export class Slot implements Place {
  readonly topic: string;
  readonly partition: number;
  /** Raised by each seek, so that what was under way before is not taken for what was asked for after. */
  generation = 0;
  /** Part of a fetch that is under way. */
  inFlight = false;
  /** Not to be fetched before, after an error that passes; monotonic ms. */
  notBefore = 0;
  /** Somebody looked at it since the last sweep. */
  asked = false;
  /** What the fetcher does when there may be something to fetch. */
  wanting: () => void = () => {};
  #queue: RecordBatch[] = [];
  #bytes = 0;
  #fetched: number;
  #position: number;
  #failure: WeirError | null = null;
  #highWatermark = 0;
  /** What is hidden as of the last answer, and since when; null where nothing is. */
  #hidden: (Hidden & { readonly since: number }) | null = null;
  #watchers = new Set<() => void>();

  constructor({ topic, partition }: Place, from: number) {
    this.topic = topic;
    this.partition = partition;
    this.#fetched = from;
    this.#position = from;
  }

  get position(): number {
    return this.#queue.length > 0 ? this.#position : this.#fetched;
  }

  /** Next offset to fetch. */
  get next(): number {
    return this.#fetched;
  }

  get wants(): boolean {
    return this.#failure === null && !this.inFlight && this.#bytes < AHEAD_BYTES_MAX;
  }

  /** Somebody waits for what comes next. */
  get hungry(): boolean {
    return this.#failure === null && this.#bytes < AHEAD_BYTES_MAX && (this.asked || this.watched);
  }

  get failed(): boolean {
    return this.#failure !== null;
  }

  get watched(): boolean {
    return this.#watchers.size > 0;
  }

  get hidden(): Hidden | null {
    return this.#hidden;
  }

  /** True where the log is known to end before an offset that somebody counts on. */
  endsBefore(offset: number): boolean {
    return this.#highWatermark > 0 && this.#fetched >= this.#highWatermark && offset > this.#highWatermark;
  }

  /** The first batch at hand; null where none is. */
  peek(): RecordBatch | null {
    this.ask();
    if (this.#queue.length > 0) return this.#queue[0]!;
    if (this.#failure !== null) throw this.#failure;
    return null;
  }

  /** Takes the first batch, cut so that it ends before `offset`. */
  shift(offset = Number.POSITIVE_INFINITY): RecordBatch {
    const batch = this.#queue.shift()!;
    const { values, baseOffset } = batch;
    if (baseOffset + values.count > offset) {
      const kept = offset - baseOffset;
      this.#queue.unshift({ ...batch, baseOffset: offset, values: sliceValues(values, kept, values.count) });
      this.#position = offset;
      return { ...batch, values: sliceValues(values, 0, kept) };
    }
    const full = this.#bytes >= AHEAD_BYTES_MAX;
    this.#bytes -= batch.values.body.length;
    this.#position = this.#queue[0]?.baseOffset ?? this.#fetched;
    if (full && this.#bytes < AHEAD_BYTES_MAX) this.wanting();
    return batch;
  }

  ask(): void {
    if (this.asked) return;
    this.asked = true;
    this.wanting();
  }

  seek(offset: number): void {
    const ahead = this.#queue.findIndex(({ baseOffset }) => baseOffset === offset);
    if (ahead >= 0) {
      while (this.#queue[0]!.baseOffset !== offset) this.shift();
      return;
    }
    if (offset === this.position) return;
    this.generation++;
    this.#queue = [];
    this.#bytes = 0;
    this.#failure = null;
    this.#highWatermark = 0;
    this.#hidden = null;
    this.#fetched = offset;
    this.#position = offset;
    this.notBefore = 0;
    if (this.asked) this.wanting();
  }

  take({ batches, next, highWatermark, lastStableOffset }: Fetched): void {
    this.#noteHidden(lastStableOffset, highWatermark);
    const passed = next > this.#fetched;
    this.#fetched = Math.max(this.#fetched, next);
    const told = this.#highWatermark;
    this.#highWatermark = highWatermark;
    if (this.#queue.length === 0) this.#position = batches[0]?.baseOffset ?? this.#fetched;
    for (const batch of batches) {
      this.#queue.push(batch);
      this.#bytes += batch.values.body.length;
    }
    if (passed || batches.length > 0 || told !== highWatermark) this.#tell();
  }

  fail(failure: WeirError): void {
    this.#failure = failure;
    this.#tell();
  }

  /** Calls `work` whenever there is more to see; answers how to end that. */
  watch(work: () => void): () => void {
    this.#watchers.add(work);
    this.ask();
    return () => this.#watchers.delete(work);
  }

  #noteHidden(from: number, to: number): void {
    const now = monotonicNow();
    const since = this.#hidden?.from === from ? this.#hidden.since : now;
    this.#hidden = from < to ? { from, to, since, forMs: now - since } : null;
  }

  #tell(): void {
    for (const work of [...this.#watchers]) work();
  }
}
