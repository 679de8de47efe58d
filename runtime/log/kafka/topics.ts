/**
 * The topics on the cluster: made as they must be, and checked where they are there already. What would
 * break the journal's partitioning, lose a record before its time or tell a wrong append time is refused.
 */
import kafkajs, { type Admin } from 'kafkajs';
import { TOPIC_NAMES, TOPICS } from '../../../schemas/topics.ts';
import { WeirError } from '../../errors.ts';
import type { Connection } from './client.ts';
import { COMMITS, type Names, SCHEMAS, STATE } from './names.ts';

export interface TopicsOptions {
  readonly connection: Connection;
  readonly names: Names;
  /** Journal partitions of topics that are made. */
  readonly partitions: number;
  /** Copies of each partition; the cluster's own default unless said. */
  readonly replication?: number;
}

export interface TopicState {
  readonly topic: string;
  readonly partitions: number;
  readonly made: boolean;
}

type Config = { readonly [name: string]: string };

/** Large enough for any block or body that Weir takes; a broker's own default is 1 MiB. */
const MESSAGE_BYTES_MAX = `${16 << 20}`;
const COMPACTED: Config = {
  'cleanup.policy': 'compact',
  'message.timestamp.type': 'LogAppendTime',
  'max.message.bytes': MESSAGE_BYTES_MAX,
  // Small segments are compacted soon, so that what is looked through at a start stays short.
  'segment.bytes': `${16 << 20}`,
  'segment.ms': '3600000',
  'min.cleanable.dirty.ratio': '0.1',
};
/** What a topic that is there already must have, too. */
const REQUIRED = ['cleanup.policy', 'message.timestamp.type', 'retention.ms'];

/** How each topic is configured, by its name on the cluster. */
export function configsOf(names: Names): ReadonlyMap<string, Config> {
  const declared = TOPIC_NAMES.map((name): [string, Config] => {
    const { retentionMs, partitions } = TOPICS[name];
    const config = {
      'cleanup.policy': 'delete',
      'message.timestamp.type': 'LogAppendTime',
      'retention.ms': `${retentionMs ?? -1}`,
      'retention.bytes': '-1',
      'max.message.bytes': MESSAGE_BYTES_MAX,
      // Others write inputs with whatever codec they like; the broker unpacks what is not read here.
      'compression.type': partitions === 'input' ? 'uncompressed' : 'producer',
    };
    return [names.topic(name), config];
  });
  const compacted = [COMMITS, SCHEMAS, STATE].map((name): [string, Config] => [names.topic(name), COMPACTED]);
  return new Map([...declared, ...compacted]);
}

/** Makes the topics that are missing, and refuses those that are there but made otherwise. */
export async function applyTopics(options: TopicsOptions): Promise<TopicState[]> {
  return withAdmin(options.connection, async (admin) => {
    const { names, replication } = options;
    const there = await partitionCounts(admin);
    const partitions = there.get(names.topic('journal')) ?? options.partitions;
    const wanted = names.all(partitions);
    const missing = [...wanted.keys()].filter((topic) => !there.has(topic));
    await refuseWrong(admin, names, wanted, there);
    const configs = configsOf(names);
    if (missing.length > 0) {
      await admin.createTopics({
        waitForLeaders: true,
        topics: missing.map((topic) => ({
          topic,
          numPartitions: wanted.get(topic) as number,
          replicationFactor: replication ?? -1,
          configEntries: Object.entries(configs.get(topic) as Config).map(([name, value]) => ({ name, value })),
        })),
      });
    }
    return [...wanted].map(([topic, count]) => ({ topic, partitions: count, made: missing.includes(topic) }));
  });
}

/** The number of journal partitions; refuses a cluster whose topics are missing or made otherwise. */
export async function checkTopics({ connection, names }: Omit<TopicsOptions, 'partitions'>): Promise<number> {
  return withAdmin(connection, async (admin) => {
    const there = await partitionCounts(admin);
    const partitions = there.get(names.topic('journal'));
    const wanted = names.all(partitions ?? 1);
    const missing = [...wanted.keys()].filter((topic) => !there.has(topic));
    if (partitions === undefined || missing.length > 0) {
      throw mismatch([`${missing.join(', ')}: not on the cluster`]);
    }
    await refuseWrong(admin, names, wanted, there);
    return partitions;
  });
}

async function refuseWrong(
  admin: Admin,
  names: Names,
  wanted: ReadonlyMap<string, number>,
  there: ReadonlyMap<string, number>,
): Promise<void> {
  const known = [...wanted].filter(([topic]) => there.has(topic));
  const counts = known
    .filter(([topic, count]) => there.get(topic) !== count)
    .map(([topic, count]) => `${topic}: has ${there.get(topic)} partitions and needs ${count}`);
  const wrong = [
    ...counts,
    ...(await wrongConfigs(
      admin,
      names,
      known.map(([topic]) => topic),
    )),
  ];
  if (wrong.length > 0) throw mismatch(wrong);
}

async function wrongConfigs(admin: Admin, names: Names, topics: readonly string[]): Promise<string[]> {
  if (topics.length === 0) return [];
  const configs = configsOf(names);
  const asked = topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: REQUIRED }));
  const { resources } = await admin.describeConfigs({ resources: asked, includeSynonyms: false });
  return resources.flatMap(({ resourceName, configEntries }) => {
    const wanted = configs.get(resourceName) as Config;
    return configEntries
      .filter(({ configName, configValue }) => isWrong(configName, configValue, wanted[configName]))
      .map(
        ({ configName, configValue }) =>
          `${resourceName}: ${configName} is ${configValue} and must be ${wanted[configName]}`,
      );
  });
}

/** A longer retention than asked for is anybody's own choice; a shorter one loses what is still needed. */
function isWrong(name: string, value: string, wanted: string | undefined): boolean {
  if (wanted === undefined || value === wanted) return false;
  if (name !== 'retention.ms') return true;
  return value !== '-1' && (wanted === '-1' || Number(value) < Number(wanted));
}

async function partitionCounts(admin: Admin): Promise<ReadonlyMap<string, number>> {
  const { topics } = await admin.fetchTopicMetadata();
  return new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
}

async function withAdmin<T>(
  { brokers, clientId, ssl, sasl }: Connection,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const access = {
    ...(ssl === undefined ? {} : { ssl: ssl as never }),
    ...(sasl === undefined ? {} : { sasl: sasl as never }),
  };
  const { Kafka, logLevel } = kafkajs;
  const kafka = new Kafka({ brokers: [...brokers], clientId, logLevel: logLevel.NOTHING, ...access });
  const admin = kafka.admin({ retry: { retries: 8 } });
  try {
    await admin.connect();
    return await work(admin);
  } catch (error) {
    if (error instanceof WeirError) throw error;
    throw new WeirError('LOG_UNAVAILABLE', `Kafka at ${brokers.join(', ')}: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await admin.disconnect();
  }
}

function mismatch(wrong: readonly string[]): WeirError {
  return new WeirError('TOPICS_MISMATCH', `${wrong.join('\n')}\nweir topics apply makes what is missing.`);
}
