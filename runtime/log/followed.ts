/**
 * A topic of one partition that a process reads from its beginning and then follows, for as long as the log is open:
 * what it says is what the process knows. Whoever tells something here finds it known when the telling is done, and
 * whoever must know what others told can ask for it.
 */
import { type Declared, schemaOf } from '../../schemas/declare.ts';
import type { TopicName } from '../../schemas/topics.ts';
import { monotonicNow, type Now } from '../clock.ts';
import { isWeirError } from '../errors.ts';
import { RecordDecoder } from './decoder.ts';
import type { Log, Reader } from './port.ts';
import { packValues } from './values.ts';

const PARTITION = 0;

export interface FollowedOptions<T> {
  readonly log: Log;
  readonly topic: TopicName;
  readonly record: Declared<T>;
  /** Given each value once, in the order of the log. */
  readonly take: (value: T) => void;
  /** Following ended, though the log did not. */
  readonly onFault: (error: unknown) => void;
  /** Never set back; the system’s unless said. */
  readonly monotonic?: Now | undefined;
}

interface Waiting {
  readonly offset: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class FollowedTopic<T> {
  readonly #options: FollowedOptions<T>;
  readonly #decoder: RecordDecoder<T>;
  readonly #reader: Reader;
  readonly #monotonic: Now;
  #waiting: Waiting[] = [];
  #ended: { readonly error: unknown } | null = null;
  /** All that was told before this moment is known; monotonic ms. */
  #knownAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> = Promise.resolve();
  /** The question that has still to be put: whoever comes until then shares its answer. */
  #coming: Promise<void> | null = null;

  constructor(options: FollowedOptions<T>) {
    const { log, topic, record, monotonic = monotonicNow } = options;
    this.#options = options;
    this.#monotonic = monotonic;
    this.#decoder = new RecordDecoder(log, record);
    this.#reader = log.reader(topic, PARTITION, log.start(topic, PARTITION), { durable: true });
  }

  /** Reads what is there, and follows from then on. */
  async open(): Promise<void> {
    const { log, record } = this.#options;
    await log.declareSchema(record.fingerprint, JSON.stringify(schemaOf(record as Declared<unknown>)));
    this.#follow().catch((error) => this.#end(error));
    await this.catchUp();
  }

  /** How long ago all was known that had been told, in ms. */
  get ageMs(): number {
    return this.#monotonic() - this.#knownAt;
  }

  /** Stores the values, all or none; resolves when this process knows them. */
  async tell(values: readonly T[]): Promise<void> {
    const { log, topic, record } = this.#options;
    const { baseOffset } = await log.append({
      topic,
      partition: PARTITION,
      fingerprint: record.fingerprint,
      values: packValues(values.map((value) => record.encode(value))),
    });
    await this.#reach(baseOffset + values.length);
  }

  /** Resolves when this process knows all that anybody had told when it was asked. */
  catchUp(): Promise<void> {
    this.#coming ??= this.#asking.then(() => {
      this.#coming = null;
      const asking = this.#ask();
      this.#asking = asking.catch(() => {});
      return asking;
    });
    return this.#coming;
  }

  async #ask(): Promise<void> {
    const { log, topic } = this.#options;
    const askedAt = this.#monotonic();
    await this.#reach(await log.askEnd(topic, PARTITION));
    this.#knownAt = askedAt;
  }

  async #follow(): Promise<never> {
    for (;;) {
      await this.#options.log.awaitAny([this.#reader]);
      this.#read();
    }
  }

  #reach(offset: number): Promise<void> {
    if (this.#ended !== null) return Promise.reject(this.#ended.error as Error);
    this.#read();
    if (this.#reader.position >= offset) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiting.push({ offset, resolve, reject }));
  }

  #read(): void {
    try {
      for (let batch = this.#reader.poll(); batch !== null; batch = this.#reader.poll()) {
        for (let index = 0; index < batch.values.count; index++) this.#options.take(this.#decoder.decode(batch, index));
      }
    } catch (error) {
      // What was half taken must not be gone on from.
      this.#end(error);
      throw error;
    }
    const { position } = this.#reader;
    const reached = this.#waiting.filter(({ offset }) => offset <= position);
    if (reached.length === 0) return;
    this.#waiting = this.#waiting.filter(({ offset }) => offset > position);
    for (const { resolve } of reached) resolve();
  }

  #end(error: unknown): void {
    if (this.#ended !== null) return;
    this.#ended = { error };
    if (!isWeirError(error, 'LOG_CLOSED')) this.#options.onFault(error);
    for (const { reject } of this.#waiting) reject(error);
    this.#waiting = [];
  }
}
