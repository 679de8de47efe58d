/**
 * What goes with a value on the wire: its key, the headers, and what stands before it. Public topics: Confluent's wire format, a zero and the id of the
 * schema in the registry, so that anybody reads them. Internal topics: a one and the fingerprint of the schema.
 */
import { KEYED_BY_FIRST_FIELD } from '../../../schemas/record-keys.ts';
import { TOPICS, type TopicName } from '../../../schemas/topics.ts';
import type { Append } from '../port.ts';
import { firstFields, type PackedValues } from '../values.ts';
import { encodeHeaders } from './record-batches.ts';

const REGISTRY_MAGIC = 0;
const FINGERPRINT_MAGIC = 1;
export const REGISTRY_FRAME_BYTES = 5;
export const FINGERPRINT_FRAME_BYTES = 9;
/** Fingerprint of values that carry no frame, or one that names no schema: the log holds none for it. */
export const UNFRAMED = '0000000000000000';

export function isPublic(topic: string): boolean {
  return TOPICS[topic as TopicName].access === 'public';
}

export function registryFrame(id: number): Buffer {
  const frame = Buffer.alloc(REGISTRY_FRAME_BYTES, REGISTRY_MAGIC);
  frame.writeUInt32BE(id, 1);
  return frame;
}

export function fingerprintFrame(fingerprint: string): Buffer {
  const frame = Buffer.alloc(FINGERPRINT_FRAME_BYTES, FINGERPRINT_MAGIC);
  frame.write(fingerprint, 1, 'hex');
  return frame;
}

/** The id of the schema in the registry; null where the value from `start` up to `end` is not framed so. */
export function registryIdAt(bytes: Buffer, start: number, end: number): number | null {
  if (end - start < REGISTRY_FRAME_BYTES || bytes[start] !== REGISTRY_MAGIC) return null;
  return bytes.readUInt32BE(start + 1);
}

/** True where the same fingerprint frame stands at two places. */
export function sameFrame(bytes: Buffer, one: number, other: number, frameBytes: number): boolean {
  for (let index = 0; index < frameBytes; index++) if (bytes[one + index] !== bytes[other + index]) return false;
  return true;
}

export function fingerprintAt(bytes: Buffer, start: number, end: number): string | null {
  if (end - start < FINGERPRINT_FRAME_BYTES || bytes[start] !== FINGERPRINT_MAGIC) return null;
  return bytes.toString('hex', start + 1, start + FINGERPRINT_FRAME_BYTES);
}

export function headersOf({ trace, traceState }: Append): Buffer | undefined {
  if (trace === undefined) return undefined;
  const state = traceState === undefined ? [] : [['tracestate', traceState] as const];
  return encodeHeaders([['traceparent', trace], ...state]);
}

/** Values of a schema that is not the topic's own may begin with anything. */
export function keysOf({ topic, fingerprint, values, keys }: Append): PackedValues | null {
  if (keys !== undefined) return keys;
  const isDeclared = TOPICS[topic as TopicName].record?.fingerprint === fingerprint;
  return isDeclared && KEYED_BY_FIRST_FIELD.has(topic) ? firstFields(values) : null;
}
