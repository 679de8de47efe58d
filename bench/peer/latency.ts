/**
 * Weir's latency at a fixed rate, as the peer's `Latency.java` takes it: from the broker's append time of a
 * transfer to the moment when its committed decision is read.
 */
import { monotonicNow, systemNow } from '../../runtime/clock.ts';
import { type LogSource, openLog } from '../../runtime/log/open.ts';
import type { Log, Reader } from '../../runtime/log/port.ts';
import { valueAt } from '../../runtime/log/values.ts';
import { decisionRecord } from '../../schemas/decision.ts';
import type { PeerTransfer } from './reference.ts';
import { appendTransfers, PARTITIONS } from './weir.ts';

export interface LatencyOptions {
  readonly source: LogSource;
  readonly transfers: readonly PeerTransfer[];
  readonly ratePerSecond: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

export interface LatencyFigures {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly decided: number;
}

const STEP_MS = 5;
const AFTER_MS = 30_000;

export async function weirLatency(options: LatencyOptions): Promise<LatencyFigures> {
  const log = await openLog(options.source);
  try {
    const watch = new Watch(log);
    const watching = watch.run();
    const { ratePerSecond, warmUpMs, measureMs } = options;
    const total = Math.round((ratePerSecond * (warmUpMs + measureMs)) / 1_000);
    const warm = Math.round((ratePerSecond * warmUpMs) / 1_000);
    const measured = new Set(options.transfers.slice(warm, total).map(({ id }) => id));
    watch.expect(total);
    await pace(log, options.transfers.slice(0, total), ratePerSecond);
    await watching;
    const latencies = [...watch.latencies].filter(([id]) => measured.has(id)).map(([, ms]) => ms);
    latencies.sort((left, right) => left - right);
    const at = (percent: number) => latencies[Math.floor((latencies.length * percent) / 100)] ?? Number.NaN;
    return { p50Ms: at(50), p99Ms: at(99), decided: latencies.length };
  } finally {
    await log.close();
  }
}

/** Appends at the rate, a few at a time; where it falls behind, it catches up. */
async function pace(log: Log, transfers: readonly PeerTransfer[], ratePerSecond: number): Promise<void> {
  const startedAt = monotonicNow();
  const appends: Promise<void>[] = [];
  for (let sent = 0; sent < transfers.length; ) {
    const due = Math.min(transfers.length, Math.floor(((monotonicNow() - startedAt) * ratePerSecond) / 1_000));
    if (due > sent) {
      appends.push(appendTransfers(log, transfers.slice(sent, due)));
      sent = due;
    }
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
  await Promise.all(appends);
}

/** Reads decisions as they come. */
class Watch {
  readonly latencies = new Map<string, number>();
  readonly #log: Log;
  readonly #readers: readonly Reader[];
  #expected = Number.POSITIVE_INFINITY;

  constructor(log: Log) {
    this.#log = log;
    this.#readers = Array.from({ length: PARTITIONS }, (_, partition) =>
      log.reader('decisions', partition, log.end('decisions', partition), { durable: true }),
    );
  }

  expect(decisions: number): void {
    this.#expected = decisions;
  }

  async run(): Promise<void> {
    let last = monotonicNow();
    while (this.latencies.size < this.#expected && monotonicNow() - last < AFTER_MS) {
      await this.#log.awaitAny(this.#readers);
      for (const reader of this.#readers) if (this.#take(reader)) last = monotonicNow();
    }
  }

  #take(reader: Reader): boolean {
    let any = false;
    for (let batch = reader.poll(); batch !== null; batch = reader.poll()) {
      const now = systemNow();
      for (let index = 0; index < batch.values.count; index++) {
        const { transferId, seen } = decisionRecord.decode(valueAt(batch.values, index));
        this.latencies.set(transferId, now - seen);
      }
      any = true;
    }
    return any;
  }
}
