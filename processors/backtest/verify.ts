/**
 * Replay: folds the journal again and proves that every output comes out byte for byte the same, or
 * names the first difference. It writes nothing; what it compares with is what the log holds.
 */
import type { Log, Reader, RecordBatch } from '../../runtime/log/port.ts';
import { valueAt } from '../../runtime/log/values.ts';
import type { CheckpointStore } from '../../runtime/store/checkpoint-store.ts';
import { loadCheckpoint } from '../score/checkpoint.ts';
import { type CommittedTask, committedTask, taskName } from '../score/committed.ts';
import { OUTPUT_TOPICS, type OutputEnds, type OutputTopic, outputEnds, outputRecord } from '../score/outputs.ts';
import { Task } from '../score/task.ts';

export interface VerifyOptions {
  readonly log: Log;
  /** Called now and then, with what has been folded of what there is. */
  readonly onProgress?: (progress: {
    readonly partition: number;
    readonly folded: number;
    readonly of: number;
  }) => void;
  /** The checkpoint to start a partition from; null, and unless said, the beginning of the journal. */
  readonly checkpoint?: (partition: number) => CheckpointStore | null;
}

export interface Difference {
  readonly partition: number;
  /** Null where all outputs that the log still holds are the same, and the digest over all of them is not. */
  readonly topic: OutputTopic | null;
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
  /** Journal offset that each partition was folded from. */
  readonly starts: readonly number[];
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
  const starts: number[] = [];
  let entries = 0;
  let difference: Difference | null = null;
  for (let partition = 0; partition < log.partitions && difference === null; partition++) {
    const replay = new PartitionReplay(options, partition);
    difference = await replay.run(outputs);
    entries += replay.entries;
    starts.push(replay.start);
    digests.push(replay.digest);
  }
  return { partitions: log.partitions, starts, entries, outputs, difference, digests };
}

class PartitionReplay {
  readonly start: number;
  readonly #options: VerifyOptions;
  readonly #partition: number;
  readonly #task: Task;
  readonly #ordinal: number;
  readonly #outputsFrom: OutputEnds | null;
  readonly #stored = new Map<OutputTopic, StoredValues>();

  constructor(options: VerifyOptions, partition: number) {
    const { log, checkpoint } = options;
    this.#options = options;
    this.#partition = partition;
    const store = checkpoint?.(partition) ?? null;
    const loaded = store === null ? null : loadCheckpoint(store, partition);
    this.start = loaded?.facts.position ?? 0;
    this.#task = new Task(partition, (fingerprint) => log.schema(fingerprint), loaded?.state);
    this.#ordinal = this.#task.ordinal;
    this.#outputsFrom = loaded?.facts.outputs ?? null;
  }

  get entries(): number {
    return this.#task.ordinal - this.#ordinal;
  }

  get digest(): string {
    return this.#task.digest.toString('hex');
  }

  async run(outputs: { [T in OutputTopic]: number }): Promise<Difference | null> {
    const { log, onProgress } = this.#options;
    const partition = this.#partition;
    // Taken first: the task may go on meanwhile, and whatever stood here by then belongs to what it has committed.
    const ends = outputEnds(log, partition);
    const committed = committedTask(await log.committed(taskName(partition)));
    // And again, for where everything that it has committed ends.
    await log.committed(taskName(partition));
    for (const topic of OUTPUT_TOPICS) {
      this.#stored.set(topic, new StoredValues(log, topic, partition, this.#outputsFrom?.[topic] ?? 0));
    }
    const reader = log.reader('journal', partition, this.start, { durable: false, reuse: true });
    while (reader.position < committed.position) {
      const batch = await reader.nextBefore(committed.position);
      if (batch === null) break;
      const { values, baseOffset, fingerprint } = batch;
      for (let index = 0; index < values.count; index++) {
        this.#task.fold(valueAt(values, index), fingerprint);
        const difference = await this.#compare(baseOffset + index, outputs);
        if (difference !== null) return difference;
      }
      onProgress?.({ partition, folded: Math.min(reader.position, committed.position), of: committed.position });
      // Folding is all that this does; other work of the process gets its turn between blocks.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return (await this.#surplus(ends, committed)) ?? this.#digestDiffers(committed);
  }

  /** Compares what a block gave with what the log holds. */
  async #compare(journalOffset: number, outputs: { [T in OutputTopic]: number }): Promise<Difference | null> {
    for (const append of this.#task.take()) {
      const topic = append.topic as OutputTopic;
      const stored = this.#stored.get(topic)!;
      for (let index = 0; index < append.values.count; index++) {
        const folded = valueAt(append.values, index);
        const before = stored.atHand ?? (await stored.next());
        const same = before?.equals(folded) === true;
        if (!same && stored.isTrimmed) continue;
        if (!same) return this.#difference(topic, stored.offset, journalOffset, before, folded);
        stored.pass();
        outputs[topic]++;
      }
    }
    return null;
  }

  /** Outputs that the log holds and the fold did not give. */
  async #surplus(ends: OutputEnds, { position }: CommittedTask): Promise<Difference | null> {
    for (const [topic, stored] of this.#stored) {
      const surplus = stored.atHand ?? (await stored.next());
      if (surplus === null || stored.offset >= ends[topic]) continue;
      return this.#difference(topic, stored.offset, position, surplus, null);
    }
    return null;
  }

  #digestDiffers({ position, state }: CommittedTask): Difference | null {
    if (state === null || state.digest === this.digest) return null;
    const { partition, digest } = { partition: this.#partition, digest: this.digest };
    return { partition, topic: null, offset: 0, journalOffset: position, stored: state.digest, folded: digest };
  }

  #difference(
    topic: OutputTopic,
    offset: number,
    journalOffset: number,
    stored: Buffer | null,
    folded: Buffer | null,
  ): Difference {
    const record = outputRecord(topic);
    const render = (bytes: Buffer | null) => (bytes === null ? null : record.render(record.decode(bytes)));
    return {
      partition: this.#partition,
      topic,
      offset,
      journalOffset,
      stored: render(stored),
      folded: render(folded),
    };
  }
}

/** The values of one partition of an output topic, one by one. */
class StoredValues {
  readonly #reader: Reader;
  readonly #end: number;
  #batch: RecordBatch | null = null;
  #index = 0;
  #isTrimmed: boolean;

  constructor(log: Log, topic: OutputTopic, partition: number, from: number) {
    const start = log.start(topic, partition);
    this.#isTrimmed = start > from;
    this.#end = log.end(topic, partition);
    this.#reader = log.reader(topic, partition, Math.max(from, start), { durable: false, reuse: true });
  }

  /**
   * True until the fold has come to the first value that the log still holds: what it gives before that was
   * taken by retention, and is compared by the digest alone. How many those are, offsets do not tell.
   */
  get isTrimmed(): boolean {
    return this.#isTrimmed;
  }

  /** The value at hand; null where the next one has to be asked for. */
  get atHand(): Buffer | null {
    return this.#batch === null || this.#index === this.#batch.values.count
      ? null
      : valueAt(this.#batch.values, this.#index);
  }

  /** Offset of the value at hand, or of where the log ends. */
  get offset(): number {
    return this.#batch === null ? this.#reader.position : this.#batch.baseOffset + this.#index;
  }

  /** The next value where none is at hand; null where the log ends. */
  async next(): Promise<Buffer | null> {
    const batch = await this.#reader.nextBefore(this.#end);
    if (batch === null) return null;
    this.#batch = batch;
    this.#index = 0;
    return this.atHand;
  }

  /** Goes on behind the value at hand. */
  pass(): void {
    this.#isTrimmed = false;
    this.#index++;
  }
}
