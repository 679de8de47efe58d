/**
 * Grafana panels of today from our panels. grafana-dash-gen knows the panels of years ago, whose Angular code Grafana
 * no longer has; a subclass that brings its own state gets through it, as `generate()` gives out what it is.
 */
import dashgen from 'grafana-dash-gen';
import {
  type Column,
  type NumberColumn,
  type Panel,
  type Scope,
  type Thresholds,
  unitDigits,
} from '../panels/panel.ts';
import { LABELS, type Words } from '../panels/words.ts';

type SingleStatState = InstanceType<typeof dashgen.Panels.SingleStat>['state'];

export const DATASOURCE = { type: 'grafana-clickhouse-datasource', uid: 'weir-clickhouse' } as const;
const PLUGIN_VERSION = '4.20.0';

/** A panel as Grafana’s own schema has it. */
export interface ModernPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly [part: string]: unknown;
}

export class Modern extends dashgen.Panels.SingleStat {
  constructor(state: ModernPanel) {
    super();
    // Its type is that of old; nothing of it is read but the state as a whole.
    this.state = state as unknown as SingleStatState;
  }
}

export interface Drawing {
  readonly language: keyof Words;
  readonly scope: Scope;
  /** Titles of rules, which the tables know by their ids. */
  readonly rules: ReadonlyMap<string, Words>;
  readonly number: number;
}

const TYPES: { readonly [kind in Panel['kind']]: string } = {
  timeseries: 'timeseries',
  stat: 'stat',
  bars: 'bargauge',
  pie: 'piechart',
  heatmap: 'heatmap',
  table: 'table',
};

const TEMPORAL: readonly Panel['kind'][] = ['timeseries', 'heatmap'];

export function drawPanel(panel: Panel, drawing: Drawing): ModernPanel {
  const { language, number } = drawing;
  const temporal = TEMPORAL.includes(panel.kind);
  const chosen = panel.columns.some((column) => column.kind === 'money' && column.currency === 'chosen');
  return {
    id: number,
    type: TYPES[panel.kind],
    title: chosen ? withCurrency(panel.title[language], language) : panel.title[language],
    description: panel.question[language],
    datasource: DATASOURCE,
    ...(temporal ? { interval: `${panel.stepSecondsMin ?? 60}s`, maxDataPoints: 200 } : {}),
    targets: [
      {
        refId: 'A',
        datasource: DATASOURCE,
        editorType: 'sql',
        rawSql: titled(panel, drawing),
        queryType: temporal ? 'timeseries' : 'table',
        format: temporal ? 0 : 1,
        pluginVersion: PLUGIN_VERSION,
      },
    ],
    fieldConfig: { defaults: defaultsOf(panel), overrides: overridesOf(panel, drawing) },
    options: optionsOf(panel),
    ...(panel.kind === 'heatmap' ? { transformations: [] } : {}),
  };
}

function withCurrency(title: string, language: keyof Words): string {
  return language === 'zh' ? `${title}（\${currency:text}）` : `${title}, \${currency:text}`;
}

