/**
 * Which records an insert takes. A span is what is written down before the insert begins: for each
 * partition it takes from, the first offset and the one behind the last. Read again after a crash, the same
 * span gives the same rows.
 */
import type { Position, Reader, RecordBatch } from '../../runtime/log/port.ts';

export interface Range {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

export interface Span {
  readonly topic: string;
  /** Append time of its first batch; the rows lie in its month. */
  readonly logged: number;
  readonly ranges: readonly Range[];
}

export interface Taken {
  readonly span: Span;
  /** The batches of the ranges, in order. */
  readonly batches: readonly RecordBatch[];
  /** True where it ended at a limit and not at the end of the log. */
  readonly full: boolean;
}

/** What one insert takes at most; a span ends behind the batch that reaches a limit. */
export interface Limits {
  readonly records: number;
  readonly bytes: number;
  readonly partitions: number;
}

/** Runs of offsets that follow each other; each stands in the statement, which ClickHouse takes up to 256 KiB of. */
const RUNS_MAX = 2_000;

/** Takes what is ready of a topic, from the readers in the order given; null where nothing is. */
export function take(readers: readonly Reader[], limits: Limits): Taken | null {
  const batches: RecordBatch[] = [];
  const ranges: Range[] = [];
  let records = 0;
  let bytes = 0;
  let runs = 0;
  let month = -1;
  let full = false;
  for (const reader of readers) {
    if (full || ranges.length === limits.partitions) break;
    if (!reader.ready()) continue;
    const from = reader.position;
    let end = -1;
    while (!full && reader.ready()) {
      const batch = reader.poll();
      if (batch === null) break;
      if (month === -1) month = monthOf(batch.seen);
      if (monthOf(batch.seen) !== month) {
        reader.seek(batch.baseOffset);
        full = true;
        break;
      }
      batches.push(batch);
      if (batch.baseOffset !== end) runs++;
      end = batch.baseOffset + batch.values.count;
      records += batch.values.count;
      bytes += batch.values.body.length;
      full = records >= limits.records || bytes >= limits.bytes || runs >= RUNS_MAX;
    }
    if (reader.position > from) ranges.push({ partition: reader.partition, from, to: reader.position });
  }
  if (batches.length === 0) return null;
  const [{ topic, seen }] = batches;
  return { span: { topic, logged: seen, ranges }, batches, full };
}

/** Reads a span again. */
export async function takeAgain(span: Span, readerOf: (partition: number) => Reader): Promise<Taken> {
  const batches: RecordBatch[] = [];
  for (const { partition, from, to } of span.ranges) {
    const reader = readerOf(partition);
    reader.seek(from);
    // A log may hand out other batches than the first time; the records are the same.
    for (let batch = await reader.nextBefore(to); batch !== null; batch = await reader.nextBefore(to))
      batches.push(batch);
    reader.seek(to);
  }
  return { span, batches, full: true };
}

export function positionsAfter({ topic, ranges }: Span): Position[] {
  return ranges.map(({ partition, to }) => ({ topic, partition, offset: to }));
}

/** The same for the same span, and for no other. */
export function tokenOf({ topic, ranges }: Span): string {
  return `${topic}:${ranges.map(({ partition, from, to }) => `${partition}/${from}-${to}`).join(',')}`;
}

/** Months since 1970 in UTC, as the tables are partitioned. */
function monthOf(at: number): number {
  const date = new Date(at);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}
