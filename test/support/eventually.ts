/** Waits for a condition with a deadline: what tests use in place of sleeping. */
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Long, since it costs nothing where all is well: a machine may have ten times the work that it has processors for.
 * Shorter than what a test may take, so that it is the condition that is told of.
 */
const DEADLINE_MS = 120_000;

/**
 * Asks until `check` answers with something other than false, null or undefined, and answers that.
 * A check that throws counts as not yet; its last error is the cause of the failure.
 */
export async function eventually<T>(
  what: string,
  check: () => T | Promise<T>,
  deadlineMs = DEADLINE_MS,
): Promise<Exclude<T, false | null | undefined>> {
  const end = Date.now() + deadlineMs;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await check();
      if (answer !== false && answer !== null && answer !== undefined) {
        return answer as Exclude<T, false | null | undefined>;
      }
    } catch (error) {
      cause = error;
    }
    if (Date.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`, { cause });
    await pause(20);
  }
}
