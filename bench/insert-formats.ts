/**
 * What an insert into ClickHouse costs by format: `node bench/insert-formats.ts [rows]`, CPU µs a row.
 * Avro blocks of the journal go on as they are; for every other format they must be decoded first, and
 * that alone is counted for it, so that the client’s part of the others is a floor.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openClickHouse } from '../runtime/clickhouse.ts';
import { transferRecord } from '../schemas/events/transfer.ts';
import { BLOCKS } from '../schemas/journal.ts';
import { blockOfArray } from '../sinks/clickhouse/container.ts';
import { migrate } from '../sinks/clickhouse/migrate.ts';
import { ENTRIES } from '../sinks/clickhouse/tables.ts';

const ROWS = Number(process.argv[2] ?? 100_000);
const BLOCK_ROWS = 200;
const ROUNDS = 5;
const ONE_BLOCK =
  'max_threads = 1, max_insert_threads = 1, max_block_size = 1000000, max_insert_block_size = 10000000, min_insert_block_size_rows = 1000000000, min_insert_block_size_bytes = 100000000000';

const folder = mkdtempSync(join(tmpdir(), 'weir-'));
const engine = openClickHouse({ folder: join(folder, 'clickhouse') });
const run = (query: string) => engine.write.command({ query });
try {
  await measure();
} finally {
  await engine.close();
  rmSync(folder, { recursive: true });
}

async function measure(): Promise<void> {
  await migrate(engine.write);
  await run('SYSTEM STOP MERGES');
  const arrays = journalBlocks();
  const path = join(folder, 'rows.avro');
  const write = () => writeFileSync(path, Buffer.concat(ENTRIES.container.file(arrays.map(blockOfArray))));
  const insertAvro = (order: string) => () => run(`${avroStatement(path)}${order} SETTINGS ${ONE_BLOCK}`);
  write();
  const rows: Row[] = [
    { format: 'Avro, undecoded', client: await cpu(async () => write()), engine: await cpu(insertAvro('')) },
    { format: '– and ORDER BY ALL', client: null, engine: await cpu(insertAvro(' ORDER BY ALL')) },
  ];
  const decode = await cpu(async () => {
    for (const array of arrays) BLOCKS.transfers.type.fromBuffer(array);
  });
  for (const format of ['Native', 'RowBinary', 'JSONCompactEachRow']) rows.push(await otherFormat(format, decode));
  const body = readFileSync(path);
  rows.push({
    format: 'gzip −1 of the Avro',
    client: await cpu(async () => gzipSync(body, { level: 1 })),
    engine: null,
  });
  const figure = (value: number | null) => (value === null ? '–' : value.toFixed(2)).padStart(8);
  console.log(`${'format'.padEnd(24)}  client   engine   (CPU µs a row, median of ${ROUNDS}, ${ROWS} rows)`);
  for (const row of rows) console.log(`${row.format.padEnd(24)}${figure(row.client)} ${figure(row.engine)}`);
}

interface Row {
  readonly format: string;
  readonly client: number | null;
  readonly engine: number | null;
}

async function otherFormat(format: string, decode: number): Promise<Row> {
  const path = join(folder, format);
  const rows = `SELECT * FROM entries LIMIT ${ROWS} SETTINGS max_threads = 1, max_block_size = 1000000`;
  await run(`INSERT INTO FUNCTION file('${path}', ${format}) ${rows}`);
  const described = await engine.write.query({
    query:
      "SELECT name, type FROM system.columns WHERE table = 'entries' AND default_kind != 'ALIAS' ORDER BY position",
    format: 'JSONEachRow',
  });
  const columns = await described.json<{ name: string; type: string }>();
  const structure = columns.map(({ name, type }) => `${name} ${type}`).join(', ');
  const source = `file('${path}', ${format}, '${structure.replaceAll("'", "\\'")}')`;
  const insert = () => run(`INSERT INTO entries SELECT * FROM ${source} SETTINGS ${ONE_BLOCK}`);
  return { format, client: decode, engine: await cpu(insert) };
}

function avroStatement(path: string): string {
  const structure = [...ENTRIES.types]
    .map(([column, type]) => `\`${column}\` ${type}`)
    .join(', ')
    .replaceAll("'", "\\'");
  const names = ENTRIES.columns.map(({ name }) => name).join(', ');
  const values = ENTRIES.columns.map(({ name, expression }) => `${expression} AS ${name}`).join(', ');
  return `INSERT INTO entries (log_partition, ordinal, logged, ${names}) SELECT 3, _row_number, now64(3), ${values} FROM file('${path}', Avro, '${structure}')`;
}

function journalBlocks(): Buffer[] {
  const arrays: Buffer[] = [];
  for (let first = 0; first < ROWS; first += BLOCK_ROWS) {
    const entries = Array.from({ length: Math.min(BLOCK_ROWS, ROWS - first) }, (_, index) => {
      const number = first + index;
      return {
        subjectKind: 'party' as const,
        subject: `C-${number % 5_000}`,
        role: 'payer' as const,
        seen: transferRecord.example.at + number,
        sourcePartition: 0,
        sourceOffset: number,
        event: {
          ...transferRecord.example,
          transferId: `T-${number}`,
          at: transferRecord.example.at + number,
          amount: { minor: (number * 7_919) % 10_000_000, currency: 'CNY' },
        },
      };
    });
    arrays.push(BLOCKS.transfers.type.toBuffer(entries));
  }
  return arrays;
}

/** Median CPU time of the process with all its threads, µs a row. */
async function cpu(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    // The first round warms up.
    if (round > 0) times.push((user + system) / ROWS);
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] as number;
}
