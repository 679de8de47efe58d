/**
 * The ClickHouse sink: reads what came out (decisions, alerts, ratings, notifications, dead letters) and
 * the journal, and inserts each record exactly once, through kill −9 at any moment.
 *
 * It goes in rounds. A round visits each output topic once and takes what is ready; the journal, the
 * archive of legs and twice as large, has its turn when the outputs are through, or has waited long enough. Rounds
 * follow each other at once while there is a backlog, and at an interval while records trickle in, since
 * an insert of one row costs as much as one of a thousand. After a rest the first record goes at once.
 */
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import { monotonicNow, systemNow } from '../../runtime/clock.ts';
import { isWeirError } from '../../runtime/errors.ts';
import type { Log, Reader } from '../../runtime/log/port.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Tracing } from '../../runtime/tracing.ts';
import { partitionsOf, TOPICS } from '../../schemas/topics.ts';
import { bodyInserter, fileInserter, tracedInserter } from './insert.ts';
import { JournalRows } from './journal-rows.ts';
import { LagMeter, type SinkLag } from './lag.ts';
import { Ledger } from './ledger.ts';
import { Mover, type SinkProgress, Stopped } from './mover.ts';
import { OutputRows } from './output-rows.ts';
import { Pause } from './pause.ts';
import type { PartitionLag } from './pipeline.ts';
import { type Taken, take, takeAgain } from './spans.ts';
import { OUTPUT_TOPICS, type OutputTopic } from './tables.ts';

export type { SinkLag, SinkProgress };

export interface ClickHouseSinkOptions {
  readonly log: Log;
  readonly client: ClickHouseClient;
  /** Makes the tables, before the first insert; tried again until ClickHouse can be reached. Left out where they are there. */
  readonly prepare?: () => Promise<unknown>;
  /** Folder for the file in which rows are handed to chDB; null where they are sent to a server. */
  readonly folder: string | null;
  readonly logger?: Pick<Logger, 'warn' | 'info'>;
  /**
   * Log partitions that one insert may take from; unless said, all for chDB and 1 for a server. An insert costs
   * chDB some 20 ms whatever it holds, so few large ones keep up where one a partition would not. Where partitions
   * may move from one process to another it must be 1, because a span is finished by whoever owns its partitions.
   */
  readonly partitionsPerInsert?: number;
  /** Time from one round to the next while records trickle in. */
  readonly roundIntervalMs?: number;
  readonly onProgress?: (progress: SinkProgress) => void;
  /** Where each insert has a span; none is made without it. */
  readonly tracing?: Tracing | null;
  /** A try failed; it will be made again. */
  readonly onFailure?: (error: unknown) => void;
  /** What ends the sink: a fault of ours, or a log that it cannot read on. */
  readonly onFault: (error: unknown) => void;
}

export interface ClickHouseSink {
  /** Finishes the insert under way and writes down that it is done. */
  stop(): Promise<void>;
  lag(): SinkLag;
  /** The same by partition. */
  lags(): PartitionLag[];
  /** Resolves when what the log holds now is in ClickHouse. */
  caughtUp(): Promise<void>;
}

const OUTPUT_LIMITS = { records: 131_072, bytes: 32 * 1_024 ** 2 };
/** A record of the journal is a block of many entries. */
const JOURNAL_LIMITS = { records: 4_096, bytes: 32 * 1_024 ** 2 };
const ROUND_INTERVAL_MS = 250;
const JOURNAL_INTERVAL_MS = 2_000;
/** After this the journal has its turn even though outputs wait. */
const JOURNAL_PATIENCE_MS = 5_000;
const REST_AFTER_MS = 1_000;

export function startClickHouseSink(options: ClickHouseSinkOptions): ClickHouseSink {
  const sink = new Sink(options);
  void sink.run();
  return sink;
}

interface Waiter {
  readonly ends: ReadonlyMap<Reader, number>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

class Sink implements ClickHouseSink {
  readonly #options: ClickHouseSinkOptions;
  readonly #ledger: Ledger;
  readonly #roundIntervalMs: number;
  readonly #pause = new Pause();
  readonly #mover: Mover;
  readonly #outputRows: { readonly [topic in OutputTopic]: OutputRows };
  readonly #journalRows: JournalRows;
  /** By topic, in the order of `OUTPUT_TOPICS`. */
  readonly #outputs: readonly (readonly Reader[])[];
  readonly #outputReaders: readonly Reader[];
  readonly #journalReaders: readonly Reader[];
  readonly #readers: readonly Reader[];
  readonly #meter: LagMeter;
  readonly #finished = Promise.withResolvers<void>();
  #waiters: Waiter[] = [];
  readonly #wakes = new Map<readonly Reader[], Promise<void>>();
  #roundAt = Number.NEGATIVE_INFINITY;
  #journalAt = Number.NEGATIVE_INFINITY;
  #journalFull = false;

