/** The rules: what each looks for, whether it is on, its options in force, what it found, and who changed settings last. */
import { useQuery } from '@tanstack/react-query';
import { Alert, Card, Flex, Grid, Input, Table, Tag, Typography } from 'antd';
import { useState } from 'react';
import type { Words } from '../../../panels/words.ts';
import { ask, type PanelData, query, type RuleChanges, type Rules as RulesBody } from '../api.ts';
import { PanelCard } from '../chart/panel-card.tsx';
import { now } from '../clock.ts';
import { toldOf } from '../faults.ts';
import { formatNumber } from '../format.ts';
import { useRefreshMs } from '../live.tsx';
import { useFormats } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Page } from '../parts/page.tsx';
import { RuleDetail } from '../parts/rule-detail.tsx';
import { CodeTag, RULES_QUERY } from '../parts/tags.tsx';
import { usePreferences } from '../preferences.tsx';
import { messageWritten } from '../rules/values.ts';
import { RULES } from '../words/rules.ts';

type Rule = RulesBody['items'][number];

const MONTH_MS = 30 * 86_400_000;
const QUARTER_MS = 3 * MONTH_MS;
const REFRESH_MS = 60_000;

// biome-ignore lint/style/noDefaultExport: React loads pages by their default export.
export default function Rules({ chosen }: { readonly chosen: string | null }) {
  const { pick, language } = usePreferences();
  const [sought, setSought] = useState('');
  const rules = useQuery(RULES_QUERY);
  const changes = useRuleChanges();
  const isSought = ({ id, title }: Rule) =>
    `${id} ${title.en} ${title.zh}`.toLowerCase().includes(sought.trim().toLowerCase());
  const find = (
    <Input
      allowClear
      aria-label={pick(RULES.find)}
      placeholder={pick(RULES.find)}
      style={{ width: 220 }}
      onChange={({ target }) => setSought(target.value)}
    />
  );
  return (
    <Page title={pick({ en: 'Rules', zh: '规则' })} extra={find}>
      <Loaded query={rules} isEmpty={({ items }) => items.length === 0}>
        {({ items, changed, revision }) => (
          <Flex vertical gap={12}>
            {changes.error !== null && (
              <Alert
                type="warning"
                showIcon
                title={pick(RULES.changesUnknown)}
                description={toldOf(changes.error, language)}
              />
            )}
            <Card size="small" title={<Changed changed={changed} />}>
              <List rules={items.filter(isSought)} chosen={chosen} revision={revision} changes={changes.data ?? null} />
            </Card>
            <PanelCard id="control-changes" rangeMs={QUARTER_MS} isWanted />
          </Flex>
        )}
      </Loaded>
    </Page>
  );
}

function Changed({ changed }: { readonly changed: RulesBody['changed'] }) {
  const { pick, language } = usePreferences();
  const { time } = useFormats();
  if (changed === null) return null;
  const told = [time(changed.at), changed.by, changed.reason].join(' · ');
  return (
    <Typography.Text style={{ whiteSpace: 'normal', fontWeight: 'normal' }}>
      {`${pick(RULES.lastChange)}${language === 'zh' ? '：' : ': '}${told}`}
    </Typography.Text>
  );
}

/** What rules found, by rule: the numbers that the charts show. */
function useNumbers(panel: string) {
  const { data } = useQuery({
    queryKey: ['panel', panel, 'rules'],
    queryFn: () => ask<PanelData>(`/v1/panels/${panel}${query({ from: new Date(now() - MONTH_MS).toISOString() })}`),
    refetchInterval: useRefreshMs(REFRESH_MS),
  });
  return (rule: string, column: number): number => Number(data?.rows.find(([id]) => id === rule)?.[column] ?? 0);
}

function useRuleChanges() {
  return useQuery({
    queryKey: ['rule-changes'],
    queryFn: () => ask<RuleChanges>('/v1/rule-changes'),
    refetchInterval: useRefreshMs(REFRESH_MS),
  });
}

interface ListProps {
  readonly rules: readonly Rule[];
  readonly chosen: string | null;
  readonly revision: number;
  readonly changes: RuleChanges | null;
}

function List({ rules, chosen, revision, changes }: ListProps) {
  const { say, pick, language } = usePreferences();
  const { time } = useFormats();
  const lastOf = (id: string) => changes?.items.find(({ rule }) => rule === id);
  const found = useNumbers('alerts-by-rule');
  const stopped = useNumbers('stopped-by-rule');
  const number = (value: number) => formatNumber(value, language);
  // Below these widths the rest is told by what opens below a row.
  const { md, xl } = Grid.useBreakpoint();
  const figure = (title: Words, render: (rule: Rule) => string) => ({
    title: pick(title),
    align: 'right' as const,
    width: 84,
    render: (_: unknown, rule: Rule) => render(rule),
  });
  const figures = [
    figure(RULES.alerts, ({ id }) => number(found(id, 1))),
    ...(md === true ? [figure(RULES.hits, ({ id }) => number(found(id, 2)))] : []),
    ...(md === true ? [figure(RULES.stopped, ({ id }) => number(stopped(id, 1)))] : []),
  ];
  return (
    <Table<Rule>
      size="small"
      rowKey="id"
      dataSource={[...rules]}
      pagination={false}
      // What opens below a row is as wide as the table, and does not stretch it.
      tableLayout="fixed"
      expandable={{
        columnWidth: md === true ? 40 : 32,
        defaultExpandedRowKeys: chosen === null ? [] : [chosen],
        expandedRowRender: (rule) => <RuleDetail rule={rule} revision={revision} changes={changes} />,
      }}
      columns={[
        { title: say('rule'), render: (_, rule) => <Title rule={rule} /> },
        ...(xl === true
          ? [
              {
                title: say('family'),
                width: language === 'zh' ? 100 : 172,
                render: (_: unknown, { family }: Rule) => <CodeTag set="family" value={family} />,
              },
            ]
          : []),
        {
          title: say('status'),
          width: language === 'zh' ? 96 : 92,
          render: (_, rule) => <Standing rule={rule} isSwitchedOff={changes?.switchedOff.includes(rule.id) === true} />,
        },
        md === true ? { title: pick(RULES.month), align: 'center', children: figures } : { ...figures[0] },
        ...(xl === true
          ? [
              {
                title: pick(RULES.last),
                width: 150,
                render: (_: unknown, { id }: Rule) => {
                  const last = lastOf(id);
                  return last === undefined ? '–' : `${time(last.at, false)} · ${last.by}`;
                },
              },
            ]
          : []),
      ]}
    />
  );
}

/** What it is called, and what it says: in two lines, whole where one points at it, and below. */
function Title({ rule }: { readonly rule: Rule }) {
  const { pick, language } = usePreferences();
  const says = messageWritten(rule, language);
  return (
    <>
      <strong>{pick(rule.title)}</strong>
      <div className="two-lines" title={says}>
        <Typography.Text type="secondary">{says}</Typography.Text>
      </div>
    </>
  );
}

function Standing({
  rule: { enabled, shadow },
  isSwitchedOff,
}: {
  readonly rule: Rule;
  readonly isSwitchedOff: boolean;
}) {
  const { say } = usePreferences();
  if (!enabled || isSwitchedOff) return <Tag color="red">{say('off')}</Tag>;
  return shadow ? <Tag>{say('shadow')}</Tag> : <Tag color="green">{say('enabled')}</Tag>;
}
