/**
 * When a message that failed is tried again: the schedule of Standard Webhooks, each wait up to a fifth
 * longer or shorter, so that an endpoint that comes back is not met by everything at once.
 */
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../schemas/time.ts';

/** Waits before each attempt; the first is made at once. */
export const SCHEDULE_MS: readonly number[] = [
  0,
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

const JITTER = 0.2;
/** An endpoint may not put off longer than the longest wait of the schedule. */
const RETRY_AFTER_MS_MAX = 24 * HOUR_MS;

export function withJitter(waitMs: number, random: () => number): number {
  return Math.round(waitMs * (1 - JITTER + 2 * JITTER * random()));
}

/** When the next attempt is due after `made` scheduled ones have failed; null where there is none. */
export function nextAttemptAt(
  made: number,
  now: number,
  retryAfterMs: number | null,
  random: () => number,
): number | null {
  const wait = SCHEDULE_MS[made];
  if (wait === undefined) return null;
  return now + Math.max(withJitter(wait, random), retryAfterMs ?? 0);
}

/** `Retry-After` as seconds or as a date, in ms from now; null where there is none, or none that can be read. */
export function retryAfterMsOf(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * SECOND_MS : Date.parse(text) - now;
  return Number.isNaN(ms) || ms <= 0 ? null : Math.min(ms, RETRY_AFTER_MS_MAX);
}
