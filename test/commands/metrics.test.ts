/** What a running process tells Prometheus of its stages. */
import { expect, it } from 'vitest';
import { transferRecord } from '../../schemas/events/transfer.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startWeir } from '../support/running-weir.ts';

function transfers(count: number) {
  const at = new Date().toISOString();
  return Array.from({ length: count }, (_, number) => {
    return { ...transferRecord.render(transferRecord.example), transferId: `T-${number}`, at };
  });
}

it('tells lag by stage and partition, commits, inserts, restoring and the spread of event time', async () => {
  const dataDir = temporaryFolder();
  const first = await startWeir({ dataDir });
  await first.ask('/v1/transfers', transfers(50));
  await first.end('SIGKILL');
  const weir = await startWeir({ dataDir });
  const scraped = async () => {
    const text = await (await fetch(`${weir.address}/metrics`)).text();
    return (pattern: RegExp) => Number(new RegExp(`^${pattern.source} (\\S+)$`, 'm').exec(text)?.[1]);
  };
  await eventually('commits, inserts and lag are told', async () => {
    const value = await scraped();
    return (
      value(/weir_commit_duration_seconds_count\{stage="route"\}/) > 0 &&
      value(/weir_commit_duration_seconds_count\{stage="score"\}/) > 0 &&
      value(/weir_sink_insert_seconds_count\{table="decisions"\}/) > 0 &&
      value(/weir_lag_records\{stage="clickhouse",topic="decisions",partition="3"\}/) === 0 &&
      value(/weir_lag_records\{stage="route",topic="transfers",partition="0"\}/) === 0 &&
      value(/weir_lag_seconds\{stage="score",topic="journal",partition="0"\}/) >= 0 &&
      value(/weir_restore_left_records\{partition="3"\}/) === 0 &&
      value(/weir_event_time_spread_seconds/) >= 0
    );
  });
  const value = await scraped();
  const { sum, count } = {
    sum: value(/weir_commit_duration_seconds_sum\{stage="score"\}/),
    count: value(/weir_commit_duration_seconds_bucket\{stage="score",le="\+Inf"\}/),
  };
  expect(sum / count).toBeGreaterThan(0);
  expect(value(/weir_restore_left_records\{partition="3"\}/)).toBe(0);
  expect(value(/weir_lag_seconds\{stage="score",topic="journal",partition="0"\}/)).toBeGreaterThanOrEqual(0);
  expect(value(/weir_lag_records\{stage="route",topic="transfers",partition="0"\}/)).toBe(0);
  expect(value(/weir_event_time_spread_seconds/)).toBeGreaterThanOrEqual(0);
});
