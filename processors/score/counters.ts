/** What a fold thread counts, as running totals by series name; the main thread merges them. */
import type { WorkerTotals } from '../../runtime/metrics.ts';

export class Counters {
  readonly #totals = new Map<string, number>();

  add(series: string, by: number): void {
    if (by !== 0) this.#totals.set(series, (this.#totals.get(series) ?? 0) + by);
  }

  totals(): WorkerTotals {
    return Object.fromEntries(this.#totals);
  }
}
