/** The embedded log through the log port, and what only it has to keep to: real LMDB, real threads. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedLog, type EmbeddedLogOptions, openEmbeddedLog } from '../../../runtime/log/embedded.ts';
import { packValues, valueAt } from '../../../runtime/log/values.ts';
import { code, describeLog, FINGERPRINT, OTHER_FINGERPRINT, PARTITIONS, texts, textsOf } from './contract.ts';
import type { ThreadTask } from './embedded-thread.ts';
import { pollAll, readPolled } from './polled.ts';

describe('the embedded log, as any log', () => {
  describeLog(() => {
    const own = mkdtempSync(join(tmpdir(), 'weir-log-'));
    return {
      open: () => openEmbeddedLog({ folder: own, partitions: PARTITIONS }),
      remove: () => rmSync(own, { recursive: true }),
    };
  });
});

let folder: string;
let log: EmbeddedLog;
let now: number;

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1);
  folder = mkdtempSync(join(tmpdir(), 'weir-log-'));
  log = await open();
});

afterEach(async () => {
  await log.close();
  rmSync(folder, { recursive: true });
});

function open(options: Partial<EmbeddedLogOptions> = {}): Promise<EmbeddedLog> {
  return openEmbeddedLog({ folder, now: () => now, ...options });
}

async function reopen(): Promise<void> {
  await log.close();
  log = await open();
}

function startThread(task: ThreadTask['task'], partition: number, count = 0): Worker {
  const workerData: ThreadTask = { folder, shared: log.shared, task, partition, count };
  return new Worker(new URL('./embedded-thread.ts', import.meta.url), { workerData });
}

async function nextMessage(thread: Worker): Promise<unknown> {
  const [message] = await once(thread, 'message');
  return message;
}

/** Starts a thread and gives back what it ends with. */
async function runThread(task: ThreadTask['task'], partition: number, count = 0): Promise<unknown> {
  const thread = startThread(task, partition, count);
  await nextMessage(thread);
  const outcome = await nextMessage(thread);
  await once(thread, 'exit');
  return outcome;
}

describe('append and read', () => {
  it('gives back what was appended, with offsets, fingerprint and append time', async () => {
    expect(await log.append(texts('transfers', 0, ['a', 'bb', '']))).toEqual({ baseOffset: 0 });
    expect(await log.append(texts('transfers', 0, ['ccc']))).toEqual({ baseOffset: 3 });
    const reader = log.reader('transfers', 0, 0, { durable: true });
    const [first, second, ...more] = pollAll(reader);
    expect(first).toMatchObject({
      topic: 'transfers',
      partition: 0,
      baseOffset: 0,
      fingerprint: FINGERPRINT,
      seen: now,
    });
    expect(textsOf(first)).toEqual(['a', 'bb', '']);
    expect(second.baseOffset).toBe(3);
    expect(textsOf(second)).toEqual(['ccc']);
    expect(more).toEqual([]);
    expect(reader.position).toBe(4);
    expect(reader.ready()).toBe(false);
    expect([log.start('transfers', 0), log.end('transfers', 0)]).toEqual([0, 4]);
  });

  it('lays appends that wait at the same time together, schema by schema, in their order', async () => {
    const appends = Array.from({ length: 300 }, (_, index) =>
      texts('transfers', 0, [`${index}`], index < 200 ? FINGERPRINT : OTHER_FINGERPRINT),
    );
    const offsets = await Promise.all(appends.map(async (append) => (await log.append(append)).baseOffset));
    expect(offsets).toEqual(appends.map((_, index) => index));
    const batches = pollAll(log.reader('transfers', 0, 0, { durable: true }));
    expect(batches.flatMap(textsOf)).toEqual(appends.map((_, index) => `${index}`));
    expect(batches.map((batch) => [batch.fingerprint, batch.values.count])).toEqual([
      [FINGERPRINT, 200],
      [OTHER_FINGERPRINT, 100],
    ]);
  });

  it('reads a batch of any size without copying its values apart', async () => {
    const values = Array.from({ length: 3 }, (_, index) => Buffer.alloc(3_000_000, index));
    await log.append({ topic: 'transfers', partition: 0, fingerprint: FINGERPRINT, values: packValues(values) });
    const batch = log.reader('transfers', 0, 0, { durable: true }).poll()!;
    expect(values.every((value, index) => value.equals(valueAt(batch.values, index)))).toBe(true);
    expect(batch.values.body.buffer).toBe(batch.values.ends.buffer);
  });

  it('uses the memory of a batch again only for a reader that asked for it', async () => {
    await log.append(texts('transfers', 0, ['a']));
    await log.append(texts('transfers', 0, ['b']));
    expect(pollAll(log.reader('transfers', 0, 0, { durable: true })).map(textsOf)).toEqual([['a'], ['b']]);
    const reader = log.reader('transfers', 0, 0, { durable: true, reuse: true });
    const first = reader.poll()!;
    expect(textsOf(first)).toEqual(['a']);
    const second = reader.poll()!;
    expect(textsOf(second)).toEqual(['b']);
    expect(second.values.body.buffer).toBe(first.values.body.buffer);
  });

  it('takes a position that was never written for lost, not for the end', async () => {
    await log.append(texts('transfers', 0, ['a']));
    const reader = log.reader('transfers', 0, 2, { durable: true });
    expect(() => reader.poll()).toThrow(code('LOG_POSITION_LOST'));
  });
});

