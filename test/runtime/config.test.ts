import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, terminalLanguage } from '../../runtime/config.ts';
import { temporaryFolder } from '../support/folder.ts';

const NO_FILE = {};

function yamlFile(text: string): string {
  const path = join(temporaryFolder(), 'weir.yaml');
  writeFileSync(path, text);
  return path;
}

describe('the settings of the process', () => {
  it('are the defaults where nobody says anything', () => {
    const { config, origins } = loadConfig({ environment: NO_FILE });
    expect(config).toMatchObject({ dataDir: './data', host: '127.0.0.1', port: 8787, partitions: 16, demo: null });
    expect(config).toMatchObject({ checkpointIntervalMs: 10_000, checkpointBytes: 16 * 1_024 ** 2 });
    expect(config.adminKey).toBeUndefined();
    expect(origins.port).toEqual({ from: 'default', written: '8787' });
  });

  it('come from the environment before the file, and from the file before the default', () => {
    const file = yamlFile('port: 9000\npartitions: 4\ncheckpointIntervalMs: 2s\n');
    const { config, origins } = loadConfig({ environment: { WEIR_PORT: '9001' }, file });
    expect(config).toMatchObject({ port: 9001, partitions: 4, checkpointIntervalMs: 2_000 });
    expect(origins.port).toEqual({ from: 'environment', written: '9001' });
    expect(origins.partitions).toEqual({ from: 'file', written: '4' });
  });

  it('take what a command suggests only where nobody else says anything', () => {
    const suggested = { demo: '7' };
    expect(loadConfig({ environment: NO_FILE, suggested }).config.demo).toBe(7);
    expect(loadConfig({ environment: { WEIR_DEMO: 'off' }, suggested }).config.demo).toBeNull();
    expect(loadConfig({ environment: NO_FILE, suggested, file: yamlFile('demo: 3') }).config.demo).toBe(3);
  });

  it('count an empty variable as not set', () => {
    expect(loadConfig({ environment: { WEIR_PORT: '' } }).config.port).toBe(8787);
  });

  it('leave variables of the tests alone', () => {
    expect(() => loadConfig({ environment: { WEIR_TEST_SCALE: '3' } })).not.toThrow();
  });

  it.each([
    [{ WEIR_PROT: '1' }, 'WEIR_PROT: no such setting; the nearest is WEIR_PORT'],
    [{ WEIR_DATADIR: 'x' }, 'WEIR_DATADIR: no such setting; the nearest is WEIR_DATA_DIR'],
    [{ WEIR_PORT: '80x' }, 'WEIR_PORT: is "80x", expected a whole number from 0 to 65535'],
    [{ WEIR_PORT: '65536' }, 'WEIR_PORT: is "65536", expected a whole number from 0 to 65535'],
    [{ WEIR_PORT: '-1' }, 'WEIR_PORT: is "-1", expected a whole number from 0 to 65535'],
    [
      { WEIR_CHECKPOINT_INTERVAL: '5' },
      'WEIR_CHECKPOINT_INTERVAL: is "5", expected a duration from 100ms to 1h, such as 500ms, 5s or 2h',
    ],
    [
      { WEIR_CHECKPOINT_BYTES: '16 megabytes' },
      'WEIR_CHECKPOINT_BYTES: is "16 megabytes", expected a size from 64KB to 1GB, such as 512KB or 16MB',
    ],
    [{ WEIR_DEMO: 'on' }, 'WEIR_DEMO: is "on", expected a seed from 1 to 999999999, or off'],
    [{ WEIR_LANG: 'fr' }, 'WEIR_LANG: is "fr", expected one of en, zh'],
    [{ WEIR_ADMIN_KEY: 'short' }, 'WEIR_ADMIN_KEY: expected text of 16 to 256 characters'],
  ])('refuse %j by its exact message', (environment, message) => {
    expect(() => loadConfig({ environment })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }));
  });

  it('name every problem at once', () => {
    const environment = { WEIR_PORT: 'x', WEIR_PARTITIONS: '0' };
    expect(() => loadConfig({ environment })).toThrow(/WEIR_PORT: .*\nWEIR_PARTITIONS: /);
  });

  it.each([
    ['prot: 1', 'prot: no such setting; the nearest is port'],
    ['port: [1]', 'port: is [1], '],
    ['- port', 'expected lines of “name: value”'],
    ['port: "8', 'not valid YAML: '],
  ])('refuse the file %j, naming it', (text, message) => {
    const file = yamlFile(text);
    expect(() => loadConfig({ environment: NO_FILE, file })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
    expect(() => loadConfig({ environment: NO_FILE, file })).toThrow(`${file}: ${message}`);
  });

  it('refuse a file that was named and is not there', () => {
    const environment = { WEIR_CONFIG: '/nowhere/weir.yaml' };
    expect(() => loadConfig({ environment })).toThrow('/nowhere/weir.yaml: the settings file cannot be read');
  });
});

describe('the language of the terminal', () => {
  it.each([
    [{}, {}, 'en'],
    [{}, { LANG: 'zh_CN.UTF-8' }, 'zh'],
    [{}, { LC_ALL: 'en_US.UTF-8', LANG: 'zh_CN.UTF-8' }, 'en'],
    [{ lang: 'zh' as const }, { LANG: 'en_US.UTF-8' }, 'zh'],
  ])('is, with %j and %j, %s', (config, environment, expected) => {
    expect(terminalLanguage({ lang: undefined, ...config }, environment)).toBe(expected);
  });
});
