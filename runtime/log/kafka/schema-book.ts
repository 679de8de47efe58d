/**
 * The schemas that records carry: fingerprint to schema, and for public topics the id that the registry gave
 * it. All of it is kept in the compacted topic `schemas`, so whoever starts with an empty disk while the
 * registry is away knows every schema that was ever used.
 */
import avro from 'avsc';
import { fingerprintOf } from '../../../schemas/declare.ts';
import { WeirError } from '../../errors.ts';
import { packValues } from '../values.ts';
import type { Appender } from './appender.ts';
import type { KafkaClient } from './client.ts';
import { UNFRAMED } from './frames.ts';
import { boundsOf, readKeyed } from './keyed.ts';
import type { Place } from './requests.ts';

/** What is asked of a schema registry. */
export interface Registry {
  /** Registers a schema under a subject, which refuses what is not compatible, and answers its id. */
  register(subject: string, schema: string): Promise<number>;
  /** The schema of an id; null where there is none, or it is no Avro. */
  find(id: number): Promise<string | null>;
}

export interface SchemaBookParts {
  readonly client: KafkaClient;
  readonly appender: Appender;
  readonly place: Place;
  readonly registry: Registry;
  /** Name of a topic on the cluster, by which the registry knows it too. */
  readonly nameOf: (topic: string) => string;
}

const NO_FRAME = Buffer.alloc(0);

export class SchemaBook {
  readonly #parts: SchemaBookParts;
  readonly #schemas = new Map<string, string>();
  readonly #fingerprints = new Map<number, string>();
  /** By subject and fingerprint. */
  readonly #ids = new Map<string, number>();
  readonly #asking = new Map<string, Promise<unknown>>();
  #next = 0;

  constructor(parts: SchemaBookParts) {
    this.#parts = parts;
  }

  /** Takes up what others have written since. */
  async catchUp(): Promise<void> {
    const { client, place } = this.#parts;
    const [{ start, end }] = (await boundsOf(client, [place])) as [{ start: number; end: number }];
    for (const { key, value } of await readKeyed(client, place, Math.max(start, this.#next), end)) {
      if (value !== null) this.#learn(key.toString('utf8'), value.toString('utf8'));
    }
    this.#next = Math.max(this.#next, end);
  }

  schema(fingerprint: string): string | null {
    return this.#schemas.get(fingerprint) ?? null;
  }

  async declare(fingerprint: string, schema: string): Promise<void> {
    if (this.#schemas.has(fingerprint)) return;
    await this.#keep(`schema ${fingerprint}`, schema);
  }

  /** The id under which a topic's records name a schema; registers it where that is the first time. */
  idOf(topic: string, fingerprint: string): number | Promise<number> {
    const subject = `${this.#parts.nameOf(topic)}-value`;
    const known = this.#ids.get(`${subject} ${fingerprint}`);
    return known ?? this.#once(`${subject} ${fingerprint}`, () => this.#register(subject, fingerprint));
  }

  /** The fingerprint that a frame names: an id of the registry, or the fingerprint itself. */
  fingerprintOf(schema: number | string | null): string | Promise<string> {
    if (schema === null) return UNFRAMED;
    if (typeof schema === 'number') {
      return this.#fingerprints.get(schema) ?? this.#once(`id ${schema}`, () => this.#find(schema));
    }
    if (this.#schemas.has(schema)) return schema;
    // Declared by another process before it wrote the record: it is in the topic by now.
    return this.#once(`fingerprint ${schema}`, async () => {
      await this.catchUp();
      return schema;
    });
  }

  async #register(subject: string, fingerprint: string): Promise<number> {
    const schema = this.#schemas.get(fingerprint);
    if (schema === undefined) throw new Error(`schema ${fingerprint} is used for ${subject} before it is declared`);
    const id = await this.#parts.registry.register(subject, schema);
    await this.#keep(`id ${subject} ${fingerprint}`, String(id));
    if (!this.#fingerprints.has(id)) await this.#keep(`fingerprint ${id}`, fingerprint);
    return id;
  }

  async #find(id: number): Promise<string> {
    await this.catchUp();
    const known = this.#fingerprints.get(id);
    if (known !== undefined) return known;
    const schema = await this.#parts.registry.find(id);
    // What names no schema is for whoever reads it to refuse.
    if (schema === null) return UNFRAMED;
    const fingerprint = fingerprintOf(avro.Type.forSchema(JSON.parse(schema) as avro.Schema));
    await this.declare(fingerprint, schema);
    await this.#keep(`fingerprint ${id}`, fingerprint);
    return fingerprint;
  }

  /** Asks once, however many wait for the answer. */
  #once<T>(what: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#asking.get(what) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const asking = ask().finally(() => this.#asking.delete(what));
    this.#asking.set(what, asking);
    return asking;
  }

  async #keep(key: string, value: string): Promise<void> {
    const { appender, place } = this.#parts;
    const values = packValues([Buffer.from(value)]);
    await appender.append(place, { keys: packValues([Buffer.from(key)]), frame: NO_FRAME, values, from: 0, to: 1 });
    this.#learn(key, value);
  }

  #learn(key: string, value: string): void {
    const [kind, ...rest] = key.split(' ');
    const name = rest.join(' ');
    if (kind === 'schema') this.#schemas.set(name, value);
    else if (kind === 'fingerprint') this.#fingerprints.set(Number(name), value);
    else if (kind === 'id') this.#ids.set(name, Number(value));
    else
      throw new WeirError(
        'RECORD_UNDECODABLE',
        `${this.#parts.place.topic} holds the key ${key}, which this build does not know.`,
      );
  }
}
