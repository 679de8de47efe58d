/** Every panel's query on a real ClickHouse: on empty tables, and on what the pipeline made of recorded scenarios. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPanel } from '../../../dashboards/api/panels.ts';
import { drawPanel } from '../../../dashboards/grafana/modern-panels.ts';
import { grafanaScope } from '../../../dashboards/grafana/scope.ts';
import type { Panel } from '../../../dashboards/panels/panel.ts';
import { PANELS, panelOf } from '../../../dashboards/panels/panels.ts';
import { LABELS } from '../../../dashboards/panels/words.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time.ts';
import { fillStatement } from '../../support/grafana-macros.ts';
import { emptyTables, type ScenarioTables, scenarioTables } from '../../support/scenario-tables.ts';

const CHINESE = /[\u4e00-\u9fff]/;
const HOME = { zone: 'Asia/Shanghai', baseCurrency: 'CNY' };
const RANGE_MS = 200 * DAY_MS;

type Rows = readonly (readonly (string | number | null)[])[];

function numbersOf(tables: ScenarioTables, panel: Panel, asked: { currency?: string; rules?: string } = {}) {
  const from = new Date(tables.end - RANGE_MS).toISOString();
  const to = new Date(tables.end).toISOString();
  const query = { from, to, language: 'zh' as const, ...asked };
  return readPanel(tables.clickhouse.read, panel, query, { ...HOME, now: tables.end });
}

/** What Grafana would get, in the order of the panel's columns. */
async function grafanaRows(tables: ScenarioTables, panel: Panel, stepSeconds: number): Promise<Rows> {
  const scope = grafanaScope(HOME, 'zh');
  const drawn = drawPanel(panel, { language: 'zh', scope, rules: new Map(), number: 1 });
  const [target] = drawn.targets as [{ rawSql: string }];
  const filling = { from: tables.end - RANGE_MS, to: tables.end, stepSeconds, currency: 'base', rules: [] };
  // The scenarios play in the past; the panels ask what time it is.
  const query = fillStatement(target.rawSql, filling).replaceAll('now64(3)', `fromUnixTimestamp64Milli(${tables.end})`);
  const clickhouse_settings = { date_time_output_format: 'iso' } as const;
  const answer = await tables.clickhouse.read.query({ query, format: 'JSONCompactEachRow', clickhouse_settings });
  return answer.json();
}

function expectColumns(panel: Panel, rows: Rows): void {
  for (const row of rows) {
    expect(row).toHaveLength(panel.columns.length);
    panel.columns.forEach(({ kind, name }, index) => {
      const wanted = kind === 'text' || kind === 'time' ? 'string' : 'number';
      expect(typeof row[index], `${panel.id}.${name}`).toBe(wanted);
    });
  }
}

describe('the panels', () => {
  it('have ids of their own', () => {
    expect(new Set(PANELS.map(({ id }) => id)).size).toBe(PANELS.length);
  });

  it.each(PANELS.map((panel) => [panel.id, panel] as const))('%s is named in both languages', (_, panel) => {
    for (const words of [panel.title, panel.question, ...panel.columns.map(({ title }) => title)]) {
      expect(words.en).toMatch(/^[A-Z0-9]/);
      expect(words.zh).toMatch(words.zh === words.en ? /^CEI|DSO$/ : CHINESE);
    }
    expect(panel.question.en).toMatch(/\?$/);
  });

  it.each(PANELS.map((panel) => [panel.id, panel] as const))('%s has the columns of its kind', (_, panel) => {
    const kinds = panel.columns.map(({ kind }) => (kind === 'money' ? 'number' : kind)).join(' ');
    const wanted = {
      timeseries: /^time( number)+$|^time text number$/,
      stat: /^number( number)*$/,
      bars: /^text number$/,
      pie: /^text number$/,
      heatmap: /^time text number$/,
      table: /^(time|text|number)( (time|text|number))+$/,
    };
    expect(kinds).toMatch(wanted[panel.kind]);
  });
});

