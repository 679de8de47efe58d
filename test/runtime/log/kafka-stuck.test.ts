/**
 * What strangers' transactions leave in an input topic: open for ever though they ended, or open by right. To make one
 * that hangs, a broker that does not ask whether a partition is part of a transaction is written to beside it.
 */
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Connection } from '../../../runtime/log/kafka/client.ts';
import { KafkaClient } from '../../../runtime/log/kafka/client.ts';
import { refuseCode, refuseCodes } from '../../../runtime/log/kafka/errors.ts';
import { registryFrame } from '../../../runtime/log/kafka/frames.ts';
import { type Producer, Sequences, sendOutputs } from '../../../runtime/log/kafka/produce.ts';
import { addPartitionsToTransaction, endTransaction, initProducerId } from '../../../runtime/log/kafka/requests.ts';
import { type KafkaLog, openKafkaLog } from '../../../runtime/log/kafka.ts';
import type { Reader } from '../../../runtime/log/port.ts';
import { packValues } from '../../../runtime/log/values.ts';
import { eventually } from '../../support/eventually.ts';
import { KafkaCluster } from '../../support/kafka/cluster.ts';
import { SwallowingProxy } from '../../support/kafka/proxy.ts';
import { kafkaFromJars, toolFromJars } from '../../support/kafka/real-kafka.ts';
import { describeWith } from '../../support/real-parts.ts';
import { RegistryServer } from '../../support/registry-server.ts';
import { scaled } from '../../support/scale.ts';
import { declare, texts, textsOf } from './contract.ts';

/** Shorter than operators have it, and long beside what an ordinary transaction takes. */
const STUCK_MS = 400;
const TIMEOUT_MS = 60_000;
const SHORT_TIMEOUT_MS = 2_000;
const SCHEMA = '{"type":"record","name":"Some","fields":[]}';
/** Where strangers' transactions are marked as they end. */
const MARKED = 'invoices';
const USER = { username: 'weir', password: 'known' };
/** A producer that writes in transactions. */
type Stranger = Producer & { readonly transactionalId: string };

/** Behind the proxy one signs in, and may do what the access rules say; before it everybody is the operator. */
const PROPERTIES = [
  'transaction.partition.verification.enable=false',
  'transaction.abort.timed.out.transaction.cleanup.interval.ms=200',
  'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:SASL_PLAINTEXT',
  'listener.name.proxied.sasl.enabled.mechanisms=PLAIN',
  `listener.name.proxied.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_${USER.username}="${USER.password}";`,
  'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users=User:ANONYMOUS',
];

