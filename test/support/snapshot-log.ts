/** What a log holds now, read once and kept in memory: for proofs that walk over it again and again. */
import type { Log, Reader, RecordBatch } from '../../runtime/log/port.ts';
import { partitionsOf, TOPIC_NAMES, TOPICS } from '../../schemas/topics.ts';

/** Reads all that is committed; what the snapshot is asked to write is refused. */
export async function snapshotOf(log: Log): Promise<Log> {
  // So that the ends are those of now.
  await log.committed('nobody');
  const held = new Map<string, { readonly batches: readonly RecordBatch[]; readonly end: number }>();
  for (const topic of TOPIC_NAMES) {
    for (let partition = 0; partition < partitionsOf(TOPICS[topic], log.partitions); partition++) {
      const end = log.end(topic, partition);
      const reader = log.reader(topic, partition, log.start(topic, partition), { durable: true });
      const batches: RecordBatch[] = [];
      for (let batch = await reader.nextBefore(end); batch; batch = await reader.nextBefore(end)) batches.push(batch);
      held.set(`${topic}/${partition}`, { batches, end });
    }
  }
  const of = (topic: string, partition: number) => held.get(`${topic}/${partition}`)!;
  const refuse = () => Promise.reject(new Error('a snapshot is not written to'));
  return {
    partitions: log.partitions,
    append: refuse,
    reader: (topic, partition) => new SnapshotReader(topic, partition, of(topic, partition).batches),
    committer: () => ({ fence: refuse, commit: refuse, confirm: refuse, flushed: refuse, release: refuse }),
    kept: () => null,
    committed: (owner) => log.committed(owner),
    start: (topic, partition) => log.start(topic, partition),
    end: (topic, partition) => of(topic, partition).end,
    askEnd: async (topic, partition) => of(topic, partition).end,
    awaitAny: async () => {},
    schema: (fingerprint) => log.schema(fingerprint),
    declareSchema: refuse,
    retain: refuse,
    trim: refuse,
    close: async () => {},
  };
}

/** Reads from the beginning, whole batches. */
class SnapshotReader implements Reader {
  readonly topic: string;
  readonly partition: number;
  readonly #batches: readonly RecordBatch[];
  #next = 0;

  constructor(topic: string, partition: number, batches: readonly RecordBatch[]) {
    this.topic = topic;
    this.partition = partition;
    this.#batches = batches;
  }

  get position(): number {
    const next = this.#batches[this.#next];
    if (next !== undefined) return next.baseOffset;
    const last = this.#batches.at(-1);
    return last === undefined ? 0 : last.baseOffset + last.values.count;
  }

  ready(): boolean {
    return this.#next < this.#batches.length;
  }

  poll(): RecordBatch | null {
    return this.#batches[this.#next++] ?? null;
  }

  nextBefore(offset: number): Promise<RecordBatch | null> {
    return Promise.resolve(this.position < offset ? this.poll() : null);
  }

  next(): Promise<RecordBatch> {
    const batch = this.poll();
    return batch === null ? new Promise(() => {}) : Promise.resolve(batch);
  }

  seek(offset: number): void {
    this.#next = this.#batches.findIndex(({ baseOffset, values }) => baseOffset + values.count > offset);
    if (this.#next < 0) this.#next = this.#batches.length;
  }
}
