/** How long decisions take, as rows: every few seconds, how many took how long, in steps of a quarter of a doubling. */
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import { type Repeating, repeatEvery } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { MINUTE_MS } from '../../schemas/time.ts';

export interface LatencyOptions {
  readonly client: ClickHouseClient;
  readonly now: () => number;
  readonly logger?: Pick<Logger, 'warn'>;
  readonly intervalMs?: number;
}

const INTERVAL_MS = 10_000;
const BUCKET_MAX = 255;

export class LatencyRows {
  readonly #options: LatencyOptions;
  readonly #repeating: Repeating;
  /** Decisions by minute and bucket that are not written down yet. */
  #times = new Map<string, number>();
  #last: Promise<void> = Promise.resolve();

  constructor(options: LatencyOptions) {
    this.#options = options;
    this.#repeating = repeatEvery(options.intervalMs ?? INTERVAL_MS, () => void this.write());
  }

  /** So many decisions took so long at most. */
  add(latencyMs: number, decisions: number): void {
    const minute = Math.floor(this.#options.now() / MINUTE_MS) * 60;
    const bucket = Math.min(BUCKET_MAX, Math.round(4 * Math.log2(1 + latencyMs)));
    const key = `${minute} ${bucket}`;
    this.#times.set(key, (this.#times.get(key) ?? 0) + decisions);
  }

  /** Writes down what came since the last time. */
  write(): Promise<void> {
    this.#last = this.#last.then(() => this.#write());
    return this.#last;
  }

  /** Resolves when what came so far is written down. */
  stop(): Promise<void> {
    this.#repeating.stop();
    return this.write();
  }

  async #write(): Promise<void> {
    if (this.#times.size === 0) return;
    const values = [...this.#times].map(([key, times]) => {
      const [minute, bucket] = key.split(' ').map(Number);
      return { minute, bucket, times };
    });
    this.#times = new Map();
    try {
      // Two equal inserts are two, and no repetition of one.
      const clickhouse_settings = { insert_deduplicate: 0 } as const;
      await this.#options.client.insert({
        table: 'latencies_by_minute',
        format: 'JSONEachRow',
        values,
        clickhouse_settings,
      });
    } catch (error) {
      // They come from no log: what is lost is not made up for, and a graph has a gap.
      this.#options.logger?.warn({ err: error }, 'times that decisions took were lost');
    }
  }
}
