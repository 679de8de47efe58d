/**
 * Inserts rows, once however often it is tried: the statement carries a token, and ClickHouse passes by
 * what came with the same token before, in the table and in each of the views that hang on it.
 *
 * The rows are an Avro container. chDB reads it from a file; a server would be sent the same bytes.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import type { ContainerBlock } from './container.ts';
import type { Table } from './tables.ts';

/** Rows of one log partition with numbers that follow each other. */
export interface Run {
  /** First row of the run among the rows of the insert. */
  readonly row: number;
  readonly partition: number;
  /** Number of that row in its partition. */
  readonly number: number;
}

export interface Rows {
  readonly table: Table;
  readonly token: string;
  /** Append time of the first log batch among them. */
  readonly logged: number;
  readonly runs: readonly Run[];
  readonly count: number;
  readonly blocks: readonly ContainerBlock[];
}

/** How rows get to ClickHouse. */
export interface Inserter {
  insert(rows: Rows): Promise<void>;
}

/**
 * One insert, one block: a token holds for a block, and rows that were split otherwise the second time
 * would be there twice. The statement has its own settings, since settings of chDB's session stick.
 */
const SETTINGS = [
  'async_insert = 0',
  'deduplicate_blocks_in_dependent_materialized_views = 1',
  'max_threads = 1',
  'max_insert_threads = 1',
  'max_block_size = 1000000',
  'min_insert_block_size_rows = 1000000000',
  'min_insert_block_size_bytes = 100000000000',
].join(', ');

/** chDB's connection takes text alone, so the bytes go through a file, which is written anew each time. */
export function fileInserter(client: ClickHouseClient, folder: string): Inserter {
  const path = join(folder, 'rows.avro');
  return {
    insert: async (rows) => {
      const file = await open(path, 'w');
      try {
        await file.writev(rows.table.container.file(rows.blocks));
      } finally {
        await file.close();
      }
      const structure = [...rows.table.types].map(([column, type]) => `\`${column}\` ${type}`).join(', ');
      const source = `file(${literal(path)}, Avro, ${literal(structure)})`;
      await client.command({ query: `${insertStatement(rows)} FROM ${source}` });
    },
  };
}

function insertStatement({ table, token, logged, runs }: Rows): string {
  const columns = [
    ...(table.number === null ? [] : numberColumns(table.number, runs)),
    { name: 'logged', expression: `fromUnixTimestamp64Milli(${logged}, 'UTC')` },
    ...table.columns,
  ];
  const names = columns.map(({ name }) => name).join(', ');
  const values = columns.map(({ name, expression }) => `${expression} AS ${name}`).join(', ');
  const settings = `insert_deduplication_token = ${literal(token)}, ${SETTINGS}`;
  return `INSERT INTO ${table.name} (${names}) SETTINGS ${settings} SELECT ${values}`;
}

/** Partition and number of each row, from its place among the rows. */
function numberColumns(number: string, runs: readonly Run[]): { name: string; expression: string }[] {
  if (runs.length === 1) {
    const [run] = runs;
    return [
      { name: 'log_partition', expression: `${run.partition}` },
      { name: number, expression: `_row_number + ${run.number - run.row}` },
    ];
  }
  const starts = `[${runs.map((run) => run.row).join(', ')}]`;
  const start = `roundDown(_row_number, ${starts})`;
  const pick = (values: readonly number[]) => `transform(${start}, ${starts}, [${values.join(', ')}], 0)`;
  return [
    { name: 'log_partition', expression: pick(runs.map((run) => run.partition)) },
    { name: number, expression: `_row_number - ${start} + ${pick(runs.map((run) => run.number))}` },
  ];
}

function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
