/** The embedded log is killed at many moments and opened again: what it acknowledged is there, once and whole. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { openEmbeddedLog } from '../../runtime/log/embedded.ts';
import type { Log } from '../../runtime/log/port.ts';
import { valueAt } from '../../runtime/log/values.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';
import { describeWith } from '../support/real-parts.ts';
import { mountSmallDisk, smallDisk } from '../support/small-disk.ts';

const KILLS = 24;
const PARTITIONS = [0, 1, 2, 3];
const MIB = 1 << 20;

let child: ChildProcess | null = null;

afterEach(() => {
  child?.kill('SIGKILL');
});

interface Run {
  readonly process: ChildProcess;
  /** Resolves when both threads work, or the process has ended. */
  readonly working: Promise<unknown>;
  /** Resolves with exit code and signal. */
  readonly closed: Promise<unknown[]>;
}

function start(folder: string, notes: string, ...more: string[]): Run {
  const script = fileURLToPath(new URL('./embedded-log-child.ts', import.meta.url));
  const file = openSync(notes, 'w');
  const running = spawn(process.execPath, [script, folder, ...more], { stdio: ['ignore', 'pipe', 'pipe', file] });
  closeSync(file);
  child = running;
  const closed = once(running, 'close');
  return { process: running, closed, working: Promise.race([once(running.stdout as Readable, 'data'), closed]) };
}

/** What the child was told is kept: appended values, and how far each partition was committed. */
class Acknowledged {
  readonly appended: string[] = [];
  readonly committed = new Map<number, number>();
  readonly failures: string[] = [];

  read(notes: string): void {
    for (const line of readFileSync(notes, 'utf8').split('\n').slice(0, -1)) {
      const [what, ...words] = line.split(' ');
      if (what === 'appended') this.appended.push(...words);
      else if (what === 'committed') this.committed.set(Number(words[0]), Number(words[1]));
      else this.failures.push(words.join(' '));
    }
  }

  /** Opens the log and holds it against what was acknowledged: all there, nothing twice, outputs and positions agree. */
  async compare(folder: string): Promise<void> {
    const log = await openEmbeddedLog({ folder, partitions: 4, reserveBytes: 0 });
    const transfers = readAll(log, 'transfers', 0);
    const kept = new Set(transfers);
    expect(kept.size).toBe(transfers.length);
    expect(this.appended.filter((value) => !kept.has(value))).toEqual([]);
    for (const partition of PARTITIONS) {
      const { positions, state } = await log.committer(`score-${partition}`).fence();
      const done = positions[0]?.offset ?? 0;
      expect(Number(state.toString())).toBe(done);
      expect(done).toBeGreaterThanOrEqual(this.committed.get(partition) ?? 0);
      const decisions = readAll(log, 'decisions', partition).map((value) => Number(value.split(' ')[0]));
      expect(decisions).toEqual(Array.from({ length: done }, (_, index) => index + 1));
      expect(Number(readAll(log, 'alerts', partition).at(-1) ?? 0)).toBe(done);
    }
    await log.close();
  }
}

function readAll(log: Log, topic: string, partition: number): string[] {
  const reader = log.reader(topic, partition, 0, { durable: true });
  const values: string[] = [];
  for (let batch = reader.poll(); batch; batch = reader.poll()) {
    if (batch.baseOffset !== values.length) throw new Error(`a gap in ${topic} at ${values.length}`);
    for (let index = 0; index < batch.values.count; index++) values.push(valueAt(batch.values, index).toString());
  }
  expect(values.length).toBe(log.end(topic, partition));
  return values;
}

it(`holds all that was acknowledged, once, after each of at least ${KILLS} kills`, async () => {
  const folder = temporaryFolder();
  const notes = join(folder, 'notes');
  const acknowledged = new Acknowledged();
  // A slow disk acknowledges little between two kills: there are more of them until enough was at stake.
  for (let round = 0; round < KILLS || acknowledged.appended.length <= 1_000; round++) {
    // Moments spread evenly, in no order: from before the opening to the midst of the work.
    const moment = (round * 0.618034) % 1;
    const run = start(folder, notes, `${round}`);
    if (round % 3 === 0) await wait(moment * 500);
    else await run.working.then(() => wait(moment * 100));
    run.process.kill('SIGKILL');
    expect(await run.closed).toEqual([null, 'SIGKILL']);
    acknowledged.read(notes);
    await acknowledged.compare(folder);
  }
  expect(acknowledged.failures).toEqual([]);
  expect(acknowledged.appended.length).toBeGreaterThan(1_000);
  expect(acknowledged.committed.size).toBe(PARTITIONS.length);
});

describeWith(smallDisk, 'a disk that somebody else fills', () => {
  it('holds all that was acknowledged, however the process takes it', async () => {
    for (let round = 0; round < 5; round++) {
      const disk = mountSmallDisk(64);
      const [folder, ballast] = [join(disk, 'log'), join(disk, 'ballast')];
      const notes = join(temporaryFolder(), 'notes');
      const run = start(folder, notes, `${round}`, `${8 * MIB}`);
      await run.working;
      await eventually('something is acknowledged', () => readFileSync(notes, 'utf8').includes('appended '));
      await wait(round * 20);
      expect(() => writeFileSync(ballast, Buffer.alloc(64 * MIB))).toThrow('ENOSPC');
      await run.closed;
      rmSync(ballast);
      const acknowledged = new Acknowledged();
      acknowledged.read(notes);
      expect(acknowledged.failures.every((failure) => failure === 'LOG_FULL')).toBe(true);
      expect(acknowledged.appended.length).toBeGreaterThan(0);
      await acknowledged.compare(folder);
    }
  });
});
