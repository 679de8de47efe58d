/** The adapter's own compacted topics: a key, a value, and whatever came last counts. */
import { setTimeout as pause } from 'node:timers/promises';
import { monotonicNow } from '../../clock.ts';
import { WeirError } from '../../errors.ts';
import type { KafkaClient, Patience } from './client.ts';
import { CodeError, refuseCodes } from './errors.ts';
import { type FetchedBatch, RecordCursor, readBatches } from './record-batches.ts';
import { EARLIEST, fetch, LATEST, listOffsets, type Place } from './requests.ts';

export interface Keyed {
  readonly offset: number;
  readonly key: Buffer;
  /** Null where the key was taken back. */
  readonly value: Buffer | null;
}

export interface Bounds {
  readonly start: number;
  /** Behind the last record that readers of committed records see. */
  readonly end: number;
}

/** Looked again after so long whether a transaction has ended that hides what stands behind it. */
const HIDDEN_MS = 20;
const LIMITS = { waitMs: 100, bytes: 16 << 20, partitionBytes: 8 << 20 };

/** First offset and last stable offset of each place, in the order given. */
export async function boundsOf(client: KafkaClient, places: readonly Place[], patience?: Patience): Promise<Bounds[]> {
  if (places.length === 0) return [];
  const asking = () => {
    return Promise.all(
      ([EARLIEST, LATEST] as const).map(async (time) => {
        const answers = await client.sendToLeaders(places, (own) => listOffsets(own, time));
        refuseCodes(answers, 'asking for the offsets of');
        return new Map(answers.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]));
      }),
    );
  };
  const [starts, ends] = await client.patiently('asking for offsets', asking, patience);
  return places.map(({ topic, partition }) => {
    const place = `${topic}/${partition}`;
    return { start: starts!.get(place) as number, end: ends!.get(place) as number };
  });
}

/**
 * The same of one place, with all in sight that was committed there before. A transaction that somebody else left
 * open hides what others committed behind it, as if it had never been: its end is waited for, which the broker
 * brings about at the latest when it times out.
 */
export async function settledBoundsOf(
  client: KafkaClient,
  place: Place,
  patience: Patience & { readonly ms: number },
): Promise<Bounds> {
  const asking = async () => {
    const answers = await client.sendToLeaders([place], (own) => listOffsets(own, LATEST, { open: true }));
    refuseCodes(answers, 'asking for the end of');
    return (answers[0] as { offset: number }).offset;
  };
  const all = await client.patiently('asking for offsets', asking, patience);
  for (const deadline = monotonicNow() + patience.ms; ; ) {
    const [bounds] = (await boundsOf(client, [place], patience)) as [Bounds];
    if (bounds.end >= all) return bounds;
    if (monotonicNow() > deadline) {
      const message = `A transaction that never ends hides ${place.topic}/${place.partition} from ${bounds.end} on; abort it with kafka-transactions.sh.`;
      throw new WeirError('LOG_UNAVAILABLE', message);
    }
    await pause(HIDDEN_MS);
  }
}

/** The committed records from one offset up to another; what was trimmed or compacted away is passed by. */
export async function readKeyed(
  client: KafkaClient,
  place: Place,
  from: number,
  end: number,
  patience?: Patience,
): Promise<Keyed[]> {
  const found: Keyed[] = [];
  for await (const { records } of readThrough(client, place, from, end, patience)) found.push(...records);
  return found;
}

/** The same, a fetch at a time, with where the next one begins. That is under way while one is worked on. */
export async function* readThrough(
  client: KafkaClient,
  place: Place,
  from: number,
  end: number,
  patience?: Patience,
): AsyncGenerator<{ readonly records: readonly Keyed[]; readonly next: number }> {
  const fetching = (offset: number) => {
    const fetched = client.patiently('reading', () => fetchOnce(client, place, offset), patience);
    // Whoever comes to it meets the failure; until then it must not count as unhandled.
    fetched.catch(() => {});
    return fetched;
  };
  let coming = from < end ? fetching(from) : null;
  for (let at = from; coming !== null; ) {
    const batches: FetchedBatch[] = await coming;
    const since = at;
    for (const batch of batches) at = Math.max(at, batch.end);
    coming = at < end ? fetching(at) : null;
    const records = batches.flatMap(recordsOf).filter(({ offset }) => offset >= since && offset < end);
    yield { records, next: at };
  }
}

async function fetchOnce(client: KafkaClient, place: Place, offset: number): Promise<FetchedBatch[]> {
  const { code, partitions } = await client.send(client.leaderOf(place), fetch([{ ...place, offset }], LIMITS));
  const what = `reading ${place.topic}/${place.partition} at ${offset}`;
  if (code !== 0) throw new CodeError(code, what);
  refuseCodes(partitions, what);
  const [{ records, aborted }] = partitions as [(typeof partitions)[number]];
  return readBatches(records, aborted, `${place.topic}/${place.partition}`);
}

function recordsOf(batch: FetchedBatch): Keyed[] {
  const { records, count, baseOffset } = batch;
  const cursor = new RecordCursor(batch);
  return Array.from({ length: count }, () => {
    cursor.next();
    return {
      offset: baseOffset + cursor.offsetDelta,
      key: records.subarray(cursor.keyStart, cursor.keyEnd),
      value: cursor.valueStart < 0 ? null : records.subarray(cursor.valueStart, cursor.valueEnd),
    };
  });
}
