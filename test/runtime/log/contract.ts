/** What every log keeps to: the log port's contract, run against each adapter. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Append, Commit, Log, Reader, RecordBatch } from '../../../runtime/log/port.ts';
import { packValues, valueAt } from '../../../runtime/log/values.ts';

export const FINGERPRINT = '00112233445566aa';
export const OTHER_FINGERPRINT = 'ffeeddccbbaa9988';
export const PARTITIONS = 4;
const SCHEMA = JSON.stringify({ type: 'record', name: 'Some', fields: [] });
const OTHER_SCHEMA = JSON.stringify({ type: 'record', name: 'Some', doc: 'other', fields: [] });

/** One log of `PARTITIONS` partitions, fresh for each test, which a test may close and open again. */
export interface Opening {
  open(): Promise<Log>;
  remove(): Promise<void> | void;
}

export function texts(topic: string, partition: number, values: readonly string[], fingerprint = FINGERPRINT): Append {
  return { topic, partition, fingerprint, values: packValues(values.map((value) => Buffer.from(value))) };
}

export function textsOf({ values }: RecordBatch): string[] {
  return Array.from({ length: values.count }, (_, index) => valueAt(values, index).toString());
}

export function commitOf(outputs: readonly Append[], state = '', positions: Commit['positions'] = []): Commit {
  return { outputs, positions, state: Buffer.from(state) };
}

/** Everything up to where the log ends now. */
export async function readBatches(reader: Reader, end: number): Promise<RecordBatch[]> {
  const batches: RecordBatch[] = [];
  for (let batch = await reader.nextBefore(end); batch; batch = await reader.nextBefore(end)) batches.push(batch);
  return batches;
}

export async function readAll(log: Log, topic: string, partition: number): Promise<string[]> {
  const reader = log.reader(topic, partition, log.start(topic, partition), { durable: true });
  return (await readBatches(reader, log.end(topic, partition))).flatMap(textsOf);
}

export const code = (expected: string) => expect.objectContaining({ code: expected });

export async function declare(log: Log): Promise<void> {
  await log.declareSchema(FINGERPRINT, SCHEMA);
  await log.declareSchema(OTHER_FINGERPRINT, OTHER_SCHEMA);
}

