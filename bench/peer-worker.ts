/**
 * Weir's side of the comparison, a process of its own so that its CPU time is told apart: route and score
 * on the log that it is told of, until it is told to stop. Needs `peer-rules.ts` preloaded.
 */
import { FoldThreads } from '../commands/fold-threads.ts';
import { monotonicNow, systemNow } from '../runtime/clock.ts';
import type { LogSource } from '../runtime/log/open.ts';
import type { WorkerTotals } from '../runtime/metrics.ts';

export interface PeerTask {
  readonly source: LogSource;
  readonly folder: string;
  readonly partitions: number;
  readonly threads: number;
  /** Transfers that there are to decide; 0 to go on until told to stop. */
  readonly transfers: number;
}

export type PeerMessage =
  | { readonly kind: 'running'; readonly at: number }
  /** All is decided and the threads rest. CPU is counted from the moment they had restored. */
  | { readonly kind: 'done'; readonly cpuMicros: number; readonly totals: WorkerTotals };

/** The threads tell where they stand each second; they rest where twice in a row nothing changed. */
const LOOK_MS = 100;

process.once('message', (task: PeerTask) => void run(task));

async function run({ source, folder, partitions, threads, transfers }: PeerTask): Promise<void> {
  const totals: { [worker: string]: WorkerTotals } = {};
  const fold = new FoldThreads({
    folder,
    log: source,
    partitions,
    threads,
    checkpointIntervalMs: 10_000,
    checkpointBytes: 16 << 20,
    onTotals: (worker, values) => {
      totals[worker] = values;
    },
    onFailed: (error) => {
      console.error(error);
      process.exit(1);
    },
  });
  process.once('message', () => void fold.stop().then(() => process.exit()));
  await fold.ready();
  const before = process.cpuUsage();
  process.send?.({ kind: 'running', at: systemNow() } satisfies PeerMessage);
  if (transfers === 0) return;
  await settled(totals, transfers);
  const { user, system } = process.cpuUsage(before);
  process.send?.({
    kind: 'done',
    cpuMicros: user + system,
    totals: sumOf(Object.values(totals)),
  } satisfies PeerMessage);
}

/** Resolves when each transfer has its decision and both its legs were folded. */
async function settled(totals: { readonly [worker: string]: WorkerTotals }, transfers: number): Promise<void> {
  const deadline = monotonicNow() + 600_000;
  for (;;) {
    const sums = sumOf(Object.values(totals));
    const folded = sums.weir_entries_folded_total ?? 0;
    if (folded >= 2 * transfers) return;
    if (monotonicNow() > deadline) throw new Error(`only ${folded} of ${2 * transfers} entries were folded`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function sumOf(all: readonly WorkerTotals[]): { [series: string]: number } {
  const sums: { [series: string]: number } = {};
  for (const totals of all) {
    for (const [series, value] of Object.entries(totals)) sums[series] = (sums[series] ?? 0) + value;
  }
  return sums;
}
