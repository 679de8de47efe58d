import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type ClickHouse, openClickHouse } from '../../../runtime/clickhouse.ts';
import { type Migration, migrate, readMigrations, statementsOf } from '../../../sinks/clickhouse/migrate.ts';
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
  expect(await migrate(write, [first])).toEqual(['001-first.sql']);
  expect(await migrate(write, [first, second])).toEqual(['002-second.sql']);
  expect(await migrate(write, [first, second])).toEqual([]);
  const columns = await write.query({ query: 'SELECT x, y FROM a', format: 'JSON' });
  expect((await columns.json()).meta?.map(({ name }) => name)).toEqual(['x', 'y']);
});

it('refuses a file that changed after it was applied', async () => {
  const { write } = open();
  await migrate(write, [first]);
  const changed = { ...first, sql: first.sql.replace('UInt8', 'UInt16') };
  await expect(migrate(write, [changed])).rejects.toMatchObject({
    code: 'TABLES_MISMATCH',
    message: expect.stringContaining('001-first.sql'),
  });
});

it('refuses tables of a newer build', async () => {
  const { write } = open();
  await migrate(write, [first, second]);
  await expect(migrate(write, [first])).rejects.toMatchObject({
    code: 'TABLES_MISMATCH',
    message: expect.stringContaining('002-second.sql'),
  });
});

it('finishes a file that was cut off half way', async () => {
  const { write } = open();
  await migrate(write, [first]);
  await write.command({ query: statementsOf(second.sql)[0] });
  expect(await migrate(write, [first, second])).toEqual(['002-second.sql']);
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
  expect((await without.json<{ name: string }>()).map(({ name }) => name).sort()).toEqual(['migrations', 'pipeline']);
});
