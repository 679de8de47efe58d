/**
 * A task that stops, or dies, at any block goes on as if nothing had happened: what is restored is what
 * an uninterrupted fold would hold, to the byte. Where it cannot be, the task refuses with a reason.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { verifyReplay } from '../../processors/backtest/verify.ts';
import { Subject } from '../../processors/books/subject.ts';
import { boundariesFolder, boundariesIn } from '../../processors/score/boundaries.ts';
import { type CheckpointFacts, loadCheckpoint } from '../../processors/score/checkpoint.ts';
import { committedTask, taskName } from '../../processors/score/committed.ts';
import type { TaskState } from '../../processors/score/state.ts';
import { encodeSubject, subjectHead } from '../../processors/score/subject-codec.ts';
import { Task } from '../../processors/score/task.ts';
import { Random } from '../../producers/demo/random.ts';
import type { WeirError } from '../../runtime/errors.ts';
import { batchKey, countOf } from '../../runtime/log/embedded/batches.ts';
import { openEnvironment } from '../../runtime/log/embedded/environment.ts';
import { valueAt } from '../../runtime/log/values.ts';
import { transferRecord } from '../../schemas/events/transfer.ts';
import { SUBJECT_KINDS, type SubjectKind } from '../../schemas/subjects.ts';
import { DAY_MS, SECOND_MS } from '../../schemas/time.ts';
import { temporaryFolder } from '../support/folder.ts';
import { River, RiverProcess } from '../support/river.ts';
import { scaled } from '../support/scale.ts';
import { type Load, Traffic } from '../support/traffic.ts';

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

/** The same transfer before the last checkpoint and after it: the tail says nothing of it, as long as it is remembered. */
async function withTail(river: River): Promise<void> {
  const known = transfer('T-1');
  const process = new RiverProcess(river, { checkpointIntervalMs: SECOND_MS });
  await process.start();
  await river.feed(known);
  await process.drain();
  river.pass(2 * SECOND_MS);
  await river.tick();
  await process.drain();
  await process.kill();
  const tail = new RiverProcess(river, { checkpointIntervalMs: DAY_MS });
  await tail.start();
  await river.feed(known);
  await river.feed(transfer('T-2'));
  await tail.drain();
  await tail.kill();
}

function transfer(transferId: string): Load {
  const { at: _, ...fields } = transferRecord.render(transferRecord.example) as { at: string };
  return { topic: 'transfers', events: [{ ...fields, transferId, at: '2026-03-02T01:00:00Z' }] };
}

/** Rewrites the checkpoints of all partitions. */
async function tamper(river: River, change: (key: string, value: Buffer) => Buffer): Promise<void> {
  for (let partition = 0; partition < river.log.partitions; partition++) {
    const store = river.store(partition);
    const puts = ['facts', 's'].flatMap((letter) => [...store.entries(letter)]);
    await store.write({
      puts: puts.map(({ key, value }) => ({ key, value: change(key.toString(), value) })),
      removes: [],
    });
    await store.close();
  }
}

