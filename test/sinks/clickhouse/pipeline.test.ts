import { expect, it } from 'vitest';
import { recordPipeline } from '../../../sinks/clickhouse/pipeline.ts';
import { openBench } from '../../support/clickhouse.ts';

it('keeps samples of the pipeline, equal ones included', async () => {
  const bench = await openBench();
  const sample = {
    stage: 'clickhouse',
    topic: 'decisions',
    partition: -1,
    lagRecords: 7,
    lagMs: 12.4,
    records: 100,
    intervalMs: 5_000,
  };
  await recordPipeline(bench.clickhouse.write, [{ ...sample, sampled: Date.UTC(2026, 2, 1, 1, 2, 3, 4) }]);
  await recordPipeline(bench.clickhouse.write, [{ ...sample, sampled: Date.UTC(2026, 2, 1, 1, 2, 3, 4) }]);
  await recordPipeline(bench.clickhouse.write, []);
  const row = {
    sampled: '2026-03-01 01:02:03.004',
    stage: 'clickhouse',
    topic: 'decisions',
    partition: -1,
    lag_records: 7,
    lag_ms: 12,
    records: 100,
    interval_ms: 5_000,
  };
  expect(await bench.rows('SELECT * FROM pipeline')).toEqual([row, row]);
});
