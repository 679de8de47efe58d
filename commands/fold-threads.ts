/**
 * The worker threads that fold: started with their share of the partitions, watched, stopped in good
 * order. A thread that fails ends the process; a thread that ends unasked has failed.
 */
import { Worker } from 'node:worker_threads';
import { type ErrorCode, WeirError } from '../runtime/errors.ts';
import type { WorkerTotals } from '../runtime/metrics.ts';

export interface FoldThreadsOptions {
  readonly folder: string;
  /** What openEmbeddedLog gives to further threads. */
  readonly shared: unknown;
  readonly partitions: number;
  readonly threads: number;
  readonly checkpointIntervalMs: number;
  readonly checkpointBytes: number;
  readonly onTotals: (worker: string, totals: WorkerTotals) => void;
  readonly onFailed: (error: Error) => void;
}

type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'counters'; readonly values: WorkerTotals }
  | { readonly kind: 'failed'; readonly code: ErrorCode | null; readonly message: string; readonly stack: string }
  | { readonly kind: 'stopped' };

const ENTRY = new URL('../processors/score/worker.ts', import.meta.url);

export class FoldThreads {
  readonly #threads: Thread[];

  private constructor(threads: Thread[]) {
    this.#threads = threads;
  }

  /** Starts all threads and resolves when each has restored its partitions. */
  static async start(options: FoldThreadsOptions): Promise<FoldThreads> {
    const shares = shareOut(options.partitions, options.threads);
    const threads = shares.map(
      (partitions, index) => new Thread(`fold-${index + 1}`, partitions, index === 0, options),
    );
    await Promise.all(threads.map((thread) => thread.ready));
    return new FoldThreads(threads);
  }

  /** Lets every thread finish its commit and checkpoint, and end. */
  async stop(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }
}

/** Partitions go round the threads, so that each has its share of busy ones. */
export function shareOut(partitions: number, threads: number): number[][] {
  const used = Math.min(partitions, threads);
  const shares: number[][] = Array.from({ length: used }, () => []);
  for (let partition = 0; partition < partitions; partition++) (shares[partition % used] as number[]).push(partition);
  return shares;
}

class Thread {
  readonly ready: Promise<void>;
  readonly #name: string;
  readonly #worker: Worker;
  readonly #options: FoldThreadsOptions;
  readonly #restored = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #stopping = false;
  #failed = false;

  constructor(name: string, partitions: number[], route: boolean, options: FoldThreadsOptions) {
    const { folder, shared, checkpointIntervalMs, checkpointBytes } = options;
    this.#name = name;
    this.#options = options;
    this.ready = this.#restored.promise;
    this.#worker = new Worker(ENTRY, {
      name,
      workerData: { folder, shared, partitions, route, checkpointIntervalMs, checkpointBytes },
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
    else if (message.kind === 'counters') this.#options.onTotals(this.#name, message.values);
    else if (message.kind === 'failed') this.#fail(errorOf(message));
    else this.#ended.resolve();
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