/** A subject of whom nothing is remembered but the name. */
function forgetful(value: Buffer): Buffer {
  const { kind, number } = subjectHead(value);
  const nothing = new Subject(SUBJECT_KINDS[kind] as SubjectKind, number, { sizesMs: [], distinct: [] }, () => 0);
  return encodeSubject(nothing);
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

describe('a restore that comes to other outputs', () => {
  const refusal = (river: River, build?: string) =>
    new RiverProcess(river, build === undefined ? {} : { build }).start();

  it('is refused where the checkpoint was tampered with', async () => {
    const river = await openRiver();
    await withTail(river);
    await tamper(river, (key, value) => (key.startsWith('s') ? forgetful(value) : value));
    await expect(refusal(river)).rejects.toMatchObject({ code: 'REPLAY_DIFFERS' });
  });

  it('is refused where the digest was', async () => {
    const river = await openRiver();
    await withTail(river);
    await tamper(river, (key, value) => {
      if (key !== 'facts') return value;
      const facts = JSON.parse(value.toString('utf8')) as CheckpointFacts;
      return Buffer.from(
        JSON.stringify({ ...facts, digest: facts.digest.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) }),
      );
    });
    await expect(refusal(river)).rejects.toMatchObject({ code: 'REPLAY_DIFFERS' });
  });

  it('is told as what it is where another build folds the tail, with what to do', async () => {
    const river = await openRiver();
    await withTail(river);
    await tamper(river, (key, value) => (key.startsWith('s') ? forgetful(value) : value));
    const error = await refusal(river, 'build-2').catch((caught: WeirError) => caught);
    expect(error).toMatchObject({ code: 'BUILD_MISMATCH' });
    expect((error as WeirError).message).toMatch(
      /^Partition \d was folded by build build-1, and this build build-2 comes to other outputs .* Start the earlier build once and stop it gracefully/,
    );
  });

  it('does not keep another build from going on where it comes to the same', async () => {
    const river = await openRiver();
    await withTail(river);
    const next = new RiverProcess(river, { build: 'build-2' });
    await next.start();
    await river.feed(transfer('T-3'));
    await next.drain();
    await next.stop();
    expect((await verifyReplay({ log: river.log })).difference).toBeNull();
    const [boundary] = boundariesIn(boundariesFolder(river.folder, 0));
    expect(boundary?.build).toBe('build-1');
  });
});

describe('a position that is lost', () => {
  it('is fatal where the log is not the one of the checkpoint, and never taken for the beginning', async () => {
    const river = await openRiver();
    await withTail(river);
    await river.log.close();
    rmSync(join(river.folder, 'log'), { recursive: true });
    const other = await River.open({ folder: river.folder });
    onTestFinished(() => other.log.close());
    await expect(new RiverProcess(other).start()).rejects.toMatchObject({ code: 'LOG_POSITION_LOST' });
  });

  it('is fatal where the checkpoint is gone and the journal does not reach back to its beginning', async () => {
    const river = await openRiver();
    await withTail(river);
    await dropFirstOfJournal(river);
    rmSync(join(river.folder, 'state'), { recursive: true });
    const cut = await River.open({ folder: river.folder });
    onTestFinished(() => cut.log.close());
    await expect(new RiverProcess(cut).start()).rejects.toMatchObject({ code: 'LOG_POSITION_LOST' });
  });

  it('is not made by retention: nothing is trimmed below what a restart reads again', async () => {
    const river = await openRiver();
    const traffic = new Traffic(5);
    const random = new Random(5, 3);
    const process = new RiverProcess(river, { checkpointIntervalMs: 20 * SECOND_MS });
    await process.start();
    for (let month = 0; month < 4; month++) {
      await flow(river, process, traffic, random, 10);
      river.pass(40 * DAY_MS);
      await river.log.trim(river.now);
      const { positions } = await river.log.committed('route');
      for (const { topic, partition, offset } of positions) {
        expect(river.log.start(topic, partition), topic).toBeLessThanOrEqual(offset);
      }
      for (let partition = 0; partition < river.log.partitions; partition++) {
        expect(river.log.start('journal', partition)).toBe(0);
      }
    }
    await process.kill();
    const next = new RiverProcess(river);
    await next.start();
    await next.drain();
    await next.stop();
    expect(river.log.start('decisions', 0)).toBeGreaterThan(0);
    expect((await verifyReplay({ log: river.log })).difference).toBeNull();
  });
});

/** Takes the oldest batch of each journal partition away, as a retention that knows of no checkpoint would. */
async function dropFirstOfJournal({ log, folder }: River): Promise<void> {
  await log.close();
  const { batches, facts, root } = openEnvironment(join(folder, 'log'));
  const topicId = (facts.get(['topics']) as string[]).indexOf('journal');
  for (let partition = 0; partition < log.partitions; partition++) {
    const first = batches.get(batchKey(topicId, partition, 0));
    if (first === undefined) continue;
    await batches.remove(batchKey(topicId, partition, 0));
    await facts.put(['start', 'journal', `${partition}`], countOf(first));
  }
  await root.close();
}
