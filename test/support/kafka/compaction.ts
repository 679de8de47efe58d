/** Has a broker compact a topic as a test wants it. */
import kafkajs from 'kafkajs';

/** Sets what is given, and leaves all else of a compacted topic of ours as it is made. */
export async function configureCompacted(
  brokers: readonly string[],
  topic: string,
  config: { readonly [name: string]: string },
): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  const all = { 'cleanup.policy': 'compact', 'message.timestamp.type': 'LogAppendTime', ...config };
  const configEntries = Object.entries(all).map(([name, value]) => ({ name, value }));
  const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }];
  await admin.alterConfigs({ validateOnly: false, resources });
  await admin.disconnect();
}
