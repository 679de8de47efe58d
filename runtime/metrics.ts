/**
 * Metrics: each is declared once in the table below, and the reference in the README is made from it.
 * Counters of worker threads come as running totals and are merged here, so a scrape of one address
 * shows the whole process.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { LATENCY_BUCKETS, MergedHistogram, parseSeries, type WorkerTotals } from './worker-series.ts';

export type { WorkerTotals };

export interface MetricFacts {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly en: string;
  readonly zh: string;
  readonly unit: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
  /** True for a histogram whose buckets worker threads count. */
  readonly counted?: boolean;
}

export const METRICS = {
  weir_events_accepted_total: {
    kind: 'counter',
    en: 'Events that intake appended and acknowledged, by topic.',
    zh: '接入并确认的事件数，按主题。',
    unit: 'events',
    labels: ['topic'],
  },
  weir_requests_refused_total: {
    kind: 'counter',
    en: 'Requests that were refused, by error code.',
    zh: '被拒绝的请求数，按错误码。',
    unit: 'requests',
    labels: ['code'],
  },
  weir_request_duration_seconds: {
    kind: 'histogram',
    en: 'Time to answer a request, by method, route and status.',
    zh: '请求响应时间，按方法、路由与状态。',
    unit: 'seconds',
    labels: ['method', 'route', 'status'],
    buckets: LATENCY_BUCKETS,
  },
  weir_entries_routed_total: {
    kind: 'counter',
    en: 'Entries that route wrote to the journal.',
    zh: '路由写入流水日志的条目数。',
    unit: 'entries',
    labels: [],
  },
  weir_entries_folded_total: {
    kind: 'counter',
    en: 'Journal entries that the tasks folded.',
    zh: '已处理的流水条目数。',
    unit: 'entries',
    labels: [],
  },
  weir_decisions_total: {
    kind: 'counter',
    en: 'Decisions, later revisions included, by outcome.',
    zh: '决定数（含后续修订），按结果。',
    unit: 'decisions',
    labels: ['outcome'],
  },
  weir_alerts_total: {
    kind: 'counter',
    en: 'Alerts, further revisions included, by rule and severity.',
    zh: '预警数（含后续修订），按规则与级别。',
    unit: 'alerts',
    labels: ['rule', 'severity'],
  },
  weir_alert_steps_total: {
    kind: 'counter',
    en: 'Revisions of alerts that no hit brought: steps of people and of time, by step.',
    zh: '非命中产生的预警修订数（人员处置与到期），按步骤。',
    unit: 'revisions',
    labels: ['step'],
  },
  weir_dead_letters_total: {
    kind: 'counter',
    en: 'Records that were refused after their acknowledgement, by topic and reason.',
    zh: '死信数，按来源主题与原因。',
    unit: 'records',
    labels: ['topic', 'reason'],
  },
  weir_commits_total: {
    kind: 'counter',
    en: 'Atomic commits of the tasks.',
    zh: '任务的原子提交数。',
    unit: 'commits',
    labels: [],
  },
  weir_checkpoints_total: {
    kind: 'counter',
    en: 'Checkpoints written.',
    zh: '已写入的检查点数。',
    unit: 'checkpoints',
    labels: [],
  },
  weir_checkpoint_bytes_total: {
    kind: 'counter',
    en: 'Bytes of state written by checkpoints.',
    zh: '检查点写入的状态字节数。',
    unit: 'bytes',
    labels: [],
  },
  weir_late_entries_total: {
    kind: 'counter',
    en: 'Entries that came later than a greater event time of their subject.',
    zh: '迟到条目数。',
    unit: 'entries',
    labels: [],
  },
  weir_rule_failures_total: {
    kind: 'counter',
    en: 'Times a rule or a book threw; each also raises an alert.',
    zh: '规则或台账出错次数；每次都会产生预警。',
    unit: 'failures',
    labels: ['rule'],
  },
  weir_decision_latency_seconds: {
    kind: 'histogram',
    en: 'From the append of an event to its decision being readable.',
    zh: '从事件写入到决定可读的时间。',
    unit: 'seconds',
    labels: [],
    buckets: LATENCY_BUCKETS,
  },
  weir_lag_records: {
    kind: 'gauge',
    en: 'Records that a stage has still to read, by stage, topic and partition.',
    zh: '各环节尚未读取的记录数，按环节、主题与分区。',
    unit: 'records',
    labels: ['stage', 'topic', 'partition'],
  },
  weir_lag_seconds: {
    kind: 'gauge',
    en: 'Age of what a stage read last while it has more to read, by stage, topic and partition; 0 where it has read all.',
    zh: '环节有积压时最近读取记录的时长，按环节、主题与分区；无积压为 0。',
    unit: 'seconds',
    labels: ['stage', 'topic', 'partition'],
  },
  weir_commit_duration_seconds: {
    kind: 'histogram',
    en: 'From sending a commit (in Kafka a transaction) until it is acknowledged, by stage.',
    zh: '提交（Kafka 中为事务）从发出到确认的时间，按环节。',
    unit: 'seconds',
    labels: ['stage'],
    counted: true,
  },
  weir_restore_left_records: {
    kind: 'gauge',
    en: 'Records that a partition has still to read of its checkpoint, and then to fold of the journal, before it is restored; 0 once it is.',
    zh: '分区恢复前尚需读取的检查点记录数，其后为尚需重算的流水记录数；恢复后为 0。',
    unit: 'records',
    labels: ['partition'],
  },
  weir_event_time_spread_seconds: {
    kind: 'gauge',
    en: 'From the earliest to the latest event time among what route wrote in the last second.',
    zh: '路由最近一秒写出的条目中最早与最晚事件时间之差。',
    unit: 'seconds',
    labels: [],
  },
  weir_sink_insert_seconds: {
    kind: 'histogram',
    en: 'From the first try of an insert into ClickHouse until it is through, by table.',
    zh: '写入 ClickHouse 从首次尝试到成功的时间，按表。',
    unit: 'seconds',
    labels: ['table'],
    buckets: LATENCY_BUCKETS,
  },
  weir_sink_rows_total: {
    kind: 'counter',
    en: 'Rows inserted into ClickHouse, by table.',
    zh: '写入 ClickHouse 的行数，按表。',
    unit: 'rows',
    labels: ['table'],
  },
  weir_sink_failures_total: {
    kind: 'counter',
    en: 'Inserts into ClickHouse that failed and were tried again.',
    zh: '写入 ClickHouse 失败并重试的次数。',
    unit: 'inserts',
    labels: [],
  },
  weir_webhook_attempts_total: {
    kind: 'counter',
    en: 'Attempts to deliver a webhook, by outcome.',
    zh: 'Webhook 投递次数，按结果。',
    unit: 'attempts',
    labels: ['outcome'],
  },
  weir_webhook_delivery_seconds: {
    kind: 'histogram',
    en: 'From the append of a record to its webhook being taken, first attempts alone.',
    zh: '从记录写入到 webhook 首次投递成功的时间。',
    unit: 'seconds',
    labels: [],
    buckets: LATENCY_BUCKETS,
  },
  weir_webhook_endpoints: {
    kind: 'gauge',
    en: 'Webhook endpoints that are on, by state of their circuit breaker.',
    zh: '启用中的 webhook 接收端数，按熔断状态。',
    unit: 'endpoints',
    labels: ['state'],
  },
  weir_webhook_lag_records: {
    kind: 'gauge',
    en: 'Records that the endpoint furthest behind has still to look at.',
    zh: '最落后的 webhook 接收端尚未处理的记录数。',
    unit: 'records',
    labels: [],
  },
  weir_build_info: {
    kind: 'gauge',
    en: 'Always 1; its labels name the version and the build.',
    zh: '恒为 1；标签为版本与构建。',
    unit: 'none',
    labels: ['version', 'build'],
  },
} as const satisfies { readonly [name: string]: MetricFacts };

