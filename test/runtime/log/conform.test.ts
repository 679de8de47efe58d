import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import { Conformer } from '../../../runtime/log/conform.ts';
import type { RecordBatch } from '../../../runtime/log/port.ts';
import { packValues, valueAt } from '../../../runtime/log/values.ts';
import { type Declared, fingerprintOf, schemaOf } from '../../../schemas/declare.ts';
import { transferRecord } from '../../../schemas/events/transfer.ts';

const declared = schemaOf(transferRecord as unknown as Declared<unknown>);

/** Transfers as another team writes them: without the fields that it does not have, and with one of its own. */
function foreignType(): avro.Type {
  const schema = structuredClone(declared) as unknown as { fields: { name: string; type: unknown }[] };
  schema.fields = schema.fields.filter(({ name }) => name !== 'purpose' && name !== 'maker');
  schema.fields.push({ name: 'branch', type: 'string' });
  return avro.Type.forSchema(schema as unknown as avro.Schema);
}

function batchOf(fingerprint: string, values: readonly Buffer[]): RecordBatch {
  return { topic: 'transfers', partition: 0, baseOffset: 7, seen: 1, fingerprint, values: packValues(values) };
}

describe('the conformer', () => {
  const type = foreignType();
  const log = {
    schema: (fingerprint: string) => (fingerprint === fingerprintOf(type) ? JSON.stringify(type.schema()) : null),
  };
  const conformer = new Conformer(log, transferRecord);

  it('leaves alone what is as declared', () => {
    const batch = batchOf(transferRecord.fingerprint, [transferRecord.encode(transferRecord.example)]);
    expect(conformer.conform(batch)).toEqual({ batch, problems: null });
  });

  it('brings what others wrote into the declared form', () => {
    const written = { ...transferRecord.example, branch: 'Pudong' };
    const { batch, problems } = conformer.conform(batchOf(fingerprintOf(type), [type.toBuffer(written)]));
    expect(problems).toBeNull();
    expect(batch).toMatchObject({ fingerprint: transferRecord.fingerprint, baseOffset: 7 });
    const expected = { ...transferRecord.example, purpose: null, maker: null };
    expect(transferRecord.decode(valueAt(batch.values, 0))).toEqual(expected);
  });

  it('says which values cannot be brought there, and keeps their bytes', () => {
    const good = type.toBuffer({ ...transferRecord.example, branch: 'Pudong' });
    const bad = Buffer.from([0x7f]);
    const { batch, problems } = conformer.conform(batchOf(fingerprintOf(type), [good, bad]));
    expect([...(problems ?? [])]).toEqual([[1, 'transfers/0 at offset 8 does not decode as Transfer.']]);
    expect(valueAt(batch.values, 1)).toEqual(bad);
    const unknown = conformer.conform(batchOf('0000000000000000', [bad, bad]));
    expect(unknown.problems?.get(1)).toBe('The log holds no schema 0000000000000000 for a Transfer.');
  });
});
