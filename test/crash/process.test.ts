/**
 * The process is killed at random moments, many times, under mixed load: while it starts, restores, folds,
 * checkpoints, inserts. Afterwards everything that it acknowledged is there once, an undisturbed run
 * makes the same of its journal byte for byte, and ClickHouse holds just that.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, it, onTestFailed } from 'vitest';
import { readAdminFile } from '../../commands/admin/client.ts';
import { startEngine } from '../../commands/engine.ts';
import { verifyReplay } from '../../processors/backtest/verify.ts';
import { Random } from '../../producers/demo/random.ts';
import { systemNow } from '../../runtime/clock.ts';
import { loadConfig } from '../../runtime/config.ts';
import { Lifecycle } from '../../runtime/lifecycle.ts';
import { openEmbeddedLog } from '../../runtime/log/embedded.ts';
import { Metrics } from '../../runtime/metrics.ts';
import { temporaryFolder } from '../support/folder.ts';
import { provedDecided, provedJournaled } from '../support/proofs.ts';
import { contentsOf, provedRows, undisturbedContents } from '../support/rows.ts';
import { captured, spawnWeir } from '../support/running-weir.ts';
import { scaled } from '../support/scale.ts';
import { Traffic } from '../support/traffic.ts';
import { Upstream } from '../support/upstream.ts';

const KILLS = scaled(6);
const CONNECTIONS = 3;

it(
  `is killed ${KILLS} times`,
  async () => {
    const seed = Number(process.env.WEIR_TEST_SEED ?? Date.now() % 1_000_000_000);
    onTestFailed(() => console.error(`the crash test of the process failed with WEIR_TEST_SEED=${seed}`));
    const dataDir = temporaryFolder();
    const random = new Random(seed, 1);
    const lives = new Lives(dataDir, random);
    const upstream = new Upstream({
      traffic: new Traffic(seed),
      random: new Random(seed, 2),
      address: () => lives.address,
      now: systemNow,
    });
    const sending = upstream.run(CONNECTIONS);
    // What goes wrong there is told in the end, or before.
    sending.catch(() => {});
    for (let kill = 0; kill < KILLS; kill++) await Promise.race([lives.live(), sending]);
    await lives.last();
    upstream.stop();
    await sending;

    const { log, clickhouse, stop } = await caughtUp(dataDir);
    expect(upstream.acknowledged).toBeGreaterThan(KILLS * 10);
    expect(upstream.provedKept(log)).toEqual([]);
    expect(provedJournaled(log, ['device'])).toEqual([]);
    expect(provedDecided(log)).toEqual([]);
    expect(await provedRows(clickhouse, log)).toEqual([]);
    const { difference, outputs } = await verifyReplay({ log });
    expect(difference).toBeNull();
    for (const topic of ['decisions', 'alerts', 'voids'] as const) expect(outputs[topic], topic).toBeGreaterThan(0);
    const rows = await contentsOf(clickhouse);
    await stop();

    const again = await openEmbeddedLog({ folder: `${dataDir}/log` });
    expect(await undisturbedContents(again, temporaryFolder())).toEqual(rows);
    await again.close();
  },
  60_000 + KILLS * 30_000,
);

/** One life of the process after the other. */
class Lives {
  /** Where it listens now. */
  address: string | null = null;
  readonly #dataDir: string;
  readonly #random: Random;
  /** How long it took to listen, last time. */
  #startMs = 2_000;

  constructor(dataDir: string, random: Random) {
    this.#dataDir = dataDir;
    this.#random = random;
  }

  /** Starts it, and kills it while it starts, or a while after it listens. One in ten may stop by itself. */
  async live(): Promise<void> {
    const { child, printed, closed } = this.#start();
    if (this.#random.chance(0.3)) await pause(this.#random.below(this.#startMs * 1.2));
    else if (await this.#listens(child)) await pause(this.#random.below(2_500));
    const graceful = this.address !== null && this.#random.chance(0.1);
    child.kill(graceful ? 'SIGTERM' : 'SIGKILL');
    const [code, signal] = await closed;
    this.address = null;
    const ended = graceful ? { code: 0, signal: null } : { code: null, signal: 'SIGKILL' };
    expect({ code, signal }, printed()).toEqual(ended);
  }

  /** A life that is let be for a while, and stops gracefully. */
  async last(): Promise<void> {
    const { child, printed, closed } = this.#start();
    expect(await this.#listens(child), printed()).toBe(true);
    await pause(1_000);
    child.kill('SIGTERM');
    this.address = null;
    expect(await closed, printed()).toEqual([0, null]);
  }

  #start() {
    const child = spawnWeir({ dataDir: this.#dataDir, environment: { WEIR_CHECKPOINT_INTERVAL: '100ms' } });
    return { child, printed: captured(child), closed: once(child, 'close') };
  }

  /** True when it listens; false where it ended before. */
  async #listens(child: ChildProcess): Promise<boolean> {
    const startedAt = systemNow();
    while (child.exitCode === null && child.signalCode === null) {
      const file = adminFile(this.#dataDir);
      if (file?.pid === child.pid) {
        this.address = file?.address ?? null;
        this.#startMs = systemNow() - startedAt;
        return true;
      }
      await pause(10);
    }
    return false;
  }
}

/** A process that was killed may have left half of the file. */
function adminFile(dataDir: string) {
  try {
    return readAdminFile(dataDir);
  } catch {
    return null;
  }
}

/** Folds and inserts what the last life left, with no clock that adds to it. */
async function caughtUp(dataDir: string) {
  const logger = pino({ level: 'silent' });
  const failed = Promise.withResolvers<never>();
  const lifecycle = new Lifecycle({ logger, stopDeadlineMs: 60_000, exit: () => {}, onFailed: failed.reject });
  const loaded = loadConfig({ environment: { WEIR_DATA_DIR: dataDir, WEIR_PARTITIONS: '4' } });
  const metrics = new Metrics();
  const options = { loaded, version: '0', logger, metrics, lifecycle, now: systemNow, evaluation: false };
  const engine = await startEngine(options);
  await Promise.race([engine.caughtUp(), failed.promise]);
  return { ...engine, stop: () => lifecycle.stop('the test has seen enough') };
}
