/**
 * The river end to end, embedded: a loaded log of transfers to the last decision queryable in
 * ClickHouse, with all rules, synced commits and checkpoints, in threads as the product runs.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FoldThreads } from '../commands/fold-threads.ts';
import { openClickHouse } from '../runtime/clickhouse.ts';
import { monotonicNow } from '../runtime/clock.ts';
import { openEmbeddedLog } from '../runtime/log/embedded.ts';
import type { Append, Log } from '../runtime/log/port.ts';
import { valueAt } from '../runtime/log/values.ts';
import { transferRecord } from '../schemas/events/transfer.ts';
import { migrate } from '../sinks/clickhouse/migrate.ts';
import { type ClickHouseSink, startClickHouseSink } from '../sinks/clickhouse/sink.ts';
import { appendAll, encodeWorkload, type Workload } from './workload.ts';

export interface EmbeddedFigures {
  readonly transfers: number;
  readonly alerts: number;
  readonly transfersPerSecond: number;
  readonly cpuMicrosPerTransfer: number;
  /** The same until every journal entry is in ClickHouse too. */
  readonly allRowsTransfersPerSecond: number;
  readonly allRowsCpuMicrosPerTransfer: number;
  /** Only decoding the same events, in the same run. */
  readonly floorCpuMicrosPerTransfer: number;
  /** Part of the CPU time that the floor is. */
  readonly floorSharePercent: number;
}

export async function benchEmbedded(workload: Workload, threads = 2): Promise<EmbeddedFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  try {
    return await run(folder, workload, threads);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(folder: string, workload: Workload, threads: number): Promise<EmbeddedFigures> {
  const log = await openEmbeddedLog({ folder: join(folder, 'log') });
  const load = encodeWorkload(workload);
  const floor = decodeOnly(load.transfers);
  const clickhouse = openClickHouse({ folder: join(folder, 'clickhouse') });
  const client = clickhouse.write;
  await migrate(client);
  const fail = (error: unknown) => {
    throw error;
  };
  const fold = new FoldThreads({
    folder,
    log: { kind: 'embedded', options: { folder: join(folder, 'log'), shared: log.shared } },
    partitions: log.partitions,
    threads,
    checkpointIntervalMs: 10_000,
    checkpointBytes: 16 << 20,
    onTotals: () => {},
    onFailed: fail,
  });
  await fold.ready();
  await appendAll(log, load.customers);
  const files = join(folder, 'clickhouse-files');
  mkdirSync(files);
  const sink = startClickHouseSink({ log, client, folder: files, onFault: fail });
  await sink.caughtUp();
  // The clock runs from the first byte of the load being written, which is more than the river alone.
  const started = { at: monotonicNow(), cpu: process.cpuUsage() };
  await appendAll(log, load.transfers);
  const decided = await untilCounted(clickhouse.read, sink, workload.transfers, () => decisionsIn(log));
  const decisions = since(started);
  await sink.caughtUp();
  const all = since(started);
  const alerts = await count(clickhouse.read, 'alerts');
  await fold.stop();
  await sink.stop();
  await clickhouse.close();
  await log.close();
  const perTransfer = (micros: number) => micros / decided;
  return {
    transfers: decided,
    alerts,
    transfersPerSecond: Math.round(decided / decisions.seconds),
    cpuMicrosPerTransfer: perTransfer(decisions.cpuMicros),
    allRowsTransfersPerSecond: Math.round(decided / all.seconds),
    allRowsCpuMicrosPerTransfer: perTransfer(all.cpuMicros),
    floorCpuMicrosPerTransfer: perTransfer(floor),
    floorSharePercent: (floor / decisions.cpuMicros) * 100,
  };
}

type Client = ReturnType<typeof openClickHouse>['read'];

/** Waits until the sink has put a decision for each transfer, and ClickHouse says so itself. */
async function untilCounted(
  client: Client,
  sink: ClickHouseSink,
  transfers: number,
  appended: () => number,
): Promise<number> {
  // A question costs ClickHouse milliseconds that are not the river's: it is asked once the sink is through.
  while (appended() < transfers || (sink.lag().byTopic.decisions ?? 0) > 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return count(client, 'decisions');
}

function decisionsIn(log: Log): number {
  let decisions = 0;
  for (let partition = 0; partition < log.partitions; partition++) decisions += log.end('decisions', partition);
  return decisions;
}

async function count(client: Client, table: 'decisions' | 'alerts'): Promise<number> {
  const result = await client.query({ query: `SELECT count() AS rows FROM ${table}`, format: 'JSONEachRow' });
  const [row] = await result.json<{ rows: string }>();
  return Number(row?.rows ?? 0);
}

function since(started: { at: number; cpu: NodeJS.CpuUsage }): { seconds: number; cpuMicros: number } {
  const { user, system } = process.cpuUsage(started.cpu);
  return { seconds: (monotonicNow() - started.at) / 1_000, cpuMicros: user + system };
}

/** CPU time of decoding all events with the declared record and doing nothing else, µs. */
function decodeOnly(batches: readonly Append[]): number {
  const before = process.cpuUsage();
  for (const { values } of batches) {
    for (let index = 0; index < values.count; index++) transferRecord.type.decode(valueAt(values, index), 0);
  }
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
