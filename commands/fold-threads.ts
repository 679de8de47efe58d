/**
 * The worker threads that fold: started, given shares of the work, watched, stopped in good order. A thread
 * that fails ends the process; a thread that ends unasked has failed.
 */
import { Worker } from 'node:worker_threads';
import type { ReadPosition } from '../processors/score/fold-thread.ts';
import type { FoldThreadData, FromFoldThread, ToFoldThread } from '../processors/score/worker.ts';
import type { ProcessedBatch } from '../runtime/batch-times.ts';
import { type ErrorCode, WeirError } from '../runtime/errors.ts';
import type { LogSource } from '../runtime/log/open.ts';
import { nameOfShare, type Share, sharesOf } from '../runtime/log/ownership.ts';
import type { WorkerTotals } from '../runtime/metrics.ts';

export interface FoldThreadsOptions {
  readonly folder: string;
  /** What a further thread opens the log with. */
  readonly log: LogSource;
  readonly partitions: number;
  readonly threads: number;
  readonly checkpointIntervalMs: number;
  readonly checkpointBytes: number;
  /** What they begin with; route and all partitions unless said. */
  readonly shares?: readonly Share[];
  readonly onTotals: (worker: string, totals: WorkerTotals) => void;
  readonly onGauges?: (values: WorkerTotals) => void;
  /** Called with what was committed since the last call; the threads note nothing down without it. */
  readonly onBatches?: (batches: readonly ProcessedBatch[]) => void;
  /** Another took over a share; it was dropped here. The end of the process, unless somebody says what else. */
  readonly onFenced?: (share: Share, error: WeirError) => void;
  /** Told of trouble of a thread’s log that passes. */
  readonly onTrouble?: (error: WeirError) => void;
  readonly onFailed: (error: Error) => void;
}

const YOUNG_GENERATION_MB = 96;
const ENTRY = new URL('../processors/score/worker.ts', import.meta.url);
/** What routing costs, in parts of what all tasks together cost: measured on a loaded log with all rules. */
const ROUTE_SHARE = 0.23;

export class FoldThreads {
  readonly #partitions: number;
  readonly #threads: readonly Thread[];
  readonly #begun: Promise<void>;

  constructor(options: FoldThreadsOptions) {
    const { partitions, threads, shares } = options;
    this.#partitions = partitions;
    this.#threads = Array.from({ length: Math.min(partitions, threads) }, (_, index) => {
      return new Thread(`fold-${index + 1}`, options);
    });
    this.#begun = this.take(shares ?? [...sharesOf('route', 1), ...sharesOf('score', partitions)]);
    // Whoever awaits it meets the failure, and so does `onFailed`; it must not count as unhandled besides.
    this.#begun.catch(() => {});
  }

  /** Resolves when what they began with is restored; rejects with what kept a thread from it. */
  ready(): Promise<void> {
    return this.#begun;
  }

  /** Resolves when every thread can take work at once. */
  async up(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.up.promise));
  }

  /** Gives each share to the thread that has least to do; resolves when all are restored and in work. */
  async take(shares: readonly Share[]): Promise<void> {
    const given = new Map<Thread, Share[]>();
    // The heaviest first, so that what is light evens out the rest.
    const isRoute = ({ stage }: Share) => Number(stage === 'route');
    for (const share of shares.toSorted((one, other) => isRoute(other) - isRoute(one))) {
      const thread = this.#threads.reduce((least, one) => (one.load < least.load ? one : least));
      thread.shares.set(nameOfShare(share), share.stage === 'route' ? this.#partitions * ROUTE_SHARE : 1);
      given.set(thread, [...(given.get(thread) ?? []), share]);
    }
    await Promise.all([...given].map(([thread, own]) => thread.take(own)));
  }

  /** Resolves when others may have them. Of what is `lost` nothing more is committed. */
  async giveBack(shares: readonly Share[], lost: boolean): Promise<void> {
    await Promise.all(
      this.#threads.map(async (thread) => {
        const own = shares.filter((share) => thread.shares.has(nameOfShare(share)));
        if (own.length === 0) return;
        await thread.giveBack(own, lost);
        for (const share of own) thread.shares.delete(nameOfShare(share));
      }),
    );
  }

  /** Where route and the tasks stand, as they told last. */
  positions(): readonly ReadPosition[] {
    return this.#threads.flatMap((thread) => thread.positions);
  }

  /** True where every thread has told where it stands since `mark` was taken. */
  toldSince(mark: readonly number[]): boolean {
    return this.#threads.every((thread, index) => thread.reports > (mark[index] as number));
  }

  mark(): number[] {
    return this.#threads.map((thread) => thread.reports);
  }

  /** Lets every thread finish its commits and checkpoints, and end. */
  async stop(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }
}

