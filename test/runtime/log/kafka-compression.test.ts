/** Batches as clients of other makes pack them. */
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { compressFrameSync } from 'lz4-napi';
import { compressSync } from 'snappy';
import { describe, expect, it } from 'vitest';
import { unpack } from '../../../runtime/log/kafka/compression.ts';
import { encodeBatch, type FetchedBatch, readBatches } from '../../../runtime/log/kafka/record-batches.ts';
import { runsOf } from '../../../runtime/log/kafka/runs.ts';
import { packValues } from '../../../runtime/log/values.ts';
import { code as coded, textsOf } from './contract.ts';

const [GZIP, SNAPPY, LZ4, ZSTD] = [1, 2, 3, 4] as const;
const HEADER_BYTES = 61;

/** Bottles on the wall, from none to six and again, as the tool of LZ4 packs them: `lz4 -9 -BD -B4 -BX --content-size`. */
const BOTTLES = Buffer.from(
  Array.from({ length: 5_000 }, (_, index) => `${index % 7} bottles of beer on the wall\n`).join(''),
);
/** Blocks that depend on those before them, each with its checksum, the size and the checksum of all. */
const LZ4_OF_ITS_TOOL = [
  'BCJNGFxA8EkCAAAAAADpRwEAAP8QMCBib3R0bGVzIG9mIGJlZXIgb24gdGhlIHdhbGwKMR4ACh8yHgAKHzMeAAofNB4ACh81HgAKHzYeAAoP0gD/',
  '////////////////////////////////////////////////////////////////////////////////////////////////////////////////',
  '////////////////////////////////////////////////////////////////////////////////////////////////////////////////',
  '////////////////////////////////////////////////////////////////////////////////////////////////////////////////',
  '////FlBmIGJlZZeKYFcKAQAAD9IA////////////////////////////////////////////////////////////////////////////////////',
  '////////////////////////////////////////////////////////////////////////////////////////////////////////////////',
  '////////////////////////////////////////////////////////////////////////////////////////////////////////////////',
  '/////////////////////////////////+hQbGwKMSDVEWrKVAAAAA/SAP//////////////////////////////////////////////////////',
  '////////////////////////////////////////////IlB3YWxsCncTFioAAAAAWfqFBQ==',
].join('');

const TEXTS = Array.from({ length: 1_000 }, (_, index) => `${index} of ${index % 13}: ${'x'.repeat(index % 50)}`);

