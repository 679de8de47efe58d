/** The embedded log is killed at many moments and opened again: what it acknowledged is there, once and whole. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { openEmbeddedLog } from '../../runtime/log/embedded.ts';
import type { Log } from '../../runtime/log/port.ts';
import { valueAt } from '../../runtime/log/values.ts';
import { temporaryFolder } from '../support/folder.ts';

const KILLS = 30;
const PARTITIONS = [0, 1, 2, 3];

let child: ChildProcess | null = null;

afterEach(() => {
  child?.kill('SIGKILL');
});

/** Runs the child until it is killed, from its start or from when both its threads work, and gives back its notes. */
async function runAndKill(folder: string, round: number, afterMs: number, onceWorking: boolean): Promise<string[]> {
  const script = fileURLToPath(new URL('./embedded-log-child.ts', import.meta.url));
  const notes = openSync(join(folder, 'notes'), 'w');
  const running = spawn(process.execPath, [script, folder, `${round}`], {
    stdio: ['ignore', 'pipe', 'inherit', notes],
  });
  child = running;
  const closed = once(running, 'close');
  if (onceWorking) await Promise.race([once(running.stdout as Readable, 'data'), closed]);
  await wait(afterMs);
  running.kill('SIGKILL');
  const [exitCode, signal] = await closed;
  expect([exitCode, signal]).toEqual([null, 'SIGKILL']);
  closeSync(notes);
  return readFileSync(join(folder, 'notes'), 'utf8').split('\n').slice(0, -1);
}

function read(log: Log, topic: string, partition: number): string[] {
  const reader = log.reader(topic, partition, 0, { durable: true });
  const values: string[] = [];
  for (let batch = reader.poll(); batch; batch = reader.poll()) {
    if (batch.baseOffset !== values.length) throw new Error(`a gap in ${topic} at ${values.length}`);
    for (let index = 0; index < batch.values.count; index++) values.push(valueAt(batch.values, index).toString());
  }
  expect(values.length).toBe(log.end(topic, partition));
  return values;
}

it(`holds all that was acknowledged, once, after each of ${KILLS} kills`, { timeout: 300_000 }, async () => {
  const folder = temporaryFolder();
  const appended: string[] = [];
  const committed = new Map<number, number>();
  for (let round = 0; round < KILLS; round++) {
    // Moments spread evenly, in no order: from before the opening to the midst of the work.
    const moment = (round * 0.618034) % 1;
    const onceWorking = round % 3 !== 0;
    for (const line of await runAndKill(folder, round, moment * (onceWorking ? 100 : 500), onceWorking)) {
      const [what, ...words] = line.split(' ');
      if (what === 'appended') appended.push(...words);
      else committed.set(Number(words[0]), Number(words[1]));
    }

    const log = await openEmbeddedLog({ folder, partitions: 4 });
    const transfers = read(log, 'transfers', 0);
    const kept = new Set(transfers);
    expect(kept.size).toBe(transfers.length);
    expect(appended.filter((value) => !kept.has(value))).toEqual([]);
    for (const partition of PARTITIONS) {
      const { positions, state } = await log.committer(`score-${partition}`).fence();
      const done = positions[0]?.offset ?? 0;
      expect(Number(state.toString())).toBe(done);
      expect(done).toBeGreaterThanOrEqual(committed.get(partition) ?? 0);
      const decisions = read(log, 'decisions', partition).map((value) => Number(value.split(' ')[0]));
      expect(decisions).toEqual(Array.from({ length: done }, (_, index) => index + 1));
      expect(Number(read(log, 'alerts', partition).at(-1) ?? 0)).toBe(done);
    }
    await log.close();
  }
  expect(appended.length).toBeGreaterThan(1_000);
  expect(Math.min(...PARTITIONS.map((partition) => committed.get(partition) ?? 0))).toBeGreaterThan(20);
});
