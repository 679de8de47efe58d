/** A whole Weir on Kafka: transfers in over HTTP and from other producers, decisions out to whoever reads the topic. */
import { randomUUID } from 'node:crypto';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import avro from 'avsc';
import kafkajs from 'kafkajs';
import { expect, it, onTestFinished } from 'vitest';
import { type Declared, schemaOf } from '../../schemas/declare.ts';
import { transferRecord } from '../../schemas/events/transfer.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';
import { kafka, useKafka } from '../support/kafka/real-kafka.ts';
import { describeWith } from '../support/real-parts.ts';
import { RegistryServer } from '../support/registry-server.ts';
import { DECIDED, type RunningWeir, startWeir } from '../support/running-weir.ts';

interface Decision {
  readonly transferId: string;
  readonly outcome: string;
}

function transferOf(transferId: string) {
  return {
    transferId,
    kind: 'transfer',
    status: 'submitted',
    at: new Date().toISOString(),
    amount: { minor: 12_500, currency: 'CNY' },
    debtor: { party: `C-${Number(transferId.slice(2)) % 7}`, account: `A-${transferId}` },
    creditor: { account: 'A-shop', country: 'CN' },
    channel: 'mobile',
  };
}

async function send(weir: RunningWeir, from: number, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `T-${from + index}`);
  const answers = await Promise.all(ids.map((id) => weir.ask(DECIDED, transferOf(id))));
  expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 200));
  return ids;
}

describeWith(kafka, 'Weir on Kafka', () => {
  const broker = useKafka();

  async function begin() {
    const registry = await RegistryServer.start();
    onTestFinished(() => registry.stop());
    const prefix = broker.newPrefix();
    const environment = {
      WEIR_KAFKA_BROKERS: broker.brokers.join(','),
      WEIR_KAFKA_PREFIX: prefix,
      WEIR_SCHEMA_REGISTRY_URL: registry.url,
    };
    const dataDir = temporaryFolder();
    return { registry, prefix, start: () => startWeir({ dataDir, environment }) };
  }

  /** All records of a topic, as a consumer that knows nothing of Weir reads them. */
  async function readAll<T>(topic: string, registryUrl: string, count: number): Promise<T[]> {
    const client = new kafkajs.Kafka({ brokers: [...broker.brokers], logLevel: kafkajs.logLevel.NOTHING });
    const registry = new SchemaRegistry({ host: registryUrl });
    const consumer = client.consumer({ groupId: `outsider-${randomUUID()}` });
    onTestFinished(() => consumer.disconnect());
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const records: T[] = [];
    await consumer.run({
      eachMessage: async ({ message }) => {
        records.push((await registry.decode(message.value as Buffer)) as T);
      },
    });
    await eventually(`${count} records of ${topic}`, () => records.length >= count);
    await consumer.disconnect();
    return records;
  }

  const readDecisions = readAll<Decision>;

  it('decides what comes over HTTP, and anybody reads the decisions', async () => {
    const { registry, prefix, start } = await begin();
    const weir = await start();
    const ids = await send(weir, 0, 50);
    const decisions = await readDecisions(`${prefix}decisions`, registry.url, ids.length);
    expect(decisions.map(({ transferId }) => transferId).sort()).toEqual([...ids].sort());
    expect(registry.subjects).toContain(`${prefix}decisions-value`);
    expect(await weir.end('SIGTERM')).toBe(0);
    const again = await start();
    const more = await send(again, 50, 50);
    const all = await readDecisions(`${prefix}decisions`, registry.url, 100);
    expect(all.map(({ transferId }) => transferId).sort()).toEqual([...ids, ...more].sort());
  });

  it('takes what other producers write, under their own schema, and refuses what nobody can read', async () => {
    const { registry, prefix, start } = await begin();
    const weir = await start();
    const declared = schemaOf(transferRecord as unknown as Declared<unknown>) as { fields: { name: string }[] };
    const fields = [...declared.fields.filter(({ name }) => name !== 'purpose'), { name: 'branch', type: 'string' }];
    const type = avro.Type.forSchema({ ...declared, fields } as unknown as avro.Schema);
    const id = registry.register(`${prefix}transfers-value`, JSON.stringify({ ...declared, fields }));
    const frame = Buffer.from([0, 0, 0, 0, id]);
    const transfer = { ...transferRecord.example, transferId: 'T-foreign', at: Date.now(), branch: 'Pudong' };
    const client = new kafkajs.Kafka({ brokers: [...broker.brokers], logLevel: kafkajs.logLevel.NOTHING });
    const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    onTestFinished(() => producer.disconnect());
    const values = [Buffer.from('no Avro at all'), Buffer.concat([frame, type.toBuffer(transfer)])];
    await producer.send({ topic: `${prefix}transfers`, messages: values.map((value) => ({ value })) });
    const [decision] = await readDecisions(`${prefix}decisions`, registry.url, 1);
    expect(decision).toMatchObject({ transferId: 'T-foreign', outcome: 'accept' });
    const [dead] = await readAll<object>(`${prefix}dead-letters`, registry.url, 1);
    expect(dead).toMatchObject({ refusal: 'undecodable', offset: 0, body: Buffer.from('no Avro at all') });
    await eventually('ClickHouse holds the decision', async () => {
      const { status, body } = await weir.ask('/v1/decisions/T-foreign');
      return status === 200 && body;
    });
  });

  it('is read by Kafka’s own console consumer', async () => {
    const { prefix, start } = await begin();
    const weir = await start();
    await send(weir, 0, 20);
    const reading = [
      '--bootstrap-server',
      broker.brokers.join(','),
      '--topic',
      `${prefix}decisions`,
      '--from-beginning',
    ];
    const options = ['--isolation-level', 'read_committed', '--max-messages', '20', '--timeout-ms', '120000'];
    const stdout = await broker.tool('org.apache.kafka.tools.consumer.ConsoleConsumer', [...reading, ...options]);
    for (let index = 0; index < 20; index++) expect(stdout).toContain(`T-${index}`);
  });
});
