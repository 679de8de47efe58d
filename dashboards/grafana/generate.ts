/**
 * Grafana’s dashboards from our panels, as the files that its provisioning reads.
 *
 * Each dashboard exists once a language, in a folder of its own. One dashboard with a variable for the language cannot
 * do it: Grafana fills variables into titles, but not into units, mappings or the words of columns, and a link
 * from one language to the other keeps the time range and all choices.
 */
import dashgen from 'grafana-dash-gen';
import type { Panel, Variable } from '../panels/panel.ts';
import type { Words } from '../panels/words.ts';
import { DASHBOARDS, type DashboardPlan } from './dashboards.ts';
import { DATASOURCE, drawPanel, Modern, type ModernPanel } from './modern-panels.ts';
import { BASE, grafanaScope, type Institution } from './scope.ts';

export const LANGUAGES = ['zh', 'en'] as const satisfies (keyof Words)[];

/** The newest that Grafana’s own migrations know; below it, it would convert panels by guessing. */
const SCHEMA_VERSION = 42;
const WIDTH = 24;
const CONSOLE = 'http://127.0.0.1:8787';

export interface GrafanaOptions extends Institution {
  /** Titles of rules by id. */
  readonly rules: ReadonlyMap<string, Words>;
}

export interface GeneratedFile {
  /** Relative to the folder of what is generated. */
  readonly path: string;
  readonly text: string;
}

export function dashboardFiles(options: GrafanaOptions): GeneratedFile[] {
  return LANGUAGES.flatMap((language) =>
    DASHBOARDS.map((plan) => ({
      path: `dashboards/${language}/${plan.id}.json`,
      text: `${JSON.stringify(dashboardOf(plan, language, options), null, 2)}\n`,
    })),
  );
}

export function uidOf({ id }: DashboardPlan, language: keyof Words): string {
  return `weir-${id}-${language}`;
}

function dashboardOf(plan: DashboardPlan, language: keyof Words, options: GrafanaOptions): object {
  const scope = grafanaScope(options, language);
  let number = 0;
  const rows = plan.rows.map(
    ({ title, panels }) =>
      new dashgen.Row({
        title: title[language],
        panels: panels.map(
          ([panel]) => new Modern(drawPanel(panel, { language, scope, rules: options.rules, number: ++number })),
        ),
      }),
  );
  const made = new dashgen.Dashboard({ title: plan.title[language], tags: ['weir', language], rows }).generate();
  return {
    uid: uidOf(plan, language),
    title: made.title,
    description: plan.description[language],
    tags: made.tags,
    editable: false,
    graphTooltip: 1,
    schemaVersion: SCHEMA_VERSION,
    timezone: options.zone,
    time: { from: plan.from, to: 'now' },
    refresh: plan.refresh,
    templating: { list: variablesOf(plan, language, options) },
    annotations: { list: [] },
    links: linksOf(plan, language),
    panels: placed(plan, language, made.rows as unknown as { readonly panels: readonly ModernPanel[] }[]),
  };
}

/** Rows as Grafana has them today: a heading of its own, and each panel with its place. */
function placed(
  plan: DashboardPlan,
  language: keyof Words,
  rows: readonly { readonly panels: readonly ModernPanel[] }[],
): object[] {
  let y = 0;
  return plan.rows.flatMap(({ title, height, panels }, index) => {
    const heading = {
      id: 100 + index,
      type: 'row',
      title: title[language],
      collapsed: false,
      gridPos: { x: 0, y, w: WIDTH, h: 1 },
      panels: [],
    };
    let x = 0;
    const standing = panels.map(([, width], position) => {
      const gridPos = { x, y: y + 1, w: width, h: height };
      x += width;
      return { ...rows[index]?.panels[position], gridPos };
    });
    if (x !== WIDTH) throw new Error(`row “${title.en}” of ${plan.id} is ${x} wide; it must be ${WIDTH}`);
    y += height + 1;
    return [heading, ...standing];
  });
}

function panelsOf({ rows }: DashboardPlan): Panel[] {
  return rows.flatMap(({ panels }) => panels.map(([panel]) => panel));
}

function variablesOf(plan: DashboardPlan, language: keyof Words, { baseCurrency }: GrafanaOptions): object[] {
  const used = new Set<Variable>(panelsOf(plan).flatMap(({ variables }) => variables ?? []));
  const base = { zh: `本位币 ${baseCurrency}`, en: `all in ${baseCurrency}` }[language];
  const consoleVariable = {
    type: 'textbox',
    name: 'console',
    label: { zh: '控制台地址', en: 'Console address' }[language],
    query: CONSOLE,
    current: { selected: true, text: CONSOLE, value: CONSOLE },
    hide: 0,
  };
  const currency = {
    type: 'query',
    name: 'currency',
    label: { zh: '币种', en: 'Currency' }[language],
    datasource: DATASOURCE,
    query: `SELECT '${base}' AS __text, '${BASE}' AS __value UNION ALL SELECT currency AS __text, currency AS __value FROM (SELECT DISTINCT toString(currency) AS currency FROM decisions_by_minute ORDER BY currency)`,
    current: { selected: true, text: base, value: BASE },
    refresh: 1,
    multi: false,
    includeAll: false,
    hide: 0,
  };
  const rule = {
    type: 'query',
    name: 'rule',
    label: { zh: '规则', en: 'Rule' }[language],
    datasource: DATASOURCE,
    query:
      "SELECT DISTINCT rule FROM (SELECT toString(rule) AS rule FROM alerts_by_minute UNION ALL SELECT toString(rule) AS rule FROM reasons_by_minute) WHERE rule != '' ORDER BY rule",
    current: { selected: true, text: ['All'], value: ['$__all'] },
    refresh: 2,
    multi: true,
    includeAll: true,
    hide: 0,
  };
  return [...(used.has('currency') ? [currency] : []), ...(used.has('rule') ? [rule] : []), consoleVariable];
}

function linksOf(plan: DashboardPlan, language: keyof Words): object[] {
  const other = language === 'zh' ? 'en' : 'zh';
  const shared = {
    icon: 'external link',
    tooltip: '',
    asDropdown: false,
    targetBlank: false,
    includeVars: true,
    keepTime: true,
  };
  return [
    {
      ...shared,
      type: 'dashboards',
      title: { zh: '其他看板', en: 'Other dashboards' }[language],
      tags: ['weir', language],
      asDropdown: true,
      includeVars: false,
      url: '',
    },
    {
      ...shared,
      type: 'link',
      title: { zh: 'English', en: '中文' }[language],
      tags: [],
      url: `/d/${uidOf(plan, other)}`,
    },
    {
      ...shared,
      type: 'link',
      title: { zh: '控制台', en: 'Console' }[language],
      tags: [],
      url: `\${console}`,
      includeVars: false,
      keepTime: false,
      targetBlank: true,
    },
  ];
}
