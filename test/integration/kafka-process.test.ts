/**
 * A whole Weir on Kafka: transfers in over HTTP and from other producers, decisions out to whoever reads the topic;
 * people are served by several processes alike.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import avro from 'avsc';
import kafkajs from 'kafkajs';
import { pino } from 'pino';
import { expect, it, onTestFailed, onTestFinished } from 'vitest';
import { declareSchemas } from '../../commands/engine.ts';
import { openPatiently } from '../../commands/patient-log.ts';
import { loadConfig } from '../../runtime/config.ts';
import { logSourceOf } from '../../runtime/log/open.ts';
import { type Declared, schemaOf } from '../../schemas/declare.ts';
import { transferRecord } from '../../schemas/events/transfer.ts';
import { ask, signIn } from '../support/caller.ts';
import { runWeir } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';
import { kafka, useKafka } from '../support/kafka/real-kafka.ts';
import { freePorts } from '../support/ports.ts';
import { describeWith } from '../support/real-parts.ts';
import { RegistryServer } from '../support/registry-server.ts';
import { ADMIN_KEY, DECIDED, type RunningWeir, startWeir } from '../support/running-weir.ts';
import { startReceiver } from '../support/webhooks.ts';
import { WorkerProcess } from '../support/workers.ts';

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

  async function begin(settings: { readonly [name: string]: string } = {}) {
    const registry = await RegistryServer.start();
    onTestFinished(() => registry.stop());
    const prefix = broker.newPrefix();
    const environment = {
      WEIR_KAFKA_BROKERS: broker.brokers.join(','),
      WEIR_KAFKA_PREFIX: prefix,
      WEIR_SCHEMA_REGISTRY_URL: registry.url,
      ...settings,
    };
    const dataDir = temporaryFolder();
    return { registry, prefix, environment, start: () => startWeir({ dataDir, environment }) };
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

  it('decides what comes over HTTP, anybody reads the decisions, and webhooks are sent', async () => {
    const { registry, prefix, start } = await begin({ WEIR_WEBHOOK_ALLOW: 'localhost' });
    const weir = await start();
    const receiver = await startReceiver();
    const wanted = { url: receiver.url, title: 'Compliance', topics: ['alerts'] };
    const { body: made } = (await weir.ask('/v1/webhooks', wanted)) as { body: { subscription: { id: string } } };
    const ids = await send(weir, 0, 50);
    const decisions = await readDecisions(`${prefix}decisions`, registry.url, ids.length);
    expect(decisions.map(({ transferId }) => transferId).sort()).toEqual([...ids].sort());
    expect(registry.subjects).toContain(`${prefix}decisions-value`);
    expect((await weir.ask(`/v1/webhooks/${made.subscription.id}/test`, {})).body).toMatchObject({
      outcome: 'delivered',
    });
    expect(receiver.received.length).toBeGreaterThan(0);
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

  it('waits for a schema registry that comes up after it', async () => {
    const [port] = (await freePorts(1)) as [number];
    const environment = {
      WEIR_KAFKA_BROKERS: broker.brokers.join(','),
      WEIR_KAFKA_PREFIX: broker.newPrefix(),
      WEIR_SCHEMA_REGISTRY_URL: `http://127.0.0.1:${port}`,
      WEIR_KAFKA_MAKE_TOPICS: 'on',
    };
    const source = logSourceOf(loadConfig({ environment }), '');
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
    const patience = { deadlineMs: 60_000, logger, now: Date.now };
    const opening = openPatiently(source, patience, declareSchemas);
    await eventually('it says what it waits for', () => lines.some((line) => line.includes('The schema registry')));
    const registry = await RegistryServer.start(port);
    onTestFinished(() => registry.stop());
    const log = await opening;
    expect(registry.subjects).not.toEqual([]);
    await log.close();
  });

  it('serves people at several processes alike: who signs in at one is known at the others, and soon out everywhere', async () => {
    const { environment } = await begin();
    const [whole, http] = ['route,score,clickhouse,http,clock', 'clickhouse,http'];
    const start = async (roles: string) => {
      const made = { WEIR_KAFKA_MAKE_TOPICS: 'on', WEIR_FOLD_THREADS: '1' };
      const worker = new WorkerProcess(roles, { ...environment, ...made });
      onTestFailed(() => console.error(worker.printed().slice(-4_000)));
      await worker.start();
      return worker;
    };
    const [one, two] = await Promise.all([start(whole), start(http)]);
    const admin = { authorization: `Bearer ${ADMIN_KEY}` };
    // A key that one made is good at the other with its first request, as is who signs in.
    const made = await ask(one.address, admin, '/v1/keys', { body: { name: 'core-bank', roles: ['intake'] } });
    const bank = { authorization: `Bearer ${made.body.key}` };
    const decided = await ask(two.address, bank, DECIDED, { body: transferOf('T-1') });
    expect(decided).toMatchObject({ status: 200, body: { outcome: 'accept' } });
    const li = { name: 'li', password: 'correct horse battery staple', roles: ['viewer'] };
    expect((await ask(two.address, admin, '/v1/users', { body: li })).status).toBe(201);
    const session = await signIn(one.address, 'li', li.password);
    expect(await ask(two.address, session, '/v1/session')).toMatchObject({
      status: 200,
      body: { name: 'li', csrf: session['weir-csrf'] },
    });
    // Commands go to the log itself, from a machine without a folder of Weir.
    const nowhere = { dataDir: join(temporaryFolder(), 'none'), environment };
    const listed = await runWeir(['keys', 'list', '--json'], nowhere);
    const [{ id }] = JSON.parse(listed.out) as [{ id: string }];
    expect([listed.exitCode, id]).toEqual([0, made.body.id]);
    // One dies; one with an empty folder takes its place, and knows everybody.
    await two.end('SIGKILL');
    const three = await start(http);
    expect((await ask(three.address, session, '/v1/me')).body).toMatchObject({ name: 'li' });
    expect((await ask(three.address, bank, '/v1/decisions/T-0')).status).toBe(404);
    // What is taken back anywhere is refused everywhere.
    const refused = (worker: WorkerProcess, caller: typeof session | typeof bank, path: string) =>
      eventually('it is refused', async () => (await ask(worker.address, caller, path)).status === 401);
    expect((await runWeir(['keys', 'revoke', id], nowhere)).exitCode).toBe(0);
    for (const worker of [one, three]) await refused(worker, bank, '/v1/decisions/T-0');
    expect((await ask(three.address, session, '/v1/session', { method: 'DELETE' })).status).toBe(204);
    for (const worker of [one, three]) await refused(worker, session, '/v1/session');
    const again = await signIn(three.address, 'li', li.password);
    // A stream that one process serves ends with the user that another put out.
    const live = await fetch(`${one.address}/v1/live`, { headers: { ...again } });
    expect(live.status).toBe(200);
    expect((await runWeir(['users', 'disable', 'li'], nowhere)).exitCode).toBe(0);
    for (const worker of [one, three]) await refused(worker, again, '/v1/session');
    expect((await ask(three.address, admin, DECIDED, { body: transferOf('T-2') })).status).toBe(200);
    expect(await live.text()).toContain('event: ended');
  });
});
