/**
 * What HTTP intake carries: acknowledged, durable events a second in batches of 100, and the latency of
 * single transfers that wait for their decision at a fixed rate. The load comes from another process.
 */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { LoadMessage, LoadResult, LoadTask } from './http-load.ts';

export interface HttpBenchOptions {
  readonly address: string;
  /** A key with the role intake. */
  readonly key: string;
  /** Tells this run's transfers from those of earlier ones on the same log. */
  readonly prefix: string;
  readonly durationMs?: number;
  readonly warmUpMs?: number;
  readonly connections?: number;
  readonly batchSize?: number;
  readonly requestsPerSecond?: number;
  readonly parties?: number;
  /** Resolves when everything taken in so far is judged: singles are not to queue behind the batches before them. */
  readonly caughtUp: () => Promise<void>;
}

export interface HttpBenchResult {
  readonly httpBatchEventsPerSecond: number;
  /** CPU of this process, all of its threads: what serving, folding and the sink cost together. */
  readonly httpBatchServerCpuMicrosPerEvent: number;
  /** CPU of the thread that serves HTTP alone. */
  readonly httpBatchThreadCpuMicrosPerEvent: number;
  readonly httpBatchP99Ms: number;
  readonly httpSingleRequestsPerSecond: number;
  readonly httpSingleP50Ms: number;
  readonly httpSingleP99Ms: number;
  readonly httpSingleServerCpuMicrosPerRequest: number;
  readonly httpSingleThreadCpuMicrosPerRequest: number;
  /** Answers other than a 202 of a batch or the decision of a single one; a bench with any is void. */
  readonly httpUnexpectedAnswers: number;
}

/** So few that the warm-up has met nearly all: what a party costs when it is first seen is not intake's. */
const PARTIES = 5_000;

/** Measures a server that runs on this thread. */
export async function benchHttp(options: HttpBenchOptions): Promise<HttpBenchResult> {
  const { durationMs = 10_000, warmUpMs = 3_000, connections = 8, batchSize = 100 } = options;
  const { requestsPerSecond = 1_000, parties = PARTIES, address, key, prefix } = options;
  const shared = { address, key, durationMs, warmUpMs, connections, batchSize, requestsPerSecond, parties };
  const batches = await measure({ ...shared, kind: 'batches', prefix: `${prefix}b` });
  await options.caughtUp();
  const singles = await measure({ ...shared, kind: 'singles', prefix: `${prefix}s` });
  const events = batches.requests * batchSize;
  return {
    httpBatchEventsPerSecond: Math.round(events / batches.seconds),
    httpBatchServerCpuMicrosPerEvent: batches.serverCpuMicros / events,
    httpBatchThreadCpuMicrosPerEvent: batches.threadCpuMicros / events,
    httpBatchP99Ms: percentile(batches.latenciesMs, 99),
    httpSingleRequestsPerSecond: Math.round(singles.requests / singles.seconds),
    httpSingleP50Ms: percentile(singles.latenciesMs, 50),
    httpSingleP99Ms: percentile(singles.latenciesMs, 99),
    httpSingleServerCpuMicrosPerRequest: singles.serverCpuMicros / singles.requests,
    httpSingleThreadCpuMicrosPerRequest: singles.threadCpuMicros / singles.requests,
    httpUnexpectedAnswers: others(batches, '202') + others(singles, '200'),
  };
}

export interface Measured extends LoadResult {
  readonly serverCpuMicros: number;
  readonly threadCpuMicros: number;
}

/** Runs a load in a process of its own, against a server in this one. */
export function measure(task: LoadTask): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'http-load.ts'));
    let cpu = cpuNow();
    child.on('message', (message: LoadMessage) => {
      const now = cpuNow();
      if ('measuring' in message) cpu = now;
      else {
        const [serverCpuMicros, threadCpuMicros] = [now.process - cpu.process, now.thread - cpu.thread];
        resolve({ ...message.result, serverCpuMicros, threadCpuMicros });
      }
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the load ended with code ${code} before it told what it saw`)));
    child.send(task);
  });
}

function cpuNow(): { readonly process: number; readonly thread: number } {
  const [all, own] = [process.cpuUsage(), process.threadCpuUsage()];
  return { process: all.user + all.system, thread: own.user + own.system };
}

function others({ statuses }: LoadResult, expected: string): number {
  return Object.entries(statuses).reduce((sum, [status, count]) => (status === expected ? sum : sum + count), 0);
}

function percentile(ascending: readonly number[], percent: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor((ascending.length * percent) / 100))] ?? Number.NaN;
}
