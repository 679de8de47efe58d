/** The tables are SQL and the records are declared in TypeScript: here they are held against each other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClickHouse, openClickHouse } from '../../../runtime/clickhouse.ts';
import { migrate } from '../../../sinks/clickhouse/migrate.ts';
import { ENTRIES, EVENTS_TABLE, OUTPUT_TABLES, type Table } from '../../../sinks/clickhouse/tables.ts';

const TABLES: readonly Table[] = [...Object.values(OUTPUT_TABLES), ENTRIES, EVENTS_TABLE];

const folder = mkdtempSync(join(tmpdir(), 'weir-'));
let clickhouse: ClickHouse;

beforeAll(async () => {
  clickhouse = openClickHouse({ folder: join(folder, 'clickhouse') });
  await migrate(clickhouse.write);
});

afterAll(async () => {
  await clickhouse.close();
  rmSync(folder, { recursive: true, force: true });
});

interface ColumnFacts {
  readonly name: string;
  readonly type: string;
  readonly default_kind: string;
}

async function columnsOf(table: string): Promise<ColumnFacts[]> {
  const answer = await clickhouse.read.query({
    query:
      'SELECT name, type, default_kind FROM system.columns WHERE database = currentDatabase() AND table = {table:String}',
    query_params: { table },
    format: 'JSONEachRow',
  });
  return answer.json<ColumnFacts>();
}

/** All enums in a type, as ClickHouse writes them. */
function enumsOf(type: string): string[] {
  return [...type.matchAll(/Enum8\([^)]*\)/g)].map(([one]) => one).sort();
}

describe.each(TABLES.map((table) => [table.name, table] as const))('table %s', (name, table) => {
  it('has a column for each field, and no other', async () => {
    const columns = (await columnsOf(name)).filter(({ default_kind }) => default_kind !== 'ALIAS');
    const filled = [...(table.number === null ? [] : ['log_partition', table.number]), 'logged'];
    const expected = [...filled, ...table.columns.map((column) => column.name)];
    expect(columns.map((column) => column.name).sort()).toEqual(expected.sort());
  });

  it('numbers its enums as the records do', async () => {
    const types = new Map((await columnsOf(name)).map((column) => [column.name, column.type]));
    for (const { name: column, expression } of table.columns) {
      const enums = enumsOf(types.get(column) ?? '');
      const type = table.types.get(expression.replaceAll('`', ''));
      if (enums.length > 0) expect(enums, column).toEqual(enumsOf(type ?? ''));
    }
  });
});
