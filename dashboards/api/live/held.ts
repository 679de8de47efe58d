/**
 * Decisions that change what waits for approval: those that hold, and later revisions. Most decisions do neither, so
 * of each batch only the first four fields are looked at, undecoded, until one is found.
 */
import type { RecordBatch } from '../../../runtime/log/port.ts';

interface Mark {
  /** Behind the first batch that holds one and was not told yet. */
  first: number;
  /** Behind the last. */
  last: number;
}

/** Avro writes symbols of an enum by their place: accept, hold, reject. */
const HOLD = 1;

export class HeldDecisions {
  readonly #fingerprint: string;
  readonly #marks = new Map<number, Mark>();

  /** Of the record as this build writes it; of what another build wrote, each batch counts. */
  constructor(fingerprint: string) {
    this.#fingerprint = fingerprint;
  }

  clear(): void {
    this.#marks.clear();
  }

  take(batch: RecordBatch): void {
    if (batch.fingerprint === this.#fingerprint && !holdsOne(batch)) return;
    const end = batch.baseOffset + batch.values.count;
    const mark = this.#marks.get(batch.partition);
    if (mark === undefined) this.#marks.set(batch.partition, { first: end, last: end });
    else mark.last = end;
  }

  /** True where some can be queried that could not when it was asked last. */
  passed(upTo: (partition: number) => number): boolean {
    let passed = false;
    for (const [partition, mark] of this.#marks) {
      if (upTo(partition) < mark.first) continue;
      passed = true;
      if (upTo(partition) >= mark.last) this.#marks.delete(partition);
      else mark.first = mark.last;
    }
    return passed;
  }
}

function holdsOne({ values: { body, ends, count } }: RecordBatch): boolean {
  for (let index = 0; index < count; index++) {
    const start = index === 0 ? 0 : (ends[index - 1] as number);
    if (isHeldOrRevised(body, start)) return true;
  }
  return false;
}

/** `transferId`, `revision`, `eventId`, `outcome`: strings behind their length, numbers zigzagged, as varints. */
function isHeldOrRevised(bytes: Uint8Array, start: number): boolean {
  const place = { at: start };
  skipText(bytes, place);
  const revision = readVarint(bytes, place) >>> 1;
  if (revision > 1) return true;
  skipText(bytes, place);
  return readVarint(bytes, place) >>> 1 === HOLD;
}

interface Place {
  at: number;
}

function skipText(bytes: Uint8Array, place: Place): void {
  const length = readVarint(bytes, place) >>> 1;
  place.at += length;
}

function readVarint(bytes: Uint8Array, place: Place): number {
  let value = 0;
  for (let shift = 0; shift < 32; shift += 7) {
    const byte = bytes[place.at++] as number;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return value >>> 0;
}
