/**
 * The process is killed at random moments, many times, under mixed load: while it starts, restores, folds,
 * checkpoints, inserts. Afterwards everything that it acknowledged is there once, an undisturbed run
 * makes the same of its journal byte for byte, and ClickHouse holds just that.
 */
import { expect, it, onTestFailed } from 'vitest';
import { verifyReplay } from '../../processors/backtest/verify.ts';
import { Random } from '../../producers/demo/random.ts';
import { openEmbeddedLog } from '../../runtime/log/embedded.ts';
import { temporaryFolder } from '../support/folder.ts';
import { caughtUp, Lives } from '../support/lives.ts';
import { provedDecided, provedJournaled } from '../support/proofs.ts';
import { contentsOf, provedRows, undisturbedContents } from '../support/rows.ts';
import { scaled } from '../support/scale.ts';
import { startUpstream } from '../support/upstream.ts';

const KILLS = scaled(6);
const CONNECTIONS = 3;

it(
  `is killed ${KILLS} times`,
  async () => {
    const seed = Number(process.env.WEIR_TEST_SEED ?? Date.now() % 1_000_000_000);
    onTestFailed(() => console.error(`the crash test of the process failed with WEIR_TEST_SEED=${seed}`));
    const dataDir = temporaryFolder();
    const random = new Random(seed, 1);
    const lives = new Lives(dataDir, random);
    const { upstream, sending } = startUpstream(seed, CONNECTIONS, () => lives.address);
    for (let kill = 0; kill < KILLS; kill++) await Promise.race([lives.live(), sending]);
    await lives.last(() => upstream.acknowledged > KILLS * 10);
    upstream.stop();
    await sending;

    const { log, clickhouse, stop } = await caughtUp(dataDir);
    expect(upstream.acknowledged).toBeGreaterThan(KILLS * 10);
    expect(upstream.provedKept(log)).toEqual([]);
    expect(provedJournaled(log, ['device'])).toEqual([]);
    expect(provedDecided(log)).toEqual([]);
    expect(await provedRows(clickhouse, log)).toEqual([]);
    const { difference, outputs } = await verifyReplay({ log });
    expect(difference).toBeNull();
    for (const topic of ['decisions', 'alerts', 'voids'] as const) expect(outputs[topic], topic).toBeGreaterThan(0);
    const rows = await contentsOf(clickhouse);
    await stop();

    const again = await openEmbeddedLog({ folder: `${dataDir}/log` });
    expect(await undisturbedContents(again, temporaryFolder())).toEqual(rows);
    await again.close();
  },
  300_000 + KILLS * 30_000,
);
