/** Worker processes of one cluster, each on a folder of its own: they come, go, sleep and die while others go on. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readAdminFile } from '../../commands/admin/client.ts';
import { eventually } from './eventually.ts';
import { temporaryFolder } from './folder.ts';
import { captured, spawnWeir } from './running-weir.ts';

type Environment = { readonly [name: string]: string };

export class WorkerProcess {
  readonly dataDir = temporaryFolder();
  readonly #roles: string;
  readonly #environment: Environment;
  #child: ChildProcess | null = null;
  #printed: () => string = () => '';

  constructor(roles: string, environment: Environment) {
    this.#roles = roles;
    this.#environment = environment;
  }

  /** Where it listens; null where it does not, or not yet. */
  get address(): string | null {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return null;
    const file = this.#file();
    return file?.pid === child.pid ? (file?.address ?? null) : null;
  }

  printed(): string {
    return this.#printed();
  }

  async start(): Promise<void> {
    const environment = { WEIR_CHECKPOINT_INTERVAL: '500ms', WEIR_LOG_LEVEL: 'info', ...this.#environment };
    const child = spawnWeir({ dataDir: this.dataDir, args: ['run', '--roles', this.#roles], environment });
    this.#child = child;
    const before = this.#printed();
    const printed = captured(child);
    // What earlier lives printed, too.
    this.#printed = () => before + printed();
    const listens = () => (child.exitCode === null ? this.address : 'ended');
    const address = await eventually(`a worker with the roles ${this.#roles} listens`, listens);
    if (address === 'ended') throw new Error(`a worker ended with ${child.exitCode}:\n${this.printed()}`);
  }

  /** Journal partitions that it takes care of, as its metrics tell. */
  async partitions(): Promise<number[]> {
    const response = await fetch(`${this.address}/metrics`, { signal: AbortSignal.timeout(5_000) });
    const lags = (await response.text()).matchAll(/^weir_lag_records\{stage="score",[^}]*partition="(\d+)"\}/gm);
    return [...lags].map(([, partition]) => Number(partition)).sort((one, two) => one - two);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Ends it; answers its exit code and signal. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<readonly [code: number | null, signal: string | null]> {
    const child = this.#child as ChildProcess;
    // One that ended by itself did so with this.
    if (child.exitCode !== null || child.signalCode !== null) return [child.exitCode, child.signalCode];
    const closed = once(child, 'close') as Promise<[number | null, string | null]>;
    child.kill(signal);
    return closed;
  }

  /** A process that was killed may have left half of the file. */
  #file() {
    try {
      return readAdminFile(this.dataDir);
    } catch {
      return null;
    }
  }
}

/** Waits until these have all partitions among them, each so many. */
export async function haveAll(
  workers: readonly WorkerProcess[],
  partitions: number,
  deadlineMs?: number,
): Promise<void> {
  const even = Math.floor(partitions / workers.length);
  await eventually(
    `${workers.length} workers have ${partitions} partitions among them`,
    async () => {
      const owned = await Promise.all(workers.map((worker) => worker.partitions()));
      const all = owned.flat().sort((one, two) => one - two);
      return (
        all.join() === Array.from({ length: partitions }, (_, partition) => partition).join() &&
        owned.every(({ length }) => length >= even)
      );
    },
    deadlineMs,
  );
}
