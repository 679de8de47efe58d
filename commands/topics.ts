/** `weir topics`: every topic with what it carries and how much of it there is; on Kafka, whether it is as it must be. */
import type { LoadedConfig } from '../runtime/config.ts';
import { WeirError } from '../runtime/errors.ts';
import { type ClusterTopic, clusterTopics, makeClusterTopics } from '../runtime/log/open.ts';
import { formatDuration } from '../schemas/time.ts';
import { TOPIC_NAMES, TOPICS } from '../schemas/topics.ts';
import { accessOf, type Cli, type Declare, ownLogSource, settingsOf, withFolder } from './cli.ts';
import { type Text, table } from './terminal.ts';

const HEAD: readonly Text[] = [
  { en: 'Topic', zh: '主题' },
  { en: 'Title', zh: '名称' },
  { en: 'Partitions', zh: '分区' },
  { en: 'Records', zh: '记录数' },
  { en: 'Ever written', zh: '累计写入' },
  { en: 'Key', zh: '键' },
  { en: 'Kept', zh: '保留' },
  { en: 'Access', zh: '可见性' },
];

const CLUSTER_HEAD: readonly Text[] = [
  { en: 'Topic', zh: '主题' },
  { en: 'Partitions', zh: '分区' },
  { en: 'Copies', zh: '副本' },
  { en: 'Kept', zh: '保留' },
  { en: 'Clean-up', zh: '清理' },
  { en: 'Time', zh: '时间' },
  { en: 'State', zh: '状态' },
];

const FOR_EVER: Text = { en: 'for ever', zh: '永久' };

const STATES = {
  made: { en: 'made', zh: '已创建' },
  missing: { en: 'missing', zh: '缺少' },
  wrong: { en: 'wrong, see below', zh: '有误，见下' },
  right: { en: 'as it must be', zh: '符合要求' },
} as const satisfies { readonly [state: string]: Text };

export const declareTopics: Declare = (program, cli) => {
  const topics = program
    .command('topics')
    .description(
      'List the topics with their partitions, records and retention; on Kafka, check that they are as they must be.',
    )
    .option('--json', 'as JSON, with the bounds of every partition, or how each is on Kafka')
    .action(async ({ json = false }: { json?: boolean }) => {
      const loaded = settingsOf(cli);
      if (ownLogSource(loaded).kind === 'kafka') await checkCluster(cli, loaded, json);
      else await listFolder(cli, loaded, json);
    });
  topics
    .command('apply')
    .description('Make the topics that are missing on Kafka; refuse those that are there but made otherwise.')
    .action(async () => applyCluster(cli, settingsOf(cli)));
};

async function listFolder({ terminal }: Cli, loaded: LoadedConfig, json: boolean): Promise<void> {
  const bounds = await withFolder(loaded, (holder) => accessOf(holder).bounds());
  if (json) {
    terminal.print(JSON.stringify(bounds));
    return;
  }
  const rows = TOPIC_NAMES.map((name) => {
    const { title, key, retentionMs, access } = TOPICS[name];
    const own = bounds.filter(({ topic }) => topic === name);
    const kept = own.reduce((sum, { start, end }) => sum + end - start, 0);
    const written = own.reduce((sum, { end }) => sum + end, 0);
    const retention = retentionMs === null ? terminal.say(FOR_EVER) : formatDuration(retentionMs);
    return [name, terminal.say(title), own.length, kept, written, key, retention, access];
  });
  const head = HEAD.map((text) => terminal.say(text));
  for (const line of table(head, rows)) terminal.print(line);
}

/** Prints how each is; fails where one is missing or wrong. */
async function checkCluster(cli: Cli, loaded: LoadedConfig, json: boolean): Promise<void> {
  const topics = await clusterTopics(loaded);
  if (json) cli.terminal.print(JSON.stringify(topics));
  else printTopics(cli, topics);
  const missing = topics.filter(({ partitions }) => partitions === null).map(({ topic }) => topic);
  const wrong = topics.flatMap((topic) => topic.wrong);
  if (missing.length > 0) wrong.push(`${missing.join(', ')}: missing; weir topics apply makes them`);
  if (wrong.length > 0) throw new WeirError('TOPICS_MISMATCH', wrong.join('\n'));
}

async function applyCluster(cli: Cli, loaded: LoadedConfig): Promise<void> {
  if (ownLogSource(loaded).kind === 'embedded') {
    throw new WeirError(
      'CONFIG_INVALID',
      'WEIR_KAFKA_BROKERS: is not set; the embedded log makes its topics by itself, and there is nothing to apply',
    );
  }
  printTopics(cli, await makeClusterTopics(loaded));
}

function printTopics({ terminal }: Cli, topics: readonly ClusterTopic[]): void {
  const rows = topics.map(({ topic, partitions, replication, config, wrong, made }) => {
    const state = made ? 'made' : partitions === null ? 'missing' : wrong.length > 0 ? 'wrong' : 'right';
    const retention = config['cleanup.policy'] === 'compact' ? '-1' : config['retention.ms'];
    return [
      topic,
      partitions ?? '–',
      replication ?? '–',
      retention === undefined ? '–' : retention === '-1' ? terminal.say(FOR_EVER) : formatDuration(Number(retention)),
      config['cleanup.policy'] ?? '–',
      config['message.timestamp.type'] ?? '–',
      terminal.say(STATES[state]),
    ];
  });
  const head = CLUSTER_HEAD.map((text) => terminal.say(text));
  for (const line of table(head, rows)) terminal.print(line);
}
