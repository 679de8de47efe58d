/**
 * The system's clock and random numbers: the only place that reads them. Everything else is given
 * what it needs, so that a replay and a test decide what time it is.
 */
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';

/** Milliseconds since 1970-01-01T00:00Z. */
export type Now = () => number;

export const systemNow: Now = () => Date.now();

/** Milliseconds from some fixed point, never set back: for measuring how long something took. */
export const monotonicNow: Now = () => performance.now();

/** Bytes that nobody can guess: for keys and tokens. */
export const systemRandomBytes = (length: number): Buffer => randomBytes(length);

/** From 0 to 1, of no use for secrets: for spreading retries. */
export const systemRandom = (): number => Math.random();

export interface Repeating {
  stop(): void;
}

/** Calls `work` every `intervalMs` until stopped; does not keep the process alive by itself. */
export function repeatEvery(intervalMs: number, work: () => void): Repeating {
  const timer = setInterval(work, intervalMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

/** Calls `work` once after a while; answers how to call it off. Does not keep the process alive by itself. */
export function systemTimer(work: () => void, delayMs: number): () => void {
  const timer = setTimeout(work, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
}
