/** What ECharts draws for a panel. */
import type { EChartsCoreOption } from 'echarts/core';
import { type LabelSet, labelOf } from '../../../panels/words.ts';
import type { PanelData, PanelFacts } from '../api.ts';
import { formatMoney, formatShort, formatUnit } from '../format.ts';
import type { Language } from '../preferences.tsx';
import { segmentWords } from '../words/emergency.ts';

export interface Reading {
  readonly language: Language;
  readonly zone: string;
  readonly ruleTitle: (id: string) => string;
}

export interface AnswerProps {
  readonly facts: PanelFacts;
  readonly data: PanelData;
  readonly reading: Reading;
}

type Column = PanelFacts['columns'][number];
type Value = string | number | null;

const COLORS: { readonly [name: string]: string } = {
  accept: '#389e0d',
  hold: '#d48806',
  reject: '#cf1322',
  critical: '#9e1068',
  high: '#cf1322',
  medium: '#d46b08',
  low: '#d4b106',
  info: '#1677ff',
  held_percent: '#d48806',
  rejected_percent: '#cf1322',
};

/** A value of a column as a person reads it. */
export function shown(
  value: Value,
  column: Column,
  data: PanelData,
  row: readonly Value[],
  facts: PanelFacts,
  reading: Reading,
): string {
  if (value === null) return '–';
  const { language } = reading;
  if (column.kind === 'money') return formatMoney(Number(value), currencyOf(column, data, row, facts), language);
  if (column.kind === 'number') return formatUnit(Number(value), (column.unit ?? 'count') as never, language);
  return worded(String(value), column, reading);
}

/** The same in as few characters as tell it. */
export function shownShort(
  value: Value,
  column: Column,
  data: PanelData,
  row: readonly Value[],
  facts: PanelFacts,
  reading: Reading,
): string {
  if (value === null || column.kind !== 'money') return shown(value, column, data, row, facts, reading);
  return formatMoney(Number(value), currencyOf(column, data, row, facts), reading.language, true);
}

export function worded(value: string, { labels }: Column, { language, ruleTitle }: Reading): string {
  if (labels === undefined) return value;
  // A rule, a group of customers, or whatever else control is about.
  if (labels === 'about' && ruleTitle(value) !== value) return ruleTitle(value);
  if (labels === 'about' && /^(kind|tag|grade):/.test(value)) return segmentWords(value)[language];
  return labels === 'rules' ? ruleTitle(value) : labelOf(labels as LabelSet, value, language);
}

function currencyOf({ currency }: Column, data: PanelData, row: readonly Value[], facts: PanelFacts): string {
  if (currency === 'base') return data.baseCurrency;
  if (currency === 'chosen') return data.currency;
  return String(row[facts.columns.findIndex(({ name }) => name === 'currency')]);
}

