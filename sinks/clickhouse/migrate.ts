/**
 * Brings the tables to the shape that this build expects: the numbered SQL files of
 * `schemas/clickhouse/`, in order, each once. What was applied stands in the table `migrations` with the
 * hash of its file: a file that changed after it was applied is refused, and so is a table that
 * a newer build has made.
 *
 * A file that must make its tables in another way from now on is rewritten, and a later one tells what to do about
 * those that are there, behind lines of the form `-- mends 001-journal.sql of 0a1b…` with the hash that the file had before. Such
 * a hash is no change; where none of them was applied, what stands behind the lines is left out.
 *
 * A file may be cut off half way by a crash and is then applied again from its beginning, so each of its
 * statements must be repeatable (`IF NOT EXISTS`).
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import { WeirError } from '../../runtime/errors.ts';
import { replicated } from './replicated.ts';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

interface Applied {
  readonly number: number;
  readonly name: string;
  readonly hash: string;
}

const FOLDER = join(import.meta.dirname, '../../schemas/clickhouse');

const TABLE = `
CREATE TABLE IF NOT EXISTS migrations
(
    number  UInt16               COMMENT 'Number of the file · 序号',
    name    String               COMMENT 'Name of the file · 文件名',
    hash    String               COMMENT 'SHA-256 of the file · 文件哈希',
    applied DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When it was applied · 执行时间'
)
ENGINE = MergeTree
ORDER BY number
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Migrations that were applied · 已执行的迁移'`;

export function readMigrations(folder = FOLDER): Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name, index) => {
    const number = Number(/^(\d{3})-[a-z0-9-]+\.sql$/.exec(name)?.[1]);
    if (number !== index + 1) {
      throw new Error(`${name} must be named ${String(index + 1).padStart(3, '0')}-….sql: migrations count up by one`);
    }
    return { number, name, sql: readFileSync(join(folder, name), 'utf8') };
  });
}

export interface MigrateOptions {
  readonly migrations?: readonly Migration[];
  /** True where the tables are to be replicated; what is written down of a file stays the same. */
  readonly replicate?: boolean;
}

/** Applies what is missing; answers the names of the files applied. */
export async function migrate(
  client: ClickHouseClient,
  { migrations = readMigrations(), replicate = false }: MigrateOptions = {},
): Promise<string[]> {
  const form = replicate ? replicated : (sql: string) => sql;
  await client.command({ query: form(TABLE) });
  const answer = await client.query({
    query: 'SELECT number, name, hash FROM migrations ORDER BY number, applied',
    format: 'JSONEachRow',
  });
  const applied = await answer.json<Applied>();
  refuseOtherHistory(migrations, applied);
  const missing = migrations.filter(({ number }) => !applied.some((one) => one.number === number));
  for (const migration of missing) await apply(client, migration, form(neededOf(migration, applied)));
  return missing.map(({ name }) => name);
}

function refuseOtherHistory(migrations: readonly Migration[], applied: readonly Applied[]): void {
  const former = migrations.flatMap(mendedBy);
  for (const { number, name, hash } of applied) {
    const ours = migrations.find((one) => one.number === number);
    if (ours === undefined) {
      throw new WeirError(
        'TABLES_MISMATCH',
        `The ClickHouse tables were made by a newer build: migration ${name} is not known to this one. Run the newer build.`,
      );
    }
    if (hashOf(ours) !== hash && !former.some((one) => one.number === number && one.hash === hash)) {
      throw new WeirError(
        'TABLES_MISMATCH',
        `Migration ${ours.name} is not the one that made these ClickHouse tables. Put the old file back and change tables in a new one.`,
      );
    }
  }
}

/** The files that a migration names as rewritten, with the hashes that they had before. */
function mendedBy({ sql }: Migration): Pick<Applied, 'number' | 'hash'>[] {
  const lines = sql.matchAll(/^-- mends (\d{3})-\S+ of ([0-9a-f]{64})$/gm);
  return [...lines].map(([, number, hash]) => ({ number: Number(number), hash: hash as string }));
}

/** The part of a migration that these tables need. */
function neededOf(migration: Migration, applied: readonly Applied[]): string {
  const { sql } = migration;
  const mends = mendedBy(migration).some(({ number, hash }) =>
    applied.some((one) => one.number === number && one.hash === hash),
  );
  return mends ? sql : sql.split(/^-- mends /m, 1).join('');
}

async function apply(client: ClickHouseClient, migration: Migration, sql: string): Promise<void> {
  for (const query of statementsOf(sql)) await client.command({ query });
  const { number, name } = migration;
  await client.command({
    query: 'INSERT INTO migrations (number, name, hash) VALUES ({number:UInt16}, {name:String}, {hash:String})',
    query_params: { number, name, hash: hashOf(migration) },
  });
}

function hashOf({ sql }: Migration): string {
  return createHash('sha256').update(sql).digest('hex');
}

/** Statements end with a semicolon at the end of a line; comment lines belong to none. */
export function statementsOf(sql: string): string[] {
  return sql
    .replace(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
