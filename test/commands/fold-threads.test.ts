/** Fold threads that are given shares and give them back while events come in, as processes of a cluster do. */
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FoldThreads } from '../../commands/fold-threads.ts';
import { caughtUp } from '../../commands/lags.ts';
import { verifyReplay } from '../../processors/backtest/verify.ts';
import { committedTask, taskName } from '../../processors/score/committed.ts';
import { Random } from '../../producers/demo/random.ts';
import { nameOfShare, type Share } from '../../runtime/log/ownership.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';
import { provedDecided, provedJournaled } from '../support/proofs.ts';
import { River } from '../support/river.ts';
import { scaled } from '../support/scale.ts';
import { Traffic } from '../support/traffic.ts';

const MOVES = scaled(12);
const LOADS_A_MOVE = 12;
const SEED = 7;

async function begin() {
  const river = await River.open({ folder: temporaryFolder(), now: Date.now() });
  onTestFinished(() => river.log.close());
  const failures: Error[] = [];
  /** Threads as another process would have them, on a folder of their own. */
  const start = () => {
    const fenced: Share[] = [];
    const threads = new FoldThreads({
      folder: temporaryFolder(),
      log: { kind: 'embedded', options: { folder: join(river.folder, 'log'), shared: river.log.shared } },
      partitions: river.log.partitions,
      threads: 1,
      shares: [],
      checkpointIntervalMs: 100,
      checkpointBytes: 1 << 20,
      onTotals: () => {},
      onFenced: (share) => fenced.push(share),
      onFailed: (error) => failures.push(error),
    });
    let ended = false;
    const stop = async () => {
      if (!ended) await threads.stop();
      ended = true;
    };
    onTestFinished(stop);
    return { threads, fenced, stop };
  };
  return { river, failures, start };
}

const ROUTE: Share = { stage: 'route', partition: 0 };
const score = (partition: number): Share => ({ stage: 'score', partition });

describe('fold threads', () => {
  it(`take and give back ${MOVES} times, and come to what an undisturbed fold comes to`, async () => {
    const { river, failures, start } = await begin();
    const random = new Random(SEED, 1);
    const traffic = new Traffic(SEED);
    const [one, other] = [start(), start()];
    const shares = [ROUTE, ...Array.from({ length: river.log.partitions }, (_, partition) => score(partition))];
    const owners = new Map(shares.map((share) => [nameOfShare(share), one]));
    await one.threads.take(shares);
    for (let move = 0; move < MOVES; move++) {
      const share = random.pick(shares);
      const from = owners.get(nameOfShare(share))!;
      const to = from === one ? other : one;
      const feeding = (async () => {
        for (let load = 0; load < LOADS_A_MOVE; load++) await river.feed(traffic.next(Date.now()));
      })();
      await from.threads.giveBack([share], false);
      await to.threads.take([share]);
      owners.set(nameOfShare(share), to);
      await feeding;
    }
    // All of it in one place, for which it is known whether it has caught up.
    await Promise.all([one, other].map(({ threads }) => threads.giveBack(shares, false)));
    await one.threads.take(shares);
    await caughtUp(river.log, one.threads, { caughtUp: async () => {} });
    await one.stop();
    await other.stop();
    expect(failures).toEqual([]);
    expect([...one.fenced, ...other.fenced]).toEqual([]);
    expect(provedJournaled(river.log, ['device'])).toEqual([]);
    expect(provedDecided(river.log)).toEqual([]);
    const { difference, outputs } = await verifyReplay({ log: river.log });
    expect(difference).toBeNull();
    expect(outputs.decisions).toBeGreaterThan(0);
  });

  it('drop what another took over, tell of it, and go on with the rest', async () => {
    const { river, failures, start } = await begin();
    const traffic = new Traffic(SEED);
    const [one, other] = [start(), start()];
    await one.threads.take([ROUTE, score(0), score(1), score(2)]);
    await river.feed(traffic.next(Date.now()));
    await other.threads.take([score(1)]);
    await eventually('the first learns of it', async () => {
      await river.feed(traffic.next(Date.now()));
      return one.fenced.length > 0;
    });
    expect(one.fenced).toEqual([score(1)]);
    await one.threads.take([score(1)]);
    await eventually('then the second does', async () => {
      await river.feed(traffic.next(Date.now()));
      return other.fenced.length > 0;
    });
    await one.stop();
    await other.stop();
    expect(failures).toEqual([]);
    expect(provedDecided(river.log)).toEqual([]);
    expect((await verifyReplay({ log: river.log })).difference).toBeNull();
  });

  it('give back what is lost without another commit', async () => {
    const { river, failures, start } = await begin();
    const traffic = new Traffic(SEED);
    const { threads } = start();
    await threads.take([ROUTE, score(0), score(1), score(2)]);
    for (let load = 0; load < 20; load++) await river.feed(traffic.next(Date.now()));
    await threads.giveBack([score(0)], true);
    const before = await river.log.committed(taskName(0));
    for (let load = 0; load < 20; load++) await river.feed(traffic.next(Date.now()));
    await eventually('the others fold on', async () => {
      const { position } = committedTask(await river.log.committed(taskName(1)));
      return position > 0 && river.log.end('journal', 0) > committedTask(before).position + 1;
    });
    expect(await river.log.committed(taskName(0))).toEqual(before);
    expect(failures).toEqual([]);
  });
});
