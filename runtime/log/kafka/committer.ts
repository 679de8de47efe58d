/**
 * Commits of one owner, each one Kafka transaction by the owner's own producer. It is opened only when its
 * outputs are complete, so it is open for as long as it takes to send them. A fence initialises the producer
 * anew, which shuts out the earlier holder and completes or undoes its transaction; only after that is what
 * is committed read, since before it might still change.
 */
import { WeirError } from '../../errors.ts';
import type { Append, Commit, Committed, Committer, Position } from '../port.ts';
import { packValues } from '../values.ts';
import type { KafkaClient } from './client.ts';
import { encodeCommitted, readCommitted } from './committed.ts';
import { CodeError, isOfKafka, refuseCode, refuseCodes } from './errors.ts';
import { type Output, type Producer, Sequences, sendOutputs } from './produce.ts';
import type { Framed } from './record-batches.ts';
import { addPartitionsToTransaction, endTransaction, initProducerId, type Place } from './requests.ts';

export interface CommitterParts {
  /** Connects at the first fence: an owner has connections of its own, since a broker works off one request a connection at a time. */
  readonly connect: () => Promise<KafkaClient>;
  readonly owner: string;
  readonly transactionalId: string;
  /** Where the owner's commits are kept. */
  readonly place: Place;
  /** Frames an append and names its place on the cluster; refuses a place that there is not. */
  readonly framed: (append: Append) => (Framed & Place) | Promise<Framed & Place>;
  /** Takes up where all partitions end, as of now. */
  readonly catchUp: () => Promise<void>;
  /** Told of where outputs were committed. */
  readonly onCommitted: (place: Place, end: number) => void;
}

/** A broker ends a transaction that stays open longer; until then its readers wait for it. */
const TRANSACTION_TIMEOUT_MS = 15_000;
/** Sending what makes a transaction may not take as long as the broker leaves it open. */
const COMMIT_PATIENCE_MS = 12_000;
const FENCE_PATIENCE_MS = 300_000;
const NO_FRAME = Buffer.alloc(0);

export class KafkaCommitter implements Committer {
  readonly #parts: CommitterParts;
  #client: KafkaClient | null = null;
  /** Null before the first fence, and from a commit that failed to the next fence. */
  #producer: Producer | null = null;
  #positions = new Map<string, Position>();
  /** The step before: one that comes after a failed commit must not be committed as if nothing had been. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(parts: CommitterParts) {
    this.#parts = parts;
  }

  fence(): Promise<Committed> {
    return this.#inTurn(() => this.#fence());
  }

  commit(commit: Commit): Promise<void> {
    return this.#inTurn(() => this.#commit(commit));
  }

  /** What is acknowledged is on the disks of as many brokers as the topic asks for. */
  async flushed(): Promise<void> {
    await this.#before;
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#before.then(step);
    this.#before = result.catch(() => {});
    return result;
  }

  async #fence(): Promise<Committed> {
    const { connect, catchUp, place, owner } = this.#parts;
    this.#producer = null;
    this.#client ??= await connect();
    const producer = await this.#initProducer(this.#client);
    const committed = await readCommitted(this.#client, place, owner);
    await catchUp();
    this.#positions = new Map(committed.positions.map((position) => [keyOf(position), position]));
    this.#producer = producer;
    return committed;
  }

  async #initProducer(client: KafkaClient): Promise<Producer> {
    const { transactionalId, owner } = this.#parts;
    const request = () => initProducerId(transactionalId, TRANSACTION_TIMEOUT_MS);
    // Answered only once the earlier holder's transaction has ended everywhere, however it ended.
    const { id, epoch } = await client.patiently(
      `taking over as ${owner}`,
      async () => {
        const answer = await client.sendToCoordinator(transactionalId, request());
        refuseCode(answer.code, `taking over as ${owner}`);
        return answer;
      },
      FENCE_PATIENCE_MS,
    );
    return { id, epoch, transactionalId, sequences: new Sequences() };
  }

  async #commit({ outputs, positions, state }: Commit): Promise<void> {
    const producer = this.#producer;
    if (producer === null || this.#client === null) throw this.#fenced('it has to fence first');
    for (const position of positions) this.#positions.set(keyOf(position), position);
    try {
      const framed = await this.#grouped(outputs);
      framed.push({ ...this.#parts.place, parts: [this.#record(state)] });
      const firsts = await this.#transact(this.#client, producer, framed);
      framed.forEach((output, index) => {
        const count = output.parts.reduce((sum, { from, to }) => sum + to - from, 0);
        this.#parts.onCommitted(output, (firsts[index] as number) + count);
      });
    } catch (error) {
      // Its transaction may be open, committed or undone: the next fence finds out.
      this.#producer = null;
      throw this.#explained(error);
    }
  }

  async #transact(client: KafkaClient, producer: Producer, outputs: readonly Output[]): Promise<number[]> {
    const { transactionalId, owner } = this.#parts;
    const what = `a commit of ${owner}`;
    await client.patiently(
      what,
      async () => {
        // Refused for a moment after the transaction before, until its end is marked everywhere.
        const request = addPartitionsToTransaction(transactionalId, producer, outputs);
        refuseCodes(await client.sendToCoordinator(transactionalId, request), `${what} to`);
      },
      COMMIT_PATIENCE_MS,
    );
    const firsts = await sendOutputs(client, producer, outputs);
    await client.patiently(
      what,
      async () => {
        const { code } = await client.sendToCoordinator(
          transactionalId,
          endTransaction(transactionalId, producer, true),
        );
        refuseCode(code, what);
      },
      COMMIT_PATIENCE_MS,
    );
    return firsts;
  }

  /** Outputs by partition, each in its order. */
  async #grouped(outputs: readonly Append[]): Promise<Output[]> {
    const byPlace = new Map<string, { readonly topic: string; readonly partition: number; readonly parts: Framed[] }>();
    for (const append of outputs) {
      if (append.values.count === 0) continue;
      const framing = this.#parts.framed(append);
      const part = framing instanceof Promise ? await framing : framing;
      const { topic, partition } = part;
      const known = byPlace.get(keyOf(part));
      if (known === undefined) byPlace.set(keyOf(part), { topic, partition, parts: [part] });
      else known.parts.push(part);
    }
    return [...byPlace.values()];
  }

  #record(state: Uint8Array): Framed {
    const values = packValues([encodeCommitted([...this.#positions.values()], state)]);
    return { key: Buffer.from(this.#parts.owner), frame: NO_FRAME, values, from: 0, to: 1 };
  }

  #explained(error: unknown): unknown {
    if (error instanceof CodeError && error.remedy === 'fenced') return this.#fenced('another took over', error);
    if (!isOfKafka(error)) return error;
    const message = `A commit of ${this.#parts.owner} failed: ${error.message}`;
    return new WeirError('LOG_UNAVAILABLE', message, { cause: error });
  }

  #fenced(why: string, cause?: unknown): WeirError {
    return new WeirError('LOG_FENCED', `A commit of ${this.#parts.owner} was refused: ${why}.`, { cause });
  }
}

function keyOf({ topic, partition }: Place): string {
  return `${topic}/${partition}`;
}
