/**
 * The clock: a `tick` in the log each second. Timers of the fold are due by the last tick, so that a
 * replay, which reads no clock, lets them fire at the same place.
 *
 * Delivery: a tick that could not be stored is not made up for, since the next one says the same and
 * more. After a sleep of the machine the clock goes on with the time that it is then.
 */
import type { Now } from '../runtime/clock.ts';
import { isWeirError } from '../runtime/errors.ts';
import { type Control, tickEntry } from '../schemas/events/control.ts';
import { SECOND_MS } from '../schemas/time.ts';
import type { Intake } from './intake.ts';

/** Calls `work` once after a while; answers how to call it off. */
export type SetTimer = (work: () => void, delayMs: number) => () => void;

export interface ClockOptions {
  readonly intake: Pick<Intake, 'append'>;
  readonly now: Now;
  readonly setTimer: SetTimer;
  /** An append that failed, other than for want of room. */
  readonly onFault: (error: unknown) => void;
}

export interface Clock {
  /** Resolves when the last tick is stored. */
  stop(): Promise<void>;
}

export function startClock({ intake, now, setTimer, onFault }: ClockOptions): Clock {
  let ticked = Number.NEGATIVE_INFINITY;
  let stopped = false;
  let cancel = () => {};
  let storing = Promise.resolve();

  const tick = async (): Promise<void> => {
    const second = Math.floor(now() / SECOND_MS);
    // A clock that was set back waits until it has caught up: ticks only ever rise.
    if (second > ticked) {
      ticked = second;
      await store(second);
    }
    if (!stopped) cancel = setTimer(run, SECOND_MS - (now() % SECOND_MS));
  };
  const store = async (second: number): Promise<void> => {
    try {
      await intake.append('control', [tickAt(second)]);
    } catch (error) {
      if (!isWeirError(error, 'LOG_FULL') && !isWeirError(error, 'LOG_UNAVAILABLE')) throw error;
    }
  };
  const run = () => {
    storing = tick().catch((error) => {
      stopped = true;
      onFault(error);
    });
  };

  run();
  return {
    stop: () => {
      stopped = true;
      cancel();
      return storing;
    },
  };
}

function tickAt(second: number): Control {
  return tickEntry(second * SECOND_MS, `tick-${second}`);
}
