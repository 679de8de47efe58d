/**
 * A task that stops, or dies, at any block goes on as if nothing had happened: what is restored is what
 * an uninterrupted fold would hold, to the byte. Where it cannot be, the task refuses with a reason.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import { verifyReplay } from '../../processors/backtest/verify.ts';
import { loadCheckpoint } from '../../processors/score/checkpoint.ts';
import { committedTask, taskName } from '../../processors/score/committed.ts';
import type { TaskState } from '../../processors/score/state.ts';
import { encodeSubject } from '../../processors/score/subject-codec.ts';
import { Task } from '../../processors/score/task.ts';
import { Random } from '../../producers/demo/random.ts';
import { valueAt } from '../../runtime/log/values.ts';
import { DAY_MS, SECOND_MS } from '../../schemas/time.ts';
import { temporaryFolder } from '../support/folder.ts';
import { River, RiverProcess } from '../support/river.ts';
import { scaled } from '../support/scale.ts';
import { Traffic } from '../support/traffic.ts';

const ROUNDS = 60;
const LIVES = 8;

async function openRiver(): Promise<River> {
  const river = await River.open({ folder: temporaryFolder() });
  onTestFinished(() => river.log.close());
  return river;
}

/** Folds the journal of a partition in one go, up to where its task has committed. */
async function undisturbed(river: River, partition: number): Promise<Task> {
  const { position } = committedTask(await river.log.committed(taskName(partition)));
  const task = new Task(partition, (fingerprint) => river.log.schema(fingerprint));
  const reader = river.log.reader('journal', partition, 0, { durable: false });
  while (reader.position < position) {
    const batch = reader.poll();
    if (batch === null) throw new Error('the journal is shorter than what is committed');
    for (let index = 0; index < batch.values.count; index++) task.fold(valueAt(batch.values, index), batch.fingerprint);
  }
  task.take();
  return task;
}

/** All that a task knows, in a form in which two of them can be compared. */
function contents(state: TaskState) {
  const ids = Array.from({ length: state.ids.count }, (_, number) => state.ids.text(number));
  const { counterparties, control, ordinary, ordinal, outputs } = state;
  return {
    subjects: state.subjects.all.map(
      (subject) => `${state.subjects.idOf(subject)} ${encodeSubject(subject).toString('base64')}`,
    ),
    ids,
    counterparties: ids
      .slice(0, counterparties.count)
      .map((_, pair) => [counterparties.partyText(pair), counterparties.accountText(pair)]),
    control: control.toJson(),
    ordinary: [...ordinary.bins].flatMap((count, bin) => (count === 0 ? [] : [[bin, count]])),
    ordinal,
    digest: outputs.digest.toString('hex'),
    ends: outputs.ends,
  };
}

async function stored(river: River, partition: number) {
  const store = river.store(partition);
  try {
    return loadCheckpoint(store, partition);
  } finally {
    await store.close();
  }
}

/** Traffic of a while, folded now and then. */
async function flow(river: River, process: RiverProcess, traffic: Traffic, random: Random, rounds: number) {
  for (let round = 0; round < rounds; round++) {
    river.pass(random.below(20) === 0 ? random.below(3 * DAY_MS) : random.below(30 * SECOND_MS));
    await river.tick();
    for (let load = random.below(4); load >= 0; load--) await river.feed(traffic.next(river.now));
    if (random.chance(0.7)) await process.route();
    for (let partition = 0; partition < process.tasks; partition++) {
      if (random.chance(0.7)) await process.fold(partition);
    }
  }
}

const seeds = Array.from({ length: scaled(3) }, (_, index) => 100 + index);

describe('restore', () => {
  it.each(seeds)('goes on as the uninterrupted fold would, however often it stops or dies (seed %i)', async (seed) => {
    const random = new Random(seed, 2);
    const river = await openRiver();
    const traffic = new Traffic(seed, { huge: seed % 2 === 0 });
    for (let life = 0; life < LIVES; life++) {
      const process = new RiverProcess(river, { checkpointIntervalMs: random.pick([1_000, 20_000, DAY_MS]) });
      await process.start();
      await flow(river, process, traffic, random, random.below((2 * ROUNDS) / LIVES));
      const graceful = random.chance(0.4);
      if (graceful) await process.stop();
      else await process.kill();
      for (let partition = 0; partition < river.log.partitions; partition++) {
        const loaded = await stored(river, partition);
        const { position } = committedTask(await river.log.committed(taskName(partition)));
        // A checkpoint never leads the log; after a graceful stop it stands where the log does.
        expect(loaded?.facts.position ?? 0).toBeLessThanOrEqual(position);
        if (graceful) expect(loaded?.facts).toMatchObject({ position, final: true });
        if (graceful) expect(contents(loaded!.state)).toEqual(contents((await undisturbed(river, partition)).state));
      }
    }
    const last = new RiverProcess(river);
    await last.start();
    await last.drain();
    await last.stop();
    const report = await verifyReplay({ log: river.log });
    expect(report.difference).toBeNull();
    expect(report.outputs.decisions).toBeGreaterThan(100);
    expect(report.outputs.alerts).toBeGreaterThan(10);
  });
});
