/**
 * Avro container files around values that are encoded already, so that rows go from the log to ClickHouse
 * without being decoded here. A file is a header with the schema, then blocks: number of values, their
 * length, the values, a marker.
 */
import { createHash } from 'node:crypto';
import type { AvroSchema } from '../../schemas/declare.ts';

/** `count` encoded values, end to end. */
export interface ContainerBlock {
  readonly count: number;
  readonly body: Uint8Array;
}

export class Container {
  readonly #header: Buffer;
  /** Any sixteen bytes that stand in the header, too; made of the schema, so that a file depends on its rows alone. */
  readonly #marker: Buffer;

  constructor(schema: AvroSchema) {
    const json = Buffer.from(JSON.stringify(schema));
    this.#marker = createHash('md5').update(json).digest();
    this.#header = Buffer.concat([
      Buffer.from('Obj\x01', 'latin1'),
      // The metadata: a map of two entries, closed by a zero.
      longBytes(2),
      sized(Buffer.from('avro.schema')),
      sized(json),
      sized(Buffer.from('avro.codec')),
      sized(Buffer.from('null')),
      longBytes(0),
      this.#marker,
    ]);
  }

  /** The file's bytes, in order; bodies are passed on and not copied. */
  file(blocks: readonly ContainerBlock[]): Uint8Array[] {
    const parts: Uint8Array[] = [this.#header];
    for (const { count, body } of blocks) {
      parts.push(Buffer.concat([longBytes(count), longBytes(body.length)]), body, this.#marker);
    }
    return parts;
  }
}

/**
 * Takes a plain Avro array (its length, the items, a zero) apart into its items: a block as it is. The
 * array has its items in one piece, as every writer of the journal leaves them.
 */
export function blockOfArray(array: Buffer): ContainerBlock {
  let count = 0;
  let scale = 1;
  let at = 0;
  for (;;) {
    const byte = array[at++];
    if (byte === undefined) throw new RangeError('an Avro array ends within its length');
    count += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
    scale *= 0x80;
  }
  // Zigzag: an even number is twice the length; an odd one would announce a piece with its size in bytes.
  if (count % 2 !== 0 || array[array.length - 1] !== 0) {
    throw new RangeError('an Avro array is not in one piece without size');
  }
  return { count: count / 2, body: count === 0 ? array.subarray(0, 0) : array.subarray(at, array.length - 1) };
}

/** A non-negative number as Avro writes a long. */
function longBytes(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value * 2;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

function sized(bytes: Buffer): Buffer {
  return Buffer.concat([longBytes(bytes.length), bytes]);
}
