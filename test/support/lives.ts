/** The process that is killed and started again, and what folds in peace what it left. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { expect } from 'vitest';
import { readAdminFile } from '../../commands/admin/client.ts';
import { startEngine } from '../../commands/engine.ts';
import type { Random } from '../../producers/demo/random.ts';
import { systemNow } from '../../runtime/clock.ts';
import { loadConfig } from '../../runtime/config.ts';
import { Lifecycle } from '../../runtime/lifecycle.ts';
import { Metrics } from '../../runtime/metrics.ts';
import { eventually } from './eventually.ts';
import { captured, spawnWeir } from './running-weir.ts';

type Environment = { readonly [name: string]: string };

/** One life of the process after the other. */
export class Lives {
  /** Where it listens now. */
  address: string | null = null;
  readonly #dataDir: string;
  readonly #random: Random;
  readonly #environment: Environment;
  /** How long it took to listen, last time. */
  #startMs = 2_000;

  constructor(dataDir: string, random: Random, environment: Environment = {}) {
    this.#dataDir = dataDir;
    this.#random = random;
    this.#environment = environment;
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

  /** A life that is let be until there is enough to look at, and stops gracefully. */
  async last(isEnough: () => boolean): Promise<void> {
    const { child, printed, closed } = this.#start();
    expect(await this.#listens(child), printed()).toBe(true);
    await Promise.all([pause(1_000), eventually('there is enough to look at', isEnough)]);
    child.kill('SIGTERM');
    this.address = null;
    expect(await closed, printed()).toEqual([0, null]);
  }

  #start() {
    const environment = { WEIR_CHECKPOINT_INTERVAL: '100ms', WEIR_FOLD_THREADS: '2', ...this.#environment };
    const child = spawnWeir({ dataDir: this.#dataDir, environment });
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
export async function caughtUp(dataDir: string, environment: Environment = {}) {
  const logger = pino({ level: 'silent' });
  const failed = Promise.withResolvers<never>();
  const lifecycle = new Lifecycle({ logger, stopDeadlineMs: 60_000, exit: () => {}, onFailed: failed.reject });
  const loaded = loadConfig({ environment: { WEIR_DATA_DIR: dataDir, WEIR_PARTITIONS: '4', ...environment } });
  const metrics = new Metrics();
  const options = { loaded, version: '0', logger, metrics, lifecycle, now: systemNow, evaluation: false };
  const engine = await startEngine(options);
  await Promise.race([engine.caughtUp(), failed.promise]);
  return { ...engine, stop: () => lifecycle.stop('the test has seen enough') };
}
