/** Health of the pipeline as rows: how far each stage is behind, sampled by whoever runs the stages. */
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';

export interface PipelineSample {
  /** When it was taken, ms. */
  readonly sampled: number;
  readonly stage: string;
  /** Topic that the stage reads; empty where it is all. */
  readonly topic: string;
  /** -1 where it is all. */
  readonly partition: number;
  readonly lagRecords: number;
  readonly lagMs: number;
  /** Records handled since the sample before. */
  readonly records: number;
  readonly intervalMs: number;
}

/** Samples come from no log: one that fails is lost, and a graph has a gap. */
export async function recordPipeline(client: ClickHouseClient, samples: readonly PipelineSample[]): Promise<void> {
  if (samples.length === 0) return;
  await client.insert({
    table: 'pipeline',
    format: 'JSONEachRow',
    values: samples.map((one) => ({
      sampled: new Date(one.sampled).toISOString().replace('T', ' ').replace('Z', ''),
      stage: one.stage,
      topic: one.topic,
      partition: one.partition,
      lag_records: one.lagRecords,
      lag_ms: Math.round(one.lagMs),
      records: one.records,
      interval_ms: Math.round(one.intervalMs),
    })),
  });
}
