/** A real ClickHouse (chDB) and a real log in a temporary folder. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ClickHouse } from '../../runtime/clickhouse.ts';
import { type EmbeddedLog, openEmbeddedLog } from '../../runtime/log/embedded.ts';
import type { Append } from '../../runtime/log/port.ts';
import type { Migration } from '../../sinks/clickhouse/migrate.ts';
import { type ClickHouseSink, type ClickHouseSinkOptions, startClickHouseSink } from '../../sinks/clickhouse/sink.ts';
import { temporaryFolder } from './folder.ts';
import { openTables } from './tables.ts';

export interface Bench {
  readonly folder: string;
  readonly log: EmbeddedLog;
  readonly clickhouse: ClickHouse;
  /** The time that the log stamps; tests set it. */
  readonly clock: { now: number };
  append(append: Append): Promise<void>;
  sink(options?: Partial<ClickHouseSinkOptions>): ClickHouseSink;
  rows<T = Row>(query: string): Promise<T[]>;
}

export type Row = { [column: string]: unknown };

/** With the tables of this build, or those of an earlier one. */
export async function openBench(partitions = 4, migrations?: readonly Migration[]): Promise<Bench> {
  const folder = temporaryFolder();
  const clock = { now: Date.UTC(2026, 2, 15, 12) };
  const log = await openEmbeddedLog({ folder: join(folder, 'log'), partitions, now: () => clock.now });
  const clickhouse = await openTables(join(folder, 'clickhouse'), migrations);
  const sinks: ClickHouseSink[] = [];
  onTestFinished(async () => {
    for (const sink of sinks) await sink.stop();
    await clickhouse.close();
    await log.close();
  });
  return {
    folder,
    log,
    clickhouse,
    clock,
    append: async (append) => void (await log.append(append)),
    rows: async <T>(query: string) => {
      const answer = await clickhouse.read.query({ query, format: 'JSONEachRow' });
      return answer.json<T>();
    },
    sink: (options = {}) => {
      const faults: unknown[] = [];
      const onFault = (error: unknown) => faults.push(error);
      const sink = startClickHouseSink({ log, client: clickhouse.write, folder, onFault, ...options });
      sinks.push(sink);
      onTestFinished(() => {
        if (faults.length > 0) throw faults[0];
      });
      return sink;
    },
  };
}
