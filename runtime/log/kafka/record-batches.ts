/**
 * Kafka's record batches, between the wire and `PackedValues`, without an object a record: kafkajs makes a
 * dozen of each, which costs more than folding it.
 *
 * A batch: base offset (8), length (4), leader epoch (4), magic (1), CRC (4), attributes (2), last offset
 * delta (4), first and last time (8 each), producer id (8) and epoch (2), first sequence (4), count (4), and
 * then the records, each a length, attributes, time and offset delta, key, value and headers, in zigzag varints.
 */
import { WeirError } from '../../errors.ts';
import type { PackedValues } from '../values.ts';
import { readInt64, writeInt64 } from './bytes.ts';
import { UnpackError, unpack } from './compression.ts';
import { crc32c } from './crc32c.ts';

const HEADER_BYTES = 61;
const LENGTH_END = 12;
const CRC_AT = 17;
const CRC_END = 21;
const MAGIC = 2;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const CODEC_MASK = 0x07;
/** Lengths and deltas of a record take at most five bytes each, the rest of its frame six. */
const RECORD_OVERHEAD_MAX = 21;
const MARKER_ABORT = 0;
const VARINT_BYTES_MAX = 5;
/** Length of a key or a value that is not there; on the wire −1. */
const ABSENT = -1;
/** A record’s headers begin with their number. */
const NO_HEADERS = Buffer.alloc(1);

/** Values of a batch that share a frame: what stands before each of them. */
export interface Framed {
  /** The key of each value; null where none of them has one. */
  readonly keys: PackedValues | null;
  /** Null where the records only take their keys back: they carry no value then. */
  readonly frame: Buffer | null;
  /** Headers of each of its records, as `encodeHeaders` makes them; none where it is left out. */
  readonly headers?: Buffer | undefined;
  readonly values: PackedValues;
  readonly from: number;
  readonly to: number;
}

export interface ProducerState {
  readonly id: bigint;
  readonly epoch: number;
  /** Sequence of the first record; counts on over the partition. */
  readonly sequence: number;
  readonly transactional: boolean;
}

/** Bytes that the records of a batch take at most. */
export function batchBytesMax(parts: readonly Framed[]): number {
  return parts.reduce((sum, part) => sum + partBytesMax(part), HEADER_BYTES);
}

/** Bytes that the records of a part take at most. */
export function partBytesMax({ keys, frame, headers = NO_HEADERS, values, from, to }: Framed): number {
  const each = RECORD_OVERHEAD_MAX + (frame?.length ?? 0) + headers.length;
  return (to - from) * each + bytesOf(values, from, to) + (keys === null ? 0 : bytesOf(keys, from, to));
}

function bytesOf({ ends }: PackedValues, from: number, to: number): number {
  return (to === 0 ? 0 : ends[to - 1]!) - (from === 0 ? 0 : ends[from - 1]!);
}

export function encodeBatch(parts: readonly Framed[], producer: ProducerState, now: number): Buffer {
  const target = Buffer.allocUnsafe(batchBytesMax(parts));
  let at = HEADER_BYTES;
  let count = 0;
  for (const part of parts) {
    at = writeRecords(target, at, part, count);
    count += part.to - part.from;
  }
  writeInt64(target, 0, 0);
  target.writeInt32BE(at - LENGTH_END, 8);
  target.writeInt32BE(-1, 12);
  target[16] = MAGIC;
  target.writeInt16BE(producer.transactional ? TRANSACTIONAL : 0, CRC_END);
  target.writeInt32BE(count - 1, 23);
  writeInt64(target, 27, now);
  writeInt64(target, 35, now);
  target.writeBigInt64BE(producer.id, 43);
  target.writeInt16BE(producer.epoch, 51);
  target.writeInt32BE(producer.sequence, 53);
  target.writeInt32BE(count, 57);
  target.writeUInt32BE(crc32c(target, CRC_END, at), CRC_AT);
  return target.subarray(0, at);
}

function writeRecords(target: Buffer, start: number, part: Framed, first: number): number {
  const { keys, frame, headers = NO_HEADERS, values, from, to } = part;
  let at = start;
  for (let index = from; index < to; index++) {
    const begin = index === 0 ? 0 : values.ends[index - 1]!;
    const end = values.ends[index]!;
    const keyBegin = keys === null || index === 0 ? 0 : keys.ends[index - 1]!;
    const keyBytes = keys === null ? ABSENT : keys.ends[index]! - keyBegin;
    const valueBytes = frame === null ? ABSENT : frame.length + end - begin;
    const delta = first + index - from;
    const restBytes = fieldBytes(keyBytes) + fieldBytes(valueBytes) + headers.length;
    at = writeVarint(target, at, 2 + varintBytes(delta) + restBytes);
    target[at++] = 0;
    target[at++] = 0;
    at = writeVarint(target, at, delta);
    at = writeLength(target, at, keyBytes);
    if (keys !== null) at += keys.body.copy(target, at, keyBegin, keyBegin + keyBytes);
    at = writeLength(target, at, valueBytes);
    if (frame !== null) {
      for (let byte = 0; byte < frame.length; byte++) target[at++] = frame[byte]!;
      at += values.body.copy(target, at, begin, end);
    }
    for (let byte = 0; byte < headers.length; byte++) target[at++] = headers[byte]!;
  }
  return at;
}

/** Bytes of a key or a value together with its length. */
function fieldBytes(length: number): number {
  return length === ABSENT ? 1 : varintBytes(length) + length;
}

function writeLength(target: Buffer, at: number, length: number): number {
  if (length !== ABSENT) return writeVarint(target, at, length);
  target[at] = 1;
  return at + 1;
}