  constructor(options: ClickHouseSinkOptions) {
    const { log, client, folder, logger, onProgress, onFailure } = options;
    this.#options = options;
    this.#roundIntervalMs = options.roundIntervalMs ?? ROUND_INTERVAL_MS;
    this.#ledger = new Ledger(log, monotonicNow);
    const plain = folder === null ? bodyInserter(client) : fileInserter(client, folder);
    const inserter = options.tracing ? tracedInserter(plain, options.tracing) : plain;
    this.#mover = new Mover({ ledger: this.#ledger, inserter, pause: this.#pause, logger, onProgress, onFailure });
    const rows = OUTPUT_TOPICS.map((topic) => [topic, new OutputRows(log, topic)]);
    this.#outputRows = Object.fromEntries(rows) as { [topic in OutputTopic]: OutputRows };
    this.#journalRows = new JournalRows(log);
    this.#outputs = OUTPUT_TOPICS.map((topic) => readersOf(log, topic));
    this.#outputReaders = this.#outputs.flat();
    this.#journalReaders = readersOf(log, 'journal');
    this.#readers = [...this.#outputReaders, ...this.#journalReaders];
    this.#meter = new LagMeter(log, this.#ledger, this.#readers);
  }

  stop(): Promise<void> {
    this.#pause.end();
    this.#ledger.abandon(new Stopped('the ClickHouse sink was stopped while it waited for the log'));
    return this.#finished.promise;
  }

  lag(): SinkLag {
    return { ...this.#meter.lag(systemNow()), failing: this.#mover.failing };
  }

  lags(): PartitionLag[] {
    return this.#meter.lags(systemNow());
  }

  caughtUp(): Promise<void> {
    const ends = new Map(this.#readers.map((one) => [one, this.#options.log.end(one.topic, one.partition)]));
    return new Promise((resolve, reject) => {
      this.#waiters.push({ ends, resolve, reject });
      this.#pause.interrupt();
    });
  }

  /** Runs until stopped; what ends it otherwise goes to `onFault`. */
  async run(): Promise<void> {
    try {
      await this.#begin();
      while (!this.#pause.ended) {
        const full = await this.#round();
        this.#tellCaughtUp();
        if (!full) await this.#awaitMore();
      }
      await this.#mover.rest();
    } catch (error) {
      const expected = this.#pause.ended && (error instanceof Stopped || isWeirError(error, 'LOG_CLOSED'));
      if (!expected) this.#options.onFault(error);
    } finally {
      await this.#ledger.release();
      for (const { reject } of this.#waiters) reject(new Stopped('the ClickHouse sink ended before it had caught up'));
      this.#finished.resolve();
    }
  }

  /** Goes on where an earlier run ended, and finishes what that had begun. */
  async #begin(): Promise<void> {
    // First of all, so that the log keeps what is needed while ClickHouse is away.
    const open = await this.#ledger.take(this.#readers);
    for (const reader of this.#readers) reader.seek(this.#ledger.position(reader.topic, reader.partition));
    const { prepare } = this.#options;
    if (prepare !== undefined) await this.#mover.reach(prepare);
    if (open === null) return;
    const readers = this.#readers.filter(({ topic }) => topic === open.topic);
    const taken = await takeAgain(open, (partition) => readers.find((one) => one.partition === partition) as Reader);
    const { rows, ordinals } = this.#rowsOf(taken);
    await this.#mover.finish(open, rows, ordinals);
  }

  /** True where it left a backlog. */
  async #round(): Promise<boolean> {
    this.#roundAt = monotonicNow();
    let full = false;
    for (const readers of this.#outputs) {
      const visit = await this.#visit(readers, OUTPUT_LIMITS, () => false);
      full ||= visit;
    }
    if (!this.#journalIsDue(full)) return full;
    const startedAt = monotonicNow();
    this.#journalFull = await this.#visit(this.#journalReaders, JOURNAL_LIMITS, () => {
      return this.#outputsReady() && monotonicNow() - startedAt > this.#roundIntervalMs;
    });
    this.#journalAt = monotonicNow();
    return full || this.#journalFull;
  }

  /** Takes from each of the partitions once, the longest backlog first; true where it left a backlog. */
  async #visit(
    readers: readonly Reader[],
    limits: { readonly records: number; readonly bytes: number },
    enough: () => boolean,
  ): Promise<boolean> {
    const { log, folder } = this.#options;
    const partitions = this.#options.partitionsPerInsert ?? (folder === null ? 1 : readers.length);
    const backlog = (one: Reader) => log.end(one.topic, one.partition) - one.position;
    let left = readers.filter((one) => one.ready()).sort((a, b) => backlog(b) - backlog(a));
    let full = false;
    while (left.length > 0 && !this.#pause.ended) {
      const taken = take(left, { ...limits, partitions });
      if (taken === null) break;
      await this.#move(taken);
      full ||= taken.full;
      const visited = new Set(taken.span.ranges.map(({ partition }) => partition));
      left = left.filter(({ partition }) => !visited.has(partition));
      if (left.length > 0 && enough()) return true;
    }
    return full;
  }