describe.each(['nothing', 'ordinary-day', 'approvals', 'receivables'])('with %s in the tables', (scenario) => {
  let tables: ScenarioTables;
  beforeAll(async () => {
    tables = scenario === 'nothing' ? await emptyTables() : await scenarioTables(scenario);
  });
  afterAll(() => tables.close());

  it.each(PANELS.map((panel) => [panel.id, panel] as const))(
    '%s answers, and Grafana is told the same',
    async (_, panel) => {
      const { rows, stepSeconds } = await numbersOf(tables, panel);
      expectColumns(panel, rows);
      const [first] = rows;
      if (scenario === 'nothing' && panel.kind === 'stat') expect(first).toEqual(panel.columns.map(() => 0));
      const inGrafana = await grafanaRows(tables, panel, stepSeconds);
      const shown = rows.map((row) =>
        row.map((value, index) => {
          const column = panel.columns[index];
          if (column?.kind === 'money') return (value as number) / 100;
          if (column?.kind !== 'text' || column.labels === undefined || column.labels === 'rules') return value;
          return (LABELS[column.labels] as { [value: string]: { zh: string } })[String(value)]?.zh ?? value;
        }),
      );
      expect(inGrafana).toEqual(shown);
    },
  );

  it('asks for one currency and for some rules alone', async () => {
    for (const panel of PANELS.filter(({ variables }) => variables !== undefined)) {
      const { rows } = await numbersOf(tables, panel, { currency: 'JPY', rules: 'no-such-rule' });
      expectColumns(panel, rows);
      // Of a currency that nobody has, and a rule that nobody knows, there is nothing but zeros.
      const numbers = rows.flatMap((row) =>
        row.filter((value, index) => typeof value === 'number' && panel.columns[index]?.kind !== 'text'),
      );
      expect(
        numbers.filter((value) => value !== 0),
        panel.id,
      ).toEqual([]);
    }
  });
});

describe('what panels tell of a scenario', () => {
  it('agrees with the decisions that were made', async () => {
    const tables = await scenarioTables('approvals');
    const read = async (id: string) => (await numbersOf(tables, panelOf(id) as Panel)).rows;
    const ask = async (query: string) =>
      (await tables.clickhouse.read.query({ query, format: 'JSONCompactEachRow' })).json();
    const [[decided, held]] = (await ask(
      "SELECT countIf(revision = 1), countIf(revision = 1 AND outcome = 'hold') FROM decisions",
    )) as [[number, number]];
    expect((await read('decisions-total'))[0]?.slice(0, 2)).toEqual([decided, held]);
    // A hold stands open as long as the last revision of the transfer says so.
    const [[open]] = (await ask(
      "SELECT countIf(o = 'hold' AND e IS NOT NULL) FROM (SELECT argMax(outcome, revision) AS o, argMax(tuple(expires_at), revision).1 AS e FROM decisions GROUP BY transfer_id)",
    )) as [[number]];
    expect((await read('holds-waiting'))[0]?.[0]).toBe(open);
    const [[released, denied, expired]] = (await ask(
      "SELECT uniqExactIf(transfer_id, has(reasons.code, 'approved') AND outcome = 'accept'), uniqExactIf(transfer_id, has(reasons.code, 'denied')), uniqExactIf(transfer_id, has(reasons.code, 'expired')) FROM decisions",
    )) as [[number, number, number]];
    const ended = await read('holds-ended');
    const sums = [1, 2, 3].map((column) => ended.reduce((sum, row) => sum + (row[column] as number), 0));
    expect(sums).toEqual([released, denied, expired]);
    expect(released + denied + expired).toBeGreaterThan(2);
    await tables.close();
  });

  it('cuts days at midnight of the zone', async () => {
    const tables = await scenarioTables('receivables');
    const { rows } = await numbersOf(tables, panelOf('invoiced-and-paid') as Panel);
    for (const [time] of rows) expect((Date.parse(String(time)) + 8 * HOUR_MS) % DAY_MS).toBe(0);
    expect(rows.some(([, invoiced]) => (invoiced as number) > 0)).toBe(true);
    await tables.close();
  });
});
