/** Opens the log that the settings name: the one place that knows which adapters there are. */
import { type LoadedConfig, settingFacts } from '../config.ts';
import { isWeirError, WeirError } from '../errors.ts';
import { kafkaService, registryService } from '../services.ts';
import { EmbeddedLog, type EmbeddedLogOptions, openEmbeddedLog } from './embedded.ts';
import type { Patience } from './kafka/client.ts';
import { openKafkaClient } from './kafka/clients.ts';
import { isOfKafka, mayPass } from './kafka/errors.ts';
import { GroupMember } from './kafka/group.ts';
import { Names } from './kafka/names.ts';
import { applyTopics, inspectTopics, type TopicState } from './kafka/topics.ts';
import { type KafkaLogOptions, openKafkaLog } from './kafka.ts';
import { type Ownership, type OwnershipOptions, ownEverything } from './ownership.ts';
import type { Log } from './port.ts';

/** What a log is opened with; it may go to a further thread. */
export type LogSource =
  | { readonly kind: 'embedded'; readonly options: Pick<EmbeddedLogOptions, 'folder' | 'partitions' | 'shared'> }
  | { readonly kind: 'kafka'; readonly options: Omit<KafkaLogOptions, 'onTrouble'> };

/** Without brokers the log is embedded, in `folder`. The number of partitions counts only where somebody chose it. */
export function logSourceOf({ config, origins }: LoadedConfig, folder: string): LogSource {
  const service = kafkaService(config);
  const registry = registryService(config);
  if (service === null) {
    const chosen = origins.partitions.from === 'default' ? {} : { partitions: config.partitions };
    return { kind: 'embedded', options: { folder, ...chosen } };
  }
  if (registry === null) {
    const [set, other] = (['kafkaBrokers', 'schemaRegistryUrl'] as const).map((name) => settingFacts(name).variable);
    throw new WeirError('CONFIG_INVALID', `${set}: is set, but ${other} is not; set both`);
  }
  const { brokers, tls, sasl } = service;
  return {
    kind: 'kafka',
    options: {
      connection: {
        brokers,
        clientId: 'weir',
        ...(tls === null ? {} : { ssl: Object.keys(tls).length === 0 ? true : tls }),
        ...(sasl === null ? {} : { sasl }),
      },
      registry: {
        url: registry.url,
        ...(registry.auth === null ? {} : { auth: registry.auth }),
        ...(registry.tls === null ? {} : { tls: registry.tls }),
      },
      prefix: config.kafkaPrefix ?? '',
      ...(config.kafkaMakeTopics === true ? { makeTopics: wantedTopics(config) } : {}),
    },
  };
}

/** What topics are made with where they are missing. */
export function wantedTopics({ partitions, kafkaReplication }: LoadedConfig['config']) {
  return { partitions, ...(kafkaReplication === undefined ? {} : { replication: kafkaReplication }) };
}

export function openLog(source: LogSource, onTrouble?: (error: unknown) => void): Promise<Log> {
  if (source.kind === 'embedded') return openEmbeddedLog(source.options);
  return openKafkaLog({ ...source.options, ...(onTrouble === undefined ? {} : { onTrouble }) });
}

/** What a further thread of this process opens the same log with. */
export function sourceForThreads(source: LogSource, log: Log): LogSource {
  if (source.kind === 'embedded') {
    return log instanceof EmbeddedLog
      ? { kind: 'embedded', options: { ...source.options, shared: log.shared } }
      : source;
  }
  // The topics are there by now.
  const { makeTopics: _made, ...options } = source.options;
  return { kind: 'kafka', options };
}

/** True where what the log stands on does not answer, and may yet: not where it answered that it will not. */
export function mayComeUp(error: unknown): boolean {
  if (!isWeirError(error, 'LOG_UNAVAILABLE')) return false;
  const { cause } = error;
  if (isOfKafka(cause)) return mayPass(cause);
  // The registry says so to whoever shows a wrong password.
  const { status } = (cause ?? {}) as { readonly status?: number };
  return status !== 401 && status !== 403;
}

export type ClusterTopic = TopicState;

/** How the topics on the cluster are, and what is wrong with them. */
export function clusterTopics(loaded: LoadedConfig): Promise<ClusterTopic[]> {
  return inspectTopics(topicsOf(loaded));
}

/** Makes those that are missing; refuses where one is there but made otherwise. */
export function makeClusterTopics(loaded: LoadedConfig): Promise<ClusterTopic[]> {
  return applyTopics(topicsOf(loaded));
}

function topicsOf(loaded: LoadedConfig) {
  const source = logSourceOf(loaded, '');
  if (source.kind === 'embedded') throw new Error('the topics of a cluster were asked for where there is none');
  const { connection, prefix = '' } = source.options;
  const chosen = loaded.origins.partitions.from !== 'default';
  return { connection, names: new Names(prefix), chosen, ...wantedTopics(loaded.config) };
}

export interface JoinOptions extends OwnershipOptions {
  /** The name by which this process is known to the others, also when it comes again. */
  readonly instance: string;
  /** After so long without a sign of life its work is given to others. */
  readonly sessionMs: number;
  readonly onTrouble: (error: unknown) => void;
}

/** Shares the work on a log with the other processes that join; an embedded log has one process alone. */
export function joinOwners(source: LogSource, options: JoinOptions): Ownership {
  if (source.kind === 'embedded') return ownEverything(options);
  const { instance, sessionMs, onTrouble } = options;
  const connect = (patience: Patience) => openKafkaClient({ ...source.options, onTrouble }, patience);
  const { group } = new Names(source.options.prefix ?? '');
  return new GroupMember({ connect, group, instance, sessionMs }, options);
}
