/**
 * Settings that name the services of a cluster: Kafka, the schema registry and the ClickHouse server.
 * Where one is not named, what this process brings with it takes its place. Secrets may stand in files,
 * as container platforms hand them over.
 */
import { SECOND_MS } from '../schemas/time.ts';
import { setting } from './setting.ts';
import { brokerList, durationBetween, httpUrl, oneOf, onOrOff, plainText, wholeNumber } from './written.ts';

const FILE_ZH = '（PEM 文件）。';

function tlsSettings(service: string, en: string, zh: string) {
  return {
    ca: setting(plainText(), {
      variable: `WEIR_${service}_TLS_CA_FILE`,
      default: null,
      en: `PEM file of the authorities that may sign the certificate of ${en}; without it those that Node knows.`,
      zh: `签发${zh}证书的机构${FILE_ZH}未设置时用 Node 自带的机构。`,
    }),
    cert: setting(plainText(), {
      variable: `WEIR_${service}_TLS_CERT_FILE`,
      default: null,
      en: `PEM file of the certificate by which Weir shows itself to ${en}.`,
      zh: `Weir 向${zh}出示的客户端证书${FILE_ZH}`,
    }),
    key: setting(plainText(), {
      variable: `WEIR_${service}_TLS_KEY_FILE`,
      default: null,
      en: `PEM file of the key of that certificate.`,
      zh: `该证书的私钥${FILE_ZH}`,
    }),
  };
}

function passwordSettings(service: string, en: string, zh: string) {
  return {
    password: setting(plainText(1, 1_024), {
      variable: `WEIR_${service}_PASSWORD`,
      default: null,
      en: `Password at ${en}.`,
      zh: `${zh}的密码。`,
      secret: true,
    }),
    passwordFile: setting(plainText(), {
      variable: `WEIR_${service}_PASSWORD_FILE`,
      default: null,
      en: `File that holds the password at ${en}; instead of the password itself.`,
      zh: `存放${zh}密码的文件；与直接给出密码二选一。`,
    }),
  };
}

const kafkaTls = tlsSettings('KAFKA', 'Kafka', ' Kafka ');
const kafkaPassword = passwordSettings('KAFKA_SASL', 'Kafka', 'Kafka ');
const registryTls = tlsSettings('SCHEMA_REGISTRY', 'the schema registry', '模式注册中心');
const registryPassword = passwordSettings('SCHEMA_REGISTRY', 'the schema registry', '模式注册中心');
const clickhouseTls = tlsSettings('CLICKHOUSE', 'ClickHouse', ' ClickHouse ');
const clickhousePassword = passwordSettings('CLICKHOUSE', 'ClickHouse', 'ClickHouse ');

