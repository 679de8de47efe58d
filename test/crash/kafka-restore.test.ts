/**
 * Tasks on Kafka whose workers die and stop at any block, and go on with the disk that they had, an older one or
 * none: what they come to is what an uninterrupted fold would hold, and a replay from any boundary proves it.
 */
import { cpSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFailed } from 'vitest';
import { verifyReplay } from '../../processors/backtest/verify.ts';
import { verifyFolder } from '../../processors/backtest/verify-folder.ts';
import { loadCheckpoint } from '../../processors/score/checkpoint.ts';
import { committedTask, taskName } from '../../processors/score/committed.ts';
import { Random } from '../../producers/demo/random.ts';
import { systemNow } from '../../runtime/clock.ts';
import type { KafkaLog } from '../../runtime/log/kafka.ts';
import { openCheckpoints } from '../../runtime/store/checkpoint-store.ts';
import { DAY_MS, SECOND_MS } from '../../schemas/time.ts';
import { code } from '../runtime/log/contract.ts';
import { eventually } from '../support/eventually.ts';
import { faultsOfSeed } from '../support/faults.ts';
import { temporaryFolder } from '../support/folder.ts';
import { kafka, openLogOn, useKafka } from '../support/kafka/real-kafka.ts';
import { describeWith } from '../support/real-parts.ts';
import { River, RiverProcess } from '../support/river.ts';
import { scaled } from '../support/scale.ts';
import { Traffic } from '../support/traffic.ts';

const PARTITIONS = 2;
const LIVES = scaled(6);
const ROUNDS = 6;

