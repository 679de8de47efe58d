/**
 * The worker threads that fold: started with their share of the partitions, watched, stopped in good
 * order. A thread that fails ends the process; a thread that ends unasked has failed.
 */
import { Worker } from 'node:worker_threads';
import type { ReadPosition } from '../processors/score/worker.ts';
import { type ErrorCode, WeirError } from '../runtime/errors.ts';
import type { LogSource } from '../runtime/log/open.ts';
import type { WorkerTotals } from '../runtime/metrics.ts';

export interface FoldThreadsOptions {
  readonly folder: string;
  /** What a further thread opens the log with. */
  readonly log: LogSource;
  readonly partitions: number;
  readonly threads: number;
  readonly checkpointIntervalMs: number;
  readonly checkpointBytes: number;
  readonly onTotals: (worker: string, totals: WorkerTotals) => void;
  readonly onGauges?: (values: WorkerTotals) => void;
  readonly onFailed: (error: Error) => void;
}

type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'restoring'; readonly gauges: WorkerTotals }
  | {
      readonly kind: 'counters';
      readonly values: WorkerTotals;
      readonly gauges: WorkerTotals;
      readonly positions: readonly ReadPosition[];
    }
  | { readonly kind: 'failed'; readonly code: ErrorCode | null; readonly message: string; readonly stack: string }
  | { readonly kind: 'stopped' };

const YOUNG_GENERATION_MB = 96;
const ENTRY = new URL('../processors/score/worker.ts', import.meta.url);

export class FoldThreads {
  readonly #threads: readonly Thread[];

  constructor(options: FoldThreadsOptions) {
    this.#threads = shareOut(options.partitions, options.threads).map(
      (partitions, index) => new Thread(`fold-${index + 1}`, partitions, index === 0, options),
    );
  }

  /** Resolves when each thread has restored its partitions; rejects with what kept one from it. */
  async ready(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.ready));
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

  /** Lets every thread finish its commit and checkpoint, and end. */
  async stop(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }
}

/** What routing costs, in parts of what all tasks together cost: measured on a loaded log with all rules. */
const ROUTE_SHARE = 0.23;

/** Partitions go to the threads that have least to do. The first, which also routes, has fewer, but never none. */
export function shareOut(partitions: number, threads: number): number[][] {
  const shares = Array.from({ length: Math.min(partitions, threads) }, () => ({ load: 0, partitions: [] as number[] }));
  for (let partition = 0; partition < partitions; partition++) {
    const share = shares.reduce((least, one) => (one.load < least.load ? one : least));
    if (partition === 0) share.load += partitions * ROUTE_SHARE;
    share.load++;
    share.partitions.push(partition);
  }
  return shares.map((share) => share.partitions);
}

class Thread {
  readonly ready: Promise<void>;
  positions: readonly ReadPosition[] = [];
  /** How often it told where it stands. */
  reports = 0;
  readonly #name: string;
  readonly #worker: Worker;
  readonly #options: FoldThreadsOptions;
  readonly #restored = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #stopping = false;
  #failed = false;

  constructor(name: string, partitions: number[], route: boolean, options: FoldThreadsOptions) {
    const { folder, log, checkpointIntervalMs, checkpointBytes } = options;
    this.#name = name;
    this.#options = options;
    this.ready = this.#restored.promise;
    // Whoever awaits it meets the failure, and so does `onFailed`; it must not count as unhandled besides.
    this.ready.catch(() => {});
    this.#worker = new Worker(ENTRY, {
      name,
      // Most of what folding makes is garbage a moment later: room for it to die young halves the collector's work.
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      workerData: { folder, log, partitions, route, checkpointIntervalMs, checkpointBytes },
    });
    this.#worker.on('message', (message: FromWorker) => this.#take(message));
    this.#worker.on('error', (error) => this.#fail(error as Error));
    this.#worker.on('exit', (code) => this.#leave(code));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#worker.postMessage({ kind: 'stop' });
    await this.#ended.promise;
  }

  #take(message: FromWorker): void {
    if (message.kind === 'ready') this.#restored.resolve();
    else if (message.kind === 'failed') this.#fail(errorOf(message));
    else if (message.kind === 'stopped') this.#ended.resolve();
    else if (message.kind === 'restoring') this.#options.onGauges?.(message.gauges);
    else {
      this.#options.onGauges?.(message.gauges);
      this.positions = message.positions;
      this.reports++;
      this.#options.onTotals(this.#name, message.values);
    }
  }

  #leave(code: number): void {
    this.#ended.resolve();
    if (!this.#stopping) this.#fail(new Error(`the thread ${this.#name} ended by itself with code ${code}`));
  }

  #fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#restored.reject(error);
    this.#options.onFailed(error);
  }
}

function errorOf(message: Extract<FromWorker, { kind: 'failed' }>): Error {
  const error = message.code === null ? new Error(message.message) : new WeirError(message.code, message.message);
  error.stack = message.stack;
  return error;
}
