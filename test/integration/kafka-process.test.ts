/** A whole Weir on Kafka: transfers in over HTTP and from other producers, decisions out to whoever reads the topic. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import kafkajs from 'kafkajs';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';
import { kafka, useKafka } from '../support/kafka/real-kafka.ts';
import { describeWith } from '../support/real-parts.ts';
import { RegistryServer } from '../support/registry-server.ts';
import { type RunningWeir, startWeir } from '../support/running-weir.ts';

const run = promisify(execFile);

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
  const answers = await Promise.all(
    ids.map((id) => weir.ask('/v1/transfers?wait=decision&timeoutMs=20000', transferOf(id))),
  );
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

  /** All decisions, as a consumer that knows nothing of Weir reads them. */
  async function readDecisions(topic: string, registryUrl: string, count: number): Promise<Decision[]> {
    const client = new kafkajs.Kafka({ brokers: [...broker.brokers], logLevel: kafkajs.logLevel.NOTHING });
    const registry = new SchemaRegistry({ host: registryUrl });
    const consumer = client.consumer({ groupId: `outsider-${randomUUID()}` });
    onTestFinished(() => consumer.disconnect());
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const decisions: Decision[] = [];
    await consumer.run({
      eachMessage: async ({ message }) => {
        decisions.push((await registry.decode(message.value as Buffer)) as Decision);
      },
    });
    await eventually(`${count} decisions`, () => decisions.length >= count);
    await consumer.disconnect();
    return decisions;
  }

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

  it('is read by Kafka’s own console consumer', async () => {
    const { prefix, start } = await begin();
    const weir = await start();
    await send(weir, 0, 20);
    const classPath = broker.classPath;
    const args = ['-cp', classPath, 'org.apache.kafka.tools.consumer.ConsoleConsumer'];
    const reading = [
      '--bootstrap-server',
      broker.brokers.join(','),
      '--topic',
      `${prefix}decisions`,
      '--from-beginning',
    ];
    const options = ['--isolation-level', 'read_committed', '--max-messages', '20', '--timeout-ms', '20000'];
    const { stdout } = await run('java', [...args, ...reading, ...options]);
    for (let index = 0; index < 20; index++) expect(stdout).toContain(`T-${index}`);
  });
});
