/**
 * Transactions that a broker left open though they are over. To make one, a broker that does not ask whether a partition
 * is part of a transaction is written to beside it: the end is then marked where the transaction says, and nowhere else.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KafkaClient } from '../../../runtime/log/kafka/client.ts';
import { encodeCommitted } from '../../../runtime/log/kafka/committed.ts';
import { refuseCode, refuseCodes } from '../../../runtime/log/kafka/errors.ts';
import { Sequences, sendOutputs } from '../../../runtime/log/kafka/produce.ts';
import {
  addPartitionsToTransaction,
  endTransaction,
  initProducerId,
  type ProducerId,
} from '../../../runtime/log/kafka/requests.ts';
import { openKafkaLog } from '../../../runtime/log/kafka.ts';
import type { Log } from '../../../runtime/log/port.ts';
import { packValues } from '../../../runtime/log/values.ts';
import { KafkaCluster } from '../../support/kafka/cluster.ts';
import { kafkaFromJars } from '../../support/kafka/real-kafka.ts';
import { describeWith } from '../../support/real-parts.ts';
import { RegistryServer } from '../../support/registry-server.ts';
import { code, commitOf, declare, readAll, texts } from './contract.ts';

const OWNER = 'score-0';

describeWith(kafkaFromJars, 'a transaction that hangs', () => {
  let cluster: KafkaCluster;
  let registry: RegistryServer;
  let prefix = 'h.';
  let log: Log;

  beforeAll(async () => {
    cluster = await KafkaCluster.start({ properties: ['transaction.partition.verification.enable=false'] });
    registry = await RegistryServer.start();
  }, 120_000);
  afterAll(async () => {
    await registry.stop();
    await cluster.remove();
  });
  beforeEach(async () => {
    prefix += 'h.';
    log = await openKafkaLog({
      connection: { brokers: cluster.brokers, clientId: 'weir-test' },
      registry: { url: registry.url },
      prefix,
      makeTopics: { partitions: 2 },
    });
    await declare(log);
    const committer = log.committer(OWNER);
    await committer.fence();
    await committer.commit(commitOf([texts('decisions', 0, ['first'])], 'first'));
  });
  afterEach(() => log.close());

  async function beside(topics: readonly string[], work: (client: KafkaClient) => Promise<void>): Promise<void> {
    const named = topics.map((topic) => prefix + topic);
    const options = { brokers: cluster.brokers, clientId: 'weir-test', topics: named, patienceMs: 30_000 };
    const client = new KafkaClient({ ...options, onTrouble: () => {} });
    await client.connect();
    try {
      await work(client);
    } finally {
      await client.close();
    }
  }

  /** As its owner does, and anybody may who knows its name. */
  function takeOver(client: KafkaClient): Promise<ProducerId> {
    const transactionalId = `${prefix}weir-${OWNER}`;
    return client.patiently('taking over', async () => {
      const answer = await client.sendToCoordinator(transactionalId, initProducerId(transactionalId, 60_000));
      refuseCode(answer.code, 'taking over');
      return answer;
    });
  }

  /** A commit of the owner whose end is marked in `marked` alone, with nothing but `hanging` in all that it wrote. */
  async function hang(marked: readonly string[], commits: boolean): Promise<void> {
    const place = (topic: string) => ({ topic: prefix + topic, partition: 0 });
    const transactionalId = `${prefix}weir-${OWNER}`;
    await beside(['decisions', 'alerts', 'commits'], async (client) => {
      const { id, epoch } = await takeOver(client);
      const producer = { id, epoch, transactionalId, sequences: new Sequences() };
      await client.patiently('adding', async () => {
        const adding = addPartitionsToTransaction(transactionalId, producer, marked.map(place));
        refuseCodes(await client.sendToCoordinator(transactionalId, adding), 'adding');
      });
      const part = (value: Buffer, key: string | null) => ({
        keys: key === null ? null : packValues([Buffer.from(key)]),
        frame: Buffer.alloc(0),
        values: packValues([value]),
        from: 0,
        to: 1,
      });
      await sendOutputs(client, producer, [
        { ...place('decisions'), parts: [part(Buffer.from('hanging'), null)] },
        { ...place('alerts'), parts: [part(Buffer.from('hanging'), null)] },
        { ...place('commits'), parts: [part(encodeCommitted([], Buffer.from('hanging')), OWNER)] },
      ]);
      const ended = await client.sendToCoordinator(transactionalId, endTransaction(transactionalId, producer, commits));
      refuseCode(ended.code, 'ending');
    });
  }

  async function goesOn(): Promise<string> {
    const committer = log.committer(OWNER);
    const { state } = await committer.fence();
    await committer.commit(commitOf([texts('decisions', 0, ['next'])], 'next'));
    return state.toString();
  }

  describe.each([
    ['where its outputs went', ['commits', 'alerts']],
    ['where its positions went', ['decisions', 'alerts']],
    ['everywhere but for one', ['alerts']],
  ])('%s', (_, marked) => {
    it('is committed by whoever takes over, where it was', async () => {
      await hang(marked, true);
      expect(await goesOn()).toBe('hanging');
      expect(await readAll(log, 'decisions', 0)).toEqual(['first', 'hanging', 'next']);
      expect(await readAll(log, 'alerts', 0)).toEqual(['hanging']);
    });

    it('is undone by whoever takes over, where it was', async () => {
      await hang(marked, false);
      expect(await goesOn()).toBe('first');
      expect(await readAll(log, 'decisions', 0)).toEqual(['first', 'next']);
      expect(await readAll(log, 'alerts', 0)).toEqual([]);
    });
  });

  it('stands in the way of whoever takes over once nothing tells how it ended', async () => {
    await hang(['alerts'], true);
    await beside([], async (client) => void (await takeOver(client)));
    await expect(log.committer(OWNER).fence()).rejects.toEqual(code('LOG_UNAVAILABLE'));
  });
});
