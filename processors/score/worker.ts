/**
 * A fold thread: opens the log that the main thread opened, restores its partitions, routes where it
 * was asked to, and folds until it is told to stop. An error that nobody foresaw ends the thread before
 * a commit, and with it the process.
 */
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { buildId } from '../../runtime/build.ts';
import { repeatEvery, systemNow } from '../../runtime/clock.ts';
import { isWeirError } from '../../runtime/errors.ts';
import { type LogSource, openLog } from '../../runtime/log/open.ts';
import type { Log, Position, Reader } from '../../runtime/log/port.ts';
import { openCheckpoints } from '../../runtime/store/checkpoint-store.ts';
import { SUBJECT_KINDS, type SubjectKind } from '../../schemas/subjects.ts';
import { Route } from '../route.ts';
import { RULES } from '../rules/index.ts';
import { boundariesFolder } from './boundaries.ts';
import { Counters } from './counters.ts';
import { TaskRunner, yieldToOthers } from './runner.ts';

export interface FoldThreadData {
  /** Data folder of the process. */
  readonly folder: string;
  /** What the log is opened with. */
  readonly log: LogSource;
  readonly partitions: readonly number[];
  readonly route: boolean;
  readonly checkpointIntervalMs: number;
  readonly checkpointBytes: number;
}

/** A position, and the append time of what was read last before it; 0 before the first. */
export interface ReadPosition extends Position {
  readonly seen: number;
}

const REPORT_MS = 1_000;
/**
 * Records of a pass up to which the next waits for the disk. A commit costs the same for one record as
 * for a hundred, so events that trickle in are gathered for as long as the disk is busy anyway.
 */
const SMALL_PASS = 512;

/** Kinds of subject, besides parties, that some rule is asked about. */
function kindsOfRules(): Set<SubjectKind> {
  const occasions = new Set<string>(RULES.flatMap((rule) => [...rule.on]));
  return new Set(SUBJECT_KINDS.filter((kind) => occasions.has(kind)));
}

class FoldThread {
  readonly #data: FoldThreadData;
  readonly #log: Log;
  readonly #runners: TaskRunner[];
  readonly #route: Route | null;
  readonly #counters = new Counters();
  #wake = Promise.withResolvers<void>();
  #stopping = false;

  constructor(data: FoldThreadData, log: Log) {
    this.#data = data;
    this.#log = log;
    this.#runners = data.partitions.map((partition, index) => this.#runner(partition, index));
    this.#route = data.route ? this.#newRoute() : null;
  }

  async restore(): Promise<void> {
    for (const runner of this.#runners) await runner.restore();
    await this.#route?.start();
  }

  /** Ends when stopped: everything folded is committed and a checkpoint stands at the committed position. */
  async run(): Promise<void> {
    while (!this.#stopping) {
      const routed = (await this.#route?.step()) ?? 0;
      // Little was routed: its own tasks find it in this pass, once it can be read.
      if (routed > 0 && routed < SMALL_PASS) await this.#route?.settled();
      let folded = 0;
      for (const runner of this.#runners) folded += await runner.step();
      if (folded > 0 && folded < SMALL_PASS) await this.#runners[0]!.flushed();
      else if (routed + folded > 0) await yieldToOthers();
      else await this.#rest();
    }
    await this.#route?.stop();
    for (const runner of this.#runners) await runner.stop();
  }

  stop(): void {
    this.#stopping = true;
    this.#wake.resolve();
  }

  get counters(): Counters {
    if (this.#route !== null) {
      this.#counters.set('weir_event_time_spread_seconds', this.#route.takeSpread() / 1_000);
    }
    return this.#counters;
  }

  /** Where route and the tasks stand: next offset to read, and the append time of what they read last. */
  positions(): ReadPosition[] {
    const tasks = this.#runners.map(({ reader, seen }) => {
      return { topic: 'journal', partition: reader.partition, offset: reader.position, seen };
    });
    const seen = this.#route?.seen() ?? [];
    const routed = (this.#route?.positions() ?? []).map((one, index) => ({ ...one, seen: seen[index] as number }));
    return [...tasks, ...routed];
  }

  /** Until there is something to read, or to stop. One promise for all rests would gather a listener each time. */
  async #rest(): Promise<void> {
    this.#wake = Promise.withResolvers<void>();
    if (!this.#stopping) await Promise.race([this.#log.awaitAny(this.#readers()), this.#wake.promise]);
  }

  #readers(): Reader[] {
    return [...this.#runners.map((runner) => runner.reader), ...(this.#route?.readers ?? [])];
  }

  #runner(partition: number, index: number): TaskRunner {
    const { folder, checkpointBytes, checkpointIntervalMs, partitions } = this.#data;
    return new TaskRunner({
      log: this.#log,
      store: openCheckpoints(join(folder, 'state', `p-${String(partition).padStart(2, '0')}`), this.#log, partition),
      boundaries: boundariesFolder(folder, partition),
      partition,
      build: buildId(),
      // Staggered, so that no two partitions of a thread pause at once.
      checkpointIntervalMs: checkpointIntervalMs * (1 + index / partitions.length / 2),
      checkpointBytes: checkpointBytes * (1 + index / partitions.length / 2),
      now: systemNow,
      counters: this.#counters,
    });
  }

  #newRoute(): Route {
    const own = new Map(this.#data.partitions.map((partition, index) => [partition, index]));
    return new Route({
      log: this.#log,
      kinds: kindsOfRules(),
      // Of other threads' tasks nothing is known here; ours are as busy as theirs.
      folded: (partition) => {
        const index = own.get(partition);
        return index === undefined ? this.#log.end('journal', partition) : this.#runners[index]!.position;
      },
      onRouted: (entries) => this.#counters.add('weir_entries_routed_total', entries),
      onCommitted: (durationMs) => this.#counters.committed('route', durationMs),
    });
  }
}

async function main(): Promise<void> {
  const port = parentPort!;
  const data = workerData as FoldThreadData;
  const log = await openLog(data.log);
  const thread = new FoldThread(data, log);
  const restoring = repeatEvery(REPORT_MS, () => {
    port.postMessage({ kind: 'restoring', gauges: thread.counters.gauges() });
  });
  await thread.restore();
  restoring.stop();
  port.postMessage({ kind: 'ready' });
  port.on('message', (message: { kind: string }) => {
    if (message.kind === 'stop') thread.stop();
  });
  const tell = () => {
    const { counters } = thread;
    const [values, gauges] = [counters.totals(), counters.gauges()];
    port.postMessage({ kind: 'counters', values, gauges, positions: thread.positions() });
  };
  const report = repeatEvery(REPORT_MS, tell);
  await thread.run();
  report.stop();
  tell();
  await log.close();
  port.postMessage({ kind: 'stopped' });
  port.close();
}

main().catch((error: Error) => {
  const code = isWeirError(error) ? error.code : null;
  parentPort!.postMessage({ kind: 'failed', code, message: error.message, stack: error.stack ?? '' });
  process.exitCode = 1;
  parentPort!.close();
});
