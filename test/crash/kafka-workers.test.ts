/**
 * Several processes share the work on Kafka while events come in: workers join, leave in good order, are
 * killed, and sleep until others have taken over. Afterwards everything that was acknowledged is there once, in
 * the order of its subjects, an undisturbed fold of the journal gives the same outputs byte for byte, and
 * ClickHouse holds just that.
 */
import { expect, it, onTestFailed, onTestFinished } from 'vitest';
import { verifyReplay } from '../../processors/backtest/verify.ts';
import { systemNow } from '../../runtime/clock.ts';
import type { Log } from '../../runtime/log/port.ts';
import { decisionRecord } from '../../schemas/decision.ts';
import { startClickHouseServer } from '../support/clickhouse-http.ts';
import { eventually } from '../support/eventually.ts';
import { kafka, useKafka } from '../support/kafka/real-kafka.ts';
import { caughtUp } from '../support/lives.ts';
import { provedDecided, provedJournaled, recordsOf } from '../support/proofs.ts';
import { describeWith } from '../support/real-parts.ts';
import { RegistryServer } from '../support/registry-server.ts';
import { provedRows } from '../support/rows.ts';
import { ADMIN_KEY, runToEnd } from '../support/running-weir.ts';
import { scaled } from '../support/scale.ts';
import { snapshotOf } from '../support/snapshot-log.ts';
import { startUpstream } from '../support/upstream.ts';
import { haveAll, WorkerProcess } from '../support/workers.ts';

/** By night there are more changes, and more rounds of them. */
const IS_LONG = scaled(1) > 1;
const ROUNDS = scaled(0.25);
const PARTITIONS = 4;
const CONNECTIONS = 2;

describeWith(kafka, 'workers on Kafka', () => {
  const broker = useKafka();

  it(
    `share the work, lose nothing and double nothing, ${ROUNDS} times over`,
    async () => {
      const seed = Number(process.env.WEIR_TEST_SEED ?? Date.now() % 1_000_000_000);
      onTestFailed(() => console.error(`the workers' test failed with WEIR_TEST_SEED=${seed}`));
      const registry = await RegistryServer.start();
      onTestFinished(() => registry.stop());
      // The sink moves from worker to worker, so ClickHouse stands beside them.
      const server = await startClickHouseServer();
      const environment = {
        WEIR_CLICKHOUSE_URL: `http://127.0.0.1:${server.port}`,
        WEIR_KAFKA_BROKERS: broker.brokers.join(','),
        WEIR_KAFKA_PREFIX: broker.newPrefix(),
        WEIR_SCHEMA_REGISTRY_URL: registry.url,
        WEIR_KAFKA_SESSION_TIMEOUT: `${broker.sessionMs}ms`,
        WEIR_FOLD_THREADS: '1',
      };
      const head = new WorkerProcess('http,clock', environment);
      const workers = [1, 2, 3].map(() => new WorkerProcess('score,route,clickhouse', environment));
      const [one, two, three] = workers as [WorkerProcess, WorkerProcess, WorkerProcess];
      onTestFailed(() => {
        for (const worker of [head, ...workers]) console.error(worker.printed().slice(-4_000));
      });
      const made = await runToEnd({ dataDir: head.dataDir, args: ['topics', 'apply'], environment });
      expect(made.exitCode, made.printed).toBe(0);

      await Promise.all([head.start(), one.start()]);
      await eventually('the worker has made the tables', async () => {
        const headers = { authorization: `Bearer ${ADMIN_KEY}` };
        return (await fetch(`${head.address}/v1/decisions/T-0`, { headers })).status === 404;
      });
      const { upstream, sending } = startUpstream(seed, CONNECTIONS, () => head.address);
      await haveAll([one], PARTITIONS);
      const changes: Change[] = [];
      const change = async (what: string, work: () => Promise<void>, left: readonly WorkerProcess[]) => {
        const from = systemNow();
        await work();
        await haveAll(left, PARTITIONS);
        changes.push({ what, from, to: systemNow() });
      };
      for (let round = 0; round < ROUNDS; round++) {
        await change('a second comes', () => two.start(), [one, two]);
        await change('a third comes', () => three.start(), [one, two, three]);
        await change('one sleeps, and wakes', () => sleepsThroughTakeover(one, [two, three]), [one, two, three]);
        const leave = async () => expect(await two.end('SIGTERM'), two.printed()).toEqual([0, null]);
        await change('one leaves', leave, [one, three]);
        if (IS_LONG) {
          await change('and comes again', () => two.start(), [one, two, three]);
          await change('another leaves', async () => void (await three.end('SIGTERM')), [one, two]);
          await change('and comes again', () => three.start(), [one, two, three]);
          await change('the first is killed', async () => void (await one.end('SIGKILL')), [two, three]);
          await change('and comes again', () => one.start(), [one, two, three]);
          await change('one leaves once more', async () => void (await two.end('SIGTERM')), [one, three]);
        }
        await change('one is killed, and one alone left', async () => void (await three.end('SIGKILL')), [one]);
      }
      upstream.stop();
      await sending;
      expect(await one.end('SIGTERM'), one.printed()).toEqual([0, null]);
      expect(await head.end('SIGTERM'), head.printed()).toEqual([0, null]);

      const { log, clickhouse, stop } = await caughtUp(head.dataDir, environment);
      const snapshot = await snapshotOf(log);
      expect(upstream.acknowledged).toBeGreaterThan(100);
      expect(upstream.provedKept(snapshot)).toEqual([]);
      expect(provedJournaled(snapshot, ['device'])).toEqual([]);
      expect(provedDecided(snapshot)).toEqual([]);
      expect(await provedRows(clickhouse, snapshot)).toEqual([]);
      const { difference, outputs } = await verifyReplay({ log: snapshot });
      expect(difference).toBeNull();
      expect(outputs.decisions).toBeGreaterThan(0);
      console.log(
        [`${upstream.acknowledged} events; the longest wait for a decision`, ...pausesOf(snapshot, changes)].join('\n'),
      );
      await stop();
    },
    300_000 + ROUNDS * 240_000,
  );
});

/** It sleeps until others have its partitions, and wakes up in the middle of what it did. */
async function sleepsThroughTakeover(sleeper: WorkerProcess, others: readonly WorkerProcess[]): Promise<void> {
  sleeper.signal('SIGSTOP');
  try {
    await haveAll(others, PARTITIONS);
  } finally {
    sleeper.signal('SIGCONT');
  }
  await eventually('it notices that it slept', () => /"lost":true|another process took over/.test(sleeper.printed()));
}

interface Change {
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

/** From the event's being stored to its decision's, by partition, while the work changed hands. */
function pausesOf(log: Log, changes: readonly Change[]): string[] {
  // Later revisions come when something becomes of the transfer, which may take as long as it likes.
  const waits = [...recordsOf(log, 'decisions')].flatMap(({ partition, seen, bytes }) => {
    const { seen: stored, revision } = decisionRecord.decode(bytes);
    return revision === 1 ? [{ partition, stored, ms: seen - stored }] : [];
  });
  return changes.map(({ what, from, to }) => {
    const pauses = Array.from({ length: PARTITIONS }, (_, partition) => {
      const own = waits.filter((one) => one.partition === partition && one.stored >= from && one.stored <= to);
      return `${(own.reduce((most, { ms }) => Math.max(most, ms), 0) / 1_000).toFixed(2)} s`;
    });
    return `  ${what}: ${pauses.join(', ')}`;
  });
}