export type MetricName = keyof typeof METRICS;
type NamesOf<K extends MetricFacts['kind']> = {
  [N in MetricName]: (typeof METRICS)[N]['kind'] extends K ? N : never;
}[MetricName];
export type CounterName = NamesOf<'counter'>;
export type GaugeName = NamesOf<'gauge'>;
export type HistogramName = NamesOf<'histogram'>;
export type Labels<N extends MetricName> = { readonly [L in (typeof METRICS)[N]['labels'][number]]: string };

type Metric = Counter | Gauge | Histogram | MergedHistogram;

export class Metrics {
  readonly registry = new Registry();
  readonly #metrics = new Map<string, Metric>();
  readonly #workers = new Map<string, WorkerTotals>();

  constructor() {
    for (const [name, facts] of Object.entries(METRICS)) this.#metrics.set(name, create(name, facts, this.registry));
    collectDefaultMetrics({ register: this.registry });
  }

  count<N extends CounterName>(name: N, labels: Labels<N>, by = 1): void {
    (this.#metrics.get(name) as Counter).inc(labels as { [label: string]: string }, by);
  }

  set<N extends GaugeName>(name: N, labels: Labels<N>, value: number): void {
    (this.#metrics.get(name) as Gauge).set(labels as { [label: string]: string }, value);
  }

  observe<N extends HistogramName>(name: N, labels: Labels<N>, value: number): void {
    (this.#metrics.get(name) as Histogram).observe(labels as { [label: string]: string }, value);
  }

  /** Adds what a worker counted since it last said so. A worker that starts again begins at nothing. */
  merge(worker: string, totals: WorkerTotals): void {
    const before = this.#workers.get(worker) ?? {};
    for (const [series, total] of Object.entries(totals)) {
      const grown = total - (before[series] ?? 0);
      if (grown > 0) this.#addSeries(series, grown);
    }
    this.#workers.set(worker, totals);
  }

  forget(worker: string): void {
    this.#workers.delete(worker);
  }

  /** Sum over all label values that match: what the status line shows. */
  async total<N extends CounterName>(name: N, labels: Partial<Labels<N>> = {}): Promise<number> {
    const { values } = await (this.#metrics.get(name) as Counter).get();
    const wanted = Object.entries(labels);
    const matching = values.filter((one) => wanted.every(([key, value]) => one.labels[key] === value));
    return matching.reduce((sum, one) => sum + one.value, 0);
  }

  /** Forgets all series of a gauge, so that one of which nothing is told any more does not stand still. */
  reset(name: GaugeName): void {
    (this.#metrics.get(name) as Gauge).reset();
  }

  /** Sets gauges that a worker tells the value of. */
  setAll(values: WorkerTotals): void {
    for (const [series, value] of Object.entries(values)) {
      const { name, labels } = parseSeries(series);
      const metric = this.#metrics.get(name);
      if (!(metric instanceof Gauge)) throw new Error(`a worker set ${series}, and no gauge of that name is declared`);
      metric.set(labels, value);
    }
  }

  #addSeries(series: string, by: number): void {
    const { name, labels } = parseSeries(series);
    const metric = this.#metrics.get(name);
    const [, histogram, part] = /^(.*)_(bucket|sum)$/.exec(name) ?? [];
    const merged = this.#metrics.get(histogram ?? '');
    if (metric instanceof Counter) metric.inc(labels, by);
    else if (merged instanceof MergedHistogram) merged.add(part as string, labels, by);
    else throw new Error(`a worker counted ${series}, and no counter of that name is declared`);
  }
}

function create(name: string, facts: MetricFacts, registry: Registry): Metric {
  const shared = {
    name,
    help: `${facts.en} Unit: ${facts.unit}.`,
    labelNames: [...facts.labels],
    registers: [registry],
  };
  if (facts.kind === 'counter') return new Counter(shared);
  if (facts.kind === 'gauge') return new Gauge(shared);
  if (facts.counted !== true) return new Histogram({ ...shared, buckets: [...(facts.buckets ?? LATENCY_BUCKETS)] });
  const merged = new MergedHistogram(name, shared.help);
  // A registry asks no more of a metric than this one answers.
  registry.registerMetric(merged as unknown as Histogram);
  return merged;
}
