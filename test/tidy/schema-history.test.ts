/** What lies in a log was written with some earlier schema, and must stay readable for ten years. */
import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import {
  incompatibility,
  type LoggedRecord,
  loggedRecords,
  pastSchemas,
  recordSchemas,
} from '../../commands/schema-history.ts';
import { fingerprintOf } from '../../schemas/declare.ts';
import { temporaryFolder } from '../support/folder.ts';

function shape(fields: { name: string; type: unknown; default?: unknown }[]): LoggedRecord {
  const schema = { type: 'record', name: 'Shape', namespace: 'dev.weir', fields };
  const type = avro.Type.forSchema(schema as avro.Schema);
  return { name: 'Shape', type, fingerprint: fingerprintOf(type), avro: () => schema };
}

const first = shape([{ name: 'a', type: 'string' }]);
const wider = shape([
  { name: 'a', type: 'string' },
  { name: 'b', type: ['null', 'string'], default: null },
]);
const demanding = shape([
  { name: 'a', type: 'string' },
  { name: 'c', type: 'long' },
]);

describe.each(loggedRecords().map((one) => [one.name, one] as const))('the schema of %s', (name, current) => {
  const past = pastSchemas(name);

  it('stands in the history as it is now (else: npm run schemas)', () => {
    expect(past.map(({ fingerprint }) => fingerprint)).toContain(current.fingerprint);
  });

  it('reads what every earlier one wrote', () => {
    for (const { type, file } of past) {
      const resolver = incompatibility(current.type, type) ?? current.type.createResolver(type);
      expect(resolver, file).not.toBeTypeOf('string');
      const value = current.type.fromBuffer(type.toBuffer(type.random()), resolver as never);
      expect(current.type.isValid(value)).toBe(true);
    }
  });
});

describe('the history', () => {
  it('takes up each shape once, in the order of coming', () => {
    const folder = temporaryFolder();
    expect(recordSchemas([first], folder)).toHaveLength(1);
    expect(recordSchemas([first], folder)).toEqual([]);
    expect(recordSchemas([wider], folder)).toHaveLength(1);
    expect(pastSchemas('Shape', folder).map(({ fingerprint }) => fingerprint)).toEqual([
      first.fingerprint,
      wider.fingerprint,
    ]);
  });

  it('refuses a shape that cannot read what was written', () => {
    const folder = temporaryFolder();
    recordSchemas([first], folder);
    expect(() => recordSchemas([demanding], folder)).toThrow(
      /cannot read what was written with .*001-.*: no matching field/,
    );
    expect(pastSchemas('Shape', folder)).toHaveLength(1);
  });
});
