/** ClickHouse as the pipeline leaves it after a recorded scenario: intake, route, tasks and sink, all of them real. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type InputTopic, Intake } from '../../producers/intake.ts';
import type { ClickHouse } from '../../runtime/clickhouse.ts';
import { startPipeline } from '../../sinks/clickhouse/pipeline.ts';
import { startClickHouseSink } from '../../sinks/clickhouse/sink.ts';
import type { Line } from '../golden/script.ts';
import { River, RiverProcess } from './river.ts';
import { ROOT } from './sources.ts';
import { openTables } from './tables.ts';

export interface ScenarioTables {
  readonly clickhouse: ClickHouse;
  /** When the last event was stored. */
  readonly end: number;
  close(): Promise<void>;
}

/** Tables with nothing in them. */
export async function emptyTables(): Promise<ScenarioTables> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-'));
  const clickhouse = await openTables(join(folder, 'clickhouse'));
  return {
    clickhouse,
    end: Date.UTC(2026, 2, 15),
    close: async () => {
      await clickhouse.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export async function scenarioTables(scenario: string): Promise<ScenarioTables> {
  const lines = readFileSync(join(ROOT, 'test/golden', scenario, 'events.ndjson'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
  const folder = mkdtempSync(join(tmpdir(), 'weir-'));
  const river = await River.open({ folder, now: Date.parse(lines[0]?.seen as string) });
  const intake = new Intake(river.log);
  for (const { topic, seen, event } of lines) {
    river.pass(Date.parse(seen) - river.now);
    await intake.submit(topic as InputTopic, [event]);
  }
  const running = new RiverProcess(river);
  await running.start();
  await running.drain();
  const clickhouse = await openTables(join(folder, 'clickhouse'));
  await insertAll(river, clickhouse);
  await running.stop();
  await running.kill();
  return {
    clickhouse,
    end: river.now,
    close: async () => {
      await clickhouse.close();
      await river.log.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function insertAll({ log, folder, now }: River, { write: client }: ClickHouse): Promise<void> {
  const faults: unknown[] = [];
  const sink = startClickHouseSink({ log, client, folder, onFault: (error) => faults.push(error) });
  let clock = now - 20_000;
  const pipeline = startPipeline({
    client,
    now: () => clock,
    stages: () => [
      { stage: 'route', topic: '', lagRecords: 0, lagMs: null, records: log.end('transfers', 0) },
      { stage: 'clickhouse', topic: 'decisions', lagRecords: 0, lagMs: 0, records: log.end('decisions', 0) },
    ],
  });
  await pipeline.sample();
  await sink.caughtUp();
  clock = now - 10_000;
  await pipeline.sample();
  await pipeline.stop();
  await sink.stop();
  if (faults.length > 0) throw faults[0];
}