export function describeLog(prepare: () => Opening): void {
  let opening: Opening;
  let log: Log;

  beforeEach(async () => {
    opening = prepare();
    log = await opening.open();
    await declare(log);
  });

  afterEach(async () => {
    await log.close();
    await opening.remove();
  });

  const reopen = async () => {
    await log.close();
    log = await opening.open();
  };

  const reading = (topic: string, partition: number, from = 0) => log.reader(topic, partition, from, { durable: true });

  describe('append and read', () => {
    it('gives back what was appended, with offsets, fingerprint and append time', async () => {
      const before = Date.now();
      expect(await log.append(texts('transfers', 0, ['a', 'bb', '']))).toEqual({ baseOffset: 0 });
      expect(await log.append(texts('transfers', 0, ['ccc'], OTHER_FINGERPRINT))).toEqual({ baseOffset: 3 });
      const reader = reading('transfers', 0);
      const [first, second, ...more] = (await readBatches(reader, 4)) as [RecordBatch, RecordBatch];
      expect(first).toMatchObject({ topic: 'transfers', partition: 0, baseOffset: 0, fingerprint: FINGERPRINT });
      expect(first.seen).toBeGreaterThanOrEqual(before - 1_000);
      expect(first.seen).toBeLessThanOrEqual(Date.now() + 1_000);
      expect(textsOf(first)).toEqual(['a', 'bb', '']);
      expect(second).toMatchObject({ baseOffset: 3, fingerprint: OTHER_FINGERPRINT });
      expect(textsOf(second)).toEqual(['ccc']);
      expect(more).toEqual([]);
      expect([reader.position, reader.ready(), reader.poll()]).toEqual([4, false, null]);
      expect([log.start('transfers', 0), log.end('transfers', 0)]).toEqual([0, 4]);
    });

    it('keeps everything over a restart', async () => {
      await log.append(texts('transfers', 0, ['a', 'b']));
      await reopen();
      await log.append(texts('transfers', 0, ['c']));
      expect(await readAll(log, 'transfers', 0)).toEqual(['a', 'b', 'c']);
    });

    it('tells where a partition ends to who asks the log itself', async () => {
      expect(await log.askEnd('transfers', 0)).toBe(0);
      await log.append(texts('transfers', 0, ['a', 'b']));
      expect([await log.askEnd('transfers', 0), log.end('transfers', 0)]).toEqual([2, 2]);
      expect(() => log.end('transfers', 1)).toThrow('no partition 1 of a topic transfers');
      await expect(log.askEnd('transfers', 1)).rejects.toThrow('no partition 1 of a topic transfers');
    });

    it('keeps topics and partitions apart', async () => {
      await Promise.all([
        log.append(texts('journal', 0, ['j0'])),
        log.append(texts('journal', 1, ['j1'])),
        log.append(texts('decisions', 1, ['d1'])),
      ]);
      const all = [
        await readAll(log, 'journal', 0),
        await readAll(log, 'journal', 1),
        await readAll(log, 'decisions', 1),
      ];
      expect(all).toEqual([['j0'], ['j1'], ['d1']]);
      expect(await readAll(log, 'decisions', 0)).toEqual([]);
      expect(() => reading('journal', PARTITIONS)).toThrow(`no partition ${PARTITIONS} of a topic journal`);
      await expect(log.append(texts('nonsense', 0, ['x']))).rejects.toThrow('a topic nonsense');
    });

    it('keeps the order of appends that wait at the same time, whatever their schema', async () => {
      const appends = Array.from({ length: 300 }, (_, index) =>
        texts('transfers', 0, [`${index}`], index < 200 ? FINGERPRINT : OTHER_FINGERPRINT),
      );
      const offsets = await Promise.all(appends.map(async (append) => (await log.append(append)).baseOffset));
      expect(offsets).toEqual(appends.map((_, index) => index));
      const batches = await readBatches(reading('transfers', 0), 300);
      expect(batches.flatMap(textsOf)).toEqual(appends.map((_, index) => `${index}`));
      expect(batches.map((batch) => [batch.fingerprint, batch.baseOffset])).toEqual([
        [FINGERPRINT, 0],
        [OTHER_FINGERPRINT, 200],
      ]);
    });

    it('begins in the middle of a batch where the position lies there, and ends before an offset', async () => {
      await log.append(texts('transfers', 0, ['a', 'b', 'c']));
      await log.append(texts('transfers', 0, ['d']));
      const reader = reading('transfers', 0, 1);
      const parts = (await readBatches(reader, 4)).map((batch) => [batch.baseOffset, textsOf(batch)]);
      expect(parts).toEqual([
        [1, ['b', 'c']],
        [3, ['d']],
      ]);
      reader.seek(0);
      expect(textsOf((await reader.nextBefore(2)) as RecordBatch)).toEqual(['a', 'b']);
      expect([reader.position, await reader.nextBefore(2)]).toEqual([2, null]);
      expect(textsOf(await reader.next())).toEqual(['c']);
    });

    it('takes values of any size', async () => {
      const values = Array.from({ length: 3 }, (_, index) => Buffer.alloc(3_000_000, index));
      await log.append({ topic: 'transfers', partition: 0, fingerprint: FINGERPRINT, values: packValues(values) });
      const batch = await reading('transfers', 0).next();
      expect(values.map((value, index) => value.equals(valueAt(batch.values, index)))).toEqual([true, true, true]);
    });

    it('takes a position that was never written for lost, not for the end', async () => {
      await log.append(texts('transfers', 0, ['a']));
      await expect(reading('transfers', 0, 2).next()).rejects.toEqual(code('LOG_POSITION_LOST'));
      await expect(reading('transfers', 0).nextBefore(1)).resolves.not.toBeNull();
      const reader = reading('transfers', 0, 1);
      await expect(reader.nextBefore(2)).rejects.toEqual(code('LOG_POSITION_LOST'));
    });

    it('stores nothing for an append of nothing', async () => {
      await log.append(texts('transfers', 0, ['a']));
      expect(await log.append(texts('transfers', 0, []))).toEqual({ baseOffset: 1 });
      expect(log.end('transfers', 0)).toBe(1);
    });

    it('serves several readers of a partition, each at its own place', async () => {
      for (const text of ['a', 'b', 'c']) await log.append(texts('decisions', 0, [text]));
      const readers = [0, 1, 2, 0].map((from) => reading('decisions', 0, from));
      const firsts = await Promise.all(readers.map(async (reader) => textsOf(await reader.next())));
      expect(firsts).toEqual([['a'], ['b'], ['c'], ['a']]);
    });
  });

  describe('waiting', () => {
    it('ends with the next append, for one reader and for the first of several', async () => {
      const [one, two] = [0, 1].map((partition) => reading('decisions', partition)) as [Reader, Reader];
      const next = one.next();
      const any = log.awaitAny([one, two]);
      await log.append(texts('decisions', 0, ['a']));
      expect(textsOf(await next)).toEqual(['a']);
      await any;
      const again = log.awaitAny([one, two]);
      await log.append(texts('decisions', 1, ['b']));
      await again;
      expect([one.ready(), two.ready()]).toEqual([false, true]);
      await log.awaitAny([one, two]);
    });

    it('is rejected when the log closes', async () => {
      const reader = reading('decisions', 0);
      const waiting = Promise.allSettled([reader.next(), log.awaitAny([reader]), reader.nextBefore(0)]);
      await log.close();
      expect(await waiting).toEqual([
        { status: 'rejected', reason: code('LOG_CLOSED') },
        { status: 'rejected', reason: code('LOG_CLOSED') },
        { status: 'fulfilled', value: null },
      ]);
      await expect(log.append(texts('transfers', 0, ['late']))).rejects.toEqual(code('LOG_CLOSED'));
      await expect(reader.next()).rejects.toEqual(code('LOG_CLOSED'));
      await expect(log.committer('late').fence()).rejects.toEqual(code('LOG_CLOSED'));
      log = await opening.open();
    });
  });

  describe('committing', () => {
    it('makes outputs readable with positions and state, and remembers them over a restart', async () => {
      const committer = log.committer('score-2');
      expect(await committer.fence()).toEqual({ positions: [], state: Buffer.alloc(0) });
      const positions = [{ topic: 'journal', partition: 2, offset: 7 }];
      const outputs = [texts('decisions', 2, ['d0', 'd1']), texts('alerts', 2, ['a0'])];
      await committer.commit(commitOf(outputs, 'digest', positions));
      expect(textsOf(await reading('decisions', 2).next())).toEqual(['d0', 'd1']);
      await committer.flushed();
      expect([await readAll(log, 'decisions', 2), await readAll(log, 'alerts', 2)]).toEqual([['d0', 'd1'], ['a0']]);
      expect(await log.committed('score-2')).toEqual({ positions, state: Buffer.from('digest') });
      await reopen();
      expect(await log.committer('score-2').fence()).toEqual({ positions, state: Buffer.from('digest') });
      expect(await log.committer('score-3').fence()).toEqual({ positions: [], state: Buffer.alloc(0) });
    });

    it('reads on over what holds no record, and knows when it is through', async () => {
      const committer = log.committer('score-1');
      await committer.fence();
      const reader = reading('decisions', 1);
      for (const text of ['a', 'b', 'c']) await committer.commit(commitOf([texts('decisions', 1, [text])]));
      expect((await readBatches(reader, log.end('decisions', 1))).flatMap(textsOf)).toEqual(['a', 'b', 'c']);
      expect(reader.position).toBeGreaterThanOrEqual(log.end('decisions', 1));
      const { baseOffset } = await log.append(texts('decisions', 1, ['d']));
      expect(await reader.next()).toMatchObject({ baseOffset });
    });

    it('keeps positions that a commit does not name, and replaces the state', async () => {
      const committer = log.committer('route');
      await committer.fence();
      const [transfers, approvals] = ['transfers', 'approvals'].map((topic) => ({ topic, partition: 0, offset: 5 }));
      await committer.commit(commitOf([], 'one', [transfers!, approvals!]));
      await committer.commit(commitOf([], 'two', [{ ...transfers!, offset: 9 }]));
      const { positions, state } = await log.committer('route').fence();
      expect(positions).toEqual(expect.arrayContaining([{ ...transfers, offset: 9 }, approvals]));
      expect(state.toString()).toBe('two');
    });

    it('finds what was committed long ago among what others commit', async () => {
      const rare = log.committer('rare-2');
      await rare.fence();
      await rare.commit(commitOf([], 'rare'));
      const busy = log.committer('score-2');
      await busy.fence();
      for (let index = 0; index < 100; index++) await busy.commit(commitOf([], `${index}`));
      expect((await log.committed('rare-2')).state.toString()).toBe('rare');
      expect((await log.committed('score-2')).state.toString()).toBe('99');
    });

    it('shuts out the earlier holder of the same name, and nobody else', async () => {
      const [first, second, other] = ['score-0', 'score-0', 'score-1'].map((owner) => log.committer(owner));
      const commit = (text: string) => commitOf([texts('decisions', 0, [text])]);
      await expect(first!.commit(commit('too early'))).rejects.toEqual(code('LOG_FENCED'));
      await first!.fence();
      await other!.fence();
      await first!.commit(commit('kept'));
      await second!.fence();
      await expect(first!.commit(commit('refused'))).rejects.toEqual(code('LOG_FENCED'));
      await expect(first!.commit(commit('refused again'))).rejects.toEqual(code('LOG_FENCED'));
      await second!.commit(commit('kept too'));
      await second!.fence();
      await other!.commit(commitOf([texts('decisions', 1, ['other'])]));
      await first!.fence();
      await expect(second!.commit(commit('refused as well'))).rejects.toEqual(code('LOG_FENCED'));
      await first!.commit(commit('kept at last'));
      await first!.flushed();
      expect(await readAll(log, 'decisions', 0)).toEqual(['kept', 'kept too', 'kept at last']);
      expect(await readAll(log, 'decisions', 1)).toEqual(['other']);
    });

    it('confirms who holds a name, and lets nobody who was shut out take it back by asking', async () => {
      const [first, second] = ['score-0', 'score-0'].map((owner) => log.committer(owner));
      await first!.fence();
      await first!.confirm();
      await first!.commit(commitOf([], 'first'));
      await second!.fence();
      await expect(first!.commit(commitOf([], 'refused'))).rejects.toEqual(code('LOG_FENCED'));
      // After the refusal, and again: it is shut out for good.
      for (let times = 0; times < 2; times++) await expect(first!.confirm()).rejects.toEqual(code('LOG_FENCED'));
      await second!.commit(commitOf([], 'second'));
      await second!.confirm();
      expect((await log.committed('score-0')).state.toString()).toBe('second');
    });

    it('takes commits of several owners and appends at once', async () => {
      const owners = [1, 2, 3].map(async (partition) => {
        const committer = log.committer(`score-${partition}`);
        await committer.fence();
        for (let index = 1; index <= 50; index++) {
          const positions = [{ topic: 'journal', partition, offset: index }];
          await committer.commit(commitOf([texts('decisions', partition, [`${index}`])], `${index}`, positions));
        }
      });
      for (let index = 0; index < 50; index++) await log.append(texts('transfers', 0, [`${index}`]));
      await Promise.all(owners);
      expect(await readAll(log, 'transfers', 0)).toEqual(Array.from({ length: 50 }, (_, index) => `${index}`));
      for (const partition of [1, 2, 3]) {
        expect(await readAll(log, 'decisions', partition)).toEqual(
          Array.from({ length: 50 }, (_, index) => `${index + 1}`),
        );
        const { positions, state } = await log.committer(`score-${partition}`).fence();
        expect(positions).toEqual([{ topic: 'journal', partition, offset: 50 }]);
        expect(state.toString()).toBe('50');
      }
    });

    it('keeps the order of large outputs under several schemas', async () => {
      const committer = log.committer('route');
      await committer.fence();
      const outputs = Array.from({ length: 8 }, (_, index) =>
        texts(
          'journal',
          0,
          [`${index}`.repeat(300_000), `${index}!`],
          index % 3 === 0 ? OTHER_FINGERPRINT : FINGERPRINT,
        ),
      );
      await committer.commit(commitOf(outputs));
      const batches = await readBatches(reading('journal', 0), log.end('journal', 0));
      expect(batches.flatMap(textsOf)).toEqual(outputs.flatMap(({ values }) => textsOf({ values } as RecordBatch)));
      const prints = batches.flatMap(({ fingerprint, values }) =>
        Array.from({ length: values.count }, () => fingerprint),
      );
      expect(prints).toEqual(outputs.flatMap(({ fingerprint }) => [fingerprint, fingerprint]));
    });

    it('refuses a commit whole where a topic is unknown', async () => {
      const committer = log.committer('score-0');
      await committer.fence();
      const outputs = [texts('decisions', 0, ['d']), texts('nonsense', 0, ['n'])];
      await expect(committer.commit(commitOf(outputs))).rejects.toThrow('nonsense');
      expect(await readAll(log, 'decisions', 0)).toEqual([]);
    });
  });

  it('keeps schemas', async () => {
    expect(log.schema('0123456789abcdef')).toBeNull();
    await log.declareSchema(FINGERPRINT, SCHEMA);
    expect(log.schema(FINGERPRINT)).toBe(SCHEMA);
    await reopen();
    expect(log.schema(FINGERPRINT)).toBe(SCHEMA);
  });
}
