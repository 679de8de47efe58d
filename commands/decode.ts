/** From bytes in the log to what people read: by the fingerprint that the bytes name, old shapes included. */
import avro from 'avsc';
import { WeirError } from '../runtime/errors.ts';
import type { RecordBatch } from '../runtime/log/port.ts';
import { valueAt } from '../runtime/log/values.ts';
import type { Declared } from '../schemas/declare.ts';
import { BLOCKS, type Block } from '../schemas/journal.ts';
import { TOPICS, type TopicName } from '../schemas/topics.ts';
import type { LogAccess } from './admin/access.ts';

type Shown = { readonly [field: string]: unknown };

/** What one log record holds: one event, or, in the journal, the entries of a block. */
type Decode = (bytes: Buffer) => readonly Shown[];

/** Decodes the records of topics; keeps how to for each fingerprint that it met. */
export class LineDecoder {
  readonly #access: Pick<LogAccess, 'schema'>;
  readonly #known = new Map<string, Decode>();

  constructor(access: Pick<LogAccess, 'schema'>) {
    this.#access = access;
  }

  /** All records of a batch in JSON form, one object a line; a block gives one a entry. */
  async lines(batch: RecordBatch): Promise<Shown[]> {
    const decode = await this.#decodeOf(batch.topic as TopicName, batch.fingerprint);
    const { topic, partition, baseOffset } = batch;
    const seen = new Date(batch.seen).toISOString();
    return Array.from({ length: batch.values.count }, (_, index) => {
      const head = { topic, partition, offset: baseOffset + index, seen };
      return decode(valueAt(batch.values, index)).map((value) => ({ ...head, ...value }));
    }).flat();
  }

  async #decodeOf(topic: TopicName, fingerprint: string): Promise<Decode> {
    const key = `${topic} ${fingerprint}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const written = await this.#writtenWith(fingerprint);
    const record = TOPICS[topic].record as Declared<unknown> | null;
    const decode = record === null ? decodeBlock(written) : decodeRecord(record, written);
    this.#known.set(key, decode);
    return decode;
  }

  async #writtenWith(fingerprint: string): Promise<avro.Type> {
    const schema = await this.#access.schema(fingerprint);
    if (schema !== null) return avro.Type.forSchema(JSON.parse(schema) as avro.Schema);
    throw new WeirError('RECORD_UNDECODABLE', `the log knows no schema with the fingerprint ${fingerprint}`);
  }
}

function decodeRecord(record: Declared<unknown>, written: avro.Type): Decode {
  const resolver = record.type.createResolver(written);
  return (bytes) => [{ value: record.render(record.type.fromBuffer(bytes, resolver)) }];
}

/** A block says by its entry’s name which event it holds. */
function decodeBlock(written: avro.Type): Decode {
  const items = (written as avro.types.ArrayType).itemsType;
  const block = Object.values(BLOCKS).find((one) => one.record.type.name === items.name) as Block | undefined;
  if (block === undefined)
    throw new WeirError('RECORD_UNDECODABLE', `the journal holds no entries of ${items.name ?? 'no name'}`);
  const record = block.record as unknown as Declared<unknown>;
  const resolver = block.type.createResolver(written);
  return (bytes) => {
    const entries = block.type.fromBuffer(bytes, resolver) as unknown[];
    return entries.map((entry, index) => ({ index, type: block.topic, value: record.render(entry) }));
  };
}
