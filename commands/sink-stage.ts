/** The ClickHouse sink of a process: it runs while it is the process's to run, and is told of here whether it does. */
import type { ClickHouse } from '../runtime/clickhouse.ts';
import type { Log } from '../runtime/log/port.ts';
import { migrate } from '../sinks/clickhouse/migrate.ts';
import type { PartitionLag } from '../sinks/clickhouse/pipeline.ts';
import { type ClickHouseSink, type SinkLag, startClickHouseSink } from '../sinks/clickhouse/sink.ts';
import type { EngineOptions } from './engine.ts';
import type { Stages } from './stages.ts';

export interface SinkOptions extends Pick<EngineOptions, 'logger' | 'metrics' | 'tracing'> {
  readonly log: Log;
  readonly clickhouse: ClickHouse;
  /** Folder of the ClickHouse in this process; null for a server. */
  readonly folder: string | null;
  readonly replicate: boolean;
}

const NOTHING: SinkLag = { records: 0, byTopic: {}, ms: 0, failing: null };

export class SinkStage {
  #running: ClickHouseSink | null = null;

  get runs(): boolean {
    return this.#running !== null;
  }

  /** Nothing where another process inserts. */
  lag(): SinkLag {
    return this.#running?.lag() ?? NOTHING;
  }

  lags(): PartitionLag[] {
    return this.#running?.lags() ?? [];
  }

  async caughtUp(): Promise<void> {
    await this.#running?.caughtUp();
  }

  async attach(stages: Stages, options: SinkOptions): Promise<void> {
    await stages.attach('clickhouse', () => {
      const sink = startSink(options, (error) => void stages.ended('clickhouse', error));
      this.#running = sink;
      return {
        stop: async () => {
          this.#running = null;
          await sink.stop();
        },
      };
    });
  }
}

function startSink(options: SinkOptions, onFault: (error: unknown) => void): ClickHouseSink {
  const { log, clickhouse, folder, replicate, logger, metrics, tracing = null } = options;
  return startClickHouseSink({
    log,
    client: clickhouse.write,
    folder,
    // A server that is away holds nothing up: the sink makes the tables when it first reaches it.
    ...(folder === null ? { prepare: () => migrate(clickhouse.write, { replicate }) } : {}),
    logger,
    tracing,
    onProgress: ({ table, rows, durationMs }) => {
      metrics.count('weir_sink_rows_total', { table }, rows);
      metrics.observe('weir_sink_insert_seconds', { table }, durationMs / 1_000);
    },
    onFailure: () => metrics.count('weir_sink_failures_total', {}),
    onFault,
  });
}
