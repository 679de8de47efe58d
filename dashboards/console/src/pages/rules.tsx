/** The rules: what each looks for, whether it is on, its options in force, what it found, and who changed settings last. */
import { useQuery } from '@tanstack/react-query';
import { Card, Flex, Input, Table, Tag, Typography } from 'antd';
import { useState } from 'react';
import { ask, type PanelData, query, type Rules as RulesBody } from '../api.ts';
import { PanelCard } from '../chart/panel-card.tsx';
import { now } from '../clock.ts';
import { formatNumber } from '../format.ts';
import { useRefreshMs } from '../live.tsx';
import { useFormats } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Page } from '../parts/page.tsx';
import { RuleDetail } from '../parts/rule-detail.tsx';
import { CodeTag, RULES_QUERY } from '../parts/tags.tsx';
import { usePreferences } from '../preferences.tsx';
import { RULES } from '../words/rules.ts';

type Rule = RulesBody['items'][number];

const MONTH_MS = 30 * 86_400_000;
const QUARTER_MS = 3 * MONTH_MS;
const REFRESH_MS = 60_000;

// biome-ignore lint/style/noDefaultExport: React loads pages by their default export.
export default function Rules({ chosen }: { readonly chosen: string | null }) {
  const { pick } = usePreferences();
  const [sought, setSought] = useState('');
  const rules = useQuery(RULES_QUERY);
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
        {({ items, changed }) => (
          <Flex vertical gap={12}>
            <Card size="small" title={<Changed changed={changed} />}>
              <List rules={items.filter(isSought)} chosen={chosen} />
            </Card>
            <PanelCard id="control-changes" rangeMs={QUARTER_MS} />
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

function List({ rules, chosen }: { readonly rules: readonly Rule[]; readonly chosen: string | null }) {
  const { say, pick, language } = usePreferences();
  const found = useNumbers('alerts-by-rule');
  const stopped = useNumbers('stopped-by-rule');
  const number = (value: number) => formatNumber(value, language);
  return (
    <Table<Rule>
      size="small"
      rowKey="id"
      dataSource={[...rules]}
      pagination={false}
      // In pixels, so that what opens below a row does not stretch the table.
      scroll={{ x: 980 }}
      expandable={{
        defaultExpandedRowKeys: chosen === null ? [] : [chosen],
        expandedRowRender: (rule) => <RuleDetail rule={rule} />,
      }}
      columns={[
        {
          title: say('rule'),
          render: (_, { title, id }) => (
            <>
              <strong>{pick(title)}</strong>
              <br />
              <code>{id}</code>
            </>
          ),
        },
        { title: say('family'), render: (_, { family }) => <CodeTag set="family" value={family} /> },
        { title: say('status'), render: (_, rule) => <Standing rule={rule} /> },
        { title: pick(RULES.alerts), align: 'right', render: (_, { id }) => number(found(id, 1)) },
        { title: pick(RULES.hits), align: 'right', render: (_, { id }) => number(found(id, 2)) },
        { title: pick(RULES.stopped), align: 'right', render: (_, { id }) => number(stopped(id, 1)) },
        {
          title: pick(RULES.detects),
          render: (_, { message }) => (
            <div style={{ maxWidth: 420, minWidth: 200, whiteSpace: 'normal' }}>{pick(message)}</div>
          ),
        },
      ]}
    />
  );
}

function Standing({ rule: { enabled, shadow } }: { readonly rule: Rule }) {
  const { say } = usePreferences();
  if (!enabled) return <Tag color="red">{say('off')}</Tag>;
  return shadow ? <Tag>{say('shadow')}</Tag> : <Tag color="green">{say('enabled')}</Tag>;
}
