/** Waits of the sink: what ends them, and what does not. */
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Pause } from '../../../sinks/clickhouse/pause.ts';

const HOUR_MS = 3_600_000;

async function isOver(wait: Promise<void>): Promise<boolean> {
  let over = false;
  void wait.then(() => {
    over = true;
  });
  await turn();
  return over;
}

it('ends with its time, with what it waits for, and with an interruption, which ends all waits of now and no later one', async () => {
  const pause = new Pause();
  await pause.wait(1);
  await pause.wait(HOUR_MS, Promise.resolve());
  const [one, other] = [pause.wait(HOUR_MS), pause.wait(null, new Promise(() => {}))];
  expect(await isOver(one)).toBe(false);
  pause.interrupt();
  await Promise.all([one, other]);
  const later = pause.wait(null);
  expect(await isOver(later)).toBe(false);
  pause.end();
  await later;
});

it('does not begin after the end, nor where there is no time left', async () => {
  const pause = new Pause();
  await pause.wait(0);
  await pause.wait(-5);
  pause.end();
  expect(pause.ended).toBe(true);
  await pause.wait(null);
});

it('fails with what it waits for, unless it was over before', async () => {
  const pause = new Pause();
  const { promise, reject } = Promise.withResolvers<void>();
  const over = pause.wait(null, promise);
  pause.interrupt();
  await over;
  const failing = pause.wait(null, promise);
  reject(new Error('the log is closed'));
  await expect(failing).rejects.toThrow('the log is closed');
});
