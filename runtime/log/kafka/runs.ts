/** What was fetched as runs: records with offsets that follow each other, under one schema, appended together. */
import { type PackedValues, packValues, valueAt } from '../values.ts';
import {
  FINGERPRINT_FRAME_BYTES,
  fingerprintAt,
  fingerprintFrame,
  REGISTRY_FRAME_BYTES,
  registryFrame,
  registryIdAt,
  sameFrame,
} from './frames.ts';
import { type FetchedBatch, RecordCursor } from './record-batches.ts';

export interface Run {
  readonly baseOffset: number;
  readonly seen: number;
  /** Registry id or fingerprint of the schema; null where the values carry no frame. */
  readonly schema: number | string | null;
  readonly values: PackedValues;
}

/** Where the values of a run lie in what was fetched, frames left out. Used again for each run. */
const spans = { starts: new Uint32Array(1_024), ends: new Uint32Array(1_024), count: 0 };

/** The values with the frames that they came in. */
export function framedAgain(values: PackedValues, schema: Run['schema']): PackedValues {
  if (schema === null) return values;
  const frame = typeof schema === 'number' ? registryFrame(schema) : fingerprintFrame(schema);
  const parts = Array.from({ length: values.count }, (_, index) => Buffer.concat([frame, valueAt(values, index)]));
  return packValues(parts);
}

/** The records of a batch from offset `from` on. */
export function runsOf(batch: FetchedBatch, from: number, isPublic: boolean): Run[] {
  const { records, count, baseOffset, time } = batch;
  const runs: Run[] = [];
  const cursor = new RecordCursor(batch);
  let schema: Run['schema'] = null;
  let first = 0;
  let before = -1;
  let frameAt = -1;
  const close = () => {
    if (spans.count > 0) runs.push({ baseOffset: first, seen: time, schema, values: packed(records) });
    spans.count = 0;
  };
  for (let index = 0; index < count; index++) {
    cursor.next();
    const offset = baseOffset + cursor.offsetDelta;
    if (offset < from) continue;
    const start = cursor.valueStart;
    const end = cursor.valueEnd;
    const same =
      frameAt >= 0 &&
      !isPublic &&
      end - start >= FINGERPRINT_FRAME_BYTES &&
      sameFrame(records, frameAt, start, FINGERPRINT_FRAME_BYTES);
    const own: Run['schema'] = same ? schema : schemaAt(records, start, end, isPublic);
    if (spans.count === 0 || own !== schema || offset !== before + 1) {
      close();
      schema = own;
      first = offset;
      frameAt = own === null ? -1 : start;
    }
    before = offset;
    // A null value is as empty as an empty one.
    note(start < 0 ? end : start + frameBytes(own), end);
  }
  close();
  return runs;
}

function schemaAt(records: Buffer, start: number, end: number, isPublic: boolean): Run['schema'] {
  if (start < 0) return null;
  return isPublic ? registryIdAt(records, start, end) : fingerprintAt(records, start, end);
}

function frameBytes(schema: Run['schema']): number {
  if (schema === null) return 0;
  return typeof schema === 'number' ? REGISTRY_FRAME_BYTES : FINGERPRINT_FRAME_BYTES;
}

function note(start: number, end: number): void {
  if (spans.count === spans.starts.length) {
    for (const side of ['starts', 'ends'] as const) {
      const larger = new Uint32Array(spans.count * 2);
      larger.set(spans[side]);
      spans[side] = larger;
    }
  }
  spans.starts[spans.count] = start;
  spans.ends[spans.count++] = end;
}

function packed(records: Buffer): PackedValues {
  const { starts, ends: spanEnds, count } = spans;
  const ends = new Uint32Array(count);
  let length = 0;
  for (let index = 0; index < count; index++) {
    length += spanEnds[index]! - starts[index]!;
    ends[index] = length;
  }
  const body = Buffer.allocUnsafeSlow(length);
  for (let index = 0, at = 0; index < count; index++) {
    at += records.copy(body, at, starts[index]!, spanEnds[index]!);
  }
  return { count, body, ends };
}
