/** Measures the flow of a running process for its status line, its metrics and `weir status`. */
import type { RecordBatch } from '../runtime/log/port.ts';
import { valueAt } from '../runtime/log/values.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { decisionRecord } from '../schemas/decision.ts';
import type { River } from './engine.ts';
import { type Flow, RecentLatencies } from './status-line.ts';

/** Told how long a batch of decisions took at most, and how many they are. */
type OnLatency = (latencyMs: number, decisions: number) => void;

export class FlowMeter {
  readonly #metrics: Metrics;
  readonly #engine: Pick<River, 'lags' | 'sink'>;
  readonly #now: () => number;
  readonly #latencies = new RecentLatencies();
  readonly #startedAt: number;
  #latest: Flow | null = null;
  #before: { readonly at: number; readonly events: number };

  readonly #onLatency: OnLatency;

  constructor(
    metrics: Metrics,
    engine: Pick<River, 'lags' | 'sink'>,
    now: () => number,
    onLatency: OnLatency = () => undefined,
  ) {
    this.#onLatency = onLatency;
    this.#metrics = metrics;
    this.#engine = engine;
    this.#now = now;
    this.#startedAt = now();
    this.#before = { at: this.#startedAt, events: 0 };
  }

  /** To be called with each batch of decisions when it can be read: its first has waited longest. */
  decided(batch: RecordBatch): void {
    if (batch.fingerprint !== decisionRecord.fingerprint) return;
    const { seen } = decisionRecord.decode(valueAt(batch.values, 0));
    // What came before this start waited for it, and says nothing about how fast it is.
    if (seen < this.#startedAt) return;
    const latencyMs = Math.max(0, this.#now() - seen);
    this.#latencies.add(latencyMs);
    this.#metrics.observe('weir_decision_latency_seconds', {}, latencyMs / 1_000);
    this.#onLatency(latencyMs, batch.values.count);
  }

  /** What was measured last; measures now where nothing was yet. */
  async latest(): Promise<Flow> {
    return this.#latest ?? this.measure();
  }

  /** What flowed since the last call. */
  async measure(): Promise<Flow> {
    const [events, ticks, accepted, held, rejected, alerts] = await Promise.all([
      this.#metrics.total('weir_events_accepted_total'),
      this.#metrics.total('weir_events_accepted_total', { topic: 'control' }),
      this.#metrics.total('weir_decisions_total', { outcome: 'accept' }),
      this.#metrics.total('weir_decisions_total', { outcome: 'hold' }),
      this.#metrics.total('weir_decisions_total', { outcome: 'reject' }),
      this.#metrics.total('weir_alerts_total'),
    ]);
    const at = this.#now();
    const seconds = Math.max(0.001, (at - this.#before.at) / 1_000);
    const eventsPerSecond = (events - ticks - this.#before.events) / seconds;
    this.#before = { at, events: events - ticks };
    const p99Ms = this.#latencies.p99Ms();
    this.#latencies.clear();
    const { ms: lagMs } = this.#engine.sink.lag();
    this.#latest = { eventsPerSecond, accepted, held, rejected, alerts, lagMs, p99Ms };
    return this.#latest;
  }

  /** Brings the metrics of lag up to date: to be called when somebody asks for them. */
  tellLag(): void {
    // Partitions come and go; those that went are another process's to tell of.
    this.#metrics.reset('weir_lag_records');
    this.#metrics.reset('weir_lag_seconds');
    for (const { stage, topic, partition, records, ms } of this.#engine.lags()) {
      const labels = { stage, topic, partition: `${partition}` };
      this.#metrics.set('weir_lag_records', labels, records);
      this.#metrics.set('weir_lag_seconds', labels, ms / 1_000);
    }
  }
}
