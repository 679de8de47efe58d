import { expect, it } from 'vitest';
import type { ClickHouseClient } from '../../../runtime/clickhouse.ts';
import { type StageState, startPipeline } from '../../../sinks/clickhouse/pipeline.ts';
import { openBench } from '../../support/clickhouse.ts';
import { eventually } from '../../support/eventually.ts';

const state: StageState = { stage: 'clickhouse', topic: 'decisions', lagRecords: 7, lagMs: 12.4, records: 100 };

it('keeps samples with what was done between them', async () => {
  const bench = await openBench();
  // Older samples are dropped after a month.
  const time = { now: Date.now() };
  const text = () => new Date(time.now).toISOString().replace('T', ' ').replace('Z', '');
  const first = text();
  let records = 100;
  const stages = () => [
    { ...state, records },
    // A partition went elsewhere with what was read of it: no less than nothing was done.
    { ...state, stage: 'route', topic: '', records: 200 - records, lagMs: null },
  ];
  const pipeline = startPipeline({
    client: bench.clickhouse.write,
    stages,
    now: () => time.now,
    intervalMs: 3_600_000,
  });
  await pipeline.sample();
  records = 150;
  time.now += 2_000;
  await pipeline.sample();
  await pipeline.stop();
  const facts = { stage: 'clickhouse', topic: 'decisions', partition: -1, lag_records: 7, lag_ms: 12 };
  expect(await bench.rows("SELECT * FROM pipeline WHERE stage = 'clickhouse' ORDER BY sampled")).toEqual([
    { ...facts, sampled: first, records: 0, interval_ms: 0 },
    { ...facts, sampled: text(), records: 50, interval_ms: 2_000 },
  ]);
  const route = await bench.rows(
    "SELECT topic, lag_ms, sum(records) AS done, count() AS n FROM pipeline WHERE stage = 'route' GROUP BY ALL",
  );
  expect(route).toEqual([{ topic: '', lag_ms: null, done: 0, n: 2 }]);
});

it('takes samples by itself and lives through one that is lost', async () => {
  let tries = 0;
  const client = { insert: () => Promise.reject(new Error(`down ${++tries}`)) } as unknown as ClickHouseClient;
  const warnings: unknown[] = [];
  const logger = { warn: (fields: unknown) => warnings.push(fields) } as never;
  const pipeline = startPipeline({ client, stages: () => [state], now: () => 0, logger, intervalMs: 5 });
  await eventually('it tried again', () => tries >= 2 && warnings.length >= 2);
  await pipeline.stop();
});
