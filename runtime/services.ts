/**
 * How Weir reaches the services of a cluster, made of the settings: files are read and what does not go
 * together is refused here, at the start, so that what speaks to a service gets all it needs or nothing.
 */
import { readFileSync } from 'node:fs';
import type { Config, SettingName } from './config.ts';
import { settingFacts } from './config.ts';
import { WeirError } from './errors.ts';

/** PEM text, as Node's TLS takes it; empty where the authorities that Node knows are enough. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface KafkaService {
  readonly brokers: readonly string[];
  /** Null where Kafka is spoken to in the clear. */
  readonly tls: TlsMaterial | null;
  readonly sasl: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  } | null;
}

export interface RegistryService {
  readonly url: string;
  readonly tls: TlsMaterial | null;
  readonly auth: { readonly username: string; readonly password: string } | null;
}

export interface ClickHouseService {
  readonly url: string;
  readonly database: string;
  /** True where the tables are to be replicated. */
  readonly replicated: boolean;
  readonly username: string;
  /** Empty where the user has none. */
  readonly password: string;
  readonly tls: TlsMaterial | null;
  readonly timeoutMs: number;
  readonly compression: boolean;
}

/** Null where no brokers are named: the log is embedded. */
export function kafkaService(config: Config): KafkaService | null {
  const dependents: SettingName[] = ['kafkaPrefix', 'kafkaTlsCaFile', 'kafkaTlsCertFile', 'kafkaSaslMechanism'];
  if (!isNamed(config, 'kafkaBrokers', dependents)) return null;
  const material = tlsOf(config, 'kafkaTlsCaFile', 'kafkaTlsCertFile', 'kafkaTlsKeyFile');
  const tls = config.kafkaTls || Object.keys(material).length > 0 ? material : null;
  return { brokers: config.kafkaBrokers as readonly string[], tls, sasl: saslOf(config) };
}

/** Null where none is named. */
export function registryService(config: Config): RegistryService | null {
  const dependents: SettingName[] = ['schemaRegistryUsername', 'schemaRegistryTlsCaFile', 'schemaRegistryTlsCertFile'];
  if (!isNamed(config, 'schemaRegistryUrl', dependents)) return null;
  const password = secretOf(config, 'schemaRegistryPassword', 'schemaRegistryPasswordFile');
  const { schemaRegistryUsername: username, schemaRegistryUrl: url } = config;
  if ((username === undefined) !== (password === null)) {
    throw together('schemaRegistryUsername', 'schemaRegistryPassword');
  }
  return {
    url: url as string,
    tls: httpTls(
      config,
      'schemaRegistryUrl',
      tlsOf(config, 'schemaRegistryTlsCaFile', 'schemaRegistryTlsCertFile', 'schemaRegistryTlsKeyFile'),
    ),
    auth: username === undefined || password === null ? null : { username, password },
  };
}

/** Null where no server is named: ClickHouse runs in this process. */
export function clickhouseService(config: Config): ClickHouseService | null {
  const dependents: SettingName[] = [
    'clickhousePassword',
    'clickhousePasswordFile',
    'clickhouseTlsCaFile',
    'clickhouseTlsCertFile',
  ];
  if (!isNamed(config, 'clickhouseUrl', dependents)) return null;
  return {
    url: config.clickhouseUrl as string,
    database: config.clickhouseDatabase,
    replicated: config.clickhouseReplicated,
    username: config.clickhouseUsername,
    password: secretOf(config, 'clickhousePassword', 'clickhousePasswordFile') ?? '',
    tls: httpTls(
      config,
      'clickhouseUrl',
      tlsOf(config, 'clickhouseTlsCaFile', 'clickhouseTlsCertFile', 'clickhouseTlsKeyFile'),
    ),
    timeoutMs: config.clickhouseTimeoutMs,
    compression: config.clickhouseCompression,
  };
}

/** Settings of a service that nobody names would be left without effect, and without a word. */
function isNamed(config: Config, service: SettingName, dependents: readonly SettingName[]): boolean {
  if (config[service] !== undefined) return true;
  const stray = dependents.find((name) => config[name] !== undefined);
  if (stray === undefined) return false;
  throw new WeirError(
    'CONFIG_INVALID',
    `${variable(stray)}: is set, but ${variable(service)} is not; set both or none`,
  );
}

function saslOf(config: Config): KafkaService['sasl'] {
  const { kafkaSaslMechanism: mechanism, kafkaSaslUsername: username } = config;
  const password = secretOf(config, 'kafkaSaslPassword', 'kafkaSaslPasswordFile');
  if (mechanism === undefined) {
    if (username !== undefined || password !== null) throw together('kafkaSaslUsername', 'kafkaSaslMechanism');
    return null;
  }
  if (username === undefined) throw together('kafkaSaslMechanism', 'kafkaSaslUsername');
  if (password === null) throw together('kafkaSaslMechanism', 'kafkaSaslPassword');
  return { mechanism, username, password };
}

type PathSetting = Extract<SettingName, `${string}File`>;

function tlsOf(config: Config, ca: PathSetting, cert: PathSetting, key: PathSetting): TlsMaterial {
  if ((config[cert] === undefined) !== (config[key] === undefined)) throw together(cert, key);
  return {
    ...(config[ca] === undefined ? {} : { ca: pemOf(config, ca) }),
    ...(config[cert] === undefined ? {} : { cert: pemOf(config, cert), key: pemOf(config, key) }),
  };
}

/** The address decides; certificates beside one that begins with http:// would protect nothing. */
function httpTls(
  config: Config,
  url: 'schemaRegistryUrl' | 'clickhouseUrl',
  material: TlsMaterial,
): TlsMaterial | null {
  if (config[url]?.startsWith('https:')) return material;
  if (Object.keys(material).length === 0) return null;
  throw new WeirError(
    'CONFIG_INVALID',
    `${variable(url)}: begins with http://, but TLS files are set; expected https://`,
  );
}

function secretOf(
  config: Config,
  name: Extract<SettingName, `${string}Password`>,
  file: Extract<SettingName, `${string}PasswordFile`>,
): string | null {
  const [value, path] = [config[name], config[file]];
  if (value !== undefined && path !== undefined) {
    throw new WeirError(
      'CONFIG_INVALID',
      `${variable(name)} and ${variable(file)}: both are set; expected one of them`,
    );
  }
  if (path === undefined) return value ?? null;
  // Editors end a file with a line break, which is no part of the secret.
  const secret = fileOf(file, path).replace(/\r?\n$/, '');
  if (secret === '') throw new WeirError('CONFIG_INVALID', `${variable(file)}: ${path} is empty`);
  return secret;
}

function pemOf(config: Config, name: PathSetting): string {
  const path = config[name] as string;
  const text = fileOf(name, path);
  if (text.includes('-----BEGIN ')) return text;
  throw new WeirError('CONFIG_INVALID', `${variable(name)}: ${path} holds no PEM text`);
}

function fileOf(name: PathSetting, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new WeirError('CONFIG_INVALID', `${variable(name)}: the file ${path} cannot be read`, { cause });
  }
}

function together(set: SettingName, other: SettingName): WeirError {
  return new WeirError('CONFIG_INVALID', `${variable(set)} and ${variable(other)}: one is set without the other`);
}

function variable(name: SettingName): string {
  return settingFacts(name).variable;
}
