/**
 * Several processes share the work on Kafka while events come in: workers join, leave in good order, are
 * killed, and sleep until others have taken over. Afterwards everything that was acknowledged is there once, in
 * the order of its subjects, an undisturbed fold of the journal gives the same outputs byte for byte, and
 * ClickHouse holds just that.
 */
import { expect, it, onTestFailed, onTestFinished } from 'vitest';
import { verifyReplay } from '../../processors/backtest/verify.ts';
import { Random } from '../../producers/demo/random.ts';
import { systemNow } from '../../runtime/clock.ts';
import type { Log } from '../../runtime/log/port.ts';
import { decisionRecord } from '../../schemas/decision.ts';
import { eventually } from '../support/eventually.ts';
import { kafka, useKafka } from '../support/kafka/real-kafka.ts';
import { caughtUp } from '../support/lives.ts';
import { provedDecided, provedJournaled, recordsOf } from '../support/proofs.ts';
import { describeWith } from '../support/real-parts.ts';
import { RegistryServer } from '../support/registry-server.ts';
import { provedRows } from '../support/rows.ts';
import { runToEnd } from '../support/running-weir.ts';
import { scaled } from '../support/scale.ts';
import { snapshotOf } from '../support/snapshot-log.ts';
import { Traffic } from '../support/traffic.ts';
import { Upstream } from '../support/upstream.ts';
import { haveAll, WorkerProcess } from '../support/workers.ts';

/** One in `npm test`, further ones by night. */
const ROUNDS = Math.max(1, scaled(0.25));
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
      const environment = {
        WEIR_KAFKA_BROKERS: broker.brokers.join(','),
        WEIR_KAFKA_PREFIX: broker.newPrefix(),
        WEIR_SCHEMA_REGISTRY_URL: registry.url,
        WEIR_KAFKA_SESSION_TIMEOUT: `${broker.sessionMs}ms`,
        WEIR_FOLD_THREADS: '1',
      };
      const head = new WorkerProcess('http,clock,clickhouse', environment);
      const workers = [1, 2, 3].map(() => new WorkerProcess('score,route', environment));
      const [one, two, three] = workers as [WorkerProcess, WorkerProcess, WorkerProcess];
      onTestFailed(() => {
        for (const worker of [head, ...workers]) console.error(worker.printed().slice(-4_000));
      });
      const made = await runToEnd({ dataDir: head.dataDir, args: ['topics', 'apply'], environment });
      expect(made.exitCode, made.printed).toBe(0);

      await Promise.all([head.start(), one.start()]);
      const upstream = new Upstream({
        traffic: new Traffic(seed),
        random: new Random(seed, 2),
        address: () => head.address,
        now: systemNow,
      });
      const sending = upstream.run(CONNECTIONS);
      // What goes wrong there is told in the end.
      sending.catch(() => {});
      await haveAll([one], PARTITIONS);
      for (let round = 0; round < ROUNDS; round++) {
        await Promise.all([two.start(), three.start()]);
        await haveAll([one, two, three], PARTITIONS);
        await sleepsThroughTakeover(one, [two, three]);
        await haveAll([one, two, three], PARTITIONS);
        expect(await two.end('SIGTERM'), two.printed()).toEqual([0, null]);
        await haveAll([one, three], PARTITIONS);
        expect(await three.end('SIGKILL')).toEqual([null, 'SIGKILL']);
        await haveAll([one], PARTITIONS);
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
      console.log(`${upstream.acknowledged} events; longest wait for a decision by partition: ${pausesOf(snapshot)}`);
      await stop();
    },
    120_000 + ROUNDS * 240_000,
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

/** From the event's being stored to its decision's, at the longest: what a change of hands costs. */
function pausesOf(log: Log): string {
  const longest = new Map<number, number>();
  for (const { partition, seen, bytes } of recordsOf(log, 'decisions')) {
    const waitedMs = seen - decisionRecord.decode(bytes).seen;
    longest.set(partition, Math.max(longest.get(partition) ?? 0, waitedMs));
  }
  return [...longest].map(([partition, ms]) => `${partition}: ${(ms / 1_000).toFixed(1)} s`).join(', ');
}
