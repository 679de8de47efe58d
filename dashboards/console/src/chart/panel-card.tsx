/** A panel: its title, the question that it answers, and the answer as chart, numbers or table. */
import { useQuery } from '@tanstack/react-query';
import { Card, Flex, Statistic, Table, Tooltip, theme } from 'antd';
import { lazy, Suspense, useMemo } from 'react';
import { Link } from 'wouter';
import { ask, type PanelData, type PanelFacts, type PanelList, query } from '../api.ts';
import { now } from '../clock.ts';
import { useFormats } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { CodeTag, useRuleTitle } from '../parts/tags.tsx';
import { usePreferences } from '../preferences.tsx';
import { chartOption, type Reading, shown } from './options.ts';

const EChart = lazy(() => import('./echart.tsx').then(({ EChart: chart }) => ({ default: chart })));

const REFRESH_MS = 15_000;
const HEIGHT = 260;
/** Below it a wide table scrolls sideways. */
const TABLE_WIDTH = 620;

export interface PanelCardProps {
  readonly id: string;
  readonly rangeMs: number;
}

export function PanelCard({ id, rangeMs }: PanelCardProps) {
  const { language, pick } = usePreferences();
  const { zone } = useFormats();
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
    refetchInterval: REFRESH_MS,
    placeholderData: (before) => before,
  });
  const title = facts === undefined ? id : <Tooltip title={pick(facts.question)}>{pick(facts.title)}</Tooltip>;
  return (
    <Card size="small" title={title} style={{ height: '100%' }} data-panel={id}>
      <Loaded query={data} isEmpty={({ rows }) => rows.length === 0}>
        {(loaded) => (facts === undefined ? null : <Answer facts={facts} data={loaded} />)}
      </Loaded>
    </Card>
  );
}

function Answer({ facts, data }: { readonly facts: PanelFacts; readonly data: PanelData }) {
  const { language, theme: mode, pick } = usePreferences();
  const { zone } = useFormats();
  const ruleTitle = useRuleTitle();
  const reading = useMemo<Reading>(() => ({ language, zone, ruleTitle }), [language, zone, ruleTitle]);
  const option = useMemo(
    () => (facts.kind === 'stat' || facts.kind === 'table' ? null : chartOption(facts, data, reading)),
    [facts, data, reading],
  );
  if (facts.kind === 'stat') return <Numbers facts={facts} data={data} reading={reading} />;
  if (facts.kind === 'table' || option === null) return <Rows facts={facts} data={data} reading={reading} />;
  return (
    <Suspense fallback={<div style={{ height: HEIGHT }} />}>
      <EChart option={option} dark={mode === 'dark'} label={pick(facts.title)} height={HEIGHT} />
    </Suspense>
  );
}

interface AnswerProps {
  readonly facts: PanelFacts;
  readonly data: PanelData;
  readonly reading: Reading;
}

function Numbers({ facts, data, reading }: AnswerProps) {
  const { token } = theme.useToken();
  const row = data.rows[0] ?? [];
  const colorOf = (value: number, thresholds: PanelFacts['columns'][number]['thresholds']) => {
    if (thresholds === undefined || value < thresholds.warning) return token.colorText;
    return value < thresholds.critical ? token.colorWarningText : token.colorErrorText;
  };
  return (
    <Flex wrap gap="8px 24px">
      {facts.columns.map((column, index) => (
        <Statistic
          key={column.name}
          title={column.title[reading.language]}
          value={shown(row[index] ?? null, column, data, row, facts, reading)}
          style={{ flex: '1 0 auto' }}
          styles={{
            content: { fontSize: 20, whiteSpace: 'nowrap', color: colorOf(Number(row[index]), column.thresholds) },
          }}
        />
      ))}
    </Flex>
  );
}

const PAGES = { party: 'parties', alert: 'alerts', transfer: 'transfers' } as const;

function Rows({ facts, data, reading }: AnswerProps) {
  const { say } = usePreferences();
  const { time } = useFormats();
  return (
    <Table
      size="small"
      rowKey={(row) => JSON.stringify(row)}
      dataSource={data.rows}
      pagination={{ pageSize: 6, hideOnSinglePage: true, showSizeChanger: false, size: 'small' }}
      scroll={{ x: facts.columns.length > 4 ? TABLE_WIDTH : 'max-content' }}
      columns={facts.columns.map((column, index) => ({
        title: column.title[reading.language],
        align: column.kind === 'number' || column.kind === 'money' ? ('right' as const) : ('left' as const),
        render: (_: unknown, row: PanelData['rows'][number]) => {
          const value = row[index] ?? null;
          if (column.kind === 'time' && value !== null) return time(String(value), false);
          if (column.labels === 'severity') return <CodeTag set="severity" value={String(value)} />;
          const text = shown(value, column, data, row, facts, reading);
          if (column.link === undefined)
            return (
              <div
                style={
                  column.kind === 'text' ? { minWidth: column.name === 'reason' ? 220 : 60, whiteSpace: 'normal' } : {}
                }
              >
                {text}
              </div>
            );
          return (
            <Link href={`/${PAGES[column.link]}/${encodeURIComponent(String(value))}`}>
              {column.link === 'alert' ? say('show') : text}
            </Link>
          );
        },
      }))}
    />
  );
}
