/** A replay proves that every output comes out as it is stored, or names the first that does not. */
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { verifyReplay } from '../../../processors/backtest/verify.ts';
import { verifyFolder } from '../../../processors/backtest/verify-folder.ts';
import { boundariesFolder, boundariesIn, dropBoundaries } from '../../../processors/score/boundaries.ts';
import { type Alert, alertRecord } from '../../../schemas/alert.ts';
import { DAY_MS, SECOND_MS } from '../../../schemas/time.ts';
import { type Change, copyLog } from '../../support/copied-log.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { type ProcessOptions, River, RiverProcess } from '../../support/river.ts';
import { Traffic } from '../../support/traffic.ts';

/** A rule that the next build judges by, and the one before it does not. */
const later = vi.hoisted(() => ({ judges: false }));

vi.mock('../../../processors/rules/index.ts', async (original) => {
  const { RULES } = await original<typeof import('../../../processors/rules/index.ts')>();
  const { alert, pass, rule } = await import('../../../processors/rules/contract.ts');
  const added = rule({
    id: 'later',
    version: 1,
    family: 'conduct',
    title: { en: 'Later', zh: '后来' },
    code: 'review',
    restricted: false,
    on: ['outgoing'],
    options: z.strictObject({}),
    message: { en: 'Seen.', zh: '已见。' },
    evidence: {},
    features: () => ({}),
    judge: () => (later.judges ? alert('low', {}) : pass),
  });
  return { RULES: [...RULES, added] };
});

const BY_LATER_RULE = { reasons: expect.arrayContaining([expect.objectContaining({ rule: 'later' })]) };

async function openRiver(): Promise<River> {
  later.judges = false;
  const river = await River.open({ folder: temporaryFolder() });
  onTestFinished(() => river.log.close());
  return river;
}

/** Lets a process fold some traffic; it is stopped gracefully. */
async function live(river: River, traffic: Traffic, options: ProcessOptions = {}): Promise<void> {
  const process = new RiverProcess(river, options);
  await process.start();
  for (let round = 0; round < 12; round++) {
    river.pass(2 * SECOND_MS);
    await river.tick();
    await river.feed(traffic.next(river.now));
    await process.drain();
  }
  await process.stop();
}

async function altered(river: River, change: Change) {
  const copy = await copyLog(river.log, join(temporaryFolder(), 'log'), change);
  onTestFinished(() => copy.close());
  return verifyReplay({ log: copy });
}

describe('a replay', () => {
  it('gives the same outputs across restarts and changes of settings in mid-stream', async () => {
    const river = await openRiver();
    const traffic = new Traffic(7);
    await live(river, traffic);
    await river.feed({
      topic: 'control',
      events: [{ kind: 'settings', reason: 'tighter', settings: 'rules: { velocity: { options: { count: 2 } } }' }],
    });
    await live(river, traffic);
    await live(river, traffic, { checkpointIntervalMs: 1_000 });
    const report = await verifyReplay({ log: river.log });
    expect(report).toMatchObject({ difference: null, starts: [0, 0, 0] });
    expect(report.outputs.decisions).toBe(
      [0, 1, 2].reduce((sum, partition) => sum + river.log.end('decisions', partition), 0),
    );
    expect(report.outputs.alerts).toBeGreaterThan(0);
  });

  it('names the first output that was altered, as it is stored and as it came out', async () => {
    const river = await openRiver();
    await live(river, new Traffic(8));
    const wanted = { topic: 'alerts', partition: 1, offset: 2 };
    const { difference } = await altered(river, (place, value) => {
      if (JSON.stringify(place) !== JSON.stringify(wanted)) return [value];
      return [alertRecord.encode({ ...alertRecord.decode(value), severity: 'info' })];
    });
    const { stored, folded } = difference as { stored: Alert; folded: Alert };
    expect(difference).toMatchObject(wanted);
    expect(stored.severity).toBe('info');
    expect({ ...folded, severity: 'info' }).toEqual(stored);
    expect(folded.severity).not.toBe('info');
  });

  it('names an output that is missing at the end, and one that is there for nothing', async () => {
    const river = await openRiver();
    await live(river, new Traffic(9));
    const last = { topic: 'decisions', partition: 2, offset: river.log.end('decisions', 2) - 1 };
    const isLast = (place: object) => JSON.stringify(place) === JSON.stringify(last);
    const missing = await altered(river, (place, value) => (isLast(place) ? [] : [value]));
    expect(missing.difference).toMatchObject({ ...last, stored: null, folded: { revision: expect.any(Number) } });
    const doubled = await altered(river, (place, value) => (isLast(place) ? [value, value] : [value]));
    expect(doubled.difference).toMatchObject({ ...last, offset: last.offset + 1, folded: null });
  });

  it('names the first output that a build with another rule adds', async () => {
    const river = await openRiver();
    await live(river, new Traffic(10));
    later.judges = true;
    const { difference } = await verifyReplay({ log: river.log });
    expect(difference).toMatchObject({ topic: 'decisions', folded: BY_LATER_RULE });
  });

  it('compares what retention has left, and what it has taken by the digest', async () => {
    const river = await openRiver();
    const traffic = new Traffic(11);
    await live(river, traffic);
    river.pass(31 * DAY_MS);
    await live(river, traffic);
    await river.log.trim(river.now);
    const starts = [0, 1, 2].map((partition) => river.log.start('decisions', partition));
    expect(Math.max(...starts)).toBeGreaterThan(0);
    const { difference, outputs } = await verifyReplay({ log: river.log });
    expect(difference).toBeNull();
    const kept = [0, 1, 2].reduce((sum, partition) => sum + river.log.end('decisions', partition), 0);
    expect(outputs.decisions).toBe(kept - starts.reduce((sum, start) => sum + start, 0));
    later.judges = true;
    expect((await verifyReplay({ log: river.log })).difference).not.toBeNull();
  });
});

describe('the boundary between two builds', () => {
  it('is kept with a checkpoint, from which a replay by the later build holds', async () => {
    const river = await openRiver();
    const traffic = new Traffic(12);
    await live(river, traffic);
    const ends = [0, 1, 2].map((partition) => river.log.end('journal', partition));
    later.judges = true;
    await live(river, traffic, { build: 'build-2' });
    await live(river, traffic, { build: 'build-2' });
    const verify = (from: string | null) => verifyFolder({ log: river.log, dataDir: river.folder, from });
    const report = await verify(null);
    expect(report).toMatchObject({ difference: null, starts: ends });
    expect(report.outputs.decisions).toBeGreaterThan(0);
    expect(await verify('build-1')).toEqual(report);
    expect((await verify('beginning')).difference).toMatchObject({ folded: BY_LATER_RULE });
    await expect(verify('build-2')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'there is no checkpoint that build build-2 left: known are build-1',
    });
  });

  it('goes with the journal that it needs', async () => {
    const river = await openRiver();
    const traffic = new Traffic(13);
    await live(river, traffic);
    await live(river, traffic, { build: 'build-2' });
    await live(river, traffic, { build: 'build-3' });
    const folder = boundariesFolder(river.folder, 0);
    const [first, second] = boundariesIn(folder);
    expect([first?.build, second?.build]).toEqual(['build-1', 'build-2']);
    dropBoundaries(folder, (first?.position ?? 0) + 1);
    expect(boundariesIn(folder)).toEqual([second]);
  });
});
