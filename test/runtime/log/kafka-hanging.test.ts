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
  fetch,
  initProducerId,
  type ProducerId,
} from '../../../runtime/log/kafka/requests.ts';
import { openKafkaLog } from '../../../runtime/log/kafka.ts';
import type { Committer, Log } from '../../../runtime/log/port.ts';
import { packValues } from '../../../runtime/log/values.ts';
import { eventually } from '../../support/eventually.ts';
import { KafkaCluster } from '../../support/kafka/cluster.ts';
import { kafkaFromJars } from '../../support/kafka/real-kafka.ts';
import { describeWith } from '../../support/real-parts.ts';
import { RegistryServer } from '../../support/registry-server.ts';
import { code, commitOf, declare, readAll, texts } from './contract.ts';

const PARTITIONS = [0, 1] as const;

function ownerOf(partition: number): string {
  return `score-${partition}`;
}

interface Writer extends ProducerId {
  readonly sequences: Sequences;
}

describeWith(kafkaFromJars, 'a transaction that hangs', () => {
  let cluster: KafkaCluster;
  let registry: RegistryServer;
  let prefix = 'h.';
  let log: Log;
  /** Of each partition: it has committed once. */
  let owners: Committer[];

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
      makeTopics: { partitions: PARTITIONS.length },
    });
    await declare(log);
    owners = [];
    for (const partition of PARTITIONS) {
      const committer = log.committer(ownerOf(partition));
      await committer.fence();
      await committer.commit(commitOf([texts('decisions', partition, ['first'])], 'first'));
      owners.push(committer);
    }
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

  const place = (topic: string, partition: number) => ({ topic: prefix + topic, partition });
  const idOf = (partition: number) => `${prefix}weir-${ownerOf(partition)}`;

  /** As its owner does, and anybody may who knows its name. */
  async function takeOver(client: KafkaClient, partition: number): Promise<Writer> {
    const transactionalId = idOf(partition);
    const { id, epoch } = await client.patiently('taking over', async () => {
      const answer = await client.sendToCoordinator(transactionalId, initProducerId(transactionalId, 60_000));
      refuseCode(answer.code, 'taking over');
      return answer;
    });
    return { id, epoch, sequences: new Sequences() };
  }

  /** The owner as it is: who wrote first, and what it would number next. */
  async function theOwner(client: KafkaClient, partition: number): Promise<Writer> {
    const decisions = place('decisions', partition);
    const asked = fetch([{ ...decisions, offset: 0 }], { waitMs: 100, bytes: 1 << 20, partitionBytes: 1 << 20 });
    const { records } = (await client.send(client.leaderOf(decisions), asked)).partitions[0]!;
    const sequences = new Sequences();
    for (const topic of ['decisions', 'commits']) sequences.take(place(topic, partition), 1);
    return { id: records.readBigInt64BE(43), epoch: records.readInt16BE(51), sequences };
  }

  /** A commit of the owner whose end is marked in `marked` alone, with nothing but `hanging` in all that it wrote. */
  async function hang(marked: readonly string[], commits: boolean, as = takeOver, partition = 0): Promise<void> {
    const transactionalId = idOf(partition);
    await beside(['decisions', 'alerts', 'commits'], async (client) => {
      const producer = { ...(await as(client, partition)), transactionalId };
      await client.patiently('adding', async () => {
        const places = marked.map((topic) => place(topic, partition));
        const adding = addPartitionsToTransaction(transactionalId, producer, places);
        refuseCodes(await client.sendToCoordinator(transactionalId, adding), 'adding');
      });
      const part = (value: Buffer, key: string | null) => ({
        keys: key === null ? null : packValues([Buffer.from(key)]),
        frame: Buffer.alloc(0),
        values: packValues([value]),
        from: 0,
        to: 1,
      });
      const committed = part(encodeCommitted([], Buffer.from('hanging')), ownerOf(partition));
      await sendOutputs(client, producer, [
        { ...place('decisions', partition), parts: [part(Buffer.from('hanging'), null)] },
        { ...place('alerts', partition), parts: [part(Buffer.from('hanging'), null)] },
        { ...place('commits', partition), parts: [committed] },
      ]);
      const ended = await client.sendToCoordinator(transactionalId, endTransaction(transactionalId, producer, commits));
      refuseCode(ended.code, 'ending');
    });
  }

  async function goesOn(): Promise<string> {
    const committer = log.committer(ownerOf(0));
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

  it('is ended by its owner that has nothing to commit, once the broker is back, and by none that is done', async () => {
    const [idle, done] = owners as [Committer, Committer];
    await done.release();
    for (const partition of PARTITIONS) await hang(['alerts'], true, theOwner, partition);
    const hidden = await log.askEnd('decisions', 0);
    await cluster.stopNode();
    await cluster.startNode();
    await eventually('it is hidden no more', async () => (await log.askEnd('decisions', 0)) > hidden);
    expect(await readAll(log, 'decisions', 0)).toEqual(['first', 'hanging']);
    // Both lost their connections at the same time.
    expect(await log.askEnd('decisions', 1)).toBe(hidden);
    await idle.commit(commitOf([texts('decisions', 0, ['next'])], 'next'));
    expect(await readAll(log, 'decisions', 0)).toEqual(['first', 'hanging', 'next']);
  });

  it('stands in the way of whoever takes over once nothing tells how it ended', async () => {
    await hang(['alerts'], true);
    await beside([], async (client) => void (await takeOver(client, 0)));
    await expect(log.committer(ownerOf(0)).fence()).rejects.toEqual(code('LOG_UNAVAILABLE'));
  });
});
