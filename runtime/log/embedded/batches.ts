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

export function storedBytes(count: number, bodyBytes: number): number {
  return HEADER_BYTES + count * 4 + bodyBytes;
}

/** Lays several packed values one behind the other as one stored batch, into `target`, which has just the size for it. */
export function encodeBatch(target: Buffer, fingerprint: string, seen: number, parts: readonly PackedValues[]): void {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  target.writeUInt32LE(count, 0);
  target.write(fingerprint, 4, 8, 'hex');
  target.writeUInt32LE(LAYOUT_VERSION, 12);
  target.writeDoubleLE(seen, 16);
  const ends = new Uint32Array(target.buffer, target.byteOffset + HEADER_BYTES, count);
  const body = target.subarray(HEADER_BYTES + count * 4);
  let index = 0;
  let length = 0;
  for (const part of parts) {
    for (let i = 0; i < part.count; i++) ends[index++] = length + part.ends[i];
    body.set(part.body, length);
    length += part.body.length;
  }
}

/** Views into `stored`, which begins where numbers can be read as they lie; nothing is copied. */
export function decodeBatch(stored: Buffer): StoredBatch {
  const count = stored.readUInt32LE(0);
  return {
    fingerprint: stored.toString('hex', 4, 12),
    seen: stored.readDoubleLE(16),
    values: {
      count,
      body: stored.subarray(HEADER_BYTES + count * 4),
      ends: new Uint32Array(stored.buffer, stored.byteOffset + HEADER_BYTES, count),
    },
  };
}

/** Number of values, from the first bytes of a stored batch. */
export function countOf(stored: Buffer): number {
  return stored.readUInt32LE(0);
}

export function seenOf(stored: Buffer): number {
  return stored.readDoubleLE(16);
}
