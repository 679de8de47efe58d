/** A share that is wanted elsewhere, or a thread that is stopped, in the middle of a restore; also while no broker answers. */
import { expect, it, onTestFinished } from 'vitest';
import { verifyReplay } from '../../../processors/backtest/verify.ts';
import { Route } from '../../../processors/route.ts';
import { boundariesFolder } from '../../../processors/score/boundaries.ts';
import { Counters } from '../../../processors/score/counters.ts';
import { FoldThread } from '../../../processors/score/fold-thread.ts';
import { TaskRunner } from '../../../processors/score/runner.ts';
import { unlessAbandoned } from '../../../runtime/abandon.ts';
import type { Committer, Log } from '../../../runtime/log/port.ts';
import { openCheckpoints } from '../../../runtime/store/checkpoint-store.ts';
import { DAY_MS } from '../../../schemas/time.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { provedDecided, provedJournaled } from '../../support/proofs.ts';
import { River, RiverProcess } from '../../support/river.ts';

const ROUTE = { stage: 'route', partition: 0 } as const;
const SCORE = { stage: 'score', partition: 0 } as const;
const OTHER = { stage: 'score', partition: 1 } as const;

/** Whoever passes waits until it is opened. */
class Gate {
  readonly #opened = Promise.withResolvers<void>();
  waiting = 0;

  async pass(): Promise<void> {
    this.waiting++;
    await this.#opened.promise;
  }

  open(): void {
    this.#opened.resolve();
  }
}

