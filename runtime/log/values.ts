/** Many encoded values in one buffer: what batches are made of. */
import type avro from 'avsc';

/** `count` values end to end in `body`; value i ends at `ends[i]` and begins where the one before ends. */
export interface PackedValues {
  readonly count: number;
  readonly body: Buffer;
  readonly ends: Uint32Array;
}

export function valueAt(values: PackedValues, index: number): Buffer {
  return values.body.subarray(index === 0 ? 0 : (values.ends[index - 1] as number), values.ends[index]);
}

/** The values from index `from` up to but not including `to`. */
export function sliceValues(values: PackedValues, from: number, to: number): PackedValues {
  if (from === 0 && to === values.count) return values;
  const start = from === 0 ? 0 : (values.ends[from - 1] as number);
  const end = to === 0 ? 0 : (values.ends[to - 1] as number);
  const ends = new Uint32Array(to - from);
  for (let index = from; index < to; index++) ends[index - from] = (values.ends[index] as number) - start;
  return { count: to - from, body: values.body.subarray(start, end), ends };
}

/** The first field of Avro records, a string each, without making anything of the rest. */
export function firstFields({ count, body, ends }: PackedValues): PackedValues {
  const fields = { count, body: Buffer.allocUnsafe(body.length), ends: new Uint32Array(count) };
  let end = 0;
  for (let index = 0; index < count; index++) {
    let at = index === 0 ? 0 : ends[index - 1]!;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = body[at++]!;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    // Zigzag, of a number that is not negative.
    length >>>= 1;
    for (const last = at + length; at < last; at++) fields.body[end++] = body[at]!;
    fields.ends[index] = end;
  }
  return { ...fields, body: fields.body.subarray(0, end) };
}

export function packValues(parts: readonly Uint8Array[]): PackedValues {
  const ends = new Uint32Array(parts.length);
  let end = 0;
  for (let index = 0; index < parts.length; index++) {
    end += (parts[index] as Uint8Array).length;
    ends[index] = end;
  }
  return { count: parts.length, body: Buffer.concat(parts, end), ends };
}

/** Of one UTF-16 unit. */
const UTF8_BYTES_MAX = 3;

/** Encodes values one behind the other into a buffer that grows and is used again. */
export class ValueWriter {
  #body: Buffer;
  #ends: Uint32Array;
  #count = 0;
  #length = 0;

  constructor(bodyBytes = 4_096) {
    this.#body = Buffer.allocUnsafeSlow(bodyBytes);
    this.#ends = new Uint32Array(64);
  }

  get count(): number {
    return this.#count;
  }

  get length(): number {
    return this.#length;
  }

  /** Encodes `value` with an avsc type; answers the number of bytes it took. */
  write(type: avro.Type, value: unknown): number {
    const start = this.#length;
    // avsc answers how far it got, negative where the buffer was too short: grow by that much and go again.
    let end = type.encode(value, this.#body, start);
    while (end < 0) {
      this.#grow(this.#body.length - end);
      end = type.encode(value, this.#body, start);
    }
    this.#length = end;
    this.#close();
    return end - start;
  }

  /** The bytes from `start` on, as they stand now: for a digest of what was just written. */
  since(start: number): Buffer {
    return this.#body.subarray(start, this.#length);
  }

  /**
   * Room for a value that the caller encodes by hand: writes into `buffer` from `length` on, at most
   * `bytesMax`, then calls `finish` with where it ended.
   */
  reserve(bytesMax: number): Buffer {
    if (this.#length + bytesMax > this.#body.length) this.#grow(this.#length + bytesMax);
    return this.#body;
  }

  finish(end: number): void {
    this.#length = end;
    this.#close();
  }

  /** A text as its bytes in UTF-8. */
  text(text: string): void {
    const target = this.reserve(text.length * UTF8_BYTES_MAX);
    this.finish(this.#length + target.write(text, this.#length));
  }

  /** Copies bytes that are encoded already. */
  copy(bytes: Uint8Array): void {
    const end = this.#length + bytes.length;
    if (end > this.#body.length) this.#grow(end);
    this.#body.set(bytes, this.#length);
    this.#length = end;
    this.#close();
  }

  /** The values so far, copied out; the writer starts empty again. */
  take(): PackedValues {
    const values = {
      count: this.#count,
      body: Buffer.from(this.#body.subarray(0, this.#length)),
      ends: this.#ends.slice(0, this.#count),
    };
    this.#count = 0;
    this.#length = 0;
    return values;
  }

  #close(): void {
    if (this.#count === this.#ends.length) {
      const ends = new Uint32Array(this.#ends.length * 2);
      ends.set(this.#ends);
      this.#ends = ends;
    }
    this.#ends[this.#count++] = this.#length;
  }

  #grow(needed: number): void {
    const body = Buffer.allocUnsafeSlow(Math.max(needed, this.#body.length * 2));
    this.#body.copy(body, 0, 0, this.#length);
    this.#body = body;
  }
}
