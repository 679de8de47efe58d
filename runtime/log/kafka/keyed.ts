/** The adapter's own compacted topics: a key, a value, and whatever came last counts. */
import type { KafkaClient } from './client.ts';
import { CodeError, refuseCodes } from './errors.ts';
import { type FetchedBatch, RecordCursor, readBatches } from './record-batches.ts';
import { EARLIEST, fetch, LATEST, listOffsets, type Place } from './requests.ts';

export interface Keyed {
  readonly offset: number;
  readonly key: string;
  /** Null where the key was taken back. */
  readonly value: Buffer | null;
}

export interface Bounds {
  readonly start: number;
  /** Behind the last record that readers of committed records see. */
  readonly end: number;
}

const LIMITS = { waitMs: 100, bytes: 16 << 20, partitionBytes: 4 << 20 };

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
  for (let next = from; next < end; ) {
    const batches = await client.patiently('reading', () => fetchOnce(client, place, next));
    for (const batch of batches) {
      for (const record of recordsOf(batch)) if (record.offset >= next && record.offset < end) found.push(record);
      next = Math.max(next, batch.end);
    }
  }
  return found;
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
      key: records.toString('utf8', cursor.keyStart, cursor.keyEnd),
      value: cursor.valueStart < 0 ? null : records.subarray(cursor.valueStart, cursor.valueEnd),
    };
  });
}
