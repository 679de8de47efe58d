/** A real Kafka broker in a container, started by testcontainers from the image that Apache publishes. */
import { spawnSync } from 'node:child_process';
import { GenericContainer, Wait } from 'testcontainers';
import { freePorts } from '../ports.ts';

const IMAGE = 'apache/kafka:4.3.0';
const START_DEADLINE_MS = 120_000;
const ASK_TIMEOUT_MS = 10_000;

export interface KafkaContainer {
  readonly brokers: readonly string[];
  /** Runs a class of Kafka’s own tools in the container; answers what it printed. */
  tool(name: string, args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/** Why there can be no broker in a container here; null where there can. */
export function whyNoContainers(): string | null {
  const asked = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: ASK_TIMEOUT_MS });
  return asked.status === 0 ? null : 'no Docker answers';
}

/** On the same port inside and outside, since a broker tells its clients where it is. */
export async function startKafkaContainer(): Promise<KafkaContainer> {
  const [port] = (await freePorts(1)) as [number];
  const started = await new GenericContainer(IMAGE)
    .withExposedPorts({ container: port, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_LISTENERS: `PLAINTEXT://:${port},CONTROLLER://:9093`,
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://localhost:${port}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '5',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS: '5',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_LOG_DIRS: '/tmp/kafka-logs',
      CLUSTER_ID: '4L6g3nShT-eMCtK--X86sw',
    })
    .withWaitStrategy(Wait.forLogMessage('Kafka Server started'))
    .withStartupTimeout(START_DEADLINE_MS)
    .start();
  return {
    brokers: [`localhost:${port}`],
    tool: async (name, args) => {
      const { output, stdout } = await started.exec(['java', '-cp', '/opt/kafka/libs/*', name, ...args]);
      return stdout ?? output;
    },
    stop: async () => void (await started.stop()),
  };
}
