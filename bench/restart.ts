/**
 * How soon judging goes on after kill −9 under load: from starting the process again to the first new
 * decision that it answers.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { monotonicNow } from '../runtime/clock.ts';
import { type Transfer, transferRecord } from '../schemas/events/transfer.ts';

export interface RestartFigures {
  readonly judgingAgainAfterKillMs: number;
  readonly judgingAgainAfterKillMaxMs: number;
}

const KEY = `weir_000000000001_${'b'.repeat(43)}`;
const KILLS = 3;
const LOAD_MS = 4_000;
const BATCH = 500;
const START_DEADLINE_MS = 60_000;

export async function benchRestart(): Promise<RestartFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-restart-'));
  const port = await freePort();
  const times: number[] = [];
  try {
    let server = start(folder, port);
    await firstDecision(port);
    for (let kill = 0; kill < KILLS; kill++) {
      await load(port);
      server.kill('SIGKILL');
      await new Promise((resolve) => server.once('exit', resolve));
      const from = monotonicNow();
      server = start(folder, port);
      await firstDecision(port);
      times.push(monotonicNow() - from);
    }
    server.kill('SIGTERM');
    await new Promise((resolve) => server.once('exit', resolve));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  times.sort((left, right) => left - right);
  return {
    judgingAgainAfterKillMs: Math.round(times[times.length >> 1] as number),
    judgingAgainAfterKillMaxMs: Math.round(times.at(-1) as number),
  };
}

function start(folder: string, port: number): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, '..', 'weir.ts'), 'start'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      WEIR_DATA_DIR: folder,
      WEIR_PORT: String(port),
      WEIR_ADMIN_KEY: KEY,
      WEIR_DEMO: 'off',
      WEIR_LOG_LEVEL: 'error',
      WEIR_RATE_LIMIT: '1000000',
    },
  });
}

let sent = 0;

function transfer(): { [name: string]: unknown } {
  const number = ++sent;
  const made: Transfer = {
    ...transferRecord.example,
    transferId: `R-${number}`,
    at: Date.now(),
    debtor: { ...transferRecord.example.debtor, party: `C-${number % 5_000}`, account: `A-${number % 5_000}` },
    amount: { minor: 1_000 + (number % 997), currency: 'CNY' },
  };
  return transferRecord.render(made);
}

function post(port: number, path: string, body: unknown): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function load(port: number): Promise<void> {
  const until = monotonicNow() + LOAD_MS;
  while (monotonicNow() < until) {
    await post(port, '/v1/transfers', Array.from({ length: BATCH }, transfer));
  }
}

/** Resolves when a new transfer is answered with its decision. */
async function firstDecision(port: number): Promise<void> {
  const deadline = monotonicNow() + START_DEADLINE_MS;
  while (monotonicNow() < deadline) {
    try {
      const { status } = await post(port, '/v1/transfers?wait=decision&timeoutMs=30000', transfer());
      if (status === 200) return;
    } catch {
      // Not listening yet.
    }
    await pause(5);
  }
  throw new Error(`no decision within ${START_DEADLINE_MS} ms of the start`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