const AXIS = { axisLine: { show: false }, axisTick: { show: false } };
const GRID = { left: 8, right: 12, top: 28, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' };

export function chartOption(facts: PanelFacts, data: PanelData, reading: Reading): EChartsCoreOption {
  switch (facts.kind) {
    case 'bars':
      return barsOption(facts, data, reading);
    case 'pie':
      return pieOption(facts, data, reading);
    case 'heatmap':
      return heatmapOption(facts, data, reading);
    default:
      return timeOption(facts, data, reading);
  }
}

interface Series {
  readonly key: string;
  readonly name: string;
  readonly points: [time: number, value: number][];
}

function seriesOf(facts: PanelFacts, data: PanelData, reading: Reading): Series[] {
  const namer = facts.columns.findIndex(({ kind }) => kind === 'text');
  const numbers = facts.columns.flatMap((column, index) =>
    column.kind === 'number' || column.kind === 'money' ? [{ column, index }] : [],
  );
  if (namer < 0) {
    return numbers.map(({ column, index }) => ({
      key: column.name,
      name: column.title[reading.language],
      points: data.rows.map((row) => [Date.parse(String(row[0])), Number(row[index])]),
    }));
  }
  const byKey = Map.groupBy(data.rows, (row) => String(row[namer]));
  return [...byKey].map(([key, rows]) => ({
    key,
    name: worded(key, facts.columns[namer] as Column, reading),
    points: rows.map((row) => [Date.parse(String(row[0])), Number(row[numbers[0]?.index ?? 0])]),
  }));
}

function timeOption(facts: PanelFacts, data: PanelData, reading: Reading): EChartsCoreOption {
  const measured = facts.columns.find(({ kind }) => kind === 'number' || kind === 'money') as Column;
  const format = (value: number) => shown(value, measured, data, [], facts, reading);
  const thresholds = facts.columns.find((column) => column.thresholds !== undefined)?.thresholds;
  const stacked = facts.stacked === true;
  const clock = new Intl.DateTimeFormat(reading.language === 'zh' ? 'zh-CN' : 'en-GB', {
    timeZone: reading.zone,
    hour12: false,
    ...(data.stepSeconds >= 43_200 ? { month: '2-digit', day: '2-digit' } : { hour: '2-digit', minute: '2-digit' }),
  });
  const full = new Intl.DateTimeFormat('sv-SE', { timeZone: reading.zone, dateStyle: 'short', timeStyle: 'short' });
  const series = seriesOf(facts, data, reading);
  return {
    grid: GRID,
    legend: { type: 'scroll', top: 0, icon: 'roundRect' },
    tooltip: {
      trigger: 'axis',
      confine: true,
      valueFormatter: (value: number) => format(value),
      axisPointer: { label: { formatter: ({ value }: { value: number }) => full.format(value) } },
    },
    xAxis: {
      type: 'time',
      min: Date.parse(data.from),
      max: Date.parse(data.to),
      ...AXIS,
      axisLabel: { hideOverlap: true, formatter: (value: number) => clock.format(value) },
    },
    yAxis: {
      type: 'value',
      minInterval: measured.unit === 'count' ? 1 : 0,
      ...AXIS,
      axisLabel: { formatter: (value: number) => axisText(value, measured, data, reading) },
    },
    series: series.map(({ key, name, points }, index) => ({
      type: stacked ? 'bar' : 'line',
      name,
      data: points,
      showSymbol: points.length < 3,
      barMaxWidth: 14,
      large: true,
      ...(stacked ? { stack: 'all' } : {}),
      ...(COLORS[key] === undefined ? {} : { color: COLORS[key] }),
      ...(index > 0 || thresholds === undefined ? {} : { markLine: linesOf(thresholds, points) }),
    })),
  };
}

/** Thresholds that the values come near to; others would flatten the chart. */
function linesOf({ warning, critical }: { warning: number; critical: number }, points: Series['points']): object {
  const highest = Math.max(0, ...points.map(([, value]) => value));
  const near = [
    { yAxis: warning, lineStyle: { color: '#d48806' } },
    { yAxis: critical, lineStyle: { color: '#cf1322' } },
  ].filter(({ yAxis }) => yAxis <= highest * 1.5);
  return { silent: true, symbol: 'none', label: { show: false }, data: near };
}

function axisText(value: number, column: Column, data: PanelData, { language }: Reading): string {
  if (column.kind === 'money') return formatMoney(value, data.currency, language, true).replace(/^\w{3} /, '');
  if (column.unit === 'count') return formatShort(value, language);
  return formatUnit(value, (column.unit ?? 'count') as never, language);
}

function barsOption(facts: PanelFacts, data: PanelData, reading: Reading): EChartsCoreOption {
  const [named, measured] = facts.columns as [Column, Column];
  const rows = [...data.rows].reverse();
  return {
    grid: { ...GRID, top: 8, right: 24 },
    tooltip: {
      trigger: 'item',
      confine: true,
      valueFormatter: (value: number) => shown(value, measured, data, [], facts, reading),
    },
    xAxis: {
      type: 'value',
      minInterval: measured.unit === 'count' ? 1 : 0,
      ...AXIS,
      axisLabel: { hideOverlap: true, formatter: (value: number) => axisText(value, measured, data, reading) },
    },
    yAxis: {
      type: 'category',
      ...AXIS,
      axisLabel: { width: 110, overflow: 'break' },
      data: rows.map(([name]) => worded(String(name), named, reading)),
    },
    series: [
      {
        type: 'bar',
        name: measured.title[reading.language],
        barMaxWidth: 18,
        label: {
          show: true,
          position: 'insideLeft',
          formatter: ({ value }: { value: number }) => axisText(value, measured, data, reading),
        },
        data: rows.map(([name, value]) => ({
          value: Number(value),
          itemStyle: { color: COLORS[String(name)] ?? '#1677ff' },
        })),
      },
    ],
  };
}

function pieOption(facts: PanelFacts, data: PanelData, reading: Reading): EChartsCoreOption {
  const [named, measured] = facts.columns as [Column, Column];
  return {
    legend: {
      // Below each other, so that none is cut off or on another page.
      type: 'scroll',
      orient: 'vertical',
      right: 0,
      top: 'middle',
      icon: 'circle',
      formatter: (name: string) => {
        const row = data.rows.find(([value]) => worded(String(value), named, reading) === name);
        return `${name} ${axisText(Number(row?.[1] ?? 0), measured, data, reading)}`;
      },
    },
    tooltip: {
      trigger: 'item',
      confine: true,
      valueFormatter: (value: number) => shown(value, measured, data, [], facts, reading),
    },
    series: [
      {
        type: 'pie',
        radius: ['32%', '50%'],
        center: ['28%', '50%'],
        label: { show: false },
        data: data.rows.map(([name, value]) => ({
          name: worded(String(name), named, reading),
          value: Number(value),
          ...(COLORS[String(name)] === undefined ? {} : { itemStyle: { color: COLORS[String(name)] } }),
        })),
      },
    ],
  };
}

function heatmapOption(facts: PanelFacts, data: PanelData, reading: Reading): EChartsCoreOption {
  const day = new Intl.DateTimeFormat(reading.language === 'zh' ? 'zh-CN' : 'en-GB', {
    timeZone: reading.zone,
    month: '2-digit',
    day: '2-digit',
  });
  const days = [...new Set(data.rows.map(([time]) => day.format(Date.parse(String(time)))))];
  const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));
  const cells = data.rows.map(([time, hour, value]) => [
    days.indexOf(day.format(Date.parse(String(time)))),
    hours.indexOf(String(hour)),
    Number(value),
  ]);
  return {
    grid: { ...GRID, top: 8 },
    tooltip: { confine: true },
    xAxis: { type: 'category', data: days, ...AXIS },
    yAxis: { type: 'category', data: hours, ...AXIS },
    visualMap: {
      show: false,
      min: 0,
      max: Math.max(1, ...cells.map((cell) => cell[2] as number)),
      inRange: { color: ['rgba(60, 137, 232, 0.12)', 'rgba(60, 137, 232, 1)'] },
    },
    series: [{ type: 'heatmap', name: facts.columns[2]?.title[reading.language], data: cells }],
  };
}