describe('waiting', () => {
  it('loses no wake-up between threads', async () => {
    const rounds = 1_000;
    const echo = startThread('echo', 3, rounds);
    await nextMessage(echo);
    const committer = log.committer('asks');
    await committer.fence();
    const answers = log.reader('alerts', 3, 0, { durable: false });
    for (let round = 0; round < rounds; round++) {
      const commit = { outputs: [texts('decisions', 3, [`${round}`])], positions: [], state: Buffer.alloc(0) };
      const [answer] = await Promise.all([answers.next(), committer.commit(commit)]);
      expect(textsOf(answer)).toEqual([`echo of ${round}`]);
    }
    expect(await nextMessage(echo)).toBe('done');
  });

  it('keeps a thread alive that does nothing but wait', async () => {
    const thread = startThread('wait', 0);
    await nextMessage(thread);
    const ended = nextMessage(thread);
    await log.append(texts('decisions', 1, ['not for it']));
    await log.append(texts('decisions', 0, ['for it']));
    expect(await ended).toBe('done');
  });

  it('keeps no thread from ending once the log is closed', async () => {
    expect(await runThread('waitAndClose', 0)).toBe('LOG_CLOSED');
  });
});

describe('committing', () => {
  it('shuts out the earlier holder of the same name, and nobody else', async () => {
    const [first, second, other] = ['score-0', 'score-0', 'score-1'].map((owner) => log.committer(owner));
    const commit = (text: string) => ({
      outputs: [texts('decisions', 0, [text])],
      positions: [],
      state: Buffer.alloc(0),
    });
    await expect(first.commit(commit('too early'))).rejects.toEqual(code('LOG_FENCED'));
    await first.fence();
    await other.fence();
    await first.commit(commit('kept'));
    await second.fence();
    await expect(first.commit(commit('refused'))).rejects.toEqual(code('LOG_FENCED'));
    await expect(first.commit(commit('refused again'))).rejects.toEqual(code('LOG_FENCED'));
    await second.commit(commit('kept too'));
    await Promise.all([second, first].map((committer) => committer.fence()));
    const [late, kept] = await Promise.allSettled([
      second.commit(commit('refused, too')),
      first.commit(commit('kept')),
    ]);
    expect([late, kept.status]).toEqual([{ status: 'rejected', reason: code('LOG_FENCED') }, 'fulfilled']);
    await second.fence();
    await other.commit({ outputs: [texts('decisions', 1, ['other'])], positions: [], state: Buffer.alloc(0) });
    await first.fence();
    await expect(second.commit(commit('refused as well'))).rejects.toEqual(code('LOG_FENCED'));
    await first.commit(commit('kept at last'));
    await first.flushed();
    expect(readPolled(log, 'decisions', 0)).toEqual(['kept', 'kept too', 'kept', 'kept at last']);
    expect(readPolled(log, 'decisions', 1)).toEqual(['other']);
  });

  it('shuts out a holder in another thread, in whatever moment, and goes on behind its last commit', async () => {
    const old = startThread('commitUntilFenced', 0, 20);
    await nextMessage(old);
    const ended = once(old, 'exit');
    const outcomes: unknown[] = [];
    old.on('message', (message) => outcomes.push(message));
    await nextMessage(old);
    const committer = log.committer('contested');
    const { positions } = await committer.fence();
    const taken = positions[0].offset;
    await committer.commit({ outputs: [texts('decisions', 0, ['new'])], positions: [], state: Buffer.alloc(0) });
    await ended;
    expect(outcomes).toEqual(['under way', 'LOG_FENCED']);
    await committer.flushed();
    const expected = Array.from({ length: taken }, (_, index) => `old ${index + 1}`);
    expect(readPolled(log, 'decisions', 0)).toEqual([...expected, 'new']);
    await reopen();
    expect(readPolled(log, 'decisions', 0)).toEqual([...expected, 'new']);
  });

  it('takes commits of several threads and appends at once', async () => {
    const threads = [1, 2, 3].map((partition) => runThread('commit', partition, 300));
    for (let index = 0; index < 200; index++) await log.append(texts('transfers', 0, [`${index}`]));
    expect(await Promise.all(threads)).toEqual(['done', 'done', 'done']);
    expect(readPolled(log, 'transfers', 0)).toEqual(Array.from({ length: 200 }, (_, index) => `${index}`));
    for (const partition of [1, 2, 3]) {
      expect(readPolled(log, 'decisions', partition)).toEqual(
        Array.from({ length: 300 }, (_, index) => `${index + 1}`),
      );
      const { positions, state } = await log.committer(`commit-${partition}`).fence();
      expect(positions).toEqual([{ topic: 'journal', partition, offset: 300 }]);
      expect(state.toString()).toBe('300');
    }
  });
});

describe('opening', () => {
  it('keeps the number of partitions for life, and says so', async () => {
    expect(log.partitions).toBe(16);
    await log.close();
    await expect(open({ partitions: 4 })).rejects.toEqual(
      expect.objectContaining({
        code: 'FOLDER_MISMATCH',
        message: `The log in ${folder} was made with 16 partitions and cannot be opened with 4; their number is fixed for life.`,
      }),
    );
    log = await open({ partitions: 16 });
    expect(log.partitions).toBe(16);
  });
});
