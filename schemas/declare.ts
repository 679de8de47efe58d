/**
 * One declaration per record: from the fields below come the Avro schema, the TypeScript type, the
 * JSON validation and the documentation, so that they cannot drift apart.
 *
 * Two forms of the same record exist. The JSON form is what people and upstream systems write (times
 * as ISO 8601 with a zone, absent fields left out). The inner form is what Avro carries and the fold
 * reads (times as milliseconds since 1970-01-01T00:00Z, absent fields null).
 */
import avro from 'avsc';
import { z } from 'zod';

export type AvroSchema = string | { [key: string]: unknown } | AvroSchema[];

/** One field of a record. `T` is the inner form. */
export interface Field<T> {
  readonly doc: string;
  /** The field's Avro schema. Named types are spelled out once a schema, then named: `seen` remembers which. */
  readonly avro: (seen: Set<string>) => AvroSchema;
  /** Validates the JSON form and gives the inner form. */
  readonly json: z.ZodType<T>;
  /** Renders the inner form as JSON form; `undefined` leaves the field out. */
  readonly render: (value: T) => unknown;
  /** True where the JSON form may leave the field out. */
  readonly optional: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: a field is contravariant in `render`; `unknown` would refuse every field.
type Fields = { readonly [name: string]: Field<any> };

/** The inner TypeScript type of a declared record: `Inner<typeof transferRecord>`. */
export type Inner<R> = R extends Declared<infer T> ? T : never;

type InnerOf<F extends Fields> = { -readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

export interface Declared<T> {
  readonly name: string;
  readonly doc: string;
  readonly fields: Fields;
  readonly avro: Field<T>['avro'];
  /** Validates the JSON form; unknown fields are refused. */
  readonly json: z.ZodType<T>;
  /** The compiled Avro type. */
  readonly type: avro.Type;
  /** 16 hex digits that name the exact schema (the head of avsc's MD5 of the canonical form). */
  readonly fingerprint: string;
  encode(value: T): Buffer;
  decode(bytes: Uint8Array): T;
  /** The JSON form: of all fields, or of those that are named, in the order in which they are. */
  render(value: T, names?: readonly string[]): { [name: string]: unknown };
  /** A whole, valid record: shown in the documentation, sent by tests. */
  readonly example: T;
}

const NAMESPACE = 'dev.weir';

const own = <T>(value: T): unknown => value;

function field<T>(
  doc: string,
  avroSchema: AvroSchema | Field<T>['avro'],
  json: z.ZodType<T>,
  render: (value: T) => unknown = own,
): Field<T> {
  const build = typeof avroSchema === 'function' ? avroSchema : () => avroSchema;
  return { doc, avro: build, json: json.describe(doc), render, optional: false };
}

/** Free text of a person's making: names, notes, reasons. Unicode, no control characters. */
export function text(doc: string, lengthMax = 256): Field<string> {
  const json = z
    .string()
    .min(1)
    .max(lengthMax)
    .refine((value) => !CONTROL.test(value), 'must hold no control characters')
    .refine((value) => value.isWellFormed(), 'must hold no half of a surrogate pair');
  return field(doc, 'string', json);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
const CONTROL = /[\u0000-\u001f\u007f]/;

export const ID_LENGTH_MAX = 128;

/**
 * An identifier: visible ASCII only. Look-alikes from other scripts, spaces and control characters
 * would make two ids of what a person reads as one, so they are refused at the door.
 */
export function id(doc: string, lengthMax = ID_LENGTH_MAX): Field<string> {
  const json = z
    .string()
    .min(1)
    .max(lengthMax)
    .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII without spaces');
  return field(doc, 'string', json);
}

/**
 * What avsc carries unharmed of ±(2^53−1): it refuses to write 2^53−1, and below −2^52 its zigzag form
 * needs a bit more than a number has, so that an odd negative amount would come back positive.
 */
export const LONG_MIN = -(2 ** 52);
export const LONG_MAX = 2 ** 53 - 2;

export function long(doc: string, min = LONG_MIN, max = LONG_MAX): Field<number> {
  // A bound that is missed is the one thing said: `int` has bounds of its own, and would say other ones besides.
  return field(doc, 'long', z.number().min(min, { abort: true }).max(max, { abort: true }).int());
}

export function flag(doc: string): Field<boolean> {
  return field(doc, 'boolean', z.boolean());
}

/** Bytes as they came; base64 in JSON. */
export function bytes(doc: string): Field<Buffer> {
  const json = z.base64().transform((value) => Buffer.from(value, 'base64'));
  return field(doc, 'bytes', json as z.ZodType<Buffer>, (value) => value.toString('base64'));
}

/** A point in time: ISO 8601 with zone in JSON, milliseconds since 1970-01-01T00:00Z inside. */
export function instant(doc: string): Field<number> {
  const json = z.iso
    .datetime({ offset: true, error: 'must be an ISO 8601 time with a zone, like 2026-03-01T09:30:00+08:00' })
    .transform((value) => Date.parse(value))
    .refine((value) => value >= INSTANT_MIN && value <= INSTANT_MAX, 'must lie between the years 1970 and 2200');
  return field(doc, { type: 'long', logicalType: 'timestamp-millis' }, json as z.ZodType<number>, (value) =>
    new Date(value).toISOString(),
  );
}

export const INSTANT_MIN = 0;
export const INSTANT_MAX = Date.UTC(2200, 0, 1);

/** A calendar day, `YYYY-MM-DD`, without a zone: due dates are the customer's own days. */
export function day(doc: string): Field<string> {
  return field(doc, 'string', z.iso.date('must be a day like 2026-03-01'));
}

/** Avro symbols hold no hyphens: the inner form of `partially-settled` is `partially_settled`. */
type Symbol_<V extends string> = V extends `${infer Head}-${infer Tail}` ? Symbol_<`${Head}_${Tail}`> : V;

/** One of a closed set: hyphens in JSON, underscores inside; an Avro enum. */
export function choice<const V extends readonly [string, ...string[]]>(
  doc: string,
  name: string,
  values: V,
): Field<Symbol_<V[number]>> {
  const symbols = values.map((value) => value.replaceAll('-', '_'));
  const json = z.enum(values).transform((value) => value.replaceAll('-', '_'));
  return field(
    doc,
    named(name, () => ({ type: 'enum', name, namespace: NAMESPACE, symbols })),
    json as unknown as z.ZodType<Symbol_<V[number]>>,
    (value) => value.replaceAll('_', '-'),
  );
}

function named(name: string, build: (seen: Set<string>) => AvroSchema): (seen: Set<string>) => AvroSchema {
  return (seen) => {
    if (seen.has(name)) return `${NAMESPACE}.${name}`;
    seen.add(name);
    return build(seen);
  };
}

/** A field that may be absent: null inside, left out in JSON. */
export function maybe<T>(inner: Field<T>): Field<T | null> {
  return {
    doc: inner.doc,
    avro: (seen) => ['null', inner.avro(seen)],
    json: inner.json
      .nullish()
      .transform((value) => value ?? null)
      .describe(inner.doc) as z.ZodType<T | null>,
    render: (value) => (value === null ? undefined : inner.render(value)),
    optional: true,
  };
}

/** A list, empty where JSON leaves it out. */
export function list<T>(inner: Field<T>, lengthMax: number): Field<T[]> {
  return {
    doc: inner.doc,
    avro: (seen) => ({ type: 'array', items: inner.avro(seen) }),
    json: z.array(inner.json).max(lengthMax).default([]).describe(inner.doc) as unknown as z.ZodType<T[]>,
    render: (values) => values.map((value) => inner.render(value)),
    optional: true,
  };
}

/** A record inside a record. */
export function nested<T>(doc: string, record: Declared<T>): Field<T> {
  return {
    doc,
    avro: record.avro,
    json: record.json.describe(doc),
    render: (value) => record.render(value),
    optional: false,
  };
}

const byName = new Map<string, Declared<unknown>>();

/**
 * Declares a record. `example` is a whole record in JSON form: it is checked at start, shown in the
 * documentation and sent by tests.
 */
export function record<const F extends Fields>(
  name: string,
  doc: string,
  fields: F,
  example: { [name: string]: unknown },
): Declared<InnerOf<F>> {
  type T = InnerOf<F>;
  const avroSchema = named(name, (seen) => ({
    type: 'record',
    name,
    namespace: NAMESPACE,
    doc,
    fields: Object.entries(fields).map(([fieldName, one]) => {
      const schema = one.avro(seen);
      const nullable = Array.isArray(schema) && schema[0] === 'null';
      return { name: fieldName, type: schema, doc: one.doc, ...(nullable ? { default: null } : {}) };
    }),
  }));
  const type = avro.Type.forSchema(avroSchema(new Set()) as avro.Schema);
  const json = z
    .strictObject(Object.fromEntries(Object.entries(fields).map(([key, one]) => [key, one.json])))
    .describe(doc) as unknown as z.ZodType<T>;
  const declared: Declared<T> = {
    name,
    doc,
    fields,
    avro: avroSchema,
    json,
    type,
    fingerprint: fingerprintOf(type),
    encode: (value) => type.toBuffer(value),
    decode: (raw) => type.fromBuffer(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)) as T,
    render: (value, names) => renderFields(fields, value as { [name: string]: unknown }, names),
    example: json.parse(example),
  };
  if (byName.has(name)) throw new Error(`two records are declared with the name ${name}`);
  byName.set(name, declared as Declared<unknown>);
  return declared;
}

function renderFields(
  fields: Fields,
  value: { [name: string]: unknown },
  names: readonly string[] = Object.keys(fields),
): { [name: string]: unknown } {
  const out: { [name: string]: unknown } = {};
  for (const name of names) {
    const rendered = fields[name]?.render(value[name]);
    if (rendered !== undefined) out[name] = rendered;
  }
  return out;
}

/** The first eight bytes of the MD5 of the canonical schema, in hex. */
export function fingerprintOf(type: avro.Type): string {
  return type.fingerprint().subarray(0, 8).toString('hex');
}

/** Every declared record, in the order of declaration: for generated documentation and schema history. */
export function declaredRecords(): Declared<unknown>[] {
  return [...byName.values()];
}

/** The schema of a declared record, as it is registered and kept in the committed history. */
export function schemaOf(record: Declared<unknown>): AvroSchema {
  return record.avro(new Set());
}
