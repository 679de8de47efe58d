/** A ClickHouse in this process with all tables, copied from one that was made once: making them takes the longest. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClickHouse, openClickHouse } from '../../runtime/clickhouse.ts';
import { type Migration, migrate, readMigrations } from '../../sinks/clickhouse/migrate.ts';
import { beside, KEPT, keepAs } from './kept-folder.ts';
import { ROOT } from './sources.ts';

/** Puts them where there is no ClickHouse yet, for whoever opens it. */
export async function layTables(folder: string, migrations: readonly Migration[] = readMigrations()): Promise<void> {
  cpSync(await madeTables(migrations), folder, { recursive: true, verbatimSymlinks: true });
}

/** Opens them, and looks whether they are as they should be. */
export async function openTables(
  folder: string,
  migrations: readonly Migration[] = readMigrations(),
): Promise<ClickHouse> {
  await layTables(folder, migrations);
  const clickhouse = openClickHouse({ folder });
  await migrate(clickhouse.write, { migrations });
  return clickhouse;
}

async function madeTables(migrations: readonly Migration[]): Promise<string> {
  const kept = join(KEPT, `tables-${whatTheyDependOn(migrations)}`);
  if (existsSync(kept)) return kept;
  const own = beside(kept);
  const clickhouse = openClickHouse({ folder: own });
  await migrate(clickhouse.write, { migrations });
  await clickhouse.close();
  keepAs(kept, own);
  return kept;
}

function whatTheyDependOn(migrations: readonly Migration[]): string {
  const hash = createHash('sha256').update(readFileSync(join(ROOT, 'node_modules/chdb/package.json')));
  for (const { name, sql } of migrations) hash.update(name).update(sql);
  return hash.digest('hex').slice(0, 12);
}
