import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DecisionIndex } from '../../../producers/http/decision-index.ts';
import { hashOfText } from '../../../producers/http/id-hash.ts';
import { RecentPositions } from '../../../producers/http/recent-positions.ts';
import { openEmbeddedLog } from '../../../runtime/log/embedded.ts';
import type { Decision } from '../../../schemas/decision.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { commit, decisionOn, PARTITIONS, transferFrom, transferJson } from './harness.ts';

async function start(lookUp: (transferIds: readonly string[]) => Promise<readonly Decision[]> = async () => []) {
  const log = await openEmbeddedLog({ folder: join(temporaryFolder(), 'log'), partitions: PARTITIONS });
  const faults: unknown[] = [];
  const index = new DecisionIndex(log, { lookUp, onFault: (error) => faults.push(error) });
  onTestFinished(async () => {
    index.close();
    await log.close();
    expect(faults).toEqual([]);
  });
  return { log, index };
}

function decision(changes: Partial<Decision> = {}): Decision {
  return decisionOn(transferFrom(transferJson()), changes);
}

const on = ({ transferId }: Decision, offset = 0, eventId = `${transferId}#submitted`) => ({
  topic: 'transfers',
  offset,
  transferId,
  isOn: (decision: Decision) => decision.eventId === eventId,
  isAnswer: () => true,
});

describe('the decision index', () => {
  it('finds the latest revision of recent decisions in the log, and asks ClickHouse for the others at once', async () => {
    const asked: string[][] = [];
    const older = decision({ transferId: 'T-older', revision: 2 });
    const { log, index } = await start(async (transferIds) => {
      asked.push([...transferIds]);
      return [{ ...older, revision: 1 }, older];
    });
    index.start();
    const first = decision();
    const second = { ...first, revision: 2, outcome: 'reject' as const };
    await commit(log, { decision: first }, { decision: decision() });
    await commit(log, { decision: second });
    const ids = [first.transferId, 'T-older', 'T-unheard-of'];
    const found = await eventually('the second revision to be found', async () => {
      const answer = await index.latest(ids);
      return answer.get(first.transferId)?.revision === 2 ? answer : false;
    });
    expect(found).toEqual(
      new Map([
        [first.transferId, second],
        ['T-older', older],
      ]),
    );
    expect(asked.at(-1)).toEqual(['T-older', 'T-unheard-of']);
  });

  it('leaves to ClickHouse what was decided before it started', async () => {
    const { log, index } = await start();
    const early = decision();
    await commit(log, { decision: early });
    index.start();
    expect(await index.latest([early.transferId])).toEqual(new Map());
  });

  it('answers a wait that begins after the decision has come', async () => {
    const { log, index } = await start();
    index.start();
    const { mark } = index;
    const made = decision();
    await commit(log, { decision: made });
    await eventually('the decision to be noted', () => index.mark > mark);
    expect(await index.await([on(made)], mark, 30_000)).toEqual([{ decision: made }]);
  });

  it('does not take a decision for the answer that is on another event of the transfer', async () => {
    const { log, index } = await start();
    index.start();
    const made = decision();
    const waiting = index.await([on(made, 0, 'E-other')], index.mark, 400);
    await commit(log, { decision: made });
    expect(await waiting).toEqual([null]);
  });

  it('ends all waits when it closes', async () => {
    const { index } = await start();
    index.start();
    const waiting = index.await([on(decision(), 1), on(decision(), 2)], index.mark, 30_000);
    index.close();
    expect(await waiting).toEqual([null, null]);
    expect(await index.await([on(decision())], index.mark, 30_000)).toEqual([null]);
  });
});

describe('recent positions', () => {
  const ENTRIES = 2 ** 18;

  it('give those of a hash, latest first', () => {
    const positions = new RecentPositions();
    positions.add(hashOfText('T-1'), 3, 10);
    positions.add(hashOfText('T-2'), 4, 20);
    const { mark } = positions;
    positions.add(hashOfText('T-1'), 3, 11);
    expect([...positions.of(hashOfText('T-1'))]).toEqual([
      { sequence: mark + 1, partition: 3, offset: 11 },
      { sequence: mark - 1, partition: 3, offset: 10 },
    ]);
    expect([...positions.of(hashOfText('T-3'))]).toEqual([]);
  });

  it('forget the oldest when full, and never give one for another', () => {
    const positions = new RecentPositions();
    for (let offset = 0; offset < ENTRIES * 2.5; offset++) positions.add(hashOfText(`T-${offset % 1_000}`), 1, offset);
    const offsets = [...positions.of(hashOfText('T-7'))].map(({ offset }) => offset);
    expect(offsets[0]).toBe(655_007);
    expect(offsets.every((offset) => offset % 1_000 === 7)).toBe(true);
    expect(offsets.length).toBe(Math.floor(ENTRIES / 1_000));
    for (let offset = 0; offset < ENTRIES; offset++) positions.add(hashOfText('T-0'), 1, offset);
    expect([...positions.of(hashOfText('T-7'))]).toEqual([]);
  });
});
