/** The alerts for Prometheus: sound, in both languages, on metrics that exist, and each proved to ring. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { METRICS } from '../../runtime/metrics.ts';
import { program } from '../support/programs.ts';
import { describeWith } from '../support/real-parts.ts';
import { ROOT } from '../support/sources.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly [name: string]: string };
}

const FOLDER = join(ROOT, 'deploy/prometheus');
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8');
const { groups } = parse(read('alerts.yml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

describe('the alerts', () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))('%s tells both languages what happened', (_, rule) => {
    expect(['info', 'warning', 'critical']).toContain(rule.labels.severity);
    for (const name of ['summary', 'description']) {
      expect(rule.annotations[name]).toMatch(/^[\x20-\x7e’“”–]{15,}$/);
      expect(rule.annotations[`${name}_zh`]).toMatch(/\p{Script=Han}/u);
    }
  });

  it('ask for metrics and labels that Weir has', () => {
    for (const { alert, expr } of rules) {
      const names = [...expr.matchAll(/\b(weir_\w+)(?:\{([^}]*)\})?/g)];
      if (names.length === 0) expect(expr, alert).toBe('up{job="weir"} == 0');
      for (const [, name, selector = ''] of names) {
        const metric = METRICS[(name as string).replace(/_(bucket|sum|count)$/, '') as keyof typeof METRICS];
        expect(metric, `${alert}: ${name}`).toBeDefined();
        const labels = [...selector.matchAll(/(\w+)=/g)].map(([, label]) => label);
        for (const label of labels) expect(metric.labels as readonly string[], `${alert}: ${name}`).toContain(label);
      }
    }
  });

  it('are each proved to ring and to stay silent', () => {
    const { tests } = parse(read('alerts.test.yml')) as { tests: { name: string }[] };
    for (const { alert } of rules) {
      for (const claim of ['rings, and not too soon', 'stays silent']) {
        expect(tests.map(({ name }) => name)).toContain(`${alert} ${claim}`);
      }
    }
  });
});

const promtool = program('promtool', [['promtool']], ['--version']);

describeWith(promtool, 'promtool', () => {
  it('finds the settings of Prometheus and the rules sound', () => {
    expect(promtool.run(['check', 'config', 'prometheus.yml'], { cwd: FOLDER })).toContain(
      `${rules.length} rules found`,
    );
  });

  it('sees each alert ring when it should, and only then', () => {
    expect(promtool.run(['test', 'rules', 'alerts.test.yml'], { cwd: FOLDER })).toContain('SUCCESS');
  });
});
