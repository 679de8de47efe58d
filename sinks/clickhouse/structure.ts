/**
 * The ClickHouse column types of an Avro schema, as the table function that reads a container file wants
 * them. Fields of records inside are columns with dotted names (`event.debtor.party`).
 *
 * Absent text and absent flags become the empty value of their type, absent numbers and times stay NULL:
 * zero would be taken for a number.
 */
import type { AvroSchema } from '../../schemas/declare.ts';

interface RecordSchema {
  readonly type: 'record';
  readonly fields: readonly { readonly name: string; readonly type: AvroSchema }[];
}

/** The types of a container's columns, by path. */
export type Structure = ReadonlyMap<string, string>;

export function structureOf(schema: AvroSchema): Structure {
  const structure = new Map<string, string>();
  addColumns(schema, '', new Named(), structure);
  return structure;
}

function addColumns(schema: AvroSchema, prefix: string, named: Named, into: Map<string, string>): void {
  for (const field of (named.resolve(schema) as unknown as RecordSchema).fields) {
    const path = prefix + field.name;
    const type = named.resolve(field.type);
    if (isRecord(type)) addColumns(type, `${path}.`, named, into);
    else into.set(path, columnType(type, named));
  }
}

function columnType(schema: AvroSchema, named: Named): string {
  const type = named.resolve(schema);
  if (Array.isArray(type)) return optionalType(type, named);
  if (typeof type === 'string') return primitiveType(type);
  if (type.logicalType === 'timestamp-millis') return "DateTime64(3, 'UTC')";
  if (type.type === 'enum') return enumType(type.symbols as string[]);
  if (type.type === 'array') return `Array(${columnType(type.items as AvroSchema, named)})`;
  if (isRecord(type)) return tupleType(type, named);
  throw new Error(`no column type for the Avro schema ${JSON.stringify(type)}`);
}

function optionalType(union: AvroSchema[], named: Named): string {
  const inner = union.filter((one) => one !== 'null');
  if (inner.length !== 1) throw new Error(`no column type for the Avro union ${JSON.stringify(union)}`);
  const type = columnType(inner[0], named);
  return /^(Int64|DateTime64|Enum8)/.test(type) ? `Nullable(${type})` : type;
}

const PRIMITIVES: { readonly [type: string]: string } = {
  string: 'String',
  bytes: 'String',
  long: 'Int64',
  boolean: 'Bool',
};

function primitiveType(type: string): string {
  const column = PRIMITIVES[type];
  if (column === undefined) throw new Error(`no column type for the Avro type ${type}`);
  return column;
}

/** Numbered as in Avro, which is how the tables number theirs. */
function enumType(symbols: readonly string[]): string {
  return `Enum8(${symbols.map((symbol, index) => `'${symbol}' = ${index}`).join(', ')})`;
}

function tupleType(schema: RecordSchema, named: Named): string {
  return `Tuple(${schema.fields.map(({ name, type }) => `${name} ${columnType(type, named)}`).join(', ')})`;
}

function isRecord(schema: AvroSchema): schema is AvroSchema & RecordSchema {
  return typeof schema === 'object' && !Array.isArray(schema) && schema.type === 'record';
}

/** A schema spells a named type out once, and names it from then on. */
class Named {
  readonly #types = new Map<string, AvroSchema>();

  resolve(schema: AvroSchema): AvroSchema {
    if (typeof schema === 'string') return this.#types.get(schema) ?? schema;
    if (!Array.isArray(schema) && typeof schema.name === 'string') {
      this.#types.set(schema.namespace === undefined ? schema.name : `${schema.namespace}.${schema.name}`, schema);
    }
    return schema;
  }
}
