/** The embedded log on a disk that runs full: nothing is acknowledged and lost, and it goes on once there is room. */
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type EmbeddedLog, openEmbeddedLog } from '../../../runtime/log/embedded.ts';
import type { Append, Commit } from '../../../runtime/log/port.ts';
import { packValues } from '../../../runtime/log/values.ts';
import { describeWith } from '../../support/real-parts.ts';
import { mountSmallDisk, smallDisk } from '../../support/small-disk.ts';

const MIB = 1 << 20;
const FULL = expect.objectContaining({ code: 'LOG_FULL' });

/** One record of 10,000 bytes that says which it is. */
function record(topic: string, number: number): Append {
  const value = Buffer.alloc(10_000);
  value.writeUInt32LE(number);
  return { topic, partition: 0, fingerprint: '00112233445566aa', values: packValues([value]) };
}

function commitOf(number: number): Commit {
  const positions = [{ topic: 'journal', partition: 0, offset: number + 1 }];
  return { outputs: [record('decisions', number)], positions, state: Buffer.from(`${number}`) };
}

function numbersOf(log: EmbeddedLog, topic: string): number[] {
  const reader = log.reader(topic, 0, 0, { durable: true });
  const numbers: number[] = [];
  for (let batch = reader.poll(); batch; batch = reader.poll()) {
    for (let at = 0; at < batch.values.body.length; at += 10_000) numbers.push(batch.values.body.readUInt32LE(at));
  }
  return numbers;
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Does `work` with 0, 1, 2 … until it is refused, and answers how many went well and with what it was refused. */
async function untilRefused(from: number, work: (number: number) => Promise<unknown>): Promise<[number, unknown]> {
  for (let number = from; ; number++) {
    try {
      await work(number);
    } catch (error) {
      return [number, error];
    }
  }
}

async function openOn(disk: string, reserveBytes: number): Promise<EmbeddedLog> {
  const log = await openEmbeddedLog({ folder: join(disk, 'log'), partitions: 2, reserveBytes });
  onTestFinished(() => log.close());
  return log;
}

describeWith(smallDisk, 'a full disk', () => {
  it('refuses appends while the reserve is still free, so that commits go on', async () => {
    const disk = mountSmallDisk(24);
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(4 * MIB));
    const log = await openOn(disk, 12 * MIB);
    const committer = log.committer('score-0');
    await committer.fence();

    const [appended, refusal] = await untilRefused(0, (number) => log.append(record('transfers', number)));
    expect(refusal).toEqual(FULL);
    expect((refusal as Error).message).toContain(join(disk, 'log'));
    const { bavail, bsize } = statfsSync(disk);
    expect(bavail * bsize).toBeGreaterThan(11 * MIB);
    for (const number of upTo(20)) await committer.commit(commitOf(number));

    rmSync(ballast);
    const [more] = await untilRefused(appended, (number) => log.append(record('transfers', number)));
    expect(more).toBeGreaterThan(appended + 300);
    expect(numbersOf(log, 'transfers')).toEqual(upTo(more));
    await committer.flushed();
    expect(numbersOf(log, 'decisions')).toEqual(upTo(20));
  });

  it('refuses a commit whole before the room is gone, and takes it once there is some', async () => {
    const disk = mountSmallDisk(24);
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(16 * MIB));
    const log = await openOn(disk, 8 * MIB);
    const committer = log.committer('score-0');
    await committer.fence();
    let [committed, refusal] = await untilRefused(0, (number) => committer.commit(commitOf(number)));
    expect(refusal).toEqual(FULL);

    for (let left = 16 * MIB - 500_000; left > 12 * MIB; left -= 500_000) {
      writeFileSync(ballast, Buffer.alloc(left));
      const { positions, state } = await committer.fence();
      expect([positions[0].offset, state.toString()]).toEqual([committed, `${committed - 1}`]);
      [committed, refusal] = await untilRefused(committed, (number) => committer.commit(commitOf(number)));
      expect(refusal).toEqual(FULL);
    }
    expect(committed).toBeGreaterThan(500);
    await expect(log.append(record('transfers', 0))).rejects.toEqual(FULL);
    await committer.flushed();
    expect(numbersOf(log, 'decisions')).toEqual(upTo(committed));

    rmSync(ballast);
    await log.append(record('transfers', 0));
    await log.close();
    const again = await openOn(disk, 8 * MIB);
    expect(numbersOf(again, 'decisions')).toEqual(upTo(committed));
    expect(numbersOf(again, 'transfers')).toEqual([0]);
  });

  it('is not opened where there is no room, and says why', async () => {
    const disk = mountSmallDisk(24);
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(21 * MIB));
    await expect(openOn(disk, 8 * MIB)).rejects.toEqual(FULL);
  });
});
