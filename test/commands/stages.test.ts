/** Stages that are taken away while they still begin. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Stages } from '../../commands/stages.ts';
import { unlessAbandoned } from '../../runtime/abandon.ts';

function begin() {
  const faults: unknown[] = [];
  const stages = new Stages({ onFenced: () => {}, onFault: (error) => faults.push(error) });
  const log: string[] = [];
  const opened = Promise.withResolvers<void>();
  const start = async (signal: AbortSignal) => {
    log.push('starts');
    await unlessAbandoned(opened.promise, signal);
    log.push('runs');
    return { stop: () => void log.push('stops') };
  };
  return { stages, faults, log, opened, start };
}

it('goes to another at once where its start waits for what does not come', async () => {
  const { stages, faults, log, start } = begin();
  await stages.attach('sink', start);
  const taking = stages.take(['sink']);
  await pause(1);
  await stages.giveBack(['sink'], false);
  await taking;
  expect([log, faults]).toEqual([['starts'], []]);
});

it('starts when it is given again, also before its first start was given up', async () => {
  const { stages, faults, log, opened, start } = begin();
  await stages.attach('sink', start);
  const all = [stages.take(['sink']), stages.giveBack(['sink'], false), stages.take(['sink'])];
  await pause(1);
  opened.resolve();
  await Promise.all(all);
  expect(log.at(-1)).toBe('runs');
  await stages.giveBack(['sink'], false);
  expect([log.at(-1), log.filter((one) => one === 'runs').length, faults]).toEqual(['stops', 1, []]);
});

it('tells a fault of its start', async () => {
  const { stages, faults } = begin();
  await stages.attach('sink', () => Promise.reject(new Error('broken')));
  await stages.take(['sink']);
  expect(faults).toEqual([new Error('broken')]);
});
