/**
 * What a fold thread counts, as running totals by series name, and what it tells the value of; the main
 * thread merges them into the metrics.
 */
import { histogramSeries, type WorkerTotals } from '../../runtime/worker-series.ts';

export class Counters {
  readonly #totals = new Map<string, number>();
  readonly #gauges = new Map<string, number>();

  add(series: string, by: number): void {
    if (by !== 0) this.#totals.set(series, (this.#totals.get(series) ?? 0) + by);
  }

  set(series: string, value: number): void {
    this.#gauges.set(series, value);
  }

  committed(stage: 'route' | 'score', durationMs: number): void {
    const seconds = durationMs / 1_000;
    const { bucket, sum } = histogramSeries('weir_commit_duration_seconds', `stage=${stage}`, seconds);
    this.add(bucket, 1);
    this.add(sum, seconds);
  }

  totals(): WorkerTotals {
    return Object.fromEntries(this.#totals);
  }

  gauges(): WorkerTotals {
    return Object.fromEntries(this.#gauges);
  }
}
