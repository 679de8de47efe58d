/**
 * Inserts rows, once however often it is tried: the statement carries a token, and ClickHouse passes by
 * what came with the same token before, in the table and in each of the views that hang on it.
 *
 * The rows are an Avro container, because the log holds them as Avro and they need not be decoded here.
 * chDB reads it from a file; a server is sent the same bytes behind the statement.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import { spanned, type Tracing } from '../../runtime/tracing.ts';
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
];

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
      const source = `file(${literal(path)}, Avro, ${literal(structureOf(rows.table))})`;
      await client.command({ query: `${insertStatement(rows, '_row_number', [])} FROM ${source}` });
    },
  };
}

/**
 * What a server needs besides: rows are parsed into one block whatever their number, and one thread
 * numbers them in their order.
 */
const SERVER_SETTINGS = ['input_format_parallel_parsing = 0', 'max_insert_block_size = 100000000'];

/**
 * Statement and rows are the body of one request: an address with a long statement in it would be refused
 * by proxies. Ordering costs next to nothing where rows are in order, and is what some versions ask for
 * (26.1 and those around it) before they heed the token of an INSERT … SELECT.
 */
export function bodyInserter(client: Pick<ClickHouseClient, 'exec'>): Inserter {
  return {
    insert: async (rows) => {
      const source = `input(${literal(structureOf(rows.table))})`;
      const numbered = `(SELECT rowNumberInAllBlocks() AS row, * FROM ${source})`;
      const from = rows.table.number === null ? source : numbered;
      const statement = `${insertStatement(rows, 'row', SERVER_SETTINGS)} FROM ${from} ORDER BY ALL FORMAT Avro\n`;
      const parts = [Buffer.from(statement), ...rows.table.container.file(rows.blocks)];
      const { stream } = await client.exec({ query: '', values: Readable.from(parts, { objectMode: false }) });
      await finished(stream.resume());
    },
  };
}

/** Each try is a span of its own: what was tried twice took as long as both. */
export function tracedInserter(inserter: Inserter, tracing: Tracing): Inserter {
  const insert = ({ table, count }: Rows) => ({
    name: `INSERT ${table.name}`,
    kind: 'client' as const,
    attributes: {
      'db.system.name': 'clickhouse',
      'db.operation.name': 'INSERT',
      'db.collection.name': table.name,
      'db.operation.batch.size': count,
    },
  });
  return { insert: (rows) => spanned(tracing, insert(rows), () => inserter.insert(rows)) };
}

/** The columns of the container that the statement reads. */
function structureOf({ types }: Table): string {
  return [...types].map(([column, type]) => `\`${column}\` ${type}`).join(', ');
}

/** `row` names the number of a row among the rows of the insert, from 0. */
function insertStatement({ table, token, logged, runs }: Rows, row: string, more: readonly string[]): string {
  const columns = [
    ...(table.number === null ? [] : numberColumns(table.number, runs, row)),
    { name: 'logged', expression: `fromUnixTimestamp64Milli(${logged}, 'UTC')` },
    ...table.columns,
  ];
  const names = columns.map(({ name }) => name).join(', ');
  const values = columns.map(({ name, expression }) => `${expression} AS ${name}`).join(', ');
  const settings = [`insert_deduplication_token = ${literal(token)}`, ...SETTINGS, ...more].join(', ');
  return `INSERT INTO ${table.name} (${names}) SETTINGS ${settings} SELECT ${values}`;
}

/** Partition and number of each row, from its place among the rows. */
function numberColumns(number: string, runs: readonly Run[], row: string): { name: string; expression: string }[] {
  if (runs.length === 1) {
    const [run] = runs;
    return [
      { name: 'log_partition', expression: `${run.partition}` },
      { name: number, expression: `${row} + ${run.number - run.row}` },
    ];
  }
  const starts = `[${runs.map((run) => run.row).join(', ')}]`;
  const start = `roundDown(${row}, ${starts})`;
  const pick = (values: readonly number[]) => `transform(${start}, ${starts}, [${values.join(', ')}], 0)`;
  return [
    { name: 'log_partition', expression: pick(runs.map((run) => run.partition)) },
    { name: number, expression: `${row} - ${start} + ${pick(runs.map((run) => run.number))}` },
  ];
}

function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
