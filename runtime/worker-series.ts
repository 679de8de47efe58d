/**
 * What worker threads count, on its way to the process’s metrics: running totals by series, such as
 * `weir_decisions_total{outcome=hold}`. A histogram is totals, too: one series a bucket, and a sum.
 */

/** Upper ends of the buckets of all latencies, seconds. */
export const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Running totals of a worker since it started: `weir_decisions_total{outcome=hold}` → 12. */
export interface WorkerTotals {
  readonly [series: string]: number;
}

/** `name{label=value,…}` as workers write it; label values hold neither commas nor braces. */
export function parseSeries(series: string): { readonly name: string; readonly labels: { [label: string]: string } } {
  const open = series.indexOf('{');
  if (open < 0) return { name: series, labels: {} };
  const pairs = series.slice(open + 1, -1).split(',');
  return {
    name: series.slice(0, open),
    labels: Object.fromEntries(pairs.map((pair) => pair.split('=') as [string, string])),
  };
}

/** The two series that a value of a histogram adds to. `labels` as they stand in a series: `stage=route`. */
export function histogramSeries(name: string, labels: string, seconds: number): { bucket: string; sum: string } {
  const end = LATENCY_BUCKETS.find((one) => seconds <= one);
  return { bucket: `${name}_bucket{${labels},le=${end ?? '+Inf'}}`, sum: `${name}_sum{${labels}}` };
}

interface Counted {
  readonly labels: { readonly [label: string]: string };
  /** Values by the bucket that they fell into; the last is for those beyond all ends. */
  readonly counts: number[];
  sum: number;
}

/** A histogram of which others counted the buckets: prom-client’s own takes single values alone. */
export class MergedHistogram {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly #counted = new Map<string, Counted>();

  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }

  /** Adds what grew of one of its series; `part` is `bucket` or `sum`. */
  add(part: string, { le, ...labels }: { readonly [label: string]: string }, by: number): void {
    const key = JSON.stringify(labels);
    const known = this.#counted.get(key) ?? { labels, counts: new Array(LATENCY_BUCKETS.length + 1).fill(0), sum: 0 };
    this.#counted.set(key, known);
    if (part === 'sum') known.sum += by;
    else {
      const place = LATENCY_BUCKETS.indexOf(Number(le));
      known.counts[place < 0 ? LATENCY_BUCKETS.length : place]! += by;
    }
  }

  /** What a registry asks for. */
  async get() {
    const values = [...this.#counted.values()].flatMap(({ labels, counts, sum }) => {
      let upTo = 0;
      const buckets = counts.map((count, place) => {
        upTo += count;
        return {
          metricName: `${this.name}_bucket`,
          labels: { ...labels, le: LATENCY_BUCKETS[place] ?? '+Inf' },
          value: upTo,
        };
      });
      return [
        ...buckets,
        { metricName: `${this.name}_sum`, labels, value: sum },
        { metricName: `${this.name}_count`, labels, value: upTo },
      ];
    });
    return { name: this.name, help: this.help, type: this.type, aggregator: this.aggregator, values };
  }

  reset(): void {
    this.#counted.clear();
  }
}
