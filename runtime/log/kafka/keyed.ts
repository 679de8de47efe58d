/** The adapter's own compacted topics: a key, a value, and whatever came last counts. */
import type { KafkaClient } from './client.ts';
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

const LIMITS = { waitMs: 100, bytes: 16 << 20, partitionBytes: 8 << 20 };

/** First offset and last stable offset of each place, in the order given. */
export async function boundsOf(client: KafkaClient, places: readonly Place[]): Promise<Bounds[]> {
  if (places.length === 0) return [];
  const [starts, ends] = await client.patiently('asking for offsets', () => {
    return Promise.all(
      ([EARLIEST, LATEST] as const).map(async (time) => {
        const answers = await client.sendToLeaders(places, (own) => listOffsets(own, time));
        refuseCodes(answers, 'asking for the offsets of');
        return new Map(answers.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]));
      }),
    );
  });
  return places.map(({ topic, partition }) => {
    const place = `${topic}/${partition}`;
    return { start: starts!.get(place) as number, end: ends!.get(place) as number };
  });
}

/** The committed records from one offset up to another; what was trimmed or compacted away is passed by. */
export async function readKeyed(client: KafkaClient, place: Place, from: number, end: number): Promise<Keyed[]> {
  const found: Keyed[] = [];
  for await (const { records } of readThrough(client, place, from, end)) found.push(...records);
  return found;
}

/** The same, a fetch at a time, with where the next one begins. That is under way while one is worked on. */
export async function* readThrough(
  client: KafkaClient,
  place: Place,
  from: number,
  end: number,
): AsyncGenerator<{ readonly records: readonly Keyed[]; readonly next: number }> {
  const fetching = (offset: number) => {
    const fetched = client.patiently('reading', () => fetchOnce(client, place, offset));
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
  return readBatches(records, aborted);
}

function recordsOf({ records, count, baseOffset }: FetchedBatch): Keyed[] {
  const cursor = new RecordCursor(records);
  return Array.from({ length: count }, () => {
    cursor.next();
    return {
      offset: baseOffset + cursor.offsetDelta,
      key: records.subarray(cursor.keyStart, cursor.keyEnd),
      value: cursor.valueStart < 0 ? null : records.subarray(cursor.valueStart, cursor.valueEnd),
    };
  });
}
