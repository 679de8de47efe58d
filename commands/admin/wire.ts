/**
 * How a running Weir and a command on the same machine speak: over HTTP, with the token that the
 * running one left in the data folder. Batches travel as they lie in the log.
 *
 * Body of a batch: count (4 bytes, little-endian), the ends (4 each), then the values end to end; what
 * else belongs to it stands in headers.
 */
import type { RecordBatch } from '../../runtime/log/port.ts';
import type { PackedValues } from '../../runtime/log/values.ts';

export const ADMIN_PREFIX = '/admin';

export const BATCH_HEADERS = {
  fingerprint: 'weir-fingerprint',
  baseOffset: 'weir-base-offset',
  seen: 'weir-seen',
} as const;

/** Where a partition of a topic begins and ends. */
export interface Bounds {
  readonly topic: string;
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

export function packBody(values: PackedValues): Buffer<ArrayBuffer> {
  const head = Buffer.alloc(4 + values.count * 4);
  head.writeUInt32LE(values.count, 0);
  for (let index = 0; index < values.count; index++) head.writeUInt32LE(values.ends[index] as number, 4 + index * 4);
  return Buffer.concat([head, values.body]);
}

/** Null where the bytes are no such body. */
export function unpackBody(bytes: Buffer): PackedValues | null {
  if (bytes.length < 4) return null;
  const count = bytes.readUInt32LE(0);
  const bodyStart = 4 + count * 4;
  if (bytes.length < bodyStart) return null;
  const ends = new Uint32Array(count);
  for (let index = 0; index < count; index++) ends[index] = bytes.readUInt32LE(4 + index * 4);
  const rising = ends.every((end, index) => index === 0 || end >= (ends[index - 1] as number));
  const length = count === 0 ? 0 : (ends[count - 1] as number);
  return rising && bytes.length === bodyStart + length ? { count, body: bytes.subarray(bodyStart), ends } : null;
}

export function batchHeaders(batch: RecordBatch): { [header: string]: string } {
  return {
    [BATCH_HEADERS.fingerprint]: batch.fingerprint,
    [BATCH_HEADERS.baseOffset]: String(batch.baseOffset),
    [BATCH_HEADERS.seen]: String(batch.seen),
  };
}
