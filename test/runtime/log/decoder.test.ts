import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import { RecordDecoder } from '../../../runtime/log/decoder.ts';
import type { RecordBatch } from '../../../runtime/log/port.ts';
import { packValues } from '../../../runtime/log/values.ts';
import { decisionRecord } from '../../../schemas/decision.ts';
import { type Declared, fingerprintOf, schemaOf } from '../../../schemas/declare.ts';

function batchOf(fingerprint: string, bodies: readonly Buffer[]): RecordBatch {
  return { topic: 'decisions', partition: 3, fingerprint, values: packValues(bodies), baseOffset: 40, seen: 0 };
}

/** The schema of decisions before they named the person. */
function olderType(): avro.Type {
  const schema = structuredClone(schemaOf(decisionRecord as unknown as Declared<unknown>)) as unknown as {
    fields: { name: string }[];
  };
  schema.fields = schema.fields.filter(({ name }) => name !== 'by');
  return avro.Type.forSchema(schema as unknown as avro.Schema);
}

describe('the decoder of records', () => {
  it('decodes what this build wrote', () => {
    const decoder = new RecordDecoder({ schema: () => null }, decisionRecord);
    const second = { ...decisionRecord.example, transferId: 'T-2' };
    const bodies = [decisionRecord.example, second].map((one) => decisionRecord.encode(one));
    expect(decoder.decode(batchOf(decisionRecord.fingerprint, bodies), 1)).toEqual(second);
  });

  it('brings what an older build wrote into the form of this one, and asks for its schema once', () => {
    const older = olderType();
    const fingerprint = fingerprintOf(older);
    const asked: string[] = [];
    const schema = (of: string) => {
      asked.push(of);
      return of === fingerprint ? JSON.stringify(older.schema({ exportAttrs: true })) : null;
    };
    const decoder = new RecordDecoder({ schema }, decisionRecord);
    const { by: _, ...written } = decisionRecord.example;
    const batch = batchOf(fingerprint, [older.toBuffer(written), older.toBuffer(written)]);
    expect([decoder.decode(batch, 0), decoder.decode(batch, 1)]).toEqual([
      { ...written, by: null },
      { ...written, by: null },
    ]);
    expect(asked).toEqual([fingerprint]);
  });

  it('says where bytes stand that do not decode, and which schema is not known', () => {
    const decoder = new RecordDecoder({ schema: () => null }, decisionRecord);
    const broken = batchOf(decisionRecord.fingerprint, [Buffer.from([0x02])]);
    expect(() => decoder.decode(broken, 0)).toThrow('decisions/3 at offset 40 does not decode as Decision.');
    expect(() => decoder.decode(batchOf('0011223344556677', []), 0)).toThrow(
      'The log holds no schema 0011223344556677 for a Decision.',
    );
  });
});
