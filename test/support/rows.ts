/** What stands in ClickHouse, in a form in which two of them, or one and the log, can be compared. */
import { join } from 'node:path';
import type { ClickHouse } from '../../runtime/clickhouse.ts';
import type { Committed, Log } from '../../runtime/log/port.ts';
import { alertRecord } from '../../schemas/alert.ts';
import { decisionRecord } from '../../schemas/decision.ts';
import { startClickHouseSink } from '../../sinks/clickhouse/sink.ts';
import { blockOf, recordsOf } from './proofs.ts';
import { openTables } from './tables.ts';

/** Rows and a hash over their content, by table and view. */
export type Contents = { readonly [table: string]: { readonly rows: string; readonly hash: string } };

/** Tables that say nothing of the log. */
const APART = ['migrations', 'pipeline', 'pipeline_by_minute', 'latencies_by_minute'];

/** Everything that came from the log; when it was inserted, and with what, is left out. */
export async function contentsOf({ write }: ClickHouse): Promise<Contents> {
  const ask = async <T>(query: string) => (await write.query({ query, format: 'JSONEachRow' })).json<T>();
  const tables = await ask<{ name: string; engine: string; dated: number }>(
    `SELECT name, engine, has((SELECT groupArray(c.name) FROM system.columns AS c WHERE c.database = currentDatabase() AND c.table = t.name), 'logged') AS dated
     FROM system.tables AS t WHERE database = currentDatabase() AND engine != 'MaterializedView' ORDER BY name`,
  );
  const contents: { [table: string]: { rows: string; hash: string } } = {};
  for (const { name, engine, dated } of tables) {
    if (APART.includes(name)) continue;
    const merged = engine === 'MergeTree' || engine === 'View' ? '' : ' FINAL';
    const row = `SELECT *${dated ? ' EXCEPT (logged)' : ''} FROM ${name}${merged}`;
    const [counted] = await ask<{ rows: string; hash: string }>(
      `SELECT toString(count()) AS rows, toString(sum(cityHash64(toJSONString(tuple(*))))) AS hash FROM (${row})`,
    );
    contents[name] = counted as { rows: string; hash: string };
  }
  return contents;
}

/** What a sink that nobody disturbs makes of the log, in a folder of its own. */
export async function undisturbedContents(log: Log, folder: string): Promise<Contents> {
  const clickhouse = await openTables(join(folder, 'clickhouse'));
  const faults: unknown[] = [];
  try {
    const onFault = (error: unknown) => faults.push(error);
    const sink = startClickHouseSink({ log: forgotten(log), client: clickhouse.write, folder, onFault });
    await sink.caughtUp();
    await sink.stop();
    if (faults.length > 0) throw faults[0];
    return await contentsOf(clickhouse);
  } finally {
    await clickhouse.close();
  }
}

/** The log as a reader sees it that was never here before; what it commits stays with it. */
function forgotten(log: Log): Log {
  let committed: Committed = { positions: [], state: Buffer.alloc(0) };
  return {
    partitions: log.partitions,
    append: (append) => log.append(append),
    reader: (...all) => log.reader(...all),
    committed: async () => committed,
    kept: () => null,
    committer: () => ({
      fence: async () => committed,
      commit: async ({ positions, state }) => {
        committed = { positions, state: Buffer.from(state) };
      },
      confirm: async () => {},
      flushed: async () => {},
      release: async () => {},
    }),
    start: (...all) => log.start(...all),
    end: (...all) => log.end(...all),
    askEnd: (...all) => log.askEnd(...all),
    awaitAny: (readers) => log.awaitAny(readers),
    schema: (fingerprint) => log.schema(fingerprint),
    declareSchema: (...all) => log.declareSchema(...all),
    retain: async () => {},
    trim: async () => {},
    close: async () => {},
  };
}

/** Rows of ClickHouse that are not the records of the log, each of them once; in words. */
export async function provedRows({ write }: ClickHouse, log: Log): Promise<string[]> {
  const wrong: string[] = [];
  const compare = async (table: string, query: string, expected: readonly string[]) => {
    const answer = await write.query({ query, format: 'JSONCompactEachRow' });
    const rows = (await answer.json<unknown[]>()).map((row) => JSON.stringify(row)).sort();
    const wanted = [...expected].sort();
    if (rows.length !== wanted.length) wrong.push(`${table} has ${rows.length} rows for ${wanted.length} records`);
    const differs = rows.findIndex((row, index) => row !== wanted[index]);
    if (differs >= 0) wrong.push(`${table} has ${rows[differs]} for ${wanted[differs]}`);
  };
  const millis = (column: string) => `toUnixTimestamp64Milli(${column})`;
  await compare(
    'decisions',
    `SELECT log_partition, log_offset, transfer_id, revision, toString(outcome), ${millis('at')}, ${millis('seen')}, amount_minor, length(reasons) FROM decisions SETTINGS output_format_json_quote_64bit_integers = 0`,
    [...recordsOf(log, 'decisions')].map(({ partition, offset, bytes }) => {
      const { transferId, revision, outcome, at, seen, amountMinor, reasons } = decisionRecord.decode(bytes);
      return JSON.stringify([partition, offset, transferId, revision, outcome, at, seen, amountMinor, reasons.length]);
    }),
  );
  await compare(
    'alerts',
    `SELECT log_partition, log_offset, alert_id, revision, toString(severity), ${millis('at')}, en, zh FROM alerts SETTINGS output_format_json_quote_64bit_integers = 0`,
    [...recordsOf(log, 'alerts')].map(({ partition, offset, bytes }) => {
      const { alertId, revision, severity, at, en, zh } = alertRecord.decode(bytes);
      return JSON.stringify([partition, offset, alertId, revision, severity, at, en, zh]);
    }),
  );
  await compare(
    'entries',
    `SELECT log_partition, ordinal, subject, toString(role), source_offset, transfer_id, amount_minor FROM entries SETTINGS output_format_json_quote_64bit_integers = 0`,
    legsOf(log),
  );
  return wrong;
}

function legsOf(log: Log): string[] {
  const ordinals = new Map<number, number>();
  return [...recordsOf(log, 'journal')].flatMap(({ partition, fingerprint, bytes }) => {
    const { topic, entries } = blockOf(fingerprint, bytes);
    const before = ordinals.get(partition) ?? 0;
    ordinals.set(partition, before + entries.length);
    if (topic !== 'transfers') return [];
    return entries.map(({ subject, role, sourceOffset, event }, index) => {
      const { transferId, amount } = event as { transferId: string; amount: { minor: number } };
      return JSON.stringify([partition, before + index + 1, subject, role, sourceOffset, transferId, amount.minor]);
    });
  });
}