/** Numbers in Java are big-endian, whatever snappy’s own are. */
function xerial(bytes: Buffer, blockBytes: number): Buffer {
  const parts: Buffer[] = [Buffer.from('82534e41505059000000000100000001', 'hex')];
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const block = compressSync(bytes.subarray(at, at + blockBytes));
    const length = Buffer.alloc(4);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

/** One literal of at most 64 KiB: what snappy makes of bytes that do not shrink. */
function literal(bytes: Buffer): Buffer {
  const head = Buffer.alloc(6);
  head[0] = (bytes.length & 0x7f) | 0x80;
  head[1] = ((bytes.length >> 7) & 0x7f) | 0x80;
  head[2] = bytes.length >> 14;
  head[3] = 61 << 2;
  head.writeUInt16LE(bytes.length - 1, 4);
  return Buffer.concat([head, bytes]);
}

/** A batch of these texts at offset 7, its records packed by `pack`, under a codec’s number. */
function batchOf(texts: readonly string[], code: number, pack: (records: Buffer) => Buffer): Buffer {
  const part = { keys: null, frame: Buffer.alloc(0), from: 0, to: texts.length };
  const values = packValues(texts.map((text) => Buffer.from(text)));
  const producer = { id: -1n, epoch: -1, sequence: -1, transactional: false };
  const bare = encodeBatch([{ ...part, values }], producer, 1_700_000_000_000);
  const batch = Buffer.concat([bare.subarray(0, HEADER_BYTES), pack(bare.subarray(HEADER_BYTES))]);
  batch.writeBigInt64BE(7n, 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt16BE(code, 21);
  return batch;
}

function textsIn(batch: Buffer): string[] {
  return readBatches(batch, [], 'transfers/0').flatMap((read: FetchedBatch) =>
    runsOf(read, 0, true).flatMap((run) => textsOf(run as never)),
  );
}

const PACKED: readonly (readonly [string, number, (records: Buffer) => Buffer])[] = [
  ['gzip', GZIP, (records) => gzipSync(records)],
  ['snappy as a bare block', SNAPPY, (records) => compressSync(records)],
  ['snappy as a bare block of one literal', SNAPPY, literal],
  ['snappy in xerial’s framing', SNAPPY, (records) => xerial(records, 8 << 10)],
  ['LZ4', LZ4, (records) => compressFrameSync(records)],
  [
    'LZ4 with all checksums',
    LZ4,
    (records) => compressFrameSync(records, { contentChecksum: true, blockChecksums: true }),
  ],
  ['zstd', ZSTD, (records) => zstdCompressSync(records)],
];

describe.each(PACKED)('a batch in %s', (_, codec, pack) => {
  it('is read', () => {
    expect(textsIn(batchOf(TEXTS, codec, pack))).toEqual(TEXTS);
  });

  it('is refused where it was cut short, with its place and what was expected', () => {
    const cut = batchOf(TEXTS, codec, (records) => pack(records).subarray(0, -7));
    expect(() => textsIn(cut)).toThrow(coded('RECORD_UNDECODABLE'));
    expect(() => textsIn(cut)).toThrow(
      /^The record batch of transfers\/0 at offset 7 cannot be read: it is packed with .*, and .* was expected: ./,
    );
  });

  it('is refused where it holds something else', () => {
    expect(() => textsIn(batchOf(TEXTS, codec, (records) => records))).toThrow(coded('RECORD_UNDECODABLE'));
  });

  it('is refused where it would take more room than is allowed', () => {
    const packed = pack(Buffer.alloc(60_000));
    expect(unpack(packed, codec, 1 << 20).length).toBe(60_000);
    expect(() => unpack(packed, codec, 50_000)).toThrow('of at most 50000 bytes was expected');
  });
});

it('reads what LZ4’s own tool packs, with blocks that depend on each other', () => {
  expect(unpack(Buffer.from(LZ4_OF_ITS_TOOL, 'base64'), LZ4).equals(BOTTLES)).toBe(true);
});

it('refuses LZ4 that was changed on its way, or goes on without an end', () => {
  const changed = Buffer.from(LZ4_OF_ITS_TOOL, 'base64');
  changed[60]! ^= 1;
  expect(() => unpack(changed, LZ4)).toThrow('a whole LZ4 frame');
  const endless = Buffer.from(LZ4_OF_ITS_TOOL, 'base64').subarray(0, -8);
  expect(() => unpack(endless, LZ4)).toThrow('a whole LZ4 frame');
});

it('refuses more than is ever sent, before it is unpacked', () => {
  const boast = Buffer.from('ffffffff0f0061', 'hex');
  expect(() => textsIn(batchOf(['a'], SNAPPY, () => boast))).toThrow('it unpacks to 4294967295 bytes');
  // What all blocks come to counts, and not each by itself.
  const mild = Buffer.concat([Buffer.from('00000005', 'hex'), Buffer.from('8080807d00', 'hex')]);
  const bomb = Buffer.concat([xerial(Buffer.alloc(8 << 20), 8 << 20), mild]);
  expect(() => textsIn(batchOf(['a'], SNAPPY, () => bomb))).toThrow('of at most 268435456 bytes was expected');
});

it('refuses a batch that holds fewer records than it counts', () => {
  const batch = batchOf(TEXTS, GZIP, (records) => gzipSync(records.subarray(0, 1_000)));
  expect(() => textsIn(batch)).toThrow(
    /transfers\/0 at offset 7 cannot be read: one of its records ends at byte \d+ of 1000/,
  );
});

it('refuses a codec that there is not', () => {
  expect(() => textsIn(batchOf(['a'], 5, (records) => records))).toThrow(
    'its codec is 5, and 0 (none) or one of 1 (gzip), 2 (snappy), 3 (lz4), 4 (zstd) was expected',
  );
});