/** Names of series cannot be mapped to words, so ids of rules and codes that name series get them in the query. */
function titled(panel: Panel, { scope, rules, language }: Drawing): string {
  const sql = panel.sql(scope).trim();
  const named = panel.columns.filter((column) => column.kind === 'text' && column.labels !== undefined);
  if (named.length === 0) return sql;
  const columns = panel.columns.map((column) => {
    if (column.kind !== 'text' || column.labels === undefined) return column.name;
    const words: [string, Words][] = column.labels === 'rules' ? [...rules] : Object.entries(LABELS[column.labels]);
    const ids = words.map(([id]) => quoted(id)).join(', ');
    const titles = words.map(([, title]) => quoted(title[language])).join(', ');
    return `transform(toString(${column.name}), [${ids}], [${titles}], toString(${column.name})) AS ${column.name}`;
  });
  // Inner order is kept: the outer statement reads the inner one as it comes.
  return `SELECT ${columns.join(',\n    ')}\nFROM\n(\n${sql}\n)`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

const COLORS: { readonly [name: string]: string } = {
  accept: 'green',
  hold: 'orange',
  reject: 'red',
  critical: 'dark-red',
  high: 'red',
  medium: 'orange',
  low: 'yellow',
  info: 'blue',
  held_percent: 'orange',
  rejected_percent: 'red',
};

function thresholdsOf(thresholds: Thresholds | undefined): object {
  const base = { value: null, color: 'text' };
  if (thresholds === undefined) return { mode: 'absolute', steps: [base] };
  const { warning, critical } = thresholds;
  return {
    mode: 'absolute',
    steps: [base, { value: warning, color: 'orange' }, { value: critical, color: 'red' }],
  };
}

function defaultsOf(panel: Panel): object {
  const limited = panel.columns.find(
    (column): column is NumberColumn => column.kind === 'number' && column.thresholds !== undefined,
  );
  const shared = { thresholds: thresholdsOf(panel.kind === 'timeseries' ? limited?.thresholds : undefined) };
  if (panel.kind === 'table') return { ...shared, custom: { align: 'auto', inspect: false } };
  if (panel.kind !== 'timeseries')
    return { ...shared, color: { mode: panel.kind === 'stat' ? 'thresholds' : 'palette-classic' } };
  const custom = {
    drawStyle: panel.stacked === true ? 'bars' : 'line',
    lineInterpolation: 'linear',
    lineWidth: 1,
    fillOpacity: panel.stacked === true ? 70 : 10,
    showPoints: 'never',
    spanNulls: false,
    axisPlacement: 'auto',
    axisSoftMin: 0,
    stacking: { mode: panel.stacked === true ? 'normal' : 'none', group: 'A' },
    thresholdsStyle: { mode: limited === undefined ? 'off' : 'dashed' },
  };
  return { ...shared, color: { mode: 'palette-classic' }, custom };
}

interface Property {
  readonly id: string;
  readonly value: unknown;
}

function overridesOf(panel: Panel, drawing: Drawing): object[] {
  const namer = TEMPORAL.includes(panel.kind) ? panel.columns.find(({ kind }) => kind === 'text') : undefined;
  // Where a text column names the series, it becomes a label of theirs.
  const columns = panel.columns.filter((column) => column !== namer);
  return columns.map((column) => overrideOf(column, drawing, namer));
}

/** Of a column by its name: its title, unit, colour and link. */
function overrideOf(column: Column, { language }: Drawing, namer: Column | undefined): object {
  const named = namer !== undefined && column.kind !== 'time';
  const title = named ? `\${__field.labels.${namer.name}}` : column.title[language];
  const properties: Property[] = [{ id: 'displayName', value: title }];
  if (column.kind === 'money') properties.push({ id: 'unit', value: 'locale' }, { id: 'decimals', value: 2 });
  if (column.kind === 'number') {
    const { unit, decimals } = unitOf(column);
    properties.push({ id: 'unit', value: unit }, { id: 'decimals', value: decimals });
    if (column.thresholds !== undefined) properties.push({ id: 'thresholds', value: thresholdsOf(column.thresholds) });
  }
  const color = COLORS[column.name];
  if (color !== undefined) properties.push({ id: 'color', value: { mode: 'fixed', fixedColor: color } });
  if (column.kind === 'text' && column.link !== undefined)
    properties.push({ id: 'links', value: [linkOf(column.link, language)] });
  return { matcher: { id: 'byName', options: column.name }, properties };
}

const UNITS: { readonly [unit in NumberColumn['unit']]: string } = {
  count: 'locale',
  percent: 'percent',
  seconds: 's',
  ms: 'ms',
  days: 'd',
  minutes: 'm',
  'per-second': 'cps',
  bytes: 'bytes',
};

function unitOf({ unit }: NumberColumn): { readonly unit: string; readonly decimals: number } {
  return { unit: UNITS[unit], decimals: unitDigits(unit) };
}

const PAGES = { party: 'parties', alert: 'alerts', transfer: 'transfers' } as const;

/** Into the console, whose address is a variable of the dashboard. */
function linkOf(to: keyof typeof PAGES, language: keyof Words): object {
  return {
    title: language === 'zh' ? '在控制台打开' : 'Open in the console',
    url: `\${console}/${PAGES[to]}/\${__value.raw:percentencode}`,
    targetBlank: true,
  };
}

const LEGEND = { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] };

function optionsOf({ kind }: Panel): object {
  const reduceOptions = { values: false, calcs: ['lastNotNull'], fields: '' };
  switch (kind) {
    case 'timeseries':
      return { legend: LEGEND, tooltip: { mode: 'multi', sort: 'desc' } };
    case 'stat':
      return {
        reduceOptions,
        orientation: 'auto',
        textMode: 'value_and_name',
        colorMode: 'value',
        graphMode: 'none',
        justifyMode: 'auto',
        wideLayout: true,
        showPercentChange: false,
        percentChangeColorMode: 'standard',
      };
    case 'bars':
      return {
        reduceOptions: { ...reduceOptions, values: true },
        orientation: 'horizontal',
        displayMode: 'basic',
        valueMode: 'color',
        namePlacement: 'left',
        showUnfilled: true,
        minVizWidth: 8,
        minVizHeight: 16,
        maxVizHeight: 300,
        sizing: 'auto',
        legend: { ...LEGEND, showLegend: false },
      };
    case 'pie':
      return {
        reduceOptions: { ...reduceOptions, values: true },
        pieType: 'donut',
        orientation: 'auto',
        legend: { ...LEGEND, values: ['value'] },
        displayLabels: ['value'],
        tooltip: { mode: 'single', sort: 'none' },
      };
    case 'heatmap':
      return {
        calculate: false,
        color: { mode: 'scheme', scheme: 'Blues', steps: 32, exponent: 0.5, fill: 'blue', reverse: false },
        cellGap: 1,
        filterValues: { le: 1e-9 },
        legend: { show: false },
        rowsFrame: { layout: 'auto' },
        showValue: 'never',
        tooltip: { mode: 'single', yHistogram: false, showColorScale: false },
        yAxis: { axisPlacement: 'left', reverse: false },
        exemplars: { color: 'rgba(255,0,255,0.7)' },
      };
    case 'table':
      return { showHeader: true, cellHeight: 'sm', frameIndex: 0 };
  }
}
