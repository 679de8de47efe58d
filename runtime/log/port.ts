/**
 * The log port: the one way in which stages speak to each other. Two adapters stand behind it,
 * `embedded` (LMDB, one process) and `kafka`; no code outside the adapter knows which.
 *
 * A topic has partitions, a partition has offsets that rise by one a record, and records arrive in
 * batches: that is how they are stored, read and copied on, so nothing needs a buffer per record. Between
 * batches some offsets may hold no record. Each partition but those of inputs has one writer at a time.
 */
import type { PackedValues } from './values.ts';

/** Values to append to one partition, all of one schema. */
export interface Append {
  readonly topic: string;
  readonly partition: number;
  /** Fingerprint of the values' Avro schema, see `Declared.fingerprint` and `Block.fingerprint`. */
  readonly fingerprint: string;
  readonly values: PackedValues;
  /**
   * The key of each value, for outsiders who partition or compact by it: Kafka’s records carry it. A log
   * without a place for it leaves it out, and no reader is given it.
   */
  readonly keys?: PackedValues;
  /**
   * W3C `traceparent` of the request that brought the values. Kafka’s records carry it as a header for outsiders;
   * a log without a place for it leaves it out. No reader is given it, since nothing may be judged by it.
   */
  readonly trace?: string;
  /** W3C `tracestate` beside it, likewise. */
  readonly traceState?: string;
}

/** Records as they were stored together: offsets `baseOffset … baseOffset + values.count − 1`. */
export interface RecordBatch extends Append {
  readonly baseOffset: number;
  /** Append time of the batch, ms. */
  readonly seen: number;
}

export interface Position {
  readonly topic: string;
  readonly partition: number;
  /** Next offset to read. */
  readonly offset: number;
}

/** What an owner committed last: where it stands in its inputs, and its own small state. */
export interface Committed {
  readonly positions: readonly Position[];
  /** Whatever the owner gave with its last commit (digest, ordinal, open range …); empty at first. */
  readonly state: Buffer;
}

export interface Commit {
  readonly outputs: readonly Append[];
  readonly positions: readonly Position[];
  readonly state: Uint8Array;
}

export interface Reader {
  readonly topic: string;
  readonly partition: number;
  /** Next offset that will be read. It also moves by itself, over offsets that hold no record. */
  readonly position: number;
  /** True where `poll` answers with a record, or throws. Cheap: no read. */
  ready(): boolean;
  /**
   * The stored batch that holds `position`, cut so that it begins there, or null where the log ends, or where
   * a log that is elsewhere has not sent it yet; moves the position behind it. Throws `LOG_POSITION_LOST`
   * where retention has taken `position`.
   */
  poll(): RecordBatch | null;
  /**
   * The next batch, cut so that it ends before `offset`; null where no further record stands before `offset`.
   * Waits for what is on its way. Throws `LOG_POSITION_LOST` where the log ends before `offset`.
   */
  nextBefore(offset: number): Promise<RecordBatch | null>;
  /** Waits for the next batch without polling. Rejects with `LOG_CLOSED` when the log closes. */
  next(): Promise<RecordBatch>;
  seek(offset: number): void;
}

export interface ReaderOptions {
  /**
   * True: only what is on disk is given out. For whoever tells the outside world (HTTP answers,
   * sinks). False: what is committed and readable, a little earlier. For stages inside.
   */
  readonly durable: boolean;
  /**
   * True: a batch lies in memory that the next `poll` uses again. For whoever is done with one batch before
   * it asks for the next; it saves half of what reading costs.
   */
  readonly reuse?: boolean;
}

/** Commits outputs, positions and state of one owner in one atomic step. */
export interface Committer {
  /**
   * Shuts out an earlier holder of the same name, completes or undoes what it left, and answers what is committed.
   * `signal` gives it up where that has to be waited for; it then rejects with the signal’s reason.
   */
  fence(signal?: AbortSignal): Promise<Committed>;
  /**
   * Resolves when committed, and readable by others. Outputs of one owner appear whole or not at all.
   * After a rejected commit: fence, and compare positions before sending the same outputs again.
   */
  commit(commit: Commit): Promise<void>;
  /** Throws `LOG_FENCED` where another took over since the fence. Unlike a fence it shuts out nobody, whatever became of the commits. */
  confirm(): Promise<void>;
  /** Resolves when everything committed so far is on disk. */
  flushed(): Promise<void>;
  /** Nothing more is committed by this owner: the log looks after it no more, once this has resolved. */
  release(): Promise<void>;
}

export interface KeptRecord {
  readonly key: Buffer;
  /** Null takes the key back. */
  readonly value: Buffer | null;
}

/**
 * Values by key that the task of a partition keeps with the log, so that they outlive every disk of its own.
 * What was written last under a key counts; the log may drop what stood there before, and in time also that
 * a key was taken back.
 */
export interface Kept {
  /** Shuts out an earlier holder. `signal` gives it up, as with `Committer.fence`. */
  fence(signal?: AbortSignal): Promise<void>;
  /**
   * Hands out what was written from an offset on, in order, with how many offsets are left; answers the offset
   * behind all of it. Only after `fence`, since before it more might come. `signal` gives it up.
   */
  read(
    from: number,
    take: (records: readonly KeptRecord[], left: number) => void | Promise<void>,
    signal?: AbortSignal,
  ): Promise<number>;
  /**
   * Writes all of it or nothing, each key once; answers the offset behind it. A record is one message to a broker.
   * Goes through the records as it writes them, so that others have their turn, and again where that fails.
   */
  write(records: Iterable<KeptRecord>): Promise<number>;
}

export interface Log {
  /** Journal partitions, fixed at the first start. */
  readonly partitions: number;
  /**
   * Appends and resolves with the first offset when the values are on disk. Appends that wait at the
   * same time share one write and one sync. Rejects with `LOG_FULL` where the disk is.
   */
  append(append: Append): Promise<{ readonly baseOffset: number }>;
  reader(topic: string, partition: number, from: number, options: ReaderOptions): Reader;
  committer(owner: string): Committer;
  /** What the task of a partition keeps; null where the log stands on the same disk as whatever it would outlive. */
  kept(partition: number): Kept | null;
  /** What an owner committed last, for whoever only looks: it shuts nobody out. */
  committed(owner: string): Promise<Committed>;
  /** First offset that is kept, and the next that will be written. */
  start(topic: string, partition: number): number;
  end(topic: string, partition: number): number;
  /** The same as `end`, asked of the log where it is elsewhere: what anybody appended before this call stands before it. */
  askEnd(topic: string, partition: number): Promise<number>;
  /** Resolves as soon as one of the readers is ready; at once where one is. */
  awaitAny(readers: readonly Reader[]): Promise<void>;
  /** The Avro schema of a fingerprint that some record carries, as JSON; null where none does. */
  schema(fingerprint: string): string | null;
  /** Makes a schema known before its first append. */
  declareSchema(fingerprint: string, schema: string): Promise<void>;
  /**
   * Registers what a named reader still needs: nothing from `positions` on is ever trimmed. A reader
   * that went for good is forgotten with `null`.
   */
  retain(name: string, positions: readonly Position[] | null): Promise<void>;
  /** Drops whole batches older than their topic's retention, below every retained position. */
  trim(now: number): Promise<void>;
  close(): Promise<void>;
}

/** Records between a position and the end; none where a log that is elsewhere told its end before what was read since. */
export function recordsBehind(log: Pick<Log, 'end'>, { topic, partition, offset }: Position): number {
  return Math.max(0, log.end(topic, partition) - offset);
}
