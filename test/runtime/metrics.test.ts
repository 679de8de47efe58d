import { describe, expect, it } from 'vitest';
import { Metrics } from '../../runtime/metrics.ts';

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
    metrics.set('weir_lag_records', { reader: 'sink', topic: 'alerts' }, 3);
    const text = await metrics.registry.metrics();
    expect(text).toContain('# TYPE weir_decision_latency_seconds histogram');
    expect(text).toContain('weir_lag_records{reader="sink",topic="alerts"} 3');
    expect(text).toMatch(/# HELP weir_decision_latency_seconds .* Unit: seconds\./);
  });
});
