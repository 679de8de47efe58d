/**
 * The topics on the cluster: made as they must be, and checked where they are there already. What would
 * break the journal's partitioning, lose a record before its time or tell a wrong append time is refused.
 */
import { setTimeout as pause } from 'node:timers/promises';
import kafkajs, { type Admin } from 'kafkajs';
import { TOPIC_NAMES, TOPICS, type Topic } from '../../../schemas/topics.ts';
import { monotonicNow } from '../../clock.ts';
import { WeirError } from '../../errors.ts';
import type { Connection } from './client.ts';
import { mayPass } from './errors.ts';
import { COMMITS, type Names, SCHEMAS, STATE } from './names.ts';

export interface TopicsOptions {
  readonly connection: Connection;
  readonly names: Names;
  /** Journal partitions of topics that are made. */
  readonly partitions: number;
  /** True where somebody chose that number: a journal that has another is refused. */
  readonly chosen?: boolean;
  /** Copies of each partition, and the fewest that are taken; the cluster's own default, and any, unless said. */
  readonly replication?: number;
}

export interface TopicState {
  /** Name on the cluster. */
  readonly topic: string;
  /** Null where it is not there. */
  readonly partitions: number | null;
  /** Copies of the partition that has fewest. */
  readonly replication: number | null;
  /** Its settings, those that must be as they are wanted. */
  readonly config: Config;
  /** What is not as it must be, in words; that it is missing is not among it. */
  readonly wrong: readonly string[];
  readonly made: boolean;
}

const PATIENCE_MS = 30_000;
const LOOK_MS = 50;

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
    const { retentionMs, partitions, compacted }: Topic = TOPICS[name];
    if (compacted === true) return [names.topic(name), COMPACTED];
    const config = {
      'cleanup.policy': 'delete',
      'message.timestamp.type': 'LogAppendTime',
      'retention.ms': `${retentionMs ?? -1}`,
      'retention.bytes': '-1',
      'max.message.bytes': MESSAGE_BYTES_MAX,
      // Others write inputs with whatever codec they like. Here the broker unpacks it, and so refuses whoever sends a
      // little that unpacks to a lot; where a topic was made otherwise, or changed, it is unpacked by who reads.
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
    const before = await inspect(admin, options);
    refuseWrong(before);
    const missing = before.filter(({ partitions }) => partitions === null).map(({ topic }) => topic);
    if (missing.length === 0) return before;
    if (missing.includes(names.topic('journal'))) await refuseLostJournal(admin, names, missing);
    const wanted = wantedPartitions(before, options);
    const configs = configsOf(names);
    const topics = missing.map((topic) => ({
      topic,
      numPartitions: wanted.get(topic) as number,
      replicationFactor: replication ?? -1,
      configEntries: Object.entries(configs.get(topic) as Config).map(([name, value]) => ({ name, value })),
    }));
    await admin.createTopics({ waitForLeaders: false, topics }).catch(refuseUnlessThere);
    const after = await onceThere(() => inspect(admin, options));
    refuseWrong(after);
    return after.map((state) => ({ ...state, made: missing.includes(state.topic) }));
  });
}

/** Another process may make them at the same time. */
function refuseUnlessThere(error: Error & { readonly errors?: readonly { readonly type?: string }[] }): void {
  if (error.errors?.every(({ type }) => type === 'TOPIC_ALREADY_EXISTS') !== true) throw error;
}

/** Brokers learn of new topics one after the other, and for a moment do not know what the controller has made. */
async function onceThere(look: () => Promise<TopicState[]>): Promise<TopicState[]> {
  const end = monotonicNow() + PATIENCE_MS;
  for (;;) {
    try {
      const states = await look();
      if (states.every(({ partitions }) => partitions !== null) || monotonicNow() > end) return states;
    } catch (error) {
      if (!mayPass(error) || monotonicNow() > end) throw error;
    }
    await pause(LOOK_MS);
  }
}

/** How each topic is, and what is wrong with it; changes nothing. */
export async function inspectTopics(options: TopicsOptions): Promise<TopicState[]> {
  return withAdmin(options.connection, (admin) => inspect(admin, options));
}

