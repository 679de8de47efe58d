/** The Kafka log through the log port, and what only it has to keep to: a real broker. */
import { describe } from 'vitest';
import { openKafkaLog } from '../../../runtime/log/kafka.ts';
import { kafka, useKafka } from '../../support/kafka/real-kafka.ts';
import { describeWith } from '../../support/real-parts.ts';
import { RegistryServer } from '../../support/registry-server.ts';
import { describeLog, PARTITIONS } from './contract.ts';

describeWith(kafka, 'the Kafka log', () => {
  const broker = useKafka();

  describe('as any log', () => {
    describeLog(() => {
      const prefix = broker.newPrefix();
      let registry: RegistryServer | null = null;
      return {
        open: async () => {
          registry ??= await RegistryServer.start();
          return openKafkaLog({
            connection: { brokers: broker.brokers, clientId: 'weir-test' },
            registry: { url: registry.url },
            prefix,
            makeTopics: { partitions: PARTITIONS },
          });
        },
        remove: () => registry?.stop(),
      };
    });
  });
});