/** The log with committers that `changed` makes of its own. */
function withCommitters(log: Log, changed: (real: Committer) => Partial<Committer>): Log {
  const committer = (owner: string): Committer => {
    const real = log.committer(owner);
    return {
      fence: (signal) => real.fence(signal),
      commit: (commit) => real.commit(commit),
      confirm: () => real.confirm(),
      flushed: () => real.flushed(),
      release: () => real.release(),
      ...changed(real),
    };
  };
  return new Proxy(log, {
    get: (target, name) => {
      if (name === 'committer') return committer;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function withCommits(log: Log, before: () => Promise<void>): Log {
  return withCommitters(log, (real) => ({ commit: (commit) => before().then(() => real.commit(commit)) }));
}

/** Transfers of one payer, whose decisions stand in the log, while no checkpoint knows of them. */
async function decidedRiver(partitions = 1): Promise<River> {
  const river = await River.open({ folder: temporaryFolder(), partitions });
  onTestFinished(() => river.log.close());
  await feed(river, 0);
  const process = new RiverProcess(river, { checkpointIntervalMs: DAY_MS });
  await process.start();
  await process.drain();
  await process.kill();
  return river;
}

async function feed(river: River, from: number): Promise<void> {
  const events = Array.from({ length: 20 }, (_, index) => ({
    transferId: `T-${from + index}`,
    at: new Date(river.now).toISOString(),
    kind: 'transfer',
    status: 'submitted',
    debtor: { party: 'P-1', account: 'P-1-0' },
    creditor: { party: `N-${from + index}`, account: 'X' },
    amount: { minor: 1_000, currency: 'CNY' },
  }));
  await river.feed({ topic: 'transfers', events });
}

/** A thread whose restores of the first partition wait at one gate, and whose passes wait at another, in the commit of route. */
async function restoring(river: River) {
  const gates = { restore: new Gate(), route: new Gate() };
  const counters = new Counters();
  const store = openCheckpoints(river.stateFolder(0), river.log, 0);
  const slow = Object.assign(Object.create(store) as typeof store, {
    fence: () => store.fence(),
    recover: (onLeft: (records: number) => void) => gates.restore.pass().then(() => store.recover(onLeft)),
    get: (key: Buffer) => store.get(key),
    entries: (letter: string) => store.entries(letter),
    write: (write: Parameters<typeof store.write>[0]) => store.write(write),
    clear: () => store.clear(),
    copy: (folder: string) => store.copy(folder),
    close: () => store.close(),
  });
  const thread = new FoldThread({
    log: river.log,
    counters,
    newRunner: (partition) =>
      new TaskRunner({
        log: river.log,
        store: partition === 0 ? slow : openCheckpoints(river.stateFolder(partition), river.log, partition),
        boundaries: boundariesFolder(river.folder, partition),
        partition,
        build: 'build-1',
        checkpointIntervalMs: DAY_MS,
        checkpointBytes: 1 << 20,
        now: () => river.now,
        counters,
      }),
    newRoute: (folded) =>
      new Route({
        log: withCommits(river.log, () => gates.route.pass()),
        kinds: new Set(['device', 'operator']),
        folded,
        onRouted: () => {},
      }),
    onFenced: (share) => {
      throw new Error(`nobody took over ${share.stage}`);
    },
  });
  await thread.take([ROUTE]);
  const running = thread.run();
  const taking = thread.take([SCORE]);
  await feed(river, 100);
  await eventually('it restores', () => gates.restore.waiting > 0);
  await eventually('a pass is under way', () => gates.route.waiting > 0);
  /** The restore ends first, in the middle of the pass. */
  const open = async () => {
    gates.restore.open();
    await taking;
    gates.route.open();
  };
  return { thread, running, gates, open };
}

async function prove(river: River): Promise<void> {
  const process = new RiverProcess(river);
  await process.start();
  await process.drain();
  await process.stop();
  expect(provedJournaled(river.log, ['device'])).toEqual([]);
  expect(provedDecided(river.log)).toEqual([]);
  const { difference, outputs } = await verifyReplay({ log: river.log });
  expect(difference).toBeNull();
  expect(outputs.decisions).toBe(40);
}

it('decides nothing twice where a share is wanted elsewhere before it is restored', async () => {
  const river = await decidedRiver();
  const { thread, running, open } = await restoring(river);
  const given = thread.giveBack([SCORE], false);
  await open();
  await given;
  thread.stop();
  await running;
  await prove(river);
});

it('decides nothing twice where it is stopped before a share is restored', async () => {
  const river = await decidedRiver();
  const { thread, running, open } = await restoring(river);
  thread.stop();
  await open();
  await running;
  await prove(river);
});

it.each([
  ['', true],
  [', though a commit holds the pass up', false],
])('hands over at once what waits for its turn to be restored%s', async (_, passes) => {
  const river = await decidedRiver(2);
  const { thread, running, gates, open } = await restoring(river);
  if (passes) gates.route.open();
  const taking = thread.take([OTHER]);
  await thread.giveBack([OTHER], false);
  // Another may have it by now, though the one before it is still restored.
  await river.log.committer('score-1').fence();
  await open();
  await taking;
  thread.stop();
  await running;
  await prove(river);
});

/** A thread whose log lets nobody take anything over, as where no broker answers, and tells how often that was asked for. */
function awaitingBrokers(river: River) {
  const asked = new Gate();
  const counters = new Counters();
  const log = withCommitters(river.log, () => ({
    fence: (signal) => unlessAbandoned(asked.pass().then(never), signal),
  }));
  const thread = new FoldThread({
    log,
    counters,
    newRunner: (partition) =>
      new TaskRunner({
        log,
        store: openCheckpoints(river.stateFolder(partition), river.log, partition),
        boundaries: boundariesFolder(river.folder, partition),
        partition,
        build: 'build-1',
        checkpointIntervalMs: DAY_MS,
        checkpointBytes: 1 << 20,
        now: () => river.now,
        counters,
      }),
    newRoute: (folded) => new Route({ log, kinds: new Set(['device', 'operator']), folded, onRouted: () => {} }),
    onFenced: (share) => {
      throw new Error(`nobody took over ${share.stage}`);
    },
  });
  return { thread, running: thread.run(), asked };
}

function never(): Promise<never> {
  return new Promise(() => {});
}

it.each([SCORE, ROUTE])('hands over at once what waits for brokers to take it over: $stage', async (share) => {
  const river = await decidedRiver();
  const { thread, running, asked } = awaitingBrokers(river);
  const taking = thread.take([share]);
  await eventually('it asks', () => asked.waiting > 0);
  await thread.giveBack([share], false);
  await taking;
  thread.stop();
  await running;
  await feed(river, 100);
  await prove(river);
});

it('stops at once where all that it was given waits for brokers', async () => {
  const river = await decidedRiver(2);
  const { thread, running, asked } = awaitingBrokers(river);
  const taking = thread.take([ROUTE, SCORE, OTHER]);
  await eventually('it asks', () => asked.waiting > 0);
  thread.stop();
  await running;
  await taking;
  await feed(river, 100);
  await prove(river);
});
