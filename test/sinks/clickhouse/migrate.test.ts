import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ClickHouse, openClickHouse } from '../../../runtime/clickhouse.ts';
import { type Migration, migrate, readMigrations, statementsOf } from '../../../sinks/clickhouse/migrate.ts';
import { replicated } from '../../../sinks/clickhouse/replicated.ts';
import { temporaryFolder } from '../../support/folder.ts';

function open(): ClickHouse {
  const clickhouse = openClickHouse({ folder: join(temporaryFolder(), 'clickhouse') });
  onTestFinished(() => clickhouse.close());
  return clickhouse;
}

const first: Migration = {
  number: 1,
  name: '001-first.sql',
  sql: '-- A table; with a semicolon in its comment.\nCREATE TABLE IF NOT EXISTS a (x UInt8)\nENGINE = MergeTree ORDER BY x;\n',
};
const second: Migration = {
  number: 2,
  name: '002-second.sql',
  sql: "CREATE TABLE IF NOT EXISTS b (x UInt8 COMMENT 'one; two') ENGINE = MergeTree ORDER BY x;\nALTER TABLE a ADD COLUMN IF NOT EXISTS y UInt8;\n",
};

it('applies what is missing, in order, and each file once', async () => {
  const { write } = open();
  expect(await migrate(write, { migrations: [first] })).toEqual(['001-first.sql']);
  expect(await migrate(write, { migrations: [first, second] })).toEqual(['002-second.sql']);
  expect(await migrate(write, { migrations: [first, second] })).toEqual([]);
  const columns = await write.query({ query: 'SELECT x, y FROM a', format: 'JSON' });
  expect((await columns.json()).meta?.map(({ name }) => name)).toEqual(['x', 'y']);
});

it('refuses a file that changed after it was applied', async () => {
  const { write } = open();
  await migrate(write, { migrations: [first] });
  const changed = { ...first, sql: first.sql.replace('UInt8', 'UInt16') };
  await expect(migrate(write, { migrations: [changed] })).rejects.toMatchObject({
    code: 'TABLES_MISMATCH',
    message: expect.stringContaining('001-first.sql'),
  });
});

describe('a file that was rewritten', () => {
  const rewritten = { ...first, sql: first.sql.replace('ORDER BY x', 'ORDER BY (x)') };
  const former = createHash('sha256').update(first.sql).digest('hex');
  const mending: Migration = {
    number: 2,
    name: '002-mending.sql',
    sql: `${second.sql}-- mends 001-first.sql of ${former}\nCREATE TABLE IF NOT EXISTS c (x UInt8) ENGINE = MergeTree ORDER BY x;\n`,
  };

  async function tablesOf({ read }: ClickHouse): Promise<string[]> {
    const answer = await read.query({
      query: "SELECT name FROM system.tables WHERE database = currentDatabase() AND name != 'migrations' ORDER BY name",
      format: 'JSONEachRow',
    });
    return (await answer.json<{ name: string }>()).map(({ name }) => name);
  }

  it('has what it made before mended', async () => {
    const clickhouse = open();
    await migrate(clickhouse.write, { migrations: [first] });
    expect(await migrate(clickhouse.write, { migrations: [rewritten, mending] })).toEqual(['002-mending.sql']);
    expect(await tablesOf(clickhouse)).toEqual(['a', 'b', 'c']);
    expect(await migrate(clickhouse.write, { migrations: [rewritten, mending] })).toEqual([]);
  });

  it('needs no mending where it was applied as it is now', async () => {
    const clickhouse = open();
    await migrate(clickhouse.write, { migrations: [rewritten, mending] });
    expect(await tablesOf(clickhouse)).toEqual(['a', 'b']);
  });

  it('is refused where it was another one still', async () => {
    const { write } = open();
    await migrate(write, { migrations: [{ ...first, sql: first.sql.replace('UInt8', 'UInt16') }] });
    const migrating = migrate(write, { migrations: [rewritten, mending] });
    await expect(migrating).rejects.toMatchObject({ code: 'TABLES_MISMATCH' });
  });
});

it('refuses tables of a newer build', async () => {
  const { write } = open();
  await migrate(write, { migrations: [first, second] });
  await expect(migrate(write, { migrations: [first] })).rejects.toMatchObject({
    code: 'TABLES_MISMATCH',
    message: expect.stringContaining('002-second.sql'),
  });
});

it('finishes a file that was cut off half way', async () => {
  const { write } = open();
  await migrate(write, { migrations: [first] });
  await write.command({ query: statementsOf(second.sql)[0] });
  expect(await migrate(write, { migrations: [first, second] })).toEqual(['002-second.sql']);
});

it('makes the tables of this build, each with comments on all its columns', async () => {
  const { write } = open();
  expect(await migrate(write)).toEqual(readMigrations().map(({ name }) => name));
  const silent = await write.query({
    query: `SELECT table, name FROM system.columns WHERE database = currentDatabase() AND comment = ''
      AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree')`,
    format: 'JSONEachRow',
  });
  expect(await silent.json()).toEqual([]);
});

it('leaves dedup on in every table that rows or views go to', async () => {
  const { write } = open();
  await migrate(write);
  const without = await write.query({
    query: `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'
      AND create_table_query NOT LIKE '%non_replicated_deduplication_window = 1000%'`,
    format: 'JSONEachRow',
  });
  // These come from no log: what is lost of them is not sent again.
  const sampled = ['latencies_by_minute', 'migrations', 'pipeline', 'pipeline_by_minute'];
  expect((await without.json<{ name: string }>()).map(({ name }) => name).sort()).toEqual(sampled);
});

it('makes the same tables in their replicated form, which a server without a keeper refuses as such', async () => {
  const { write } = open();
  // chDB knows these engines and has nobody to replicate with.
  await expect(migrate(write, { replicate: true })).rejects.toThrow(/ZooKeeper|Keeper|Replicated/);
});

it('leaves no table of the replicated form unreplicated, and forgets no token within a week', async () => {
  const { write } = open();
  const ask = async (query: string) => (await write.query({ query, format: 'JSONEachRow' })).json<{ name: string }>();
  const known = new Set((await ask('SELECT name FROM system.merge_tree_settings')).map(({ name }) => name));
  for (const statement of readMigrations().flatMap(({ sql }) => statementsOf(replicated(sql)))) {
    await ask(`EXPLAIN AST ${statement}`);
    const engine = /ENGINE = (\w+)/.exec(statement)?.[1];
    if (engine === undefined) continue;
    expect(engine).toMatch(/^Replicated\w*MergeTree$/);
    const settings = /^SETTINGS (.*)$/m.exec(statement)?.[1] ?? '';
    for (const name of settings.matchAll(/(\w+) =/g)) expect(known).toContain(name[1]);
    const deduplicated = statement.includes('deduplication_window = 1000');
    expect(settings.includes('replicated_deduplication_window_seconds = 604800')).toBe(deduplicated);
    expect(settings).not.toContain('non_replicated');
  }
});
