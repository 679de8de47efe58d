/** What came in and went out by day, as bars up and down, with the days marked on which alerts were raised. */
import type { EChartsCoreOption } from 'echarts/core';
import { minorDigits } from '../../../../schemas/currencies.ts';
import { LABELS } from '../../../panels/words.ts';
import type { PartyFlow } from '../api.ts';
import { formatMoney, formatNumber } from '../format.ts';
import type { Language } from '../preferences.tsx';
import { PARTY_TEXTS } from '../words/parties.ts';

const DAY_MS = 86_400_000;
/** From the least grave on. */
const SEVERITIES = Object.keys(LABELS.severity);
const COLORS = { incoming: '#389e0d', outgoing: '#d46b08', alerts: '#cf1322' } as const;
const SEVERITY_COLORS: { readonly [severity: string]: string } = {
  critical: '#9e1068',
  high: '#cf1322',
  medium: '#d46b08',
  low: '#d4b106',
  info: '#1677ff',
};

/** All days of the range, also those on which nothing moved. */
function datesOf({ from, to }: PartyFlow): string[] {
  const [first, last] = [Date.parse(from), Date.parse(to)];
  return Array.from({ length: Math.round((last - first) / DAY_MS) + 1 }, (_, index) =>
    new Date(first + index * DAY_MS).toISOString().slice(0, 10),
  );
}

/** Currencies in which money moved, those first in which it did most often. */
export function currenciesOf({ days }: PartyFlow): string[] {
  const counts = new Map<string, number>();
  for (const { currency, transfers } of days) counts.set(currency, (counts.get(currency) ?? 0) + transfers);
  return [...counts].sort(([, one], [, other]) => other - one).map(([currency]) => currency);
}

export function flowOption(flow: PartyFlow, currency: string, language: Language): EChartsCoreOption {
  const dates = datesOf(flow);
  const days = new Map(flow.days.filter((day) => day.currency === currency).map((day) => [day.date, day]));
  const alerts = Map.groupBy(flow.alerts, ({ date }) => date);
  const major = (minor: number) => minor / 10 ** minorDigits(currency);
  const money = (value: number) =>
    formatMoney(Math.round(Math.abs(value) * 10 ** minorDigits(currency)), currency, language);
  const bar = (key: 'incoming' | 'outgoing', sign: 1 | -1) => ({
    name: PARTY_TEXTS[key][language],
    type: 'bar',
    stack: 'flow',
    itemStyle: { color: COLORS[key] },
    data: dates.map((date) => sign * major(days.get(date)?.[key] ?? 0)),
    tooltip: { valueFormatter: money },
  });
  return {
    grid: { left: 8, right: 12, top: 28, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    legend: { type: 'scroll', top: 0, icon: 'roundRect' },
    tooltip: { trigger: 'axis', confine: true },
    xAxis: { type: 'category', data: dates, axisLabel: { formatter: (date: string) => date.slice(5) } },
    yAxis: {
      type: 'value',
      axisLabel: {
        formatter: (value: number) =>
          formatMoney(Math.abs(value) * 10 ** minorDigits(currency), currency, language, true),
      },
    },
    series: [
      bar('incoming', 1),
      bar('outgoing', -1),
      {
        name: PARTY_TEXTS.alerts[language],
        type: 'line',
        color: COLORS.alerts,
        lineStyle: { width: 0 },
        showAllSymbol: true,
        symbol: 'diamond',
        symbolSize: 12,
        data: dates.map((date) => {
          const found = alerts.get(date) ?? [];
          if (found.length === 0) return null;
          const gravest = SEVERITIES.findLast((severity) => found.some((one) => one.severity === severity));
          return {
            value: major(days.get(date)?.incoming ?? 0),
            itemStyle: { color: SEVERITY_COLORS[gravest ?? 'high'] },
          };
        }),
        tooltip: {
          valueFormatter: (_: number, index: number) =>
            formatNumber(alerts.get(dates[index] ?? '')?.length ?? 0, language),
        },
      },
    ],
  };
}

/** The same in words, for those who do not see it. */
export function flowSummary(flow: PartyFlow, currency: string, language: Language): string {
  const own = flow.days.filter((day) => day.currency === currency);
  const sum = (key: 'incoming' | 'outgoing') =>
    `${PARTY_TEXTS[key][language]} ${formatMoney(
      own.reduce((total, day) => total + day[key], 0),
      currency,
      language,
    )}`;
  const alerts = `${PARTY_TEXTS.alerts[language]} ${formatNumber(flow.alerts.length, language)}`;
  return [`${flow.from} – ${flow.to}`, sum('incoming'), sum('outgoing'), alerts].join(language === 'zh' ? '；' : '; ');
}
