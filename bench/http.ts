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
}

export interface HttpBenchResult {
  readonly httpBatchEventsPerSecond: number;
  /** CPU of this process, all of its threads: the server's share, where it runs here. */
  readonly httpBatchServerCpuMicrosPerEvent: number;
  readonly httpBatchP99Ms: number;
  readonly httpSingleRequestsPerSecond: number;
  readonly httpSingleP50Ms: number;
  readonly httpSingleP99Ms: number;
  readonly httpSingleServerCpuMicrosPerRequest: number;
  /** Answers other than a 202 of a batch or the decision of a single one; a bench with any is void. */
  readonly httpUnexpectedAnswers: number;
}

/** Measures a server that runs in this process. */
export async function benchHttp(options: HttpBenchOptions): Promise<HttpBenchResult> {
  const { durationMs = 10_000, warmUpMs = 3_000, connections = 8, batchSize = 100 } = options;
  const { requestsPerSecond = 1_000, parties = 50_000, address, key, prefix } = options;
  const shared = { address, key, durationMs, warmUpMs, connections, batchSize, requestsPerSecond, parties };
  const batches = await measure({ ...shared, kind: 'batches', prefix: `${prefix}b` });
  const singles = await measure({ ...shared, kind: 'singles', prefix: `${prefix}s` });
  const events = batches.requests * batchSize;
  return {
    httpBatchEventsPerSecond: Math.round(events / batches.seconds),
    httpBatchServerCpuMicrosPerEvent: batches.serverCpuMicros / events,
    httpBatchP99Ms: percentile(batches.latenciesMs, 99),
    httpSingleRequestsPerSecond: Math.round(singles.requests / singles.seconds),
    httpSingleP50Ms: percentile(singles.latenciesMs, 50),
    httpSingleP99Ms: percentile(singles.latenciesMs, 99),
    httpSingleServerCpuMicrosPerRequest: singles.serverCpuMicros / singles.requests,
    httpUnexpectedAnswers: others(batches, '202') + others(singles, '200'),
  };
}

function measure(task: LoadTask): Promise<LoadResult & { readonly serverCpuMicros: number }> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'http-load.ts'));
    let cpu = process.cpuUsage();
    child.on('message', (message: LoadMessage) => {
      if ('measuring' in message) cpu = process.cpuUsage();
      else {
        const { user, system } = process.cpuUsage(cpu);
        resolve({ ...message.result, serverCpuMicros: user + system });
      }
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the load ended with code ${code} before it told what it saw`)));
    child.send(task);
  });
}

function others({ statuses }: LoadResult, expected: string): number {
  return Object.entries(statuses).reduce((sum, [status, count]) => (status === expected ? sum : sum + count), 0);
}

function percentile(ascending: readonly number[], percent: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor((ascending.length * percent) / 100))] ?? Number.NaN;
}