class Thread {
  positions: readonly ReadPosition[] = [];
  /** How often it told where it stands. */
  reports = 0;
  /** What it has, by name, and what each costs. */
  readonly shares = new Map<string, number>();
  readonly up = Promise.withResolvers<void>();
  readonly #name: string;
  readonly #worker: Worker;
  readonly #options: FoldThreadsOptions;
  readonly #changes = new Map<number, PromiseWithResolvers<void>>();
  readonly #ended = Promise.withResolvers<void>();
  #changeCount = 0;
  #failure: Error | null = null;
  #stopping = false;

  constructor(name: string, options: FoldThreadsOptions) {
    const { folder, log, checkpointIntervalMs, checkpointBytes, onBatches } = options;
    const traced = onBatches !== undefined;
    this.#name = name;
    this.#options = options;
    // Whoever awaits it meets the failure.
    this.up.promise.catch(() => {});
    this.#worker = new Worker(ENTRY, {
      name,
      // Most of what folding makes is garbage a moment later: room for it to die young halves the collector's work.
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      workerData: { folder, log, checkpointIntervalMs, checkpointBytes, traced } satisfies FoldThreadData,
    });
    this.#worker.on('message', (message: FromFoldThread) => this.#take(message));
    this.#worker.on('error', (error) => this.#fail(error as Error));
    this.#worker.on('exit', (code) => this.#leave(code));
  }

  /** What it has to do. */
  get load(): number {
    return [...this.shares.values()].reduce((sum, cost) => sum + cost, 0);
  }

  take(shares: readonly Share[]): Promise<void> {
    return this.#change((change) => ({ kind: 'take', change, shares }));
  }

  giveBack(shares: readonly Share[], lost: boolean): Promise<void> {
    return this.#change((change) => ({ kind: 'give-back', change, shares, lost }));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#tell({ kind: 'stop' });
    await this.#ended.promise;
  }

  /** Resolves when the thread has done it; rejects with what it failed of. */
  #change(message: (change: number) => ToFoldThread): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const change = ++this.#changeCount;
    const made = Promise.withResolvers<void>();
    this.#changes.set(change, made);
    this.#tell(message(change));
    return made.promise;
  }

  #tell(message: ToFoldThread): void {
    this.#worker.postMessage(message);
  }

  #take(message: FromFoldThread): void {
    switch (message.kind) {
      case 'up':
        this.up.resolve();
        break;
      case 'done':
        this.#changes.get(message.change)?.resolve();
        this.#changes.delete(message.change);
        break;
      case 'fenced':
        this.#lose(message.share, new WeirError('LOG_FENCED', message.message));
        break;
      case 'trouble':
        this.#options.onTrouble?.(new WeirError('LOG_UNAVAILABLE', message.message));
        break;
      case 'failed':
        this.#fail(errorOf(message));
        break;
      case 'stopped':
        this.#ended.resolve();
        break;
      default:
        this.#options.onGauges?.(message.gauges);
        this.#options.onBatches?.(message.batches);
        this.positions = message.positions;
        this.reports++;
        this.#options.onTotals(this.#name, message.values);
    }
  }

  #lose(share: Share, error: WeirError): void {
    this.shares.delete(nameOfShare(share));
    const { onFenced } = this.#options;
    if (onFenced === undefined) this.#fail(error);
    else onFenced(share, error);
  }

  #leave(code: number): void {
    if (!this.#stopping) this.#fail(new Error(`the thread ${this.#name} ended by itself with code ${code}`));
    // Nobody is left to answer.
    for (const made of this.#changes.values()) made.resolve();
    this.#ended.resolve();
  }

  #fail(error: Error): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    for (const made of this.#changes.values()) made.reject(error);
    this.#changes.clear();
    this.up.reject(error);
    this.#options.onFailed(error);
  }
}

function errorOf(message: Extract<FromFoldThread, { kind: 'failed' }>): Error {
  const error =
    message.code === null ? new Error(message.message) : new WeirError(message.code as ErrorCode, message.message);
  error.stack = message.stack;
  return error;
}
