/**
 * Appends from outside: what waits for a partition at the same time goes as one batch, by an idempotent
 * producer. An append lies in one batch as a whole, so its records have offsets that follow each other
 * though others append to the same partition.
 */
import { WeirError } from '../../errors.ts';
import type { KafkaClient } from './client.ts';
import { isOfKafka, refuseCode } from './errors.ts';
import { BATCH_BYTES_MAX, type Prepared, type Producer, prepare, Sequences, sendRound } from './produce.ts';
import { batchBytesMax, type Framed } from './record-batches.ts';
import { initProducerId, type Place } from './requests.ts';

interface Waiting {
  readonly part: Framed;
  readonly resolve: (offset: number) => void;
  readonly reject: (error: unknown) => void;
}

interface Round {
  readonly batch: Prepared;
  readonly appends: readonly Waiting[];
}

export class Appender {
  readonly #client: KafkaClient;
  readonly #waiting = new Map<string, { readonly place: Place; appends: Waiting[] }>();
  #producer: Producer | null = null;
  #working: Promise<void> | null = null;

  constructor(client: KafkaClient) {
    this.#client = client;
  }

  /** Resolves with the offset of the first value when all of them are on the brokers that must have them. */
  append(place: Place, part: Framed): Promise<number> {
    const name = `${place.topic}/${place.partition}`;
    return new Promise((resolve, reject) => {
      const known = this.#waiting.get(name);
      const append = { part, resolve, reject };
      if (known === undefined) this.#waiting.set(name, { place, appends: [append] });
      else known.appends.push(append);
      this.#working ??= this.#work();
    });
  }

  /** Resolves when nothing waits any more. */
  async settled(): Promise<void> {
    while (this.#working !== null) await this.#working;
  }

  async #work(): Promise<void> {
    // Whoever appends in the same turn is still to come.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.size > 0) {
      const taken = [...this.#waiting.values()].map(({ place, appends }) => ({ place, appends: firstOf(appends) }));
      for (const [name, { appends }] of this.#waiting) if (appends.length === 0) this.#waiting.delete(name);
      await this.#send(taken);
    }
    this.#working = null;
  }

  async #send(taken: readonly { readonly place: Place; readonly appends: readonly Waiting[] }[]): Promise<void> {
    try {
      const producer = await this.#ready();
      const rounds = taken.map(({ place, appends }): Round => {
        return {
          batch: prepare(
            producer,
            place,
            appends.map(({ part }) => part),
          ),
          appends,
        };
      });
      const offsets = await sendRound(
        this.#client,
        producer,
        rounds.map(({ batch }) => batch),
      );
      for (const { batch, appends } of rounds) settle(appends, offsets.get(batch) as number);
    } catch (error) {
      // Which numbers the brokers have seen is not known any more: a new producer begins to count anew.
      this.#producer = null;
      const told = isOfKafka(error)
        ? new WeirError('LOG_UNAVAILABLE', `Kafka takes no appends: ${error.message}`, { cause: error })
        : error;
      for (const { appends } of taken) for (const { reject } of appends) reject(told);
    }
  }

  async #ready(): Promise<Producer> {
    if (this.#producer !== null) return this.#producer;
    const { id, epoch } = await this.#client.patiently('beginning to append', async () => {
      const answer = await this.#client.sendToAny(initProducerId(null, 0));
      refuseCode(answer.code, 'beginning to append');
      return answer;
    });
    this.#producer = { id, epoch, transactionalId: null, sequences: new Sequences() };
    return this.#producer;
  }
}

/** Takes as many appends as one batch holds, one at least. */
function firstOf(appends: Waiting[]): Waiting[] {
  let bytes = 0;
  let count = 0;
  for (; count < appends.length; count++) {
    bytes += batchBytesMax([appends[count]!.part]);
    if (count > 0 && bytes > BATCH_BYTES_MAX) break;
  }
  return appends.splice(0, count);
}

function settle(appends: readonly Waiting[], baseOffset: number): void {
  let offset = baseOffset;
  for (const { part, resolve } of appends) {
    resolve(offset);
    offset += part.to - part.from;
  }
}