/** The headers of a record that has these. */
export function encodeHeaders(headers: readonly (readonly [name: string, value: string])[]): Buffer {
  const texts = headers.flat();
  const bytesMax = texts.reduce((sum, text) => sum + VARINT_BYTES_MAX + Buffer.byteLength(text), VARINT_BYTES_MAX);
  const target = Buffer.alloc(bytesMax);
  let at = writeVarint(target, 0, headers.length);
  for (const text of texts) {
    at = writeVarint(target, at, Buffer.byteLength(text));
    at += target.write(text, at);
  }
  return target.subarray(0, at);
}

/** Zigzag varint of a number that is not negative. */
function writeVarint(target: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value * 2;
  while (rest > 0x7f) {
    target[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[at++] = rest;
  return at;
}

function varintBytes(value: number): number {
  if (value < 0x40) return 1;
  if (value < 0x2000) return 2;
  if (value < 0x10_0000) return 3;
  return value < 0x800_0000 ? 4 : 5;
}

/** A transaction that was aborted, as the broker lists those that reach into what it sends. */
export interface Aborted {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

/** One batch of what was fetched, its records still to be read. */
export interface FetchedBatch {
  /** Its topic, partition and offset, for messages. */
  readonly place: string;
  readonly baseOffset: number;
  /** Offset behind its last record. */
  readonly end: number;
  readonly time: number;
  readonly count: number;
  /** The records, one behind the other; empty where the batch is a marker or was aborted. */
  readonly records: Buffer;
}

/**
 * The batches of a record set, in order: markers and what was aborted come without records, and a cut tail not at all.
 * Throws `RECORD_UNDECODABLE` where one of them is not as it says; `where` is for that.
 */
export function readBatches(set: Buffer, aborted: readonly Aborted[], where: string): FetchedBatch[] {
  const batches: FetchedBatch[] = [];
  const waiting = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  const dropped = new Set<bigint>();
  for (let at = 0; at + HEADER_BYTES <= set.length; ) {
    const next = at + LENGTH_END + set.readInt32BE(at + 8);
    if (next > set.length) break;
    batches.push(readBatch(set.subarray(at, next), waiting, dropped, where));
    at = next;
  }
  return batches;
}

function readBatch(batch: Buffer, waiting: Aborted[], dropped: Set<bigint>, where: string): FetchedBatch {
  const baseOffset = readInt64(batch, 0);
  const place = `${where} at offset ${baseOffset}`;
  if (batch[16] !== MAGIC) throw undecodable(place, `its format is ${batch[16]}, and ${MAGIC} was expected`);
  const attributes = batch.readInt16BE(CRC_END);
  const end = baseOffset + batch.readInt32BE(23) + 1;
  const producerId = batch.readBigInt64BE(43);
  while (waiting.length > 0 && waiting[0]!.firstOffset < end) dropped.add(waiting.shift()!.producerId);
  const head = { place, baseOffset, end, time: readInt64(batch, 35) };
  if ((attributes & CONTROL) !== 0) {
    if (isAbort(batch.subarray(HEADER_BYTES), place)) dropped.delete(producerId);
    return { ...head, count: 0, records: NONE };
  }
  if ((attributes & TRANSACTIONAL) !== 0 && dropped.has(producerId)) return { ...head, count: 0, records: NONE };
  const records = unpacked(batch.subarray(HEADER_BYTES), attributes & CODEC_MASK, place);
  return { ...head, count: batch.readInt32BE(57), records };
}

const NONE = Buffer.alloc(0);

/** A marker's one record has as key its version and its kind, two bytes each. */
function isAbort(records: Buffer, place: string): boolean {
  const cursor = new RecordCursor({ records, place });
  cursor.next();
  return records.readInt16BE(cursor.keyStart + 2) === MARKER_ABORT;
}

function unpacked(records: Buffer, codec: number, place: string): Buffer {
  if (codec === 0) return records;
  try {
    return unpack(records, codec);
  } catch (error) {
    if (!(error instanceof UnpackError)) throw error;
    throw undecodable(place, error.message, error);
  }
}

function undecodable(place: string, why: string, cause?: unknown): WeirError {
  return new WeirError('RECORD_UNDECODABLE', `The record batch of ${place} cannot be read: ${why}.`, { cause });
}

/** Walks over the records of a batch without making anything of them: each is where the fields say. */
export class RecordCursor {
  readonly #bytes: Buffer;
  readonly #place: string;
  #at = 0;
  offsetDelta = 0;
  keyStart = 0;
  keyEnd = 0;
  /** Where the value begins; -1 where it is null. */
  valueStart = 0;
  valueEnd = 0;

  constructor({ records, place }: Pick<FetchedBatch, 'records' | 'place'>) {
    this.#bytes = records;
    this.#place = place;
  }

  next(): void {
    const length = this.#varint();
    const end = this.#at + length;
    if (end > this.#bytes.length || length < 0) {
      const ends = `one of its records ends at byte ${end} of ${this.#bytes.length}`;
      throw undecodable(this.#place, `${ends}, and as many records as it counts were expected`);
    }
    // Attributes, which are unused, and the time delta, which the batch's own append time makes meaningless.
    this.#at++;
    while (this.#bytes[this.#at++]! >= 0x80);
    this.offsetDelta = this.#varint();
    const keyBytes = this.#varint();
    this.keyStart = this.#at;
    this.#at += Math.max(0, keyBytes);
    this.keyEnd = this.#at;
    const valueBytes = this.#varint();
    this.valueStart = valueBytes < 0 ? -1 : this.#at;
    this.valueEnd = this.#at + Math.max(0, valueBytes);
    this.#at = end;
  }

  #varint(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.#at++]!;
    let value = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = bytes[this.#at++]!;
      value |= (byte & 0x7f) << shift;
    }
    return (value >>> 1) ^ -(value & 1);
  }
}
