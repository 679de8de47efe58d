/**
 * How a batch lies in LMDB: one value a batch, found by topic, partition and first offset.
 *
 * Key: topic id (1 byte), partition (2), first offset (8), big-endian, so that keys sort by offset.
 * Value: count (4), fingerprint (8), version (4), append time (8), the ends (4 each), then the bodies. The
 * header's length is a multiple of four, so the ends can be read where they lie.
 */
import type { PackedValues } from '../values.ts';

const HEADER_BYTES = 24;
const LAYOUT_VERSION = 1;
const WORD = 2 ** 32;

export interface StoredBatch {
  readonly fingerprint: string;
  readonly seen: number;
  readonly values: PackedValues;
}

export function batchKey(topicId: number, partition: number, offset: number): Buffer {
  const key = Buffer.allocUnsafe(11);
  key[0] = topicId;
  key.writeUInt16BE(partition, 1);
  key.writeUInt32BE(Math.floor(offset / WORD), 3);
  key.writeUInt32BE(offset % WORD, 7);
  return key;
}

export function offsetOfKey(key: Buffer): number {
  return key.readUInt32BE(3) * WORD + key.readUInt32BE(7);
}

/** Lays several packed values one behind the other as one stored batch. */
export function encodeBatch(fingerprint: string, seen: number, parts: readonly PackedValues[]): Buffer {
  let count = 0;
  let bodyBytes = 0;
  for (const part of parts) {
    count += part.count;
    bodyBytes += part.body.length;
  }
  const bodyStart = HEADER_BYTES + count * 4;
  const stored = Buffer.allocUnsafeSlow(bodyStart + bodyBytes);
  stored.writeUInt32LE(count, 0);
  stored.write(fingerprint, 4, 8, 'hex');
  stored.writeUInt32LE(LAYOUT_VERSION, 12);
  stored.writeDoubleLE(seen, 16);
  const ends = new Uint32Array(stored.buffer, stored.byteOffset + HEADER_BYTES, count);
  let index = 0;
  let length = 0;
  for (const part of parts) {
    for (let i = 0; i < part.count; i++) ends[index++] = length + part.ends[i];
    stored.set(part.body, bodyStart + length);
    length += part.body.length;
  }
  return stored;
}

/** Views into `stored`; nothing is copied. */
export function decodeBatch(stored: Buffer): StoredBatch {
  const count = stored.readUInt32LE(0);
  const endsStart = stored.byteOffset + HEADER_BYTES;
  const bodyStart = HEADER_BYTES + count * 4;
  const ends =
    endsStart % 4 === 0
      ? new Uint32Array(stored.buffer, endsStart, count)
      : new Uint32Array(Uint8Array.prototype.slice.call(stored, HEADER_BYTES, bodyStart).buffer);
  return {
    fingerprint: stored.toString('hex', 4, 12),
    seen: stored.readDoubleLE(16),
    values: { count, body: stored.subarray(bodyStart), ends },
  };
}

/** Number of values, from the first bytes of a stored batch. */
export function countOf(stored: Buffer): number {
  return stored.readUInt32LE(0);
}

export function seenOf(stored: Buffer): number {
  return stored.readDoubleLE(16);
}
