/**
 * Takeover on Kafka: a worker with an empty disk takes a partition over whose worker was killed, reads its checkpoint
 * from the cluster, folds the tail and decides the next transfer. Then it rests, and what that costs is measured.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { declareSchemas } from '../commands/engine.ts';
import { monotonicNow } from '../runtime/clock.ts';
import { type LogSource, openLog } from '../runtime/log/open.ts';
import type { Log } from '../runtime/log/port.ts';
import { packValues } from '../runtime/log/values.ts';
import { transferRecord } from '../schemas/events/transfer.ts';
import { KafkaCluster } from '../test/support/kafka/cluster.ts';
import { whyNoJars } from '../test/support/kafka/jars.ts';
import { RegistryServer } from '../test/support/registry-server.ts';
import { cpuMicrosOf } from './peer/process.ts';
import type { PeerMessage, PeerTask } from './peer-worker.ts';
import { appendAll, encodeWorkload, type Workload } from './workload.ts';

export interface TakeoverFigures {
  readonly takeoverParties: number;
  readonly takeoverMs: number;
  readonly takeoverRestoreMs: number;
  readonly takeoverRestoreCpuMs: number;
  readonly idleCpuPercent: number;
}

const LOOK_MS = 50;
const DEADLINE_MS = 300_000;
const SETTLE_MS = 5_000;
const IDLE_MS = 20_000;

/** Null, with a word of why, where there can be no broker. */
export async function benchTakeover(workload: Workload): Promise<TakeoverFigures | null> {
  const why = whyNoJars();
  if (why !== null) {
    console.error(`takeover: skipped, since there is no Kafka broker: ${why}`);
    return null;
  }
  const cluster = await KafkaCluster.start();
  const registry = await RegistryServer.start();
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-takeover-'));
  try {
    return await run(folder, workload, {
      kind: 'kafka',
      options: {
        connection: { brokers: cluster.brokers, clientId: 'weir-bench' },
        registry: { url: registry.url },
        prefix: '',
        makeTopics: { partitions: 1 },
      },
    });
  } finally {
    await registry.stop();
    await cluster.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(folder: string, workload: Workload, source: LogSource): Promise<TakeoverFigures> {
  const log = await openLog(source);
  await declareSchemas(log);
  const load = encodeWorkload(workload);
  await appendAll(log, load.customers);
  await appendAll(log, load.transfers);
  const first = startWorker(join(folder, 'first'), source);
  await until(log, workload.transfers);
  await kill(first.process);
  const begun = monotonicNow();
  const second = startWorker(join(folder, 'second'), source);
  const restoring = second.running.then(() => {
    return { ms: monotonicNow() - begun, cpuMs: cpuMicrosOf(second.process.pid as number) / 1_000 };
  });
  const before = log.end('decisions', 0);
  await log.append({
    topic: 'transfers',
    partition: 0,
    fingerprint: transferRecord.fingerprint,
    values: packValues([transferRecord.encode({ ...transferRecord.example, transferId: 'after-the-takeover' })]),
  });
  await log.reader('decisions', 0, before, { durable: true }).next();
  const takeoverMs = monotonicNow() - begun;
  const restored = await restoring;
  const idleCpuPercent = await idleCpu(second.process);
  await kill(second.process);
  await log.close();
  return {
    takeoverParties: workload.parties,
    takeoverMs: Math.round(takeoverMs),
    takeoverRestoreMs: Math.round(restored.ms),
    takeoverRestoreCpuMs: Math.round(restored.cpuMs),
    idleCpuPercent,
  };
}

/** Resolves when so many transfers are decided. Transactions leave gaps, so offsets count at least the decisions. */
async function until(log: Log, transfers: number): Promise<void> {
  const deadline = monotonicNow() + DEADLINE_MS;
  const reader = log.reader('decisions', 0, 0, { durable: true, reuse: true });
  for (let decided = 0; decided < transfers; ) {
    const batch = reader.poll();
    if (batch !== null) decided += batch.values.count;
    else await pause(LOOK_MS);
    if (monotonicNow() > deadline) throw new Error(`only ${decided} of ${transfers} transfers were decided`);
  }
}

async function idleCpu({ pid }: ChildProcess): Promise<number> {
  await pause(SETTLE_MS);
  const begun = { at: monotonicNow(), cpu: cpuMicrosOf(pid as number) };
  await pause(IDLE_MS);
  return (cpuMicrosOf(pid as number) - begun.cpu) / 10 / (monotonicNow() - begun.at);
}

function startWorker(folder: string, source: LogSource): { process: ChildProcess; running: Promise<void> } {
  const child = fork(join(import.meta.dirname, 'peer-worker.ts'));
  const running = new Promise<void>((resolve, reject) => {
    child.on('message', ({ kind }: PeerMessage) => kind === 'running' && resolve());
    child.once('exit', (code) => reject(new Error(`a worker ended with code ${code}`)));
  });
  running.catch(() => {});
  child.send({ source, folder, partitions: 1, threads: 1, transfers: 0 } satisfies PeerTask);
  return { process: child, running };
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}
