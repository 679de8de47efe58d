/**
 * Commits of one owner, each one Kafka transaction by the owner's own producer. After a fence, and only then,
 * what is committed is read, since before it might still change.
 */
import type { Append, Commit, Committed, Committer, Position } from '../port.ts';
import { packValues } from '../values.ts';
import type { KafkaClient, Patience } from './client.ts';
import { encodeCommitted, takeCommitted } from './committed.ts';
import type { Output } from './produce.ts';
import type { Framed } from './record-batches.ts';
import type { Place } from './requests.ts';
import { type Transactions, takingOver } from './transactions.ts';

export interface CommitterParts {
  readonly transactions: Transactions;
  readonly owner: string;
  /** Where the owner's commits are kept. */
  readonly place: Place;
  /** Frames an append and names its place on the cluster; refuses a place that there is not. */
  readonly framed: (append: Append) => (Framed & Place) | Promise<Framed & Place>;
  /** Takes up where all partitions end, as of now. */
  readonly catchUp: (patience: Patience) => Promise<void>;
  /** Told of where outputs were committed. */
  readonly onCommitted: (place: Place, end: number) => void;
  readonly onTrouble: (error: unknown) => void;
  /** Told once the owner has nothing more to commit. */
  readonly onReleased: () => void;
}

const NO_FRAME = Buffer.alloc(0);

export class KafkaCommitter implements Committer {
  readonly #parts: CommitterParts;
  #positions = new Map<string, Position>();
  /** The step before: one that comes after a failed commit must not be committed as if nothing had been. */
  #before: Promise<unknown> = Promise.resolve();
  #looking = false;
  readonly #releasing = new AbortController();

  constructor(parts: CommitterParts) {
    this.#parts = parts;
  }

  fence(signal?: AbortSignal): Promise<Committed> {
    return this.#inTurn(() => this.#fence(() => this.#parts.transactions.fence(signal), signal));
  }

  async confirm(): Promise<void> {
    await this.#inTurn(() => this.#fence(() => this.#parts.transactions.goOn()));
  }

  commit(commit: Commit): Promise<void> {
    return this.#inTurn(() => this.#commit(commit));
  }

  /** What is acknowledged is on the disks of as many brokers as the topic asks for. */
  async flushed(): Promise<void> {
    await this.#before;
  }

  /**
   * To be called now and then: where a connection was lost, a broker may have gone and left the last commit hidden. The
   * next one would find out; an owner that has none to send looks by this.
   */
  async lookAfter(): Promise<void> {
    const { transactions, onTrouble } = this.#parts;
    if (this.#looking || !transactions.mayHang) return;
    this.#looking = true;
    const { signal } = this.#releasing;
    try {
      await this.#inTurn(() => transactions.endHanging(signal));
    } catch (error) {
      if (!signal.aborted) onTrouble(error);
    } finally {
      this.#looking = false;
    }
  }

  async release(): Promise<void> {
    this.#releasing.abort();
    this.#parts.onReleased();
    await this.#before;
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#before.then(step);
    this.#before = result.catch(() => {});
    return result;
  }

  async #fence(begin: () => Promise<KafkaClient>, signal?: AbortSignal): Promise<Committed> {
    const { transactions, catchUp, place, owner } = this.#parts;
    const client = await begin();
    const patience = takingOver(signal);
    try {
      const committed = await takeCommitted(client, place, owner, patience);
      await catchUp(patience);
      this.#positions = new Map(committed.positions.map((position) => [keyOf(position), position]));
      return committed;
    } catch (error) {
      // Whoever does not know what is committed must not commit.
      transactions.drop();
      throw error;
    }
  }

  async #commit({ outputs, positions, state }: Commit): Promise<void> {
    const { transactions, place, onCommitted } = this.#parts;
    for (const position of positions) this.#positions.set(keyOf(position), position);
    let framed: Output[];
    try {
      framed = await this.#grouped(outputs);
    } catch (error) {
      // The positions above were never committed: the next fence takes them back.
      transactions.drop();
      throw error;
    }
    framed.push({ ...place, parts: [this.#record(state)] });
    const firsts = await transactions.commit(framed);
    framed.forEach((output, index) => {
      const count = output.parts.reduce((sum, { from, to }) => sum + to - from, 0);
      onCommitted(output, (firsts[index] as number) + count);
    });
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
    return { keys: packValues([Buffer.from(this.#parts.owner)]), frame: NO_FRAME, values, from: 0, to: 1 };
  }
}

function keyOf({ topic, partition }: Place): string {
  return `${topic}/${partition}`;
}
