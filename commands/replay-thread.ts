/** A thread of a running Weir that folds the journal again, so that neither intake nor the tasks wait for it. */
import { parentPort, workerData } from 'node:worker_threads';
import type { VerifyReport } from '../processors/backtest/verify.ts';
import { verifyFolder } from '../processors/backtest/verify-folder.ts';
import { type LogSource, openLog } from '../runtime/log/open.ts';

export interface ReplayThreadData {
  readonly folder: string;
  /** Where to begin, see `verifyFolder`. */
  readonly from: string | null;
  readonly log: LogSource;
}

export type ReplayProgress = { readonly partition: number; readonly folded: number; readonly of: number };

export type FromReplay =
  | { readonly kind: 'progress'; readonly progress: ReplayProgress }
  | { readonly kind: 'report'; readonly report: VerifyReport };

const port = parentPort;
if (port === null) throw new Error('this file is the entry of a thread');
const { folder, from, log: source } = workerData as ReplayThreadData;
const tell = (message: FromReplay) => port.postMessage(message);
const log = await openLog(source);
try {
  const onProgress = (progress: ReplayProgress) => tell({ kind: 'progress', progress });
  const report = await verifyFolder({ log, dataDir: folder, from, onProgress });
  tell({ kind: 'report', report });
} finally {
  await log.close();
}
