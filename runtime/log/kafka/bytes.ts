/** Kafka's protocol primitives: big-endian numbers, strings with their length, arrays with their count. */

const WORD = 2 ** 32;

/** Writes a request into a buffer that grows. */
export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(bytes = 512) {
    this.#bytes = Buffer.allocUnsafe(bytes);
  }

  get buffer(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  int8(value: number): this {
    const at = this.#take(1);
    this.#bytes.writeInt8(value, at);
    return this;
  }

  int16(value: number): this {
    const at = this.#take(2);
    this.#bytes.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.#take(4);
    this.#bytes.writeInt32BE(value, at);
    return this;
  }

  /** An int64 within ±2^53. */
  int64(value: number): this {
    const at = this.#take(8);
    writeInt64(this.#bytes, at, value);
    return this;
  }

  big64(value: bigint): this {
    const at = this.#take(8);
    this.#bytes.writeBigInt64BE(value, at);
    return this;
  }

  string(value: string | null): this {
    if (value === null) return this.int16(-1);
    const bytes = Buffer.byteLength(value);
    this.int16(bytes);
    const at = this.#take(bytes);
    this.#bytes.write(value, at);
    return this;
  }

  /** A number that is not negative, seven bits a byte: how flexible versions count. */
  varint(value: number): this {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.int8((rest & 0x7f) - 0x80);
    return this.int8(rest);
  }

  /** A string in a flexible version: its length, one more than it is, and 0 for null. */
  compactString(value: string | null): this {
    if (value === null) return this.varint(0);
    const bytes = Buffer.byteLength(value);
    this.varint(bytes + 1);
    const at = this.#take(bytes);
    this.#bytes.write(value, at);
    return this;
  }

  /** The end of each structure in a flexible version, and of a request’s header: no tagged fields. */
  noTags(): this {
    return this.varint(0);
  }

  /** The bytes of several buffers behind their common length. */
  bytes(parts: readonly Uint8Array[]): this {
    this.int32(parts.reduce((sum, part) => sum + part.length, 0));
    for (const part of parts) {
      const at = this.#take(part.length);
      this.#bytes.set(part, at);
    }
    return this;
  }

  array<T>(items: readonly T[], write: (item: T) => void): this {
    this.int32(items.length);
    for (const item of items) write(item);
    return this;
  }

  /** An array in a flexible version: its count, one more than it is. */
  compactArray<T>(items: readonly T[], write: (item: T) => void): this {
    this.varint(items.length + 1);
    for (const item of items) write(item);
    return this;
  }

  #take(bytes: number): number {
    const start = this.#length;
    const end = start + bytes;
    if (end > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(end, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, start);
      this.#bytes = grown;
    }
    this.#length = end;
    return start;
  }
}

/** Reads a response from its beginning to its end. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#pass(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#pass(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#pass(4));
  }

  /** An int64 as a number: offsets and times, which stay below 2^53. */
  int64(): number {
    return readInt64(this.#bytes, this.#pass(8));
  }

  big64(): bigint {
    return this.#bytes.readBigInt64BE(this.#pass(8));
  }

  string(): string {
    const length = this.int16();
    const at = this.#pass(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#pass(1));
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  /** Passes the tagged fields that end a structure in a flexible version. */
  tags(): void {
    for (let left = this.varint(); left > 0; left--) {
      this.varint();
      this.#pass(this.varint());
    }
  }

  /** A view, empty where the length says null. */
  bytes(): Buffer {
    const length = Math.max(0, this.int32());
    const at = this.#pass(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** An array, empty where its count says null. */
  array<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.int32()) }, read);
  }

  /** Empty where it is null. */
  compactString(): string {
    const length = Math.max(0, this.varint() - 1);
    const at = this.#pass(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  compactArray<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.varint() - 1) }, read);
  }

  #pass(bytes: number): number {
    const at = this.#at;
    this.#at += bytes;
    return at;
  }
}

export function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * WORD + bytes.readUInt32BE(at + 4);
}

export function writeInt64(bytes: Buffer, at: number, value: number): void {
  const high = Math.floor(value / WORD);
  bytes.writeInt32BE(high, at);
  bytes.writeUInt32BE(value - high * WORD, at + 4);
}
