/** A ClickHouse in this process with all tables, copied from one that was made once: making them takes the longest. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClickHouse, openClickHouse } from '../../runtime/clickhouse.ts';
import { migrate, readMigrations } from '../../sinks/clickhouse/migrate.ts';
import { beside, KEPT, keepAs } from './kept-folder.ts';
import { ROOT } from './sources.ts';

/** Puts them where there is no ClickHouse yet, opens it, and looks whether they are as they should be. */
export async function openTables(folder: string): Promise<ClickHouse> {
  await layTables(folder);
  const clickhouse = openClickHouse({ folder });
  await migrate(clickhouse.write);
  return clickhouse;
}

/** Puts them into a folder that is not there yet, for whoever opens it. */
export async function layTables(folder: string): Promise<void> {
  cpSync(await madeTables(), folder, { recursive: true, verbatimSymlinks: true });
}

async function madeTables(): Promise<string> {
  const kept = join(KEPT, `tables-${whatTheyDependOn()}`);
  if (existsSync(kept)) return kept;
  const own = beside(kept);
  const clickhouse = openClickHouse({ folder: own });
  await migrate(clickhouse.write);
  await clickhouse.close();
  keepAs(kept, own);
  return kept;
}

function whatTheyDependOn(): string {
  const hash = createHash('sha256').update(readFileSync(join(ROOT, 'node_modules/chdb/package.json')));
  for (const { name, sql } of readMigrations()) hash.update(name).update(sql);
  return hash.digest('hex').slice(0, 12);
}
