/** A thread of a running Weir that folds the journal again, so that neither intake nor the tasks wait for it. */
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { VerifyReport } from '../processors/backtest/verify.ts';
import { verifyFolder } from '../processors/backtest/verify-folder.ts';
import { openEmbeddedLog } from '../runtime/log/embedded.ts';

export interface ReplayThreadData {
  readonly folder: string;
  /** Where to begin, see `verifyFolder`. */
  readonly from: string | null;
  readonly shared: NonNullable<Parameters<typeof openEmbeddedLog>[0]['shared']>;
}

export type ReplayProgress = { readonly partition: number; readonly folded: number; readonly of: number };

export type FromReplay =
  | { readonly kind: 'progress'; readonly progress: ReplayProgress }
  | { readonly kind: 'report'; readonly report: VerifyReport };

const port = parentPort;
if (port === null) throw new Error('this file is the entry of a thread');
const { folder, from, shared } = workerData as ReplayThreadData;
const tell = (message: FromReplay) => port.postMessage(message);
const log = await openEmbeddedLog({ folder: join(folder, 'log'), shared });
try {
  const onProgress = (progress: ReplayProgress) => tell({ kind: 'progress', progress });
  const report = await verifyFolder({ log, dataDir: folder, from, onProgress });
  tell({ kind: 'report', report });
} finally {
  await log.close();
}
