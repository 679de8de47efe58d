/**
 * Values cut into pieces that a log takes as records. A record's key is the key and, in two bytes behind it,
 * the number of the piece; the first piece begins with their count. Compaction keeps the last record of each
 * piece, so a key always stands there whole: pieces that a shorter value leaves behind are taken back with it,
 * and what may be left of an earlier value has lost its first piece and counts for nothing.
 */
import type { KeptRecord } from '../log/port.ts';

/** Below what brokers take in one message unless they are told otherwise, 1 MiB. */
const PIECE_BYTES_MAX = 512 << 10;

/** How many pieces stand under each key that has more than one, by its bytes in hexadecimal. */
export type Large = { [key: string]: number };

/** What stands under large keys once something is written where `before` stood. */
export function largeAfter(records: readonly KeptRecord[], before: Large): Large {
  const large = { ...before };
  let anyLarge = Object.keys(large).length > 0;
  for (const { key, value } of records) {
    const count = piecesOf(value);
    if (!anyLarge && count <= 1) continue;
    anyLarge = true;
    if (count > 1) large[key.toString('hex')] = count;
    else delete large[key.toString('hex')];
  }
  return large;
}

/** Cuts what is written where `before` stood, a piece at a time: what is written may be many times what is at hand. */
export function* cutToPieces(records: readonly KeptRecord[], before: Large): Generator<KeptRecord> {
  const wasAnyLarge = Object.keys(before).length > 0;
  for (const { key, value } of records) {
    const count = piecesOf(value);
    for (let piece = 0; piece < count; piece++) yield { key: keyOf(key, piece), value: pieceOf(value!, piece, count) };
    if (value === null) yield { key: keyOf(key, 0), value: null };
    if (!wasAnyLarge) continue;
    const stood = before[key.toString('hex')] ?? 0;
    for (let piece = Math.max(1, count); piece < stood; piece++) yield { key: keyOf(key, piece), value: null };
  }
}

function piecesOf(value: Buffer | null): number {
  return value === null ? 0 : Math.max(1, Math.ceil(value.length / PIECE_BYTES_MAX));
}

/** Joins pieces to values, over the limits of what is read at once. */
export class Joiner {
  readonly #begun = new Map<string, { readonly count: number; readonly parts: Buffer[] }>();

  join(records: readonly KeptRecord[]): KeptRecord[] {
    const whole: KeptRecord[] = [];
    for (const { key: numbered, value } of records) {
      const key = numbered.subarray(0, -2);
      const piece = numbered.readUInt16BE(key.length);
      if (value === null) {
        if (piece === 0) whole.push({ key, value });
        continue;
      }
      const joined = piece === 0 ? this.#begin(key, value) : this.#goOn(key, piece, value);
      if (joined !== null) whole.push({ key, value: joined });
    }
    return whole;
  }

  #begin(key: Buffer, value: Buffer): Buffer | null {
    const count = value.readUInt16BE(0);
    const part = value.subarray(2);
    if (count === 1) return part;
    this.#begun.set(key.toString('hex'), { count, parts: [part] });
    return null;
  }

  #goOn(key: Buffer, piece: number, value: Buffer): Buffer | null {
    const name = key.toString('hex');
    const begun = this.#begun.get(name);
    if (begun === undefined || begun.parts.length !== piece) return null;
    begun.parts.push(value);
    if (begun.parts.length < begun.count) return null;
    this.#begun.delete(name);
    return Buffer.concat(begun.parts);
  }
}

function pieceOf(value: Buffer, piece: number, count: number): Buffer {
  const part = value.subarray(piece * PIECE_BYTES_MAX, (piece + 1) * PIECE_BYTES_MAX);
  if (piece > 0) return part;
  const first = Buffer.allocUnsafe(part.length + 2);
  first.writeUInt16BE(count, 0);
  part.copy(first, 2);
  return first;
}

function keyOf(key: Buffer, piece: number): Buffer {
  const numbered = Buffer.allocUnsafe(key.length + 2);
  key.copy(numbered);
  numbered.writeUInt16BE(piece, key.length);
  return numbered;
}
