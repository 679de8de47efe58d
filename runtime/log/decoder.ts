/**
 * Decodes records into the form that this build declares, whatever build wrote them: the schema that a
 * batch names is looked up once and resolved against the declared one.
 */
import avro from 'avsc';
import type { Declared } from '../../schemas/declare.ts';
import { WeirError } from '../errors.ts';
import type { Log, RecordBatch } from './port.ts';
import { valueAt } from './values.ts';

type Decode<T> = (bytes: Buffer) => T;

export class RecordDecoder<T> {
  readonly #log: Pick<Log, 'schema'>;
  readonly #record: Declared<T>;
  readonly #decoders = new Map<string, Decode<T>>();

  constructor(log: Pick<Log, 'schema'>, record: Declared<T>) {
    this.#log = log;
    this.#record = record;
    this.#decoders.set(record.fingerprint, (bytes) => record.type.fromBuffer(bytes) as T);
  }

  /** The value at `index` of a batch. */
  decode(batch: RecordBatch, index: number): T {
    const { fingerprint, topic, partition, baseOffset, values } = batch;
    const decode = this.#decoders.get(fingerprint) ?? this.#resolve(fingerprint);
    try {
      return decode(valueAt(values, index));
    } catch (cause) {
      const place = `${topic}/${partition} at offset ${baseOffset + index}`;
      throw new WeirError('RECORD_UNDECODABLE', `${place} does not decode as ${this.#record.name}.`, { cause });
    }
  }

  #resolve(fingerprint: string): Decode<T> {
    const text = this.#log.schema(fingerprint);
    if (text === null) {
      throw new WeirError('RECORD_UNDECODABLE', `The log holds no schema ${fingerprint} for a ${this.#record.name}.`);
    }
    const { type } = this.#record;
    const resolver = this.#resolverOf(fingerprint, text);
    const decode: Decode<T> = (bytes) => type.fromBuffer(bytes, resolver) as T;
    this.#decoders.set(fingerprint, decode);
    return decode;
  }

  #resolverOf(fingerprint: string, schema: string): ReturnType<avro.Type['createResolver']> {
    const { type, name } = this.#record;
    try {
      return type.createResolver(avro.Type.forSchema(JSON.parse(schema) as avro.Schema));
    } catch (cause) {
      throw new WeirError('RECORD_UNDECODABLE', `Schema ${fingerprint} cannot be read as a ${name}.`, { cause });
    }
  }
}
