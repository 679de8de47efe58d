/** Health of the pipeline as rows: every few seconds, how far each stage is behind and how much it did. */
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import { repeatEvery } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';

/** Where a stage stands in a topic that it reads. */
export interface StageState {
  readonly stage: string;
  /** Empty where it is all that the stage reads. */
  readonly topic: string;
  /** Records still to read. */
  readonly lagRecords: number;
  /** Age of the oldest of them; null where the stage does not know. */
  readonly lagMs: number | null;
  /** Records read so far: a running total. */
  readonly records: number;
}

/** How far a stage is behind in one partition that it reads. */
export interface PartitionLag {
  readonly stage: string;
  readonly topic: string;
  readonly partition: number;
  readonly records: number;
  /** Age of what was read last, ms; 0 where nothing is left. */
  readonly ms: number;
}

export interface PipelineOptions {
  readonly client: ClickHouseClient;
  readonly stages: () => readonly StageState[];
  readonly now: () => number;
  readonly logger?: Pick<Logger, 'warn'>;
  readonly intervalMs?: number;
}

export interface Pipeline {
  /** Takes a sample now. */
  sample(): Promise<void>;
  /** Takes no more of them; resolves when the one under way is in. */
  stop(): Promise<void>;
}

const INTERVAL_MS = 10_000;

export function startPipeline(options: PipelineOptions): Pipeline {
  const { client, stages, now, logger, intervalMs = INTERVAL_MS } = options;
  let before = new Map<string, number>();
  let sampledAt = now();
  let last: Promise<void> = Promise.resolve();

  async function sample(): Promise<void> {
    const sampled = now();
    const states = stages();
    const rows = states.map(({ stage, topic, lagRecords, lagMs, records }) => ({
      sampled: new Date(sampled).toISOString().replace('T', ' ').replace('Z', ''),
      stage,
      topic,
      partition: -1,
      lag_records: lagRecords,
      lag_ms: lagMs === null ? null : Math.round(lagMs),
      // A partition that went to another process takes what was read of it along.
      records: Math.max(0, records - (before.get(keyOf(stage, topic)) ?? records)),
      interval_ms: Math.max(0, Math.round(sampled - sampledAt)),
    }));
    before = new Map(states.map(({ stage, topic, records }) => [keyOf(stage, topic), records]));
    sampledAt = sampled;
    if (rows.length > 0) await client.insert({ table: 'pipeline', format: 'JSONEachRow', values: rows });
  }

  const next = () => {
    last = last.then(sample).catch((error: unknown) => {
      // Samples come from no log: one that fails is lost, and a graph has a gap.
      logger?.warn({ err: error }, 'a sample of the pipeline was lost');
    });
    return last;
  };
  const repeating = repeatEvery(intervalMs, () => void next());
  return {
    sample: next,
    stop: () => {
      repeating.stop();
      return last;
    },
  };
}

function keyOf(stage: string, topic: string): string {
  return `${stage} ${topic}`;
}
