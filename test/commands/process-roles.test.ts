/** Which roles a process may have: said on the command line, in the environment or in the file of settings. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../runtime/config.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runToEnd } from '../support/running-weir.ts';

const KAFKA = { WEIR_KAFKA_BROKERS: 'localhost:1', WEIR_SCHEMA_REGISTRY_URL: 'http://localhost:1' };

describe('the roles of a process', () => {
  it('are those of the command line, else of the environment', () => {
    const environment = { WEIR_ROLES: 'score, route' };
    expect(loadConfig({ environment }).config.roles).toEqual(['route', 'score']);
    expect(loadConfig({ environment, given: { roles: 'http' } }).config.roles).toEqual(['http']);
    expect(loadConfig({ environment: {} }).config.roles).toBeUndefined();
  });

  it.each(['cook', 'score,score', 'score,', ''])('are refused as “%s”', (roles) => {
    expect(() => loadConfig({ environment: {}, given: { roles } })).toThrow('expected some of route, score');
  });

  it.each([
    [
      'only all together on the embedded log',
      ['run', '--roles', 'route,score'],
      {},
      'it lacks clickhouse, http, clock',
    ],
    ['not parted from the ClickHouse in the process', ['run', '--roles', 'http'], KAFKA, 'set WEIR_CLICKHOUSE_URL'],
    [
      'not parted from it by the environment',
      ['run'],
      { ...KAFKA, WEIR_ROLES: 'clickhouse' },
      'set WEIR_CLICKHOUSE_URL',
    ],
  ])('go %s', async (_, args, environment, expected) => {
    const { exitCode, printed } = await runToEnd({ dataDir: temporaryFolder(), args, environment });
    expect(printed).toContain(expected);
    expect(exitCode).toBe(2);
  });
});
