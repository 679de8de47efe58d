import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { WeirError } from '../../runtime/errors.ts';
import { exitReasonOf, Lifecycle } from '../../runtime/lifecycle.ts';
import { temporaryFolder } from '../support/folder.ts';

function lifecycle(stopDeadlineMs = 5_000) {
  const exits: number[] = [];
  const life = new Lifecycle({ logger: pino({ level: 'silent' }), stopDeadlineMs, exit: (code) => exits.push(code) });
  return { life, exits };
}

describe('a process', () => {
  it('stops its parts in the opposite order of their start', async () => {
    const { life } = lifecycle();
    const steps: string[] = [];
    for (const part of ['log', 'tasks', 'http']) {
      await life.start(
        part,
        () => steps.push(`start ${part}`),
        async () => void steps.push(`stop ${part}`),
      );
    }
    expect(await life.stop('SIGTERM')).toBe('ok');
    expect(steps).toEqual(['start log', 'start tasks', 'start http', 'stop http', 'stop tasks', 'stop log']);
  });

  it('hands to the stop what the start gave', async () => {
    const { life } = lifecycle();
    let stopped: unknown;
    await life.start(
      'part',
      () => 'handle',
      (handle) => {
        stopped = handle;
      },
    );
    await life.stop('SIGTERM');
    expect(stopped).toBe('handle');
  });

  it('stops the other parts where one fails to, and says so', async () => {
    const { life } = lifecycle();
    let stopped = false;
    await life.start(
      'first',
      () => null,
      () => {
        stopped = true;
      },
    );
    await life.start(
      'second',
      () => null,
      () => Promise.reject(new Error('stuck')),
    );
    expect(await life.stop('SIGTERM')).toBe('fault');
    expect(stopped).toBe(true);
  });

  it('cuts off a stop that does not end', async () => {
    const { life } = lifecycle(30);
    await life.start(
      'stuck',
      () => null,
      () => new Promise<void>(() => {}),
    );
    expect(await life.stop('SIGTERM')).toBe('deadline');
  });

  it('does not remember a part that failed to start', async () => {
    const { life } = lifecycle();
    let stopped = false;
    const started = life.start(
      'part',
      () => Promise.reject(new Error('no')),
      () => {
        stopped = true;
      },
    );
    await expect(started).rejects.toThrow('no');
    await life.stop('SIGTERM');
    expect(stopped).toBe(false);
  });

  it('ends once, with 70, because of a fault, and stops nothing gracefully', async () => {
    const { life, exits } = lifecycle();
    let stopped = false;
    await life.start(
      'log',
      () => null,
      () => {
        stopped = true;
      },
    );
    life.fail(new TypeError('fault'));
    life.fail(new TypeError('another'));
    expect(exits).toEqual([70]);
    expect(stopped).toBe(false);
  });

  it('ends with its code because of a fault, whatever its threads are in the middle of', () => {
    const child = join(import.meta.dirname, 'lifecycle-child.ts');
    const { status, signal } = spawnSync(process.execPath, [child, temporaryFolder()], { timeout: 120_000 });
    expect({ status, signal }).toEqual({ status: 70, signal: null });
  });

  it.each([
    [new WeirError('CONFIG_INVALID', 'x'), 'usage'],
    [new WeirError('SETTINGS_INVALID', 'x'), 'usage'],
    [new WeirError('FOLDER_IN_USE', 'x'), 'failed'],
    [new Error('x'), 'fault'],
  ] as const)('tells %s apart as %s', (error, reason) => {
    expect(exitReasonOf(error)).toBe(reason);
  });
});