export const serviceSettings = {
  kafkaBrokers: setting(brokerList(), {
    variable: 'WEIR_KAFKA_BROKERS',
    default: null,
    en: 'Brokers of Kafka to begin with, as host:port, separated by commas; without them the log is embedded.',
    zh: 'Kafka 引导地址，形如 host:port，逗号分隔；未设置时使用内嵌日志。',
  }),
  kafkaPrefix: setting(plainText(1, 100), {
    variable: 'WEIR_KAFKA_PREFIX',
    default: null,
    en: 'What stands before the names of all topics and transactional ids, such as `weir.`; none by default.',
    zh: '所有主题名与事务标识的前缀，例如 `weir.`；默认无。',
  }),
  kafkaMakeTopics: setting(onOrOff(), {
    variable: 'WEIR_KAFKA_MAKE_TOPICS',
    default: null,
    en: 'Whether topics that are missing on Kafka are made at start; `weir start` does unless this says off, `weir run` does not.',
    zh: '启动时是否创建 Kafka 上缺少的主题；`weir start` 默认创建，`weir run` 默认不创建。',
  }),
  kafkaReplication: setting(wholeNumber(1, 15), {
    variable: 'WEIR_KAFKA_REPLICATION',
    default: null,
    en: 'Copies of each partition of topics that are made, and the fewest that are taken; without it the cluster’s default, and any.',
    zh: '创建主题时每个分区的副本数，也是可接受的最少副本数；未设置时用集群默认值，且不作要求。',
    unit: 'copies',
  }),
  kafkaSessionMs: setting(durationBetween(SECOND_MS, 300 * SECOND_MS), {
    variable: 'WEIR_KAFKA_SESSION_TIMEOUT',
    default: '10s',
    en: 'After so long without a sign of life the work of a process is given to others; brokers bound it, to 6s or more unless told otherwise.',
    zh: '进程失联超过此时长即由其他进程接管；其范围受 Kafka 服务端限制，默认不少于 6s。',
    unit: 'duration',
  }),
  kafkaTls: setting(onOrOff(), {
    variable: 'WEIR_KAFKA_TLS',
    default: 'off',
    en: 'Whether Kafka is spoken to through TLS; a file of authorities or a certificate asks for it, too.',
    zh: '是否以 TLS 连接 Kafka；设置了机构或证书文件即为启用。',
  }),
  kafkaTlsCaFile: kafkaTls.ca,
  kafkaTlsCertFile: kafkaTls.cert,
  kafkaTlsKeyFile: kafkaTls.key,
  kafkaSaslMechanism: setting(oneOf(['plain', 'scram-sha-256', 'scram-sha-512']), {
    variable: 'WEIR_KAFKA_SASL_MECHANISM',
    default: null,
    en: 'How Weir signs on to Kafka: plain, scram-sha-256 or scram-sha-512; without it, it does not.',
    zh: 'Kafka 登录方式：plain、scram-sha-256 或 scram-sha-512；未设置则不登录。',
  }),
  kafkaSaslUsername: setting(plainText(1, 255), {
    variable: 'WEIR_KAFKA_SASL_USERNAME',
    default: null,
    en: 'User at Kafka.',
    zh: 'Kafka 用户名。',
  }),
  kafkaSaslPassword: kafkaPassword.password,
  kafkaSaslPasswordFile: kafkaPassword.passwordFile,
  schemaRegistryUrl: setting(httpUrl(), {
    variable: 'WEIR_SCHEMA_REGISTRY_URL',
    default: null,
    en: 'Address of the schema registry; needed where the log is Kafka.',
    zh: '模式注册中心地址；使用 Kafka 时必填。',
  }),
  schemaRegistryUsername: setting(plainText(1, 255), {
    variable: 'WEIR_SCHEMA_REGISTRY_USERNAME',
    default: null,
    en: 'User at the schema registry.',
    zh: '模式注册中心用户名。',
  }),
  schemaRegistryPassword: registryPassword.password,
  schemaRegistryPasswordFile: registryPassword.passwordFile,
  schemaRegistryTlsCaFile: registryTls.ca,
  schemaRegistryTlsCertFile: registryTls.cert,
  schemaRegistryTlsKeyFile: registryTls.key,
  clickhouseUrl: setting(httpUrl(), {
    variable: 'WEIR_CLICKHOUSE_URL',
    default: null,
    en: 'Address of the ClickHouse server, HTTP or HTTPS; without it ClickHouse runs in this process.',
    zh: 'ClickHouse 服务器地址（HTTP 或 HTTPS）；未设置时使用进程内 ClickHouse。',
  }),
  clickhouseDatabase: setting(plainText(1, 255), {
    variable: 'WEIR_CLICKHOUSE_DATABASE',
    default: 'default',
    en: 'Database of the ClickHouse server that holds the tables.',
    zh: 'ClickHouse 服务器上存放表的数据库。',
  }),
  clickhouseReplicated: setting(onOrOff(), {
    variable: 'WEIR_CLICKHOUSE_REPLICATED',
    default: 'off',
    en: 'Whether the tables are made with Replicated engines; the database must then replicate what is declared in it.',
    zh: '是否以 Replicated 引擎建表；此时数据库本身须为复制型。',
  }),
  clickhouseUsername: setting(plainText(1, 255), {
    variable: 'WEIR_CLICKHOUSE_USERNAME',
    default: 'default',
    en: 'User at the ClickHouse server.',
    zh: 'ClickHouse 用户名。',
  }),
  clickhousePassword: clickhousePassword.password,
  clickhousePasswordFile: clickhousePassword.passwordFile,
  clickhouseTlsCaFile: clickhouseTls.ca,
  clickhouseTlsCertFile: clickhouseTls.cert,
  clickhouseTlsKeyFile: clickhouseTls.key,
  clickhouseTimeoutMs: setting(durationBetween(SECOND_MS, 600 * SECOND_MS), {
    variable: 'WEIR_CLICKHOUSE_TIMEOUT',
    default: '30s',
    en: 'Longest wait for an answer of the ClickHouse server; the sink then tries again with the same token.',
    zh: '等待 ClickHouse 服务器应答的最长时间；超时后写入端以同一令牌重试。',
    unit: 'duration',
  }),
  clickhouseCompression: setting(onOrOff(), {
    variable: 'WEIR_CLICKHOUSE_COMPRESSION',
    default: 'off',
    en: 'Whether requests to the ClickHouse server and its answers are compressed: less network, more CPU.',
    zh: '与 ClickHouse 服务器之间的请求和应答是否压缩：省带宽，费 CPU。',
  }),
};
