/**
 * What others compress, on a real broker: by Kafka’s own producer, and by the broker itself, which packs whatever comes
 * to a topic that names a codec.
 */
import kafkajs from 'kafkajs';
import { expect, it, onTestFinished } from 'vitest';
import { KafkaClient } from '../../runtime/log/kafka/client.ts';
import { fetch } from '../../runtime/log/kafka/requests.ts';
import { type Decision, decisionRecord } from '../../schemas/decision.ts';
import { readBatches, textsOf } from '../runtime/log/contract.ts';
import { temporaryFolder } from '../support/folder.ts';
import { kafka, openLogOn, useKafka } from '../support/kafka/real-kafka.ts';
import { recordsOf } from '../support/proofs.ts';
import { describeWith } from '../support/real-parts.ts';
import { River, RiverProcess } from '../support/river.ts';
import { snapshotOf } from '../support/snapshot-log.ts';

/** In the order of their numbers. */
const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const NUMBERS = [1, 2, 3, 4];
const ATTRIBUTES_AT = 21;
const COUNT = 50_000;

describeWith(kafka, 'compressed by others', () => {
  const broker = useKafka();

  it('each record of Kafka’s own producer is read once, whatever codec it uses', async () => {
    const prefix = broker.newPrefix();
    const log = await openLogOn(broker, 1, prefix);
    await compress(`${prefix}transfers`, 'producer');
    for (const codec of CODECS) {
      await broker.tool('org.apache.kafka.tools.ProducerPerformance', [
        ...['--bootstrap-server', broker.brokers.join(','), '--topic', `${prefix}transfers`],
        ...['--num-records', `${COUNT}`, '--payload-monotonic', '--throughput', '-1'],
        // Batches so large that each is several blocks of its codec.
        ...['--command-property', `compression.type=${codec}`, 'batch.size=900000', 'linger.ms=1000'],
      ]);
    }
    expect(await codecsIn(`${prefix}transfers`)).toEqual(NUMBERS);
    const end = await log.askEnd('transfers', 0);
    const batches = await readBatches(log.reader('transfers', 0, 0, { durable: true }), end);
    const wanted = CODECS.flatMap(() => Array.from({ length: COUNT }, (_, index) => `${index}`));
    expect(batches.flatMap(textsOf).join()).toBe(wanted.join());
  });

  it('each transfer is decided once', async () => {
    const prefix = broker.newPrefix();
    const log = await openLogOn(broker, 2, prefix);
    const river = await River.on(log, { folder: temporaryFolder() });
    const ids: string[] = [];
    for (const codec of CODECS) {
      await compress(`${prefix}transfers`, codec);
      const own = Array.from({ length: 200 }, (_, index) => `${codec}-${index}`);
      await river.feed({ topic: 'transfers', events: own.map((id) => transferOf(id, river.now)) });
      ids.push(...own);
    }
    expect(await codecsIn(`${prefix}transfers`)).toEqual(NUMBERS);
    const flowing = new RiverProcess(river);
    await flowing.start();
    await flowing.drain();
    await flowing.stop();
    const decided = [...recordsOf(await snapshotOf(log), 'decisions')];
    const decisions = decided.map(({ bytes }) => decisionRecord.type.fromBuffer(bytes) as Decision);
    expect(decisions.map(({ transferId }) => transferId).sort()).toEqual(ids.sort());
  });

  /** Has the broker pack what comes to a topic from now on, or with `producer` leave it as it comes. */
  async function compress(name: string, codec: string): Promise<void> {
    const admin = new kafkajs.Kafka({ brokers: [...broker.brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    onTestFinished(() => admin.disconnect());
    const type = kafkajs.ConfigResourceTypes.TOPIC;
    const { resources } = await admin.describeConfigs({ resources: [{ type, name }], includeSynonyms: false });
    // What is not named falls back to what the broker has for everybody.
    const entries = (resources[0]?.configEntries ?? []).filter(({ isDefault }) => !isDefault);
    const kept = entries.filter((entry) => entry.configName !== 'compression.type');
    const configEntries = [
      ...kept.map(({ configName, configValue }) => ({ name: configName, value: configValue })),
      { name: 'compression.type', value: codec },
    ];
    await admin.alterConfigs({ validateOnly: false, resources: [{ type, name, configEntries }] });
  }

  /** Which codecs the batches of a topic are packed with, on the broker’s disk. */
  async function codecsIn(topic: string): Promise<number[]> {
    const options = { brokers: broker.brokers, clientId: 'weir-test', topics: [topic], patienceMs: 30_000 };
    const client = new KafkaClient({ ...options, onTrouble: () => {} });
    onTestFinished(() => client.close());
    await client.connect();
    const place = { topic, partition: 0 };
    const limits = { waitMs: 100, bytes: 32 << 20, partitionBytes: 32 << 20 };
    const { partitions } = await client.send(client.leaderOf(place), fetch([{ ...place, offset: 0 }], limits));
    const { records } = partitions[0]!;
    const codecs = new Set<number>();
    for (let at = 0; at + ATTRIBUTES_AT < records.length; at += 12 + records.readInt32BE(at + 8)) {
      codecs.add(records.readInt16BE(at + ATTRIBUTES_AT) & 0x07);
    }
    return [...codecs].sort();
  }
});

function transferOf(transferId: string, now: number) {
  return {
    transferId,
    kind: 'transfer',
    status: 'submitted',
    at: new Date(now).toISOString(),
    amount: { minor: 12_500, currency: 'CNY' },
    debtor: { party: `C-${transferId}`, account: `A-${transferId}` },
    creditor: { account: 'A-shop', country: 'CN' },
    channel: 'mobile',
  };
}
