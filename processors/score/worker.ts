/**
 * Entry of a fold thread: opens the log that the main thread opened, takes shares of the work and gives them
 * back as it is told, and folds until it is told to stop. An error that nobody foresaw ends the thread before
 * a commit, and with it the process.
 */
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { BatchTimes, type ProcessedBatch } from '../../runtime/batch-times.ts';
import { buildId } from '../../runtime/build.ts';
import { repeatEvery, systemNow } from '../../runtime/clock.ts';
import { isWeirError } from '../../runtime/errors.ts';
import { type LogSource, openLog } from '../../runtime/log/open.ts';
import type { Share } from '../../runtime/log/ownership.ts';
import type { Log } from '../../runtime/log/port.ts';
import type { WorkerTotals } from '../../runtime/metrics.ts';
import { openCheckpoints } from '../../runtime/store/checkpoint-store.ts';
import { SUBJECT_KINDS, type SubjectKind } from '../../schemas/subjects.ts';
import { Route } from '../route.ts';
import { RULES } from '../rules/index.ts';
import { boundariesFolder } from './boundaries.ts';
import { Counters } from './counters.ts';
import { FoldThread, type ReadPosition } from './fold-thread.ts';
import { TaskRunner } from './runner.ts';

export interface FoldThreadData {
  /** Data folder of the process. */
  readonly folder: string;
  /** What the log is opened with. */
  readonly log: LogSource;
  readonly checkpointIntervalMs: number;
  readonly checkpointBytes: number;
  /** Whether the main thread makes spans of batches. */
  readonly traced: boolean;
}

/** What the main thread asks; each change is answered with `done` once it is made. */
export type ToFoldThread =
  | { readonly kind: 'take'; readonly change: number; readonly shares: readonly Share[] }
  | { readonly kind: 'give-back'; readonly change: number; readonly shares: readonly Share[]; readonly lost: boolean }
  | { readonly kind: 'stop' };

export type FromFoldThread =
  | { readonly kind: 'up' }
  | { readonly kind: 'done'; readonly change: number }
  | { readonly kind: 'fenced'; readonly share: Share; readonly message: string }
  /** Of the log, and it passes or was mended. */
  | { readonly kind: 'trouble'; readonly message: string }
  | {
      readonly kind: 'counters';
      readonly values: WorkerTotals;
      readonly gauges: WorkerTotals;
      readonly positions: readonly ReadPosition[];
      readonly batches: readonly ProcessedBatch[];
    }
  | { readonly kind: 'failed'; readonly code: string | null; readonly message: string; readonly stack: string }
  | { readonly kind: 'stopped' };

const REPORT_MS = 1_000;

/** Kinds of subject, besides parties, that some rule is asked about. */
function kindsOfRules(): Set<SubjectKind> {
  const occasions = new Set<string>(RULES.flatMap((rule) => [...rule.on]));
  return new Set(SUBJECT_KINDS.filter((kind) => occasions.has(kind)));
}

function newRunner(
  data: FoldThreadData,
  log: Log,
  counters: Counters,
  partition: number,
  times: BatchTimes | null,
): TaskRunner {
  const { folder, checkpointBytes, checkpointIntervalMs } = data;
  // Staggered, so that no two partitions of a thread pause at once.
  const spread = 1 + partition / log.partitions / 2;
  return new TaskRunner({
    log,
    store: openCheckpoints(join(folder, 'state', `p-${String(partition).padStart(2, '0')}`), log, partition),
    boundaries: boundariesFolder(folder, partition),
    partition,
    build: buildId(),
    checkpointIntervalMs: checkpointIntervalMs * spread,
    checkpointBytes: checkpointBytes * spread,
    now: systemNow,
    counters,
    times,
  });
}

async function main(): Promise<void> {
  const port = parentPort!;
  const tell = (message: FromFoldThread) => port.postMessage(message);
  const data = workerData as FoldThreadData;
  const log = await openLog(data.log, (error) => tell({ kind: 'trouble', message: (error as Error).message }));
  const counters = new Counters();
  let batches: ProcessedBatch[] = [];
  const timesOf = (share: Share) =>
    data.traced ? new BatchTimes(share, systemNow, (batch) => void batches.push(batch)) : null;
  const thread = new FoldThread({
    log,
    counters,
    newRunner: (partition) => newRunner(data, log, counters, partition, timesOf({ stage: 'score', partition })),
    newRoute: (folded) =>
      new Route({
        log,
        kinds: kindsOfRules(),
        folded,
        onRouted: (entries) => counters.add('weir_entries_routed_total', entries),
        onCommitted: (durationMs) => counters.committed('route', durationMs),
        times: timesOf({ stage: 'route', partition: 0 }),
      }),
    onFenced: (share, { message }) => tell({ kind: 'fenced', share, message }),
  });
  port.on('message', (message: ToFoldThread) => {
    if (message.kind === 'stop') thread.stop();
    else {
      const { change, shares } = message;
      const made = message.kind === 'take' ? thread.take(shares) : thread.giveBack(shares, message.lost);
      void made.then(() => tell({ kind: 'done', change }));
    }
  });
  tell({ kind: 'up' });
  const report = () => {
    const totals = thread.counters;
    const [values, gauges] = [totals.totals(), totals.gauges()];
    tell({ kind: 'counters', values, gauges, positions: thread.positions(), batches });
    batches = [];
  };
  const reporting = repeatEvery(REPORT_MS, report);
  await thread.run();
  reporting.stop();
  report();
  await log.close();
  tell({ kind: 'stopped' });
  port.close();
}

main().catch((error: Error) => {
  const code = isWeirError(error) ? error.code : null;
  parentPort!.postMessage({ kind: 'failed', code, message: error.message, stack: error.stack ?? '' });
  process.exitCode = 1;
  parentPort!.close();
});
