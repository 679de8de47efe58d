/**
 * What stands before a value on the wire. Public topics: Confluent's wire format, a zero and the id of the
 * schema in the registry, so that anybody reads them. Internal topics: a one and the fingerprint of the schema.
 */
import { TOPICS, type TopicName } from '../../../schemas/topics.ts';

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
