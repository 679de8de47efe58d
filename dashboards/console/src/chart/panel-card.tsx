/**
 * A panel: its title, the question that it answers, and the answer as chart, numbers or table. It is asked for when it
 * comes into view, and again when what it tells of changed.
 */
import { useQuery } from '@tanstack/react-query';
import { Card, Skeleton, Tooltip } from 'antd';
import { type ComponentType, lazy, Suspense, useMemo } from 'react';
import { ask, type PanelData, type PanelFacts, type PanelList, query } from '../api.ts';
import { now } from '../clock.ts';
import { useRefreshMs } from '../live.tsx';
import { useFormats } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { useRuleTitle } from '../parts/tags.tsx';
import { usePreferences } from '../preferences.tsx';
import type { ChartProps } from './echart.tsx';
import { Numbers } from './numbers.tsx';
import { chartOption, type Reading } from './options.ts';
import { summary } from './summary.ts';
import { useSeen } from './visible.ts';

const Lines = lazy(() => import('./echart.tsx').then(({ EChart: chart }) => ({ default: chart })));
const Pie = lazy(() => import('./pie.tsx').then(({ Pie: chart }) => ({ default: chart })));
const Heatmap = lazy(() => import('./heatmap.tsx').then(({ Heatmap: chart }) => ({ default: chart })));
const Rows = lazy(() => import('./rows.tsx').then(({ Rows: rows }) => ({ default: rows })));

const CHARTS: { readonly [kind in PanelFacts['kind']]?: ComponentType<ChartProps> } = {
  timeseries: Lines,
  bars: Lines,
  pie: Pie,
  heatmap: Heatmap,
};

const REFRESH_MS = 15_000;
const HEIGHT = 260;

export interface PanelCardProps {
  readonly id: string;
  readonly rangeMs: number;
  /** Loaded at once, wherever it stands: it is what the page is for. */
  readonly isWanted?: boolean;
}

export function PanelCard({ id, rangeMs, isWanted = false }: PanelCardProps) {
  const { language, pick } = usePreferences();
  const { zone } = useFormats();
  const [isNear, place] = useSeen();
  const seen = isWanted || isNear;
  const panels = useQuery({
    queryKey: ['panels'],
    queryFn: () => ask<PanelList>('/v1/panels'),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const facts = panels.data?.items.find((panel) => panel.id === id);
  const data = useQuery({
    queryKey: ['panel', id, rangeMs, zone, language],
    queryFn: () =>
      ask<PanelData>(`/v1/panels/${id}${query({ from: new Date(now() - rangeMs).toISOString(), zone, language })}`),
    enabled: seen,
    refetchInterval: useRefreshMs(REFRESH_MS),
    placeholderData: (before) => before,
  });
  const title =
    facts === undefined ? (
      <span>{'\u00a0'}</span>
    ) : (
      <Tooltip title={pick(facts.question)}>{titleOf(pick(facts.title), facts, data.data)}</Tooltip>
    );
  return (
    <div ref={place} style={{ height: '100%' }}>
      <Card size="small" title={title} style={{ height: '100%' }} data-panel={id}>
        {seen ? (
          <Loaded query={data} isEmpty={({ rows }) => rows.length === 0}>
            {(loaded) => (facts === undefined ? null : <Answer facts={facts} data={loaded} />)}
          </Loaded>
        ) : (
          <Skeleton />
        )}
      </Card>
    </div>
  );
}

/** Axes of amounts have room for numbers alone: the title says in which currency they are. */
function titleOf(title: string, { kind, columns }: PanelFacts, data: PanelData | undefined): string {
  const currencies = columns.flatMap(({ currency }) => (currency === undefined ? [] : [currency]));
  if (data === undefined || kind === 'stat' || kind === 'table' || currencies.length === 0) return title;
  return `${title} (${currencies.includes('chosen') ? data.currency : data.baseCurrency})`;
}

function Answer({ facts, data }: { readonly facts: PanelFacts; readonly data: PanelData }) {
  const { language, theme: mode } = usePreferences();
  const { zone } = useFormats();
  const ruleTitle = useRuleTitle();
  const reading = useMemo<Reading>(() => ({ language, zone, ruleTitle }), [language, zone, ruleTitle]);
  const Chart = CHARTS[facts.kind];
  const option = useMemo(
    () => (Chart === undefined ? null : chartOption(facts, data, reading)),
    [Chart, facts, data, reading],
  );
  if (facts.kind === 'stat') return <Numbers facts={facts} data={data} reading={reading} />;
  return (
    <Suspense fallback={<div style={{ height: HEIGHT }} />}>
      {Chart === undefined || option === null ? (
        <Rows facts={facts} data={data} reading={reading} />
      ) : (
        <Chart option={option} dark={mode === 'dark'} label={summary(facts, data, reading)} height={HEIGHT} />
      )}
    </Suspense>
  );
}
