import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import { decisionRecord } from '../../../schemas/decision.ts';
import { schemaOf } from '../../../schemas/declare.ts';
import { BLOCKS } from '../../../schemas/journal.ts';
import { blockOfArray, Container } from '../../../sinks/clickhouse/container.ts';
import { structureOf } from '../../../sinks/clickhouse/structure.ts';

const { streams } = createRequire(import.meta.url)('avsc') as typeof avro & {
  streams: { BlockDecoder: new () => NodeJS.ReadWriteStream };
};

/** Reads a container file with avsc, which shares no code with what wrote it. */
async function valuesOf(file: readonly Uint8Array[]): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of Readable.from(file.map((part) => Buffer.from(part))).pipe(new streams.BlockDecoder())) {
    values.push(value);
  }
  return values;
}

describe('a container', () => {
  it('holds values that were encoded before, in several blocks', async () => {
    const container = new Container(schemaOf(decisionRecord as never));
    const values = Array.from({ length: 300 }, (_, index) => ({ ...decisionRecord.example, transferId: `T-${index}` }));
    const block = (from: number, to: number) => ({
      count: to - from,
      body: Buffer.concat(values.slice(from, to).map((one) => decisionRecord.encode(one))),
    });
    expect(await valuesOf(container.file([block(0, 1), block(1, 200), block(200, 300)]))).toEqual(
      values.map((one) => expect.objectContaining({ transferId: one.transferId })),
    );
  });

  it('takes journal blocks as they are', async () => {
    const { type, record } = BLOCKS.transfers;
    const container = new Container(schemaOf(record as never));
    const entries = Array.from({ length: 130 }, (_, index) => ({ ...record.example, sourceOffset: index }));
    const file = container.file(
      [entries.slice(0, 1), entries.slice(1)].map((list) => blockOfArray(type.toBuffer(list))),
    );
    expect((await valuesOf(file)).map((one) => (one as { sourceOffset: number }).sourceOffset)).toEqual(
      entries.map(({ sourceOffset }) => sourceOffset),
    );
  });
});

describe('an Avro array', () => {
  const type = avro.Type.forSchema({ type: 'array', items: 'long' });

  it.each([0, 1, 63, 64, 8_191, 8_192, 70_000])('of %i items is one block', (count) => {
    const block = blockOfArray(type.toBuffer(Array.from({ length: count }, () => 7)));
    expect(block.count).toBe(count);
    expect(block.body).toHaveLength(count);
  });

  it('in pieces that state their size is refused', () => {
    // Minus one item of one byte, then the end.
    expect(() => blockOfArray(Buffer.from([0x01, 0x02, 0x0e, 0x00]))).toThrow(RangeError);
  });

  it('that is cut off is refused', () => {
    expect(() => blockOfArray(Buffer.from([0x80]))).toThrow(RangeError);
    expect(() => blockOfArray(type.toBuffer([1, 2, 3]).subarray(0, 3))).toThrow(RangeError);
  });
});

describe('the column types of a schema', () => {
  it('keep absent numbers and times apart from zero, and flatten records', () => {
    const structure = structureOf({
      type: 'record',
      name: 'A',
      fields: [
        { name: 'text', type: ['null', 'string'] },
        { name: 'count', type: ['null', 'long'] },
        { name: 'until', type: ['null', { type: 'long', logicalType: 'timestamp-millis' }] },
        { name: 'flag', type: ['null', 'boolean'] },
        { name: 'side', type: { type: 'enum', name: 'Side', symbols: ['in', 'out'] } },
        { name: 'money', type: { type: 'record', name: 'Money', fields: [{ name: 'minor', type: 'long' }] } },
        {
          name: 'more',
          type: { type: 'array', items: { type: 'record', name: 'B', fields: [{ name: 'side', type: 'Side' }] } },
        },
      ],
    });
    expect(Object.fromEntries(structure)).toEqual({
      text: 'String',
      count: 'Nullable(Int64)',
      until: "Nullable(DateTime64(3, 'UTC'))",
      flag: 'Bool',
      side: "Enum8('in' = 0, 'out' = 1)",
      'money.minor': 'Int64',
      more: "Array(Tuple(side Enum8('in' = 0, 'out' = 1)))",
    });
  });
});
