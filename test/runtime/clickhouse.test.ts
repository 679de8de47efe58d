/** ClickHouse in this process, with the traps that it has here. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { type ClickHouse, openClickHouse } from '../../runtime/clickhouse.ts';
import { temporaryFolder } from '../support/folder.ts';

const MODULE = new URL('../../runtime/clickhouse.ts', import.meta.url).href;

function open(folder = temporaryFolder(), options: { readSecondsMax?: number } = {}): ClickHouse {
  const clickhouse = openClickHouse({ folder: join(folder, 'clickhouse'), ...options });
  onTestFinished(() => clickhouse.close());
  return clickhouse;
}

async function answer({ read }: ClickHouse, query: string, params: { [name: string]: unknown } = {}): Promise<unknown> {
  const result = await read.query({ query, query_params: params, format: 'JSONEachRow' });
  return result.json();
}

it('reads what was written, with parameters bound', async () => {
  const clickhouse = open();
  await clickhouse.write.command({ query: 'CREATE TABLE t (a String) ENGINE = MergeTree ORDER BY a' });
  const odd = "it's {a:String} -- \\";
  await clickhouse.write.command({ query: 'INSERT INTO t VALUES ({odd:String})', query_params: { odd } });
  expect(await answer(clickhouse, 'SELECT a FROM t WHERE a = {odd:String}', { odd })).toEqual([{ a: odd }]);
});

it('keeps what was written for the next opening', async () => {
  const folder = join(temporaryFolder(), 'clickhouse');
  const first = openClickHouse({ folder });
  await first.write.command({ query: 'CREATE TABLE t (a String) ENGINE = MergeTree ORDER BY a' });
  await first.write.command({ query: "INSERT INTO t VALUES ('x')" });
  await first.close();
  const second = openClickHouse({ folder });
  onTestFinished(() => second.close());
  expect(await answer(second, 'SELECT a FROM t')).toEqual([{ a: 'x' }]);
});

it('gives a query that follows a failed one its own answer alone', async () => {
  const clickhouse = open();
  const failing = 'SELECT number, throwIf(number = 100000) FROM numbers(200000) SETTINGS max_block_size = 10';
  const result = clickhouse.read.query({ query: failing, format: 'JSON' });
  const next = answer(clickhouse, 'SELECT 1 AS a');
  await expect(result).rejects.toThrow('non-zero');
  expect(await next).toEqual([{ a: 1 }]);
  expect(await answer(clickhouse, 'SELECT {b:UInt8} AS b', { b: 2 })).toEqual([{ b: 2 }]);
});

it('refuses to write through the client that reads, and gives up what takes too long', async () => {
  const clickhouse = open(undefined, { readSecondsMax: 1 });
  await expect(answer(clickhouse, 'CREATE TABLE t (a String) ENGINE = Memory')).rejects.toThrow(/readonly/i);
  await expect(answer(clickhouse, 'SELECT count() FROM numbers(1000000000000)')).rejects.toThrow(/Timeout exceeded/);
  await expect(answer(clickhouse, 'SELECT number FROM numbers(1000000)')).rejects.toThrow(/Limit for result exceeded/);
});

it('refuses a folder that another process holds, in one sentence', () => {
  const folder = temporaryFolder();
  open(folder);
  const script = `import(${JSON.stringify(MODULE)}).then(({ openClickHouse }) => {
    try { openClickHouse({ folder: ${JSON.stringify(join(folder, 'clickhouse'))} }); }
    catch ({ code, message }) { console.log(code, message); }
  })`;
  const run = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect(run.stdout).toMatch(/^FOLDER_IN_USE ClickHouse in .* is held by process \d+\.\n$/);
});

it('refuses to be opened in a worker thread, where it would end the process', async () => {
  const script = `import(${JSON.stringify(MODULE)}).then(({ openClickHouse }) => openClickHouse({ folder: '/nowhere' }))`;
  const worker = new Worker(script, { eval: true });
  const error = await new Promise<Error>((resolve) => worker.once('error', resolve));
  expect(error.message).toContain('main thread');
});
