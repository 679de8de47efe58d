/** What other clients and the cluster do to a Kafka log: transactions, zombies, trimming, foreign schemas, restarts. */
import { setTimeout as pause } from 'node:timers/promises';
import avro from 'avsc';
import kafkajs, { type Kafka } from 'kafkajs';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { Commits } from '../../../runtime/log/commits.ts';
import { type KafkaLog, openKafkaLog } from '../../../runtime/log/kafka.ts';
import { valueAt } from '../../../runtime/log/values.ts';
import { fingerprintOf } from '../../../schemas/declare.ts';
import { eventually } from '../../support/eventually.ts';
import { KafkaCluster } from '../../support/kafka/cluster.ts';
import { kafka, kafkaFromJars, useKafka } from '../../support/kafka/real-kafka.ts';
import { describeWith } from '../../support/real-parts.ts';
import { RegistryServer } from '../../support/registry-server.ts';
import { code, commitOf, declare, FINGERPRINT, readAll, readBatches, texts, textsOf } from './contract.ts';

describeWith(kafka, 'the Kafka log among others', () => {
  const broker = useKafka();
  let prefix: string;
  let registry: RegistryServer;
  let log: KafkaLog;
  let outside: Kafka;

  beforeEach(async () => {
    prefix = broker.newPrefix();
    registry = await RegistryServer.start();
    log = await open();
    await declare(log);
    outside = new kafkajs.Kafka({ brokers: [...broker.brokers], logLevel: kafkajs.logLevel.NOTHING });
  });

  afterEach(async () => {
    await log.close();
    await registry.stop();
  });

  function open(brokers = broker.brokers): Promise<KafkaLog> {
    return openKafkaLog({
      connection: { brokers, clientId: 'weir-test' },
      registry: { url: registry.url },
      prefix,
      makeTopics: { partitions: 2 },
    });
  }

  async function producer(transactionalId?: string) {
    const options = transactionalId === undefined ? {} : { transactionalId, maxInFlightRequests: 1, idempotent: true };
    const made = outside.producer({ ...options, createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await made.connect();
    onTestFinished(() => made.disconnect());
    return made;
  }

  function framed(id: number, text: string): Buffer {
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(id, 1);
    return Buffer.concat([frame, Buffer.from(text)]);
  }

  it('sees what was committed, and neither what was aborted nor what is still open', async () => {
    const id = registry.register(`${prefix}transfers-value`, '{"type":"record","name":"Some","fields":[]}');
    const topic = `${prefix}transfers`;
    const reader = log.reader('transfers', 0, 0, { durable: true });
    const made = await producer(`${prefix}upstream`);
    for (const [text, ends] of [
      ['kept', 'commit'],
      ['dropped', 'abort'],
      ['kept too', 'commit'],
    ] as const) {
      const transaction = await made.transaction();
      await transaction.send({ topic, messages: [{ value: framed(id, text), partition: 0 }] });
      await transaction[ends]();
    }
    const open = await made.transaction();
    await open.send({ topic, messages: [{ value: framed(id, 'open'), partition: 0 }] });
    expect([textsOf(await reader.next()), textsOf(await reader.next())]).toEqual([['kept'], ['kept too']]);
    await log.append(texts('transfers', 0, ['behind it']));
    expect(reader.ready()).toBe(false);
    await open.abort();
    expect(textsOf(await reader.next())).toEqual(['behind it']);
    expect(await readAll(log, 'transfers', 0)).toEqual(['kept', 'kept too', 'behind it']);
  });

  it('undoes what a zombie left open, and refuses it when it wakes', async () => {
    const zombie = await producer(`${prefix}weir-score-0`);
    const transaction = await zombie.transaction();
    await transaction.send({ topic: `${prefix}decisions`, messages: [{ value: 'of a zombie', partition: 0 }] });
    const committer = log.committer('score-0');
    expect((await committer.fence()).positions).toEqual([]);
    await committer.commit(commitOf([texts('decisions', 0, ['of the successor'])], 'successor'));
    await expect(transaction.commit()).rejects.toThrow();
    expect(await readAll(log, 'decisions', 0)).toEqual(['of the successor']);
    expect((await log.committed('score-0')).state.toString()).toBe('successor');
  });

  it('goes on from its last commit, also where a transaction of somebody else hides it', async () => {
    const committer = log.committer('score-0');
    await committer.fence();
    await committer.commit(commitOf([], 'before'));
    const stranger = await (await producer(`${prefix}stranger`)).transaction();
    await stranger.send({ topic: `${prefix}commits`, messages: [{ key: 'score-0', value: 'nonsense', partition: 0 }] });
    await committer.commit(commitOf([], 'behind it'));
    const fencing = log.committer('score-0').fence();
    // However long it takes until it asks: it does not go on before it sees the end.
    expect(await Promise.race([fencing, pause(1_000, 'it waits')])).toBe('it waits');
    await stranger.abort();
    expect((await fencing).state.toString()).toBe('behind it');
  });

  it('takes what the broker trimmed for lost, not for the beginning', async () => {
    for (const text of ['a', 'b', 'c', 'd']) await log.append(texts('transfers', 0, [text]));
    const admin = outside.admin();
    await admin.connect();
    // kafkajs learns only by asking for offsets who leads the topic.
    await admin.fetchTopicOffsets(`${prefix}transfers`);
    await admin.deleteTopicRecords({ topic: `${prefix}transfers`, partitions: [{ partition: 0, offset: '2' }] });
    await admin.disconnect();
    await expect(log.reader('transfers', 0, 1, { durable: true }).next()).rejects.toEqual(code('LOG_POSITION_LOST'));
    await eventually('the beginning is known', () => log.start('transfers', 0) === 2);
    expect(await readAll(log, 'transfers', 0)).toEqual(['c', 'd']);
  });

  it('tells the schema of what others wrote, and hands on what carries none as it is', async () => {
    const type = avro.Type.forSchema({
      type: 'record',
      name: 'dev.weir.Foreign',
      fields: [{ name: 'text', type: 'string' }],
    });
    const id = registry.register(`${prefix}transfers-value`, JSON.stringify(type.schema()));
    const made = await producer();
    const values = [
      framed(id, type.toBuffer({ text: 'hi' }).toString('latin1')),
      Buffer.from('bare'),
      framed(4_711, 'x'),
      null,
    ];
    await made.send({ topic: `${prefix}transfers`, messages: values.map((value) => ({ value, partition: 0 })) });
    await made.send({
      topic: `${prefix}transfers`,
      messages: [{ value: framed(id, 'zipped'), partition: 0 }],
      compression: kafkajs.CompressionTypes.GZIP,
    });
    await eventually('all is in', async () => (await log.committed('nobody')) && log.end('transfers', 0) === 5);
    const batches = await readBatches(log.reader('transfers', 0, 0, { durable: true }), 5);
    const found = batches.map(({ fingerprint, values: packed, baseOffset }) => [
      baseOffset,
      fingerprint,
      `${valueAt(packed, 0)}`,
    ]);
    const none = '0000000000000000';
    const own = fingerprintOf(type);
    expect(found.map(([offset, fingerprint]) => [offset, fingerprint])).toEqual([
      [0, own],
      [1, none],
      [2, none],
      [3, none],
      [4, own],
    ]);
    expect(log.schema(own)).toBe(JSON.stringify(type.schema({ exportAttrs: true })));
    expect(log.schema(none)).toBeNull();
    expect(batches.flatMap(textsOf)).toHaveLength(5);
    expect([found[1]?.[2], found[2]?.[2], found[3]?.[2]]).toEqual(['bare', `${framed(4_711, 'x')}`, '']);
  });

  it('goes on without the registry where it knows the schemas, also after a restart', async () => {
    await log.append(texts('transfers', 0, ['a']));
    await log.close();
    await registry.stop();
    log = await open();
    await log.append(texts('transfers', 0, ['b']));
    expect(await readAll(log, 'transfers', 0)).toEqual(['a', 'b']);
    expect(log.schema(FINGERPRINT)).not.toBeNull();
    await expect(log.append(texts('customers', 0, ['c']))).rejects.toEqual(code('LOG_UNAVAILABLE'));
  });

  it('refuses a schema that is not compatible with the one that stands there', async () => {
    const schema = (type: string) => `{"type":"record","name":"Some","fields":[{"name":"amount","type":"${type}"}]}`;
    registry.register(`${prefix}customers-value`, schema('long'));
    await log.declareSchema('1122334455667788', schema('string'));
    await expect(log.append(texts('customers', 0, ['x'], '1122334455667788'))).rejects.toEqual(code('SCHEMA_REFUSED'));
  });

  it('refuses topics that are made otherwise, and a journal whose commits are gone', async () => {
    const admin = outside.admin();
    await admin.connect();
    onTestFinished(() => admin.disconnect());
    const committer = log.committer('route');
    await committer.fence();
    await committer.commit(commitOf([texts('journal', 0, ['entry'])]));
    await log.close();
    await admin.deleteTopics({ topics: [`${prefix}commits`] });
    await eventually('it is gone', async () => !(await admin.listTopics()).includes(`${prefix}commits`));
    await expect(open()).rejects.toEqual(code('LOG_POSITION_LOST'));
    await admin.createPartitions({ topicPartitions: [{ topic: `${prefix}decisions`, count: 3 }] });
    await expect(open()).rejects.toThrow(`${prefix}decisions: has 3 partitions and needs 2`);
  });
});

describeWith(kafkaFromJars, 'the Kafka log on three brokers', () => {
  it('commits once each through restarts and kills of brokers', async () => {
    const cluster = await KafkaCluster.start({ nodes: 3 });
    onTestFinished(() => cluster.remove());
    const registry = await RegistryServer.start();
    onTestFinished(() => registry.stop());
    const log = await openKafkaLog({
      connection: { brokers: cluster.brokers, clientId: 'weir-test' },
      registry: { url: registry.url },
      makeTopics: { partitions: 2 },
      patienceMs: 60_000,
    });
    onTestFinished(() => log.close());
    await declare(log);
    let disturbed = false;
    const commits = new Commits('score-1', log.committer('score-1'));
    await commits.fence();
    let count = 0;
    const committing = (async () => {
      for (; !disturbed; count++) {
        const positions = [{ topic: 'journal', partition: 1, offset: count + 1 }];
        await commits.send(
          commitOf([texts('decisions', 1, [`${count}`]), texts('alerts', 1, [`${count}`])], `${count}`, positions),
        );
      }
      await commits.settled();
    })();
    let appended = 0;
    const appending = (async () => {
      for (; !disturbed; appended++) await log.append(texts('transfers', 0, [`${appended}`]));
    })();
    for (const [index, how] of [
      [0, 'stopNode'],
      [1, 'killNode'],
      [2, 'killNode'],
    ] as const) {
      const before = count;
      await eventually('commits go on', () => count > before + 20);
      await cluster[how](index);
      await cluster.startNode(index);
    }
    const before = count;
    await eventually('commits go on in the end', () => count > before + 20);
    disturbed = true;
    await Promise.all([committing, appending]);
    const numbers = (upTo: number) => Array.from({ length: upTo }, (_, number) => `${number}`);
    expect(await readAll(log, 'decisions', 1)).toEqual(numbers(count));
    expect(await readAll(log, 'alerts', 1)).toEqual(numbers(count));
    expect(await readAll(log, 'transfers', 0)).toEqual(numbers(appended));
    expect((await log.committed('score-1')).positions).toEqual([{ topic: 'journal', partition: 1, offset: count }]);
  }, 400_000);
});
