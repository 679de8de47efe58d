/**
 * The process on Kafka is killed at random moments under mixed load. Afterwards everything that it
 * acknowledged is there once, an undisturbed fold of the journal gives the same outputs byte for byte, and
 * ClickHouse holds just that.
 */
import { expect, it, onTestFailed, onTestFinished } from 'vitest';
import { verifyReplay } from '../../processors/backtest/verify.ts';
import { Random } from '../../producers/demo/random.ts';
import { temporaryFolder } from '../support/folder.ts';
import { kafka, useKafka } from '../support/kafka/real-kafka.ts';
import { caughtUp, Lives } from '../support/lives.ts';
import { provedDecided, provedJournaled } from '../support/proofs.ts';
import { describeWith } from '../support/real-parts.ts';
import { RegistryServer } from '../support/registry-server.ts';
import { provedRows } from '../support/rows.ts';
import { scaled } from '../support/scale.ts';
import { snapshotOf } from '../support/snapshot-log.ts';
import { startUpstream } from '../support/upstream.ts';

const KILLS = scaled(4);
const CONNECTIONS = 3;

describeWith(kafka, 'a process on Kafka', () => {
  const broker = useKafka();

  it(
    `is killed ${KILLS} times`,
    async () => {
      const seed = Number(process.env.WEIR_TEST_SEED ?? Date.now() % 1_000_000_000);
      onTestFailed(() => console.error(`the crash test on Kafka failed with WEIR_TEST_SEED=${seed}`));
      const registry = await RegistryServer.start();
      onTestFinished(() => registry.stop());
      const environment = {
        WEIR_KAFKA_BROKERS: broker.brokers.join(','),
        WEIR_KAFKA_PREFIX: broker.newPrefix(),
        WEIR_SCHEMA_REGISTRY_URL: registry.url,
      };
      const dataDir = temporaryFolder();
      const random = new Random(seed, 1);
      const lives = new Lives(dataDir, random, environment);
      const { upstream, sending } = startUpstream(seed, CONNECTIONS, () => lives.address);
      for (let kill = 0; kill < KILLS; kill++) await Promise.race([lives.live(), sending]);
      await lives.last(() => upstream.acknowledged > KILLS * 5);
      upstream.stop();
      await sending;

      const { log, clickhouse, stop } = await caughtUp(dataDir, environment);
      const snapshot = await snapshotOf(log);
      expect(upstream.acknowledged).toBeGreaterThan(KILLS * 5);
      expect(upstream.provedKept(snapshot)).toEqual([]);
      expect(provedJournaled(snapshot, ['device'])).toEqual([]);
      expect(provedDecided(snapshot)).toEqual([]);
      expect(await provedRows(clickhouse, snapshot)).toEqual([]);
      const { difference, outputs } = await verifyReplay({ log: snapshot });
      expect(difference).toBeNull();
      for (const topic of ['decisions', 'alerts', 'voids'] as const) expect(outputs[topic], topic).toBeGreaterThan(0);
      await stop();
    },
    300_000 + KILLS * 40_000,
  );
});