  async #move(taken: Taken): Promise<void> {
    this.#meter.took(taken);
    const { rows, ordinals } = this.#rowsOf(taken);
    await this.#mover.move(taken.span, rows, ordinals);
  }

  #rowsOf(taken: Taken) {
    const { ordinals } = this.#ledger;
    if (taken.span.topic === 'journal') return this.#journalRows.rowsOf(taken, ordinals);
    return { rows: [this.#outputRows[taken.span.topic as OutputTopic].rowsOf(taken)], ordinals };
  }

  #journalIsDue(full: boolean): boolean {
    if (this.#waiters.length > 0) return true;
    const waitedMs = monotonicNow() - this.#journalAt;
    if (waitedMs >= JOURNAL_PATIENCE_MS) return true;
    return !full && (this.#journalFull || waitedMs >= JOURNAL_INTERVAL_MS);
  }

  #outputsReady(): boolean {
    return this.#outputReaders.some((one) => one.ready());
  }

  async #awaitMore(): Promise<void> {
    if (this.#waiters.length > 0) return this.#pause.wait(null, this.#ready(this.#readers));
    if (!this.#outputsReady()) {
      if (this.#journalReaders.some((one) => one.ready())) {
        const dueInMs = this.#journalAt + JOURNAL_INTERVAL_MS - monotonicNow();
        await this.#pause.wait(dueInMs, this.#ready(this.#outputReaders));
      } else {
        await this.#rest();
      }
    }
    if (this.#waiters.length === 0) {
      await this.#pause.wait(this.#roundAt + this.#roundIntervalMs - monotonicNow());
    }
  }

  /** Resolves when one of them is ready. One wait a list at a time: a log cannot be told that nobody waits any more. */
  #ready(readers: readonly Reader[]): Promise<void> {
    const known = this.#wakes.get(readers);
    if (known !== undefined) return known;
    const wake = this.#options.log.awaitAny(readers).finally(() => this.#wakes.delete(readers));
    // Where nobody waits for it when the log closes, its rejection is no fault.
    wake.catch(() => undefined);
    this.#wakes.set(readers, wake);
    return wake;
  }

  /** Nothing is ready: soon writes down that all is done, and waits. */
  async #rest(): Promise<void> {
    const more = this.#ready(this.#readers);
    await this.#pause.wait(REST_AFTER_MS, more);
    if (this.#pause.ended || this.#waiters.length > 0 || this.#readers.some((one) => one.ready())) return;
    await this.#mover.rest();
    await this.#pause.wait(null, more);
  }

  #tellCaughtUp(): void {
    this.#waiters = this.#waiters.filter(({ ends, resolve }) => {
      if (!this.#readers.every((one) => one.position >= (ends.get(one) as number))) return true;
      resolve();
      return false;
    });
  }
}

function readersOf(log: Log, topic: keyof typeof TOPICS): Reader[] {
  return Array.from({ length: partitionsOf(TOPICS[topic], log.partitions) }, (_, partition) =>
    log.reader(topic, partition, log.start(topic, partition), { durable: true }),
  );
}
