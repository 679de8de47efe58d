/**
 * Batches as others pack them. A broker hands a batch out as its producer made it, so whatever a client of Kafka may
 * choose is read here; Weir packs nothing itself. What a batch unpacks to is bounded beforehand, since a few KiB can
 * be made to unpack to more than there is memory.
 *
 * Snappy comes in two forms: librdkafka and its like send the bare block, Java’s clients the framing of xerial, which
 * is a head and then blocks, each behind its length. LZ4 is the standard frame, as LZ4’s own tools write it.
 */
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { decompressFrameSync } from 'lz4-napi';
import { uncompressSync } from 'snappy';

/** Sixteen times what a batch may be on the topics that Weir makes; what people send shrinks to a tenth at best. */
export const UNPACKED_BYTES_MAX = 256 << 20;

interface Codec {
  readonly name: string;
  readonly expected: string;
  readonly unpack: (packed: Buffer, bytesMax: number) => Buffer;
}

const CODECS: { readonly [code: number]: Codec } = {
  1: {
    name: 'gzip',
    expected: 'a whole gzip stream',
    unpack: (packed, maxOutputLength) => gunzipSync(packed, { maxOutputLength }),
  },
  2: { name: 'snappy', expected: 'a snappy block, or whole ones in xerial’s framing', unpack: unpackSnappy },
  3: { name: 'lz4', expected: 'a whole LZ4 frame', unpack: unpackLz4 },
  4: {
    name: 'zstd',
    expected: 'a whole zstd frame',
    unpack: (packed, maxOutputLength) => zstdDecompressSync(packed, { maxOutputLength }),
  },
};

/** Why records cannot be unpacked, as the end of a sentence about them. */
export class UnpackError extends Error {}

/** Unpacks the records of a batch. Throws `UnpackError` where they are not what their codec says, or too large. */
export function unpack(packed: Buffer, code: number, bytesMax = UNPACKED_BYTES_MAX): Buffer {
  const codec = CODECS[code];
  if (codec === undefined) {
    const known = Object.entries(CODECS).map(([number, { name }]) => `${number} (${name})`);
    throw new UnpackError(`its codec is ${code}, and 0 (none) or one of ${known.join(', ')} was expected`);
  }
  try {
    return codec.unpack(packed, bytesMax);
  } catch (cause) {
    const { name, expected } = codec;
    const why = (cause as Error).message;
    const message = `it is packed with ${name}, and ${expected} of at most ${bytesMax} bytes was expected: ${why}`;
    throw new UnpackError(message, { cause });
  }
}

const XERIAL_MAGIC = Buffer.from('\x82SNAPPY\0', 'latin1');
/** The magic, the version, and the oldest version that reads it. */
const XERIAL_HEAD_BYTES = 16;

function unpackSnappy(packed: Buffer, bytesMax: number): Buffer {
  if (!packed.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return unpackBlock(packed, bytesMax);
  const blocks: Buffer[] = [];
  let left = bytesMax;
  for (let at = XERIAL_HEAD_BYTES; at < packed.length; ) {
    const start = at + 4;
    at = start + packed.readUInt32BE(at);
    if (at > packed.length) throw new Error(`a block ends at byte ${at} of ${packed.length}`);
    const block = unpackBlock(packed.subarray(start, at), left);
    blocks.push(block);
    left -= block.length;
  }
  return Buffer.concat(blocks);
}

/** A block says first what it unpacks to, as a varint. */
function unpackBlock(packed: Buffer, bytesMax: number): Buffer {
  let bytes = 0;
  for (let index = 0; index < Math.min(5, packed.length); index++) {
    bytes += (packed[index]! & 0x7f) * 2 ** (7 * index);
    if (packed[index]! < 0x80) break;
  }
  if (bytes > bytesMax) throw new Error(`it unpacks to ${bytes} bytes more`);
  return uncompressSync(packed) as Buffer;
}

const LZ4_HEAD_BYTES = 7;
const LZ4_FLAGS_AT = 4;
const LZ4_BLOCK_SIZE_AT = 5;
const LZ4_DICTIONARY = 0x01;
const LZ4_CONTENT_SIZE = 0x08;
const LZ4_BLOCK_CHECKSUMS = 0x10;
const LZ4_BLOCK_BARE = 0x8000_0000;
/** A byte of an LZ4 block stands for at most so many. */
const LZ4_RATIO_MAX = 255;

function unpackLz4(packed: Buffer, bytesMax: number): Buffer {
  const bytes = lz4BytesMax(packed);
  if (bytes > bytesMax) throw new Error(`its blocks unpack to as much as ${bytes} bytes`);
  return decompressFrameSync(packed);
}

/**
 * What the blocks of a frame unpack to at most. The walk ends at the mark that ends a frame, or fails at the end of the
 * bytes: the library takes a frame without that mark for a whole one.
 */
function lz4BytesMax(frame: Buffer): number {
  const flags = frame.readUInt8(LZ4_FLAGS_AT);
  const blockBytesMax = 2 ** (8 + 2 * ((frame.readUInt8(LZ4_BLOCK_SIZE_AT) >> 4) & 0x07));
  const checksumBytes = (flags & LZ4_BLOCK_CHECKSUMS) === 0 ? 0 : 4;
  let at = LZ4_HEAD_BYTES + ((flags & LZ4_CONTENT_SIZE) === 0 ? 0 : 8) + ((flags & LZ4_DICTIONARY) === 0 ? 0 : 4);
  let total = 0;
  for (;;) {
    const size = frame.readUInt32LE(at);
    if (size === 0) return total;
    const bytes = size % LZ4_BLOCK_BARE;
    total += size >= LZ4_BLOCK_BARE ? bytes : Math.min(blockBytesMax, bytes * LZ4_RATIO_MAX);
    at += 4 + bytes + checksumBytes;
  }
}
