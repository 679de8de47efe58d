/**
 * What a process needs of its log before anything else, waited for: brokers and the schema registry may come up after
 * it, or be away for a while. Said at once, and again and again: what is waited for, and since when.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { monotonicNow, type Now } from '../runtime/clock.ts';
import { type LogSource, mayComeUp, openLog } from '../runtime/log/open.ts';
import type { Log } from '../runtime/log/port.ts';
import type { Logger } from '../runtime/logger.ts';
import { SECOND_MS } from '../schemas/time.ts';

export interface Patience {
  /** What it lasts for, from the start on; then the last failure ends the process. */
  readonly deadlineMs: number;
  readonly logger: Logger;
  readonly now: Now;
}

/** A try by itself takes some seconds before it fails. */
const PAUSE_MS = SECOND_MS;

/** Opens the log, and has `prepare` done to it before anybody uses it. */
export async function openPatiently(
  source: LogSource,
  { deadlineMs, logger, now }: Patience,
  prepare: (log: Log) => Promise<void>,
): Promise<Log> {
  const [since, beganAt] = [new Date(now()).toISOString(), monotonicNow()];
  for (;;) {
    try {
      const log = await openPrepared(source, logger, prepare);
      const waitedMs = Math.round(monotonicNow() - beganAt);
      if (waitedMs > PAUSE_MS) logger.info({ since, waitedMs }, 'what the log stands on answers');
      return log;
    } catch (error) {
      const leftMs = Math.round(beganAt + deadlineMs - monotonicNow());
      if (leftMs <= 0 || !mayComeUp(error)) throw error;
      const { message } = error as Error;
      logger.warn({ waitingFor: message, since, leftMs }, `waits since ${since}: ${message}`);
      await pause(Math.min(PAUSE_MS, leftMs));
    }
  }
}

async function openPrepared(source: LogSource, logger: Logger, prepare: (log: Log) => Promise<void>): Promise<Log> {
  const log = await openLog(source, (error) => logger.warn({ err: error }, 'Kafka is in trouble; it is tried again'));
  try {
    await prepare(log);
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
}
