import { expect, it } from 'vitest';
import { LatencyRows } from '../../../sinks/clickhouse/latency.ts';
import { openBench } from '../../support/clickhouse.ts';

const TIMES = `
SELECT
    sum(latencies_by_minute.times) AS times,
    round(quantileExactWeighted(0.5)(exp2(bucket / 4) - 1, latencies_by_minute.times)) AS half,
    round(quantileExactWeighted(0.99)(exp2(bucket / 4) - 1, latencies_by_minute.times)) AS most
FROM latencies_by_minute`;

it('keeps how long decisions took, and counts what took equally long each time', async () => {
  const bench = await openBench();
  // Older rows are dropped after a month.
  const time = { now: Math.floor(Date.now() / 60_000) * 60_000 };
  const rows = new LatencyRows({ client: bench.clickhouse.write, now: () => time.now, intervalMs: 3_600_000 });
  rows.add(7, 900);
  rows.add(1_023, 50);
  await rows.write();
  rows.add(7, 900);
  rows.add(1_023, 50);
  await rows.write();
  time.now += 60_000;
  rows.add(0, 100);
  await rows.stop();
  await rows.stop();
  expect(await bench.rows(TIMES)).toEqual([{ times: 2_000, half: 7, most: 1_023 }]);
  const minutes = await bench.rows('SELECT count(DISTINCT minute) AS minutes FROM latencies_by_minute');
  expect(minutes).toEqual([{ minutes: 2 }]);
});

it('lives through rows that are lost', async () => {
  const lost: unknown[] = [];
  const client = { insert: () => Promise.reject(new Error('ClickHouse is away')) };
  const rows = new LatencyRows({
    client: client as unknown as ConstructorParameters<typeof LatencyRows>[0]['client'],
    now: Date.now,
    logger: { warn: (about: unknown) => void lost.push(about) },
    intervalMs: 3_600_000,
  });
  rows.add(5, 1);
  await rows.stop();
  expect(lost).toHaveLength(1);
});
