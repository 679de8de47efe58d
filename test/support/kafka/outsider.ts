/** Readers that know nothing of Weir: a plain kafkajs consumer, and Kafka's own console consumer. */
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { eventually } from '../eventually.ts';
import type { TestKafka } from './real-kafka.ts';

/** What a consumer as kafkajs makes it reads of a topic, partition by partition, until it has so many records. */
export async function readWithKafkajs(brokers: readonly string[], topic: string, count: number): Promise<Buffer[][]> {
  const client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = client.consumer({ groupId: `outsider-${randomUUID()}` });
  const values: Buffer[][] = [];
  let total = 0;
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        values[partition] ??= [];
        values[partition].push(message.value as Buffer);
        total++;
      },
    });
    await eventually(`${count} records of ${topic}`, () => total >= count);
  } finally {
    await consumer.disconnect();
  }
  return values;
}

/** What Kafka's console consumer prints of a topic, reading what is committed, until nothing more comes for a while. */
export async function readOnConsole(
  { tool }: Pick<TestKafka, 'tool'>,
  brokers: readonly string[],
  topic: string,
  shown: readonly string[] = [],
): Promise<string[]> {
  const from = ['--bootstrap-server', brokers.join(','), '--topic', topic, '--from-beginning'];
  const how = ['--isolation-level', 'read_committed', '--timeout-ms', '5000'];
  const format = shown.flatMap((one) => ['--formatter-property', one]);
  const printed = await tool('org.apache.kafka.tools.consumer.ConsoleConsumer', [...from, ...how, ...format]);
  return printed.split('\n').filter((line) => line !== '');
}