/** The number of journal partitions; refuses a cluster whose topics are missing or made otherwise. */
export async function checkTopics({ connection, names }: Omit<TopicsOptions, 'partitions'>): Promise<number> {
  return withAdmin(connection, async (admin) => {
    const states = await inspect(admin, { connection, names, partitions: 1 });
    const missing = states.filter(({ partitions }) => partitions === null).map(({ topic }) => topic);
    if (missing.length > 0) throw mismatch([`${missing.join(', ')}: not on the cluster`]);
    refuseWrong(states);
    return states.find(({ topic }) => topic === names.topic('journal'))?.partitions as number;
  });
}

async function inspect(admin: Admin, options: TopicsOptions): Promise<TopicState[]> {
  const { names } = options;
  const { topics } = await admin.fetchTopicMetadata();
  const there = new Map(topics.map(({ name, partitions }) => [name, partitions]));
  const known = [...configsOf(names).keys()].filter((topic) => there.has(topic));
  const configs = await currentConfigs(admin, known);
  const states = [...configsOf(names).keys()].map((topic): TopicState => {
    const partitions = there.get(topic);
    const replication =
      partitions === undefined ? null : Math.min(...partitions.map(({ replicas }) => replicas.length));
    const config = configs.get(topic) ?? {};
    return { topic, partitions: partitions?.length ?? null, replication, config, wrong: [], made: false };
  });
  const wanted = wantedPartitions(states, options);
  return states.map((state) => ({ ...state, wrong: wrongWith(state, wanted.get(state.topic) as number, options) }));
}

/** How many partitions each topic must have: the journal’s number counts where there is one. */
function wantedPartitions(states: readonly TopicState[], { names, partitions }: TopicsOptions) {
  return names.all(states.find(({ topic }) => topic === names.topic('journal'))?.partitions ?? partitions);
}

function wrongWith(state: TopicState, wanted: number, { names, partitions, chosen, replication }: TopicsOptions) {
  const { topic } = state;
  if (state.partitions === null) return [];
  const wrong: string[] = [];
  if (chosen === true && topic === names.topic('journal') && state.partitions !== partitions) {
    wrong.push(
      `${topic}: has ${state.partitions} partitions, which is fixed for life, and ${partitions} are asked for`,
    );
  }
  if (state.partitions !== wanted) wrong.push(`${topic}: has ${state.partitions} partitions and needs ${wanted}`);
  if (replication !== undefined && (state.replication as number) < replication) {
    wrong.push(`${topic}: has ${state.replication} copies and needs ${replication}`);
  }
  const config = configsOf(names).get(topic) as Config;
  for (const [name, value] of Object.entries(state.config)) {
    if (isWrong(name, value, config[name])) wrong.push(`${topic}: ${name} is ${value} and must be ${config[name]}`);
  }
  return wrong;
}

async function currentConfigs(admin: Admin, topics: readonly string[]): Promise<ReadonlyMap<string, Config>> {
  if (topics.length === 0) return new Map();
  const asked = topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: REQUIRED }));
  const { resources } = await admin.describeConfigs({ resources: asked, includeSynonyms: false });
  return new Map(
    resources.map(({ resourceName, configEntries }) => {
      return [
        resourceName,
        Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue])),
      ];
    }),
  );
}

function refuseWrong(states: readonly TopicState[]): void {
  const wrong = states.flatMap((state) => state.wrong);
  if (wrong.length > 0) throw mismatch(wrong);
}

/** Offsets that were committed and checkpointed would mean something else in a new journal. */
async function refuseLostJournal(admin: Admin, names: Names, missing: readonly string[]): Promise<void> {
  for (const topic of [COMMITS, STATE].map((name) => names.topic(name))) {
    if (missing.includes(topic)) continue;
    const written = (await admin.fetchTopicOffsets(topic)).some(({ high }) => high !== '0');
    if (!written) continue;
    throw mismatch([
      `${names.topic('journal')}: is gone, and ${topic} still tells how far it was worked off; put the journal back as it was`,
    ]);
  }
}

/** A longer retention than asked for is anybody's own choice; a shorter one loses what is still needed. */
function isWrong(name: string, value: string, wanted: string | undefined): boolean {
  if (wanted === undefined || value === wanted) return false;
  if (name !== 'retention.ms') return true;
  return value !== '-1' && (wanted === '-1' || Number(value) < Number(wanted));
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
  return new WeirError(
    'TOPICS_MISMATCH',
    `${wrong.join('\n')}\nweir topics apply makes what is missing, and never changes what is there.`,
  );
}
