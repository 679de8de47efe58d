/**
 * Replay: folds the journal again and proves that every output comes out byte for byte the same, or
 * names the first difference. It writes nothing; what it compares with is what the log holds.
 */
import type { Log, Reader } from '../../runtime/log/port.ts';
import { valueAt } from '../../runtime/log/values.ts';
import type { CheckpointStore } from '../../runtime/store/checkpoint-store.ts';
import { loadCheckpoint } from '../score/checkpoint.ts';
import { OUTPUT_TOPICS, type OutputTopic, outputRecord } from '../score/outputs.ts';
import { Task } from '../score/task.ts';

export interface VerifyOptions {
  readonly log: Log;
  /** Called now and then, with what has been folded of what there is. */
  readonly onProgress?: (progress: {
    readonly partition: number;
    readonly folded: number;
    readonly of: number;
  }) => void;
  /** Where the journal no longer begins at its beginning: the checkpoint to start a partition from. */
  readonly checkpoint?: (partition: number) => CheckpointStore | null;
}

export interface Difference {
  readonly partition: number;
  readonly topic: OutputTopic;
  /** Offset of the output in its topic. */
  readonly offset: number;
  /** Journal offset of the block whose fold differs. */
  readonly journalOffset: number;
  /** The output as the log holds it and as it came out now, in JSON form; null where there is none. */
  readonly stored: unknown;
  readonly folded: unknown;
}

export interface VerifyReport {
  readonly partitions: number;
  readonly entries: number;
  readonly outputs: { readonly [T in OutputTopic]: number };
  /** Null where everything is the same. */
  readonly difference: Difference | null;
  /** Digest of all outputs, by partition. */
  readonly digests: readonly string[];
}

/** Folds every partition up to what its task has committed. */
export async function verifyReplay(options: VerifyOptions): Promise<VerifyReport> {
  const { log } = options;
  const outputs = Object.fromEntries(OUTPUT_TOPICS.map((topic) => [topic, 0])) as { [T in OutputTopic]: number };
  const digests: string[] = [];
  let entries = 0;
  for (let partition = 0; partition < log.partitions; partition++) {
    const replay = new PartitionReplay(options, partition);
    const difference = await replay.run(outputs);
    entries += replay.entries;
    digests.push(replay.digest);
    if (difference !== null) return { partitions: log.partitions, entries, outputs, difference, digests };
  }
  return { partitions: log.partitions, entries, outputs, difference: null, digests };
}

class PartitionReplay {
  readonly #options: VerifyOptions;
  readonly #partition: number;
  readonly #task: Task;
  readonly #start: number;
  readonly #stored = new Map<OutputTopic, StoredValues>();

  constructor(options: VerifyOptions, partition: number) {
    const { log, checkpoint } = options;
    this.#options = options;
    this.#partition = partition;
    const journalStart = log.start('journal', partition);
    const store = journalStart === 0 ? null : (checkpoint?.(partition) ?? null);
    const loaded = store === null ? null : loadCheckpoint(store, partition);
    this.#start = loaded?.facts.position ?? journalStart;
    this.#task = new Task(partition, (fingerprint) => log.schema(fingerprint), loaded?.state);
    for (const topic of OUTPUT_TOPICS) this.#stored.set(topic, new StoredValues(log, topic, partition));
  }

  get entries(): number {
    return this.#task.ordinal;
  }

  get digest(): string {
    return this.#task.digest.toString('hex');
  }

  async run(outputs: { [T in OutputTopic]: number }): Promise<Difference | null> {
    const { log, onProgress } = this.#options;
    const end = log.end('journal', this.#partition);
    const reader = log.reader('journal', this.#partition, this.#start, { durable: false });
    for (let batch = reader.poll(); batch !== null; batch = reader.poll()) {
      for (let index = 0; index < batch.values.count; index++) {
        this.#task.fold(valueAt(batch.values, index), batch.fingerprint);
        const compared = this.#compare(batch.baseOffset + index, outputs);
        if (compared !== 'same') return compared === 'behind' ? null : compared;
      }
      onProgress?.({ partition: this.#partition, folded: reader.position, of: end });
      // Folding is all that this does; other work of the process gets its turn between blocks.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return this.#surplus(end);
  }

  /** Compares what a block gave with what the log holds; `behind` where the task has not committed that far. */
  #compare(journalOffset: number, outputs: { [T in OutputTopic]: number }): Difference | 'same' | 'behind' {
    for (const { topic, values } of this.#task.take()) {
      const stored = this.#stored.get(topic as OutputTopic)!;
      for (let index = 0; index < values.count; index++) {
        const folded = valueAt(values, index);
        const before = stored.next();
        if (before === null) return 'behind';
        if (!before.equals(folded)) {
          const record = outputRecord(topic as OutputTopic);
          const render = (bytes: Buffer) => record.render(record.decode(bytes));
          return {
            partition: this.#partition,
            topic: topic as OutputTopic,
            offset: stored.offset - 1,
            journalOffset,
            stored: render(before),
            folded: render(folded),
          };
        }
        outputs[topic as OutputTopic]++;
      }
    }
    return 'same';
  }

  /** Outputs that the log holds and the fold did not give. */
  #surplus(journalOffset: number): Difference | null {
    for (const [topic, stored] of this.#stored) {
      const surplus = stored.next();
      if (surplus === null) continue;
      const record = outputRecord(topic);
      return {
        partition: this.#partition,
        topic,
        offset: stored.offset - 1,
        journalOffset,
        stored: record.render(record.decode(surplus)),
        folded: null,
      };
    }
    return null;
  }
}

/** The values of one partition of an output topic, one by one. */
class StoredValues {
  readonly #reader: Reader;
  #batch: ReturnType<Reader['poll']> = null;
  #index = 0;
  /** Next offset. */
  offset: number;

  constructor(log: Log, topic: OutputTopic, partition: number) {
    this.offset = log.start(topic, partition);
    this.#reader = log.reader(topic, partition, this.offset, { durable: false });
  }

  next(): Buffer | null {
    if (this.#batch === null || this.#index === this.#batch.values.count) {
      this.#batch = this.#reader.ready() ? this.#reader.poll() : null;
      this.#index = 0;
      if (this.#batch === null) return null;
    }
    this.offset++;
    return valueAt(this.#batch.values, this.#index++);
  }
}
