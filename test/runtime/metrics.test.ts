import { describe, expect, it } from 'vitest';
import { Metrics } from '../../runtime/metrics.ts';
import { histogramSeries } from '../../runtime/worker-series.ts';

describe('metrics', () => {
  it('add what each worker counted since it last said so', async () => {
    const metrics = new Metrics();
    metrics.merge('w1', { 'weir_decisions_total{outcome=hold}': 2, weir_commits_total: 1 });
    metrics.merge('w2', { 'weir_decisions_total{outcome=hold}': 5 });
    metrics.merge('w1', { 'weir_decisions_total{outcome=hold}': 3, weir_commits_total: 1 });
    expect(await metrics.total('weir_decisions_total', { outcome: 'hold' })).toBe(8);
    expect(await metrics.total('weir_commits_total')).toBe(1);
  });

  it('do not count a worker’s earlier life twice', async () => {
    const metrics = new Metrics();
    metrics.merge('w1', { weir_commits_total: 7 });
    metrics.forget('w1');
    metrics.merge('w1', { weir_commits_total: 2 });
    expect(await metrics.total('weir_commits_total')).toBe(9);
  });

  it('refuse a counter that is not declared', () => {
    expect(() => new Metrics().merge('w1', { weir_unheard_of_total: 1 })).toThrow('weir_unheard_of_total');
  });

  it('sum over the label values that match', async () => {
    const metrics = new Metrics();
    metrics.count('weir_alerts_total', { rule: 'a', severity: 'high' }, 2);
    metrics.count('weir_alerts_total', { rule: 'b', severity: 'high' });
    metrics.count('weir_alerts_total', { rule: 'b', severity: 'low' });
    expect(await metrics.total('weir_alerts_total')).toBe(4);
    expect(await metrics.total('weir_alerts_total', { severity: 'high' })).toBe(3);
  });

  it('are rendered for Prometheus with help and unit', async () => {
    const metrics = new Metrics();
    metrics.observe('weir_decision_latency_seconds', {}, 0.004);
    metrics.set('weir_lag_records', { stage: 'clickhouse', topic: 'alerts', partition: '0' }, 3);
    const text = await metrics.registry.metrics();
    expect(text).toContain('# TYPE weir_decision_latency_seconds histogram');
    expect(text).toContain('weir_lag_records{stage="clickhouse",topic="alerts",partition="0"} 3');
    expect(text).toMatch(/# HELP weir_decision_latency_seconds .* Unit: seconds\./);
  });

  it('show a histogram of which workers counted the buckets as any other', async () => {
    const metrics = new Metrics();
    const observe = (worker: string, seconds: readonly number[]) => {
      const totals: { [series: string]: number } = {};
      for (const one of seconds) {
        const { bucket, sum } = histogramSeries('weir_commit_duration_seconds', 'stage=score', one);
        totals[bucket] = (totals[bucket] ?? 0) + 1;
        totals[sum] = (totals[sum] ?? 0) + one;
      }
      metrics.merge(worker, totals);
    };
    observe('w1', [0.0005]);
    observe('w1', [0.0005, 0.003, 60]);
    observe('w2', [0.003]);
    const text = await metrics.registry.metrics();
    expect(text).toContain('# TYPE weir_commit_duration_seconds histogram');
    expect(text).toContain('weir_commit_duration_seconds_bucket{stage="score",le="0.001"} 1');
    expect(text).toContain('weir_commit_duration_seconds_bucket{stage="score",le="0.005"} 3');
    expect(text).toContain('weir_commit_duration_seconds_bucket{stage="score",le="30"} 3');
    expect(text).toContain('weir_commit_duration_seconds_bucket{stage="score",le="+Inf"} 4');
    expect(text).toContain('weir_commit_duration_seconds_count{stage="score"} 4');
    expect(text).toMatch(/weir_commit_duration_seconds_sum\{stage="score"\} 60\.006/);
  });

  it('take gauges that a worker tells the value of, and refuse others', async () => {
    const metrics = new Metrics();
    metrics.setAll({ 'weir_restore_left_records{partition=3}': 7 });
    metrics.setAll({ 'weir_restore_left_records{partition=3}': 5 });
    expect(await metrics.registry.metrics()).toContain('weir_restore_left_records{partition="3"} 5');
    expect(() => metrics.setAll({ weir_commits_total: 1 })).toThrow('weir_commits_total');
  });
});
