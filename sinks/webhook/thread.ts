/**
 * Entry of the thread that sends webhooks, so that signing and sending take nothing from whoever waits for an
 * acknowledgement. It opens the log that the main thread opened, sends until it is told to stop, and tells what it did.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { repeatEvery, systemNow, systemRandom } from '../../runtime/clock.ts';
import type { Config } from '../../runtime/config.ts';
import { isWeirError } from '../../runtime/errors.ts';
import { type LogSource, openLog } from '../../runtime/log/open.ts';
import type { Log } from '../../runtime/log/port.ts';
import type { Logger } from '../../runtime/logger.ts';
import { loadSecretKey } from '../../runtime/secret-key.ts';
import { startTracing } from '../../runtime/tracing.ts';
import type { WebhookAttempt } from '../../schemas/webhook.ts';
import { type EndpointHealth, startWebhookSender } from './sender.ts';

export interface SenderThreadData {
  /** What the log is opened with. */
  readonly log: LogSource;
  readonly config: Config;
  readonly version: string;
}

export type ToSenderThread = { readonly kind: 'stop' };

export interface MadeAttempt extends Pick<WebhookAttempt, 'outcome' | 'attempt' | 'trigger'> {
  /** From the record to the end of the attempt. */
  readonly sinceRecordMs: number;
}

export type FromSenderThread =
  | { readonly kind: 'up' }
  | { readonly kind: 'report'; readonly attempts: readonly MadeAttempt[]; readonly health: readonly EndpointHealth[] }
  | { readonly kind: 'said'; readonly level: 'info' | 'warn'; readonly facts: object; readonly text: string }
  /** Of the log, and it passes or was mended. */
  | { readonly kind: 'trouble'; readonly message: string }
  | { readonly kind: 'failed'; readonly code: string | null; readonly message: string; readonly stack: string }
  | { readonly kind: 'stopped' };

const REPORT_MS = 1_000;

type Tell = (message: FromSenderThread) => void;

async function main(): Promise<void> {
  const port = parentPort!;
  const tell: Tell = (message) => port.postMessage(message);
  const stopping = new AbortController();
  port.on('message', ({ kind }: ToSenderThread) => kind === 'stop' && stopping.abort());
  const data = workerData as SenderThreadData;
  const log = await openLog(data.log, (error) => tell({ kind: 'trouble', message: (error as Error).message }));
  try {
    await send(log, data, tell, stopping.signal);
  } finally {
    await log.close();
  }
  tell({ kind: 'stopped' });
  port.close();
}

/** Until it is told to stop, or something ends it. */
async function send(log: Log, { config, version }: SenderThreadData, tell: Tell, signal: AbortSignal): Promise<void> {
  const say = (level: 'info' | 'warn') => (facts: object, text: string) => tell({ kind: 'said', level, facts, text });
  const logger = { info: say('info'), warn: say('warn') } as Pick<Logger, 'info' | 'warn'>;
  const tracing = await startTracing({ config, version, logger });
  const over = Promise.withResolvers<void>();
  // Whoever awaits it meets the failure; until then it must not count as unhandled.
  over.promise.catch(() => {});
  let attempts: MadeAttempt[] = [];
  const sender = await startWebhookSender({
    ...{ log, version, logger, tracing, signal, now: systemNow, random: systemRandom },
    key: loadSecretKey(config),
    allow: new Set(config.webhookAllow ?? []),
    onAttempt: ({ outcome, attempt, trigger }, sinceRecordMs) => {
      attempts.push({ outcome, attempt, trigger, sinceRecordMs });
    },
    onFault: over.reject,
  });
  signal.addEventListener('abort', () => over.resolve());
  if (signal.aborted) over.resolve();
  const report = () => {
    tell({ kind: 'report', attempts, health: sender.health() });
    attempts = [];
  };
  const reporting = repeatEvery(REPORT_MS, report);
  tell({ kind: 'up' });
  try {
    await over.promise;
  } finally {
    reporting.stop();
    await sender.stop();
    report();
    await tracing?.stop();
  }
}

main().catch((error: Error) => {
  const code = isWeirError(error) ? error.code : null;
  parentPort!.postMessage({ kind: 'failed', code, message: error.message, stack: error.stack ?? '' });
  process.exitCode = 1;
  parentPort!.close();
});