describeWith(kafka, 'tasks on Kafka', () => {
  const broker = useKafka();

  /** A river whose events are of the last weeks, so that none is ahead of the broker's clock. */
  async function openRiver(folder = temporaryFolder()): Promise<River<KafkaLog>> {
    return River.on(await openLogOn(broker, PARTITIONS), { folder, now: systemNow() - 60 * DAY_MS });
  }

  async function flow(river: River<KafkaLog>, process: RiverProcess, traffic: Traffic, random: Random): Promise<void> {
    for (let round = 0; round < ROUNDS && !process.life.ended; round++) {
      river.pass(random.below(30 * SECOND_MS));
      await river.tick();
      for (let load = random.below(4); load >= 0; load--) await river.feed(traffic.next(river.now));
      await process.drain();
    }
  }

  it(
    `go on through ${LIVES} lives with old disks and empty ones`,
    async () => {
      const seed = Number(process.env.WEIR_TEST_SEED ?? Date.now() % 1_000_000_000);
      onTestFailed(() => console.error(`the restore test on Kafka failed with WEIR_TEST_SEED=${seed}`));
      const random = new Random(seed, 2);
      const river = await openRiver();
      const traffic = new Traffic(seed, { huge: true });
      const old = temporaryFolder();
      for (let life = 0; life < LIVES; life++) {
        const disk = random.below(3);
        if (disk > 0) rmSync(`${river.folder}/state`, { recursive: true, force: true });
        if (disk > 1) cpSync(old, river.folder, { recursive: true });
        const checkpointIntervalMs = random.pick([1_000, 20_000, DAY_MS]);
        const faults = faultsOfSeed(seed + life, new Map());
        const process = new RiverProcess(river, { checkpointIntervalMs, faults });
        await process.start();
        await flow(river, process, traffic, random);
        if (random.chance(0.4)) await process.stop();
        else await process.kill();
        if (random.chance(0.5)) cpSync(river.folder, old, { recursive: true });
      }
      rmSync(`${river.folder}/state`, { recursive: true, force: true });
      const last = new RiverProcess(river);
      await last.start();
      await last.drain();
      await last.stop();
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const { position } = committedTask(await river.log.committed(taskName(partition)));
        const store = openCheckpoints(temporaryFolder(), river.log, partition);
        await store.recover(() => {});
        expect(loadCheckpoint(store, partition)?.facts).toMatchObject({ position, final: true });
        await store.close();
      }
      const { difference, outputs, entries } = await verifyReplay({ log: river.log });
      expect(difference).toBeNull();
      expect(entries).toBeGreaterThan(LIVES * ROUNDS);
      expect(outputs.decisions).toBeGreaterThan(LIVES);
    },
    300_000 + LIVES * 20_000,
  );

  it('keep their checkpoints from one who was too late to take over, and shuts out half of what they hold', async () => {
    const river = await openRiver();
    const random = new Random(8, 1);
    const traffic = new Traffic(8);
    const process = new RiverProcess(river, { checkpointIntervalMs: 1_000 });
    await process.start();
    await flow(river, process, traffic, random);
    for (let partition = 0; partition < PARTITIONS; partition++) await river.log.kept(partition).fence();
    await flow(river, process, traffic, random);
    await process.stop();
    expect(process.life.ended).toBe(false);
    rmSync(`${river.folder}/state`, { recursive: true, force: true });
    const next = new RiverProcess(river);
    await next.start();
    // One that was shut out of the commits writes no checkpoint either, whoever holds those.
    const successor = new RiverProcess(river);
    await successor.start();
    for (let partition = 0; partition < PARTITIONS; partition++) await river.log.kept(partition).fence();
    await expect(next.stop()).rejects.toEqual(code('LOG_FENCED'));
    await flow(river, successor, traffic, random);
    await successor.stop();
    expect((await verifyReplay({ log: river.log })).difference).toBeNull();
  });

  it('keep their checkpoints from one that slept in the middle of one, and was shut out meanwhile', async () => {
    const river = await openRiver();
    const random = new Random(9, 1);
    const traffic = new Traffic(9);
    const woken = Promise.withResolvers<void>();
    let [sleeps, asleep] = [false, 0];
    const beforeCheckpoint = async () => {
      if (!sleeps) return;
      asleep++;
      await woken.promise;
    };
    const sleeper = new RiverProcess(river, { checkpointIntervalMs: 1_000, beforeCheckpoint });
    await sleeper.start();
    await flow(river, sleeper, traffic, random);
    sleeps = true;
    river.pass(2_000);
    await river.tick();
    await eventually('the tick is routed', () => sleeper.route());
    for (let partition = 0; partition < PARTITIONS; partition++) {
      await eventually('it folds the tick', () => sleeper.fold(partition));
    }
    await eventually('it is in the middle of its checkpoints', () => asleep === PARTITIONS);
    const successor = new RiverProcess(river, { checkpointIntervalMs: 1_000 });
    await successor.start();
    await flow(river, successor, traffic, random);
    // It wakes, and learns first that it commits no more; its checkpoints go on meanwhile.
    const refused = async (partition: number) => {
      for (;;) {
        await sleeper.fold(partition);
        await pause(5);
      }
    };
    for (let partition = 0; partition < PARTITIONS; partition++) {
      await expect(refused(partition)).rejects.toEqual(code('LOG_FENCED'));
    }
    woken.resolve();
    await flow(river, successor, traffic, random);
    await flow(river, successor, traffic, random);
    await successor.stop();
    expect(successor.life.ended).toBe(false);
    rmSync(`${river.folder}/state`, { recursive: true, force: true });
    const next = new RiverProcess(river);
    await next.start();
    await next.stop();
    expect((await verifyReplay({ log: river.log })).difference).toBeNull();
  });

  it('are proved from the boundary between two builds on, where offsets do not count outputs', async () => {
    const river = await openRiver();
    const random = new Random(7, 1);
    const traffic = new Traffic(7);
    const live = async (build: string) => {
      const process = new RiverProcess(river, { build });
      await process.start();
      await flow(river, process, traffic, random);
      await process.stop();
    };
    await live('build-1');
    await river.log.committed('nobody');
    const ends = Array.from({ length: PARTITIONS }, (_, partition) => river.log.end('journal', partition));
    await live('build-2');
    const verify = (from: string | null) => verifyFolder({ log: river.log, dataDir: river.folder, from });
    const [late, whole] = [await verify('build-1'), await verify('beginning')];
    expect([late.difference, whole.difference]).toEqual([null, null]);
    late.starts.forEach((start, partition) => {
      expect(start).toBeGreaterThan(0);
      expect(start).toBeLessThanOrEqual(ends[partition] as number);
    });
    expect(late.outputs.decisions).toBeGreaterThan(0);
    expect(whole.outputs.decisions).toBeGreaterThan(late.outputs.decisions);
    // One that is there for nothing is found behind the boundary, too.
    const committer = river.log.committer('somebody-0');
    await committer.fence();
    const reader = river.log.reader('decisions', 0, 0, { durable: true });
    const { fingerprint, values } = await reader.next();
    await committer.commit({
      outputs: [{ topic: 'decisions', partition: 0, fingerprint, values }],
      positions: [],
      state: Buffer.alloc(0),
    });
    expect((await verify('build-1')).difference).toMatchObject({ partition: 0, topic: 'decisions', folded: null });
  });
});
