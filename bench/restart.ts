/**
 * How soon judging goes on after kill −9 under load: from starting the process again to the first new
 * decision that it answers. Once under the load of the other figures, and once under the worst there is:
 * everybody pays one payee, whose partition then has half of all there is to fold again.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LoadTransfers } from '../producers/demo/load.ts';
import { monotonicNow } from '../runtime/clock.ts';
import { type Transfer, transferRecord } from '../schemas/events/transfer.ts';
import { freePorts } from '../test/support/ports.ts';
import { BENCH_KEY } from './whole-process.ts';

export interface RestartFigures {
  /** Median of the kills. */
  readonly judgingAgainAfterKillMs: number;
  readonly judgingAgainAfterKillMaxMs: number;
  readonly judgingAgainOnePayeeMs: number;
  readonly judgingAgainOnePayeeMaxMs: number;
}

const KILLS = 3;
const PARTIES = 20_000;
const LOAD_MS = 4_000;
const BATCH = 500;
const START_DEADLINE_MS = 60_000;

export async function benchRestart(): Promise<RestartFigures> {
  const [median, max] = await timesAfterKills(ordinaryTransfers());
  const [medianOnePayee, maxOnePayee] = await timesAfterKills(transfersToOnePayee());
  return {
    judgingAgainAfterKillMs: median,
    judgingAgainAfterKillMaxMs: max,
    judgingAgainOnePayeeMs: medianOnePayee,
    judgingAgainOnePayeeMaxMs: maxOnePayee,
  };
}

/** Median and longest time of the kills, ms. */
async function timesAfterKills(transfers: Iterator<unknown>): Promise<[number, number]> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-restart-'));
  const [port] = (await freePorts(1)) as [number];
  const times: number[] = [];
  try {
    let server = start(folder, port);
    await firstDecision(port, transfers);
    for (let kill = 0; kill < KILLS; kill++) {
      await load(port, transfers);
      server.kill('SIGKILL');
      await new Promise((resolve) => server.once('exit', resolve));
      const from = monotonicNow();
      server = start(folder, port);
      await firstDecision(port, transfers);
      times.push(monotonicNow() - from);
    }
    server.kill('SIGTERM');
    await new Promise((resolve) => server.once('exit', resolve));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  times.sort((left, right) => left - right);
  return [Math.round(times[times.length >> 1] as number), Math.round(times.at(-1) as number)];
}

function start(folder: string, port: number): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, '..', 'weir.ts'), 'start'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      WEIR_DATA_DIR: folder,
      WEIR_PORT: String(port),
      WEIR_ADMIN_KEY: BENCH_KEY,
      WEIR_DEMO: 'off',
      WEIR_LOG_LEVEL: 'error',
      WEIR_RATE_LIMIT: '1000000',
    },
  });
}

function* ordinaryTransfers(): Generator<unknown> {
  const day = { days: 1, startAt: Date.now(), latePercent: 0 };
  const load = new LoadTransfers({ ...day, count: 10_000_000, parties: PARTIES, zipf: 0.9, seed: 1 });
  for (const transfer of load) yield transferRecord.render({ ...transfer, at: Date.now() });
}

function* transfersToOnePayee(): Generator<unknown> {
  for (let number = 0; ; number++) {
    const party = number % 5_000;
    const made: Transfer = {
      ...transferRecord.example,
      transferId: `R-${number}`,
      at: Date.now(),
      debtor: { ...transferRecord.example.debtor, party: `C-${party}`, account: `A-${party}` },
      amount: { minor: 1_000 + (number % 997), currency: 'CNY' },
    };
    yield transferRecord.render(made);
  }
}

function post(port: number, path: string, body: unknown): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${BENCH_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function load(port: number, transfers: Iterator<unknown>): Promise<void> {
  const until = monotonicNow() + LOAD_MS;
  while (monotonicNow() < until) {
    await post(
      port,
      '/v1/transfers',
      Array.from({ length: BATCH }, () => transfers.next().value),
    );
  }
}

/** Resolves when a new transfer is answered with its decision. */
async function firstDecision(port: number, transfers: Iterator<unknown>): Promise<void> {
  const deadline = monotonicNow() + START_DEADLINE_MS;
  const transfer = transfers.next().value;
  while (monotonicNow() < deadline) {
    try {
      const { status } = await post(port, '/v1/transfers?wait=decision&timeoutMs=30000', transfer);
      if (status === 200) return;
    } catch {
      // Not listening yet.
    }
    await pause(5);
  }
  throw new Error(`no decision within ${START_DEADLINE_MS} ms of the start`);
}
