import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../runtime/config.ts';
import { clickhouseService, kafkaService, registryService } from '../../runtime/services.ts';
import { temporaryFolder } from '../support/folder.ts';

const configOf = (environment: { [name: string]: string }) => loadConfig({ environment }).config;

function fileWith(text: string): string {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, text);
  return path;
}

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

const suiteFolder = mkdtempSync(join(tmpdir(), 'weir-'));
const pem = join(suiteFolder, 'pem');
const blank = join(suiteFolder, 'blank');
writeFileSync(pem, PEM);
writeFileSync(blank, '\n');
afterAll(() => rmSync(suiteFolder, { recursive: true }));

describe('the services of a cluster', () => {
  it('are those of this process where none is named', () => {
    const config = configOf({});
    expect([kafkaService(config), registryService(config), clickhouseService(config)]).toEqual([null, null, null]);
  });

  it('are reached in the clear and without a name unless told otherwise', () => {
    const config = configOf({
      WEIR_KAFKA_BROKERS: 'kafka-1:9092, [::1]:9093',
      WEIR_SCHEMA_REGISTRY_URL: 'http://registry:8081/',
      WEIR_CLICKHOUSE_URL: 'http://clickhouse:8123',
    });
    expect(kafkaService(config)).toEqual({ brokers: ['kafka-1:9092', '[::1]:9093'], tls: null, sasl: null });
    expect(registryService(config)).toEqual({ url: 'http://registry:8081', tls: null, auth: null });
    expect(clickhouseService(config)).toEqual({
      url: 'http://clickhouse:8123',
      database: 'default',
      replicated: false,
      username: 'default',
      password: '',
      tls: null,
      timeoutMs: 30_000,
      compression: false,
    });
  });

  it('take certificates and passwords from files', () => {
    const password = fileWith('s3cret with spaces \n');
    const config = configOf({
      WEIR_KAFKA_BROKERS: 'kafka:9093',
      WEIR_KAFKA_TLS_CA_FILE: pem,
      WEIR_KAFKA_SASL_MECHANISM: 'scram-sha-512',
      WEIR_KAFKA_SASL_USERNAME: 'weir',
      WEIR_KAFKA_SASL_PASSWORD_FILE: password,
      WEIR_SCHEMA_REGISTRY_URL: 'https://registry',
      WEIR_SCHEMA_REGISTRY_USERNAME: 'weir',
      WEIR_SCHEMA_REGISTRY_PASSWORD: 'plain',
      WEIR_CLICKHOUSE_URL: 'https://clickhouse:8443',
      WEIR_CLICKHOUSE_PASSWORD_FILE: password,
      WEIR_CLICKHOUSE_TLS_CERT_FILE: pem,
      WEIR_CLICKHOUSE_TLS_KEY_FILE: pem,
    });
    const sasl = { mechanism: 'scram-sha-512', username: 'weir', password: 's3cret with spaces ' };
    expect(kafkaService(config)).toMatchObject({ tls: { ca: PEM }, sasl });
    expect(registryService(config)).toMatchObject({ tls: {}, auth: { username: 'weir', password: 'plain' } });
    expect(clickhouseService(config)).toMatchObject({
      password: 's3cret with spaces ',
      tls: { cert: PEM, key: PEM },
    });
  });

  it('take the authorities that Node knows where TLS is merely turned on', () => {
    const config = configOf({ WEIR_KAFKA_BROKERS: 'kafka:9093', WEIR_KAFKA_TLS: 'on' });
    expect(kafkaService(config)).toMatchObject({ tls: {} });
  });

  it.each([
    [
      kafkaService,
      { WEIR_KAFKA_SASL_MECHANISM: 'plain' },
      /^WEIR_KAFKA_SASL_MECHANISM: is set, but WEIR_KAFKA_BROKERS is not/,
    ],
    [
      kafkaService,
      { WEIR_KAFKA_BROKERS: 'k:1', WEIR_KAFKA_SASL_USERNAME: 'a' },
      /WEIR_KAFKA_SASL_MECHANISM: one is set/,
    ],
    [
      kafkaService,
      { WEIR_KAFKA_BROKERS: 'k:1', WEIR_KAFKA_SASL_MECHANISM: 'plain', WEIR_KAFKA_SASL_USERNAME: 'a' },
      /WEIR_KAFKA_SASL_PASSWORD: one is set without the other/,
    ],
    [
      kafkaService,
      { WEIR_KAFKA_BROKERS: 'k:1', WEIR_KAFKA_TLS_CERT_FILE: '/c' },
      /WEIR_KAFKA_TLS_KEY_FILE: one is set/,
    ],
    [kafkaService, { WEIR_KAFKA_BROKERS: 'k:1', WEIR_KAFKA_TLS_CA_FILE: '/no/such' }, /\/no\/such cannot be read/],
    [
      registryService,
      { WEIR_SCHEMA_REGISTRY_URL: 'http://r', WEIR_SCHEMA_REGISTRY_USERNAME: 'a' },
      /PASSWORD: one is set/,
    ],
    [
      clickhouseService,
      { WEIR_CLICKHOUSE_URL: 'http://c', WEIR_CLICKHOUSE_TLS_CA_FILE: pem },
      /^WEIR_CLICKHOUSE_URL: begins with http:\/\/, but TLS files are set/,
    ],
    [
      clickhouseService,
      { WEIR_CLICKHOUSE_URL: 'http://c', WEIR_CLICKHOUSE_PASSWORD: 'a', WEIR_CLICKHOUSE_PASSWORD_FILE: '/p' },
      /^WEIR_CLICKHOUSE_PASSWORD and WEIR_CLICKHOUSE_PASSWORD_FILE: both are set/,
    ],
    [clickhouseService, { WEIR_CLICKHOUSE_URL: 'http://c', WEIR_CLICKHOUSE_PASSWORD_FILE: blank }, /is empty$/],
    [clickhouseService, { WEIR_CLICKHOUSE_URL: 'https://c', WEIR_CLICKHOUSE_TLS_CA_FILE: blank }, /holds no PEM/],
  ])('refuse what does not go together: %o %o', (service, environment, message) => {
    const read = () => service(configOf(environment as { [name: string]: string }));
    expect(read).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }));
  });

  it.each([
    [{ WEIR_KAFKA_BROKERS: 'kafka' }, 'WEIR_KAFKA_BROKERS: is "kafka", expected brokers as host:port'],
    [{ WEIR_KAFKA_BROKERS: 'kafka:70000' }, 'expected brokers as host:port'],
    [{ WEIR_CLICKHOUSE_URL: 'clickhouse:8123' }, 'expected an address that begins with http:// or https://'],
    [{ WEIR_KAFKA_SASL_MECHANISM: 'gssapi' }, 'expected one of plain, scram-sha-256, scram-sha-512'],
  ])('are refused where they are written wrongly: %o', (environment, message) => {
    expect(() => configOf(environment)).toThrow(message);
  });

  it('never show a password that stands in an address', () => {
    const read = () => configOf({ WEIR_CLICKHOUSE_URL: 'http://a:hunter2@c:8123' });
    expect(read).toThrow('without user, password, query or fragment');
    expect(read).not.toThrow('hunter2');
  });
});