describeWith(kafkaFromJars, 'a transaction of others that hides a partition', () => {
  let proxy: SwallowingProxy;
  let cluster: KafkaCluster;
  let registry: RegistryServer;
  let client: KafkaClient;
  let prefix = 's.';
  let troubles: string[];

  beforeAll(async () => {
    proxy = await SwallowingProxy.start();
    cluster = await KafkaCluster.start({ proxyPort: proxy.port, properties: PROPERTIES });
    proxy.target = cluster.proxiedPort;
    registry = await RegistryServer.start();
  });
  afterAll(async () => {
    await registry.stop();
    proxy.close();
    await cluster.remove();
  });
  beforeEach(() => {
    prefix += 's.';
    troubles = [];
  });

  async function open(connection: Partial<Connection> = {}): Promise<KafkaLog> {
    const log = await openKafkaLog({
      connection: { brokers: cluster.brokers, clientId: 'weir-test', ...connection },
      registry: { url: registry.url },
      prefix,
      makeTopics: { partitions: 1 },
      stuckMs: STUCK_MS,
      onTrouble: (error) => troubles.push((error as Error).message),
    });
    onTestFinished(() => log.close());
    await declare(log);
    const topics = ['transfers', 'customers', MARKED].map((topic) => prefix + topic);
    const beside = { brokers: cluster.brokers, clientId: 'stranger', topics, patienceMs: 30_000, onTrouble: () => {} };
    client = new KafkaClient(beside);
    onTestFinished(() => client.close());
    await client.connect();
    return log;
  }

  /** As a producer of its own, whose last one it takes over from. */
  function newProducer(transactionalId: string, timeoutMs = TIMEOUT_MS): Promise<Stranger> {
    return client.patiently('taking over', async () => {
      const answer = await client.sendToCoordinator(transactionalId, initProducerId(transactionalId, timeoutMs));
      refuseCode(answer.code, 'taking over');
      return { id: answer.id, epoch: answer.epoch, transactionalId, sequences: new Sequences() };
    });
  }

  const place = (topic: string) => ({ topic: prefix + topic, partition: 0 });

  async function write(producer: Stranger, topic: string, text: string, members: readonly string[]): Promise<void> {
    await client.patiently('adding', async () => {
      const adding = addPartitionsToTransaction(producer.transactionalId, producer, members.map(place));
      refuseCodes(await client.sendToCoordinator(producer.transactionalId, adding), 'adding');
    });
    const frame = registryFrame(registry.register(`${prefix}${topic}-value`, SCHEMA));
    const part = { keys: null, frame, values: packValues([Buffer.from(text)]), from: 0, to: 1 };
    await sendOutputs(client, producer, [{ ...place(topic), parts: [part] }]);
  }

  async function end(producer: Stranger, how: 'commit' | 'abort'): Promise<void> {
    await client.patiently('ending', async () => {
      const ending = endTransaction(producer.transactionalId, producer, how === 'commit');
      refuseCode((await client.sendToCoordinator(producer.transactionalId, ending)).code, 'ending');
    });
  }

  /** Writes one whose end is marked elsewhere alone. */
  async function hang(topic: string, how: 'commit' | 'abort', name = 'stranger'): Promise<Stranger> {
    const producer = await newProducer(prefix + name);
    await write(producer, topic, `by ${name}`, [MARKED]);
    await end(producer, how);
    return producer;
  }

  const told = (about: string) => troubles.filter((trouble) => trouble.includes(about));
  const readerOf = (log: KafkaLog, topic: string): Reader => log.reader(topic, 0, 0, { durable: true });

  async function read(reader: Reader, count: number): Promise<string[]> {
    const found: string[] = [];
    while (found.length < count) found.push(...textsOf(await reader.next()));
    return found;
  }

  /** Others that hang come later, and are ended: whatever was hidden before was looked into by then. */
  async function laterLooks(log: KafkaLog): Promise<void> {
    for (const name of ['one', 'two']) {
      const customers = log.reader('customers', 0, await log.askEnd('customers', 0), { durable: true });
      await hang('customers', 'commit', name);
      expect(await read(customers, 1)).toEqual([`by ${name}`]);
    }
  }

  it('is ended as it ended where its marker is missing', async () => {
    const log = await open();
    await log.append(texts('transfers', 0, ['before']));
    await hang('transfers', 'commit', 'kept');
    await hang('transfers', 'abort', 'dropped');
    await log.append(texts('transfers', 0, ['behind']));
    expect(await read(readerOf(log, 'transfers'), 3)).toEqual(['before', 'by kept', 'behind']);
    // Its readers may see the end before whoever wrote it knows that it did.
    const where = `in ${prefix}transfers, partition 0, at offset`;
    const [first, second, ...more] = await eventually('both are told', () => told(where).length > 1 && told(where));
    expect(first).toMatch(/ at offset 1 since .*kept had committed it/);
    expect(second).toMatch(/ at offset 2 since .*dropped had aborted it/);
    expect(more).toEqual([]);
  });

  it('is left alone while it may end by itself', async () => {
    const log = await open();
    const reader = readerOf(log, 'transfers');
    const slow = await newProducer(`${prefix}slow`);
    await write(slow, 'transfers', 'late', ['transfers']);
    await log.append(texts('transfers', 0, ['behind']));
    const reading = read(reader, 2);
    await laterLooks(log);
    expect(reader.ready()).toBe(false);
    await end(slow, 'commit');
    expect(await reading).toEqual(['late', 'behind']);
    expect(told(`in ${prefix}transfers`)).toEqual([]);
  });

  describe.each([
    ['its id was taken over since', async ({ transactionalId }: Stranger) => void (await newProducer(transactionalId))],
    [
      'its producer ended another since',
      async (producer: Stranger) => {
        await write(producer, MARKED, 'other', [MARKED]);
        await end(producer, 'abort');
      },
    ],
  ])('where %s', (_, since) => {
    it('is told of once, with the command that ends it', async () => {
      const log = await open();
      await since(await hang('transfers', 'commit'));
      await log.append(texts('transfers', 0, ['behind']));
      const reading = read(readerOf(log, 'transfers'), 1);
      await eventually('it is told', () => told(`in ${prefix}transfers`).length > 0);
      await laterLooks(log);
      const [trouble, ...more] = told(`in ${prefix}transfers`);
      expect(more).toEqual([]);
      expect(trouble).toContain('Nothing tells how it ended');
      const [, command] = /kafka-transactions\.sh (.+)$/.exec(trouble as string) as unknown as [string, string];
      await toolFromJars('org.apache.kafka.tools.TransactionsCommand', command.split(' '));
      expect(await reading).toEqual(['behind']);
    });
  });

  it('is told of once, and ended when the right to do so comes, where Weir may not end it', async () => {
    await allow([
      [kafkajs.AclResourceTypes.TOPIC, '*', kafkajs.AclOperationTypes.ALL],
      [kafkajs.AclResourceTypes.TRANSACTIONAL_ID, '*', kafkajs.AclOperationTypes.DESCRIBE],
    ]);
    const { username, password } = USER;
    const sasl = { mechanism: 'plain', username, password };
    const log = await open({ brokers: [`127.0.0.1:${proxy.port}`], sasl });
    await hang('transfers', 'commit');
    const reading = read(readerOf(log, 'transfers'), 1);
    await eventually('it is told', () => told('CLUSTER_AUTHORIZATION_FAILED').length > 0);
    expect(troubles.join()).toContain('as soon as Weir’s user has Alter on the cluster');
    await allow([[kafkajs.AclResourceTypes.CLUSTER, 'kafka-cluster', kafkajs.AclOperationTypes.ALTER]]);
    expect(await reading).toEqual(['by stranger']);
    expect(told('CLUSTER_AUTHORIZATION_FAILED')).toHaveLength(1);
  });

  // A quarter of a minute, most of it until the broker that comes again is let in: for long runs alone.
  it.runIf(scaled(1) > 1)('is ended where the broker was killed and gave it up without a mark', async () => {
    const log = await open();
    const lost = await newProducer(`${prefix}lost`, SHORT_TIMEOUT_MS);
    await write(lost, 'transfers', 'lost', ['transfers']);
    await cluster.killNode();
    await cluster.startNode();
    await eventually('the broker takes records again', () => log.append(texts('transfers', 0, ['behind'])));
    expect(await read(readerOf(log, 'transfers'), 1)).toEqual(['behind']);
  });

  async function allow(rules: readonly (readonly [type: number, name: string, operation: number])[]): Promise<void> {
    const admin = new kafkajs.Kafka({ brokers: cluster.brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    const acl = rules.map(([resourceType, resourceName, operation]) => ({
      ...{ resourceType, resourceName, operation, principal: `User:${USER.username}`, host: '*' },
      resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
      permissionType: kafkajs.AclPermissionTypes.ALLOW,
    }));
    await admin.createAcls({ acl });
    await admin.disconnect();
  }
});
