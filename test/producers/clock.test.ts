import { describe, expect, it } from 'vitest';
import { startClock } from '../../producers/clock.ts';
import { WeirError } from '../../runtime/errors.ts';
import type { Control } from '../../schemas/events/control.ts';

/** A clock whose time and timer the test turns by hand. */
function start(from: number, append: (control: Control) => Promise<void> = async () => {}) {
  const state = { now: from, timer: null as { work: () => void; delayMs: number } | null };
  const ticks: string[] = [];
  const faults: unknown[] = [];
  const clock = startClock({
    intake: {
      append: async (_topic, controls) => {
        const [control] = controls as unknown as readonly Control[];
        await append(control as Control);
        ticks.push((control as Control).controlId);
        return [];
      },
    },
    now: () => state.now,
    setTimer: (work, delayMs) => {
      const timer = { work, delayMs };
      state.timer = timer;
      return () => {
        if (state.timer === timer) state.timer = null;
      };
    },
    onFault: (error) => faults.push(error),
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  /** Lets time pass, and the timer ring. */
  const pass = async (durationMs: number) => {
    await settle();
    state.now += durationMs;
    state.timer?.work();
    await settle();
  };
  return { clock, ticks, faults, state, pass, settle };
}

describe('the clock', () => {
  it('tells each second once, on the second', async () => {
    const { ticks, state, pass, settle } = start(10_400);
    await settle();
    expect(state.timer?.delayMs).toBe(600);
    await pass(600);
    expect(state.timer?.delayMs).toBe(1_000);
    await pass(1_003);
    expect(state.timer?.delayMs).toBe(997);
    expect(ticks).toEqual(['tick-10', 'tick-11', 'tick-12']);
  });

  it('goes on with the time that it is after a sleep, without making up for it', async () => {
    const { ticks, pass } = start(10_000);
    await pass(3_600_000);
    await pass(1_000);
    expect(ticks).toEqual(['tick-10', 'tick-3610', 'tick-3611']);
  });

  it('waits until the time is reached again that it had told, when set back', async () => {
    const { ticks, pass } = start(10_000);
    await pass(-2_000);
    await pass(1_000);
    await pass(1_000);
    await pass(1_000);
    expect(ticks).toEqual(['tick-10', 'tick-11']);
  });

  it('passes over seconds in which the disk is full', async () => {
    let full = true;
    const { ticks, faults, pass } = start(10_000, async () => {
      if (full) throw new WeirError('LOG_FULL', 'The disk is full.');
    });
    await pass(1_000);
    full = false;
    await pass(1_000);
    expect(ticks).toEqual(['tick-12']);
    expect(faults).toEqual([]);
  });

  it('tells of a fault and ticks no more', async () => {
    const fault = new TypeError('broken');
    const { faults, state, settle } = start(10_000, async () => {
      throw fault;
    });
    await settle();
    expect(faults).toEqual([fault]);
    expect(state.timer).toBeNull();
  });

  it('stops once the tick under way is stored', async () => {
    const stuck = Promise.withResolvers<void>();
    const { clock, ticks, state } = start(10_000, () => stuck.promise);
    const stopped = clock.stop();
    stuck.resolve();
    await stopped;
    expect(ticks).toEqual(['tick-10']);
    expect(state.timer).toBeNull();
  });
});
