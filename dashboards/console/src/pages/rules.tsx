/** The rules: what each looks for, whether it is on, and its options as they are in force. */
import { useQuery } from '@tanstack/react-query';
import { Card, Table, Tag, Typography } from 'antd';
import type { Rules as RulesBody } from '../api.ts';
import { formatDuration, formatMoney, formatNumber } from '../format.ts';
import { useFormats } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Page } from '../parts/page.tsx';
import { CodeTag, RULES_QUERY } from '../parts/tags.tsx';
import { type Language, usePreferences } from '../preferences.tsx';

type Rule = RulesBody['items'][number];
type Option = Rule['options'][number];

// biome-ignore lint/style/noDefaultExport: React loads pages by their default export.
export default function Rules({ chosen }: { readonly chosen: string | null }) {
  const { say, pick } = usePreferences();
  const { time } = useFormats();
  const rules = useQuery(RULES_QUERY);
  return (
    <Page title={say('rules')}>
      <Loaded query={rules} isEmpty={({ items }) => items.length === 0}>
        {({ items, changed }) => (
          <Card
            size="small"
            title={
              changed === null ? undefined : (
                <Typography.Text
                  type="secondary"
                  style={{ whiteSpace: 'normal' }}
                >{`${say('changed')} ${time(changed.at)} · ${say('by')} ${changed.by} · ${changed.reason}`}</Typography.Text>
              )
            }
          >
            <Table<Rule>
              size="small"
              rowKey="id"
              dataSource={items}
              pagination={false}
              scroll={{ x: 'max-content' }}
              expandable={{
                defaultExpandedRowKeys: chosen === null ? [] : [chosen],
                expandedRowRender: (rule) => <Options rule={rule} />,
              }}
              columns={[
                {
                  title: say('rule'),
                  render: (_, { title, id }) => (
                    <>
                      <strong>{pick(title)}</strong> <Typography.Text type="secondary">{id}</Typography.Text>
                    </>
                  ),
                },
                { title: say('family'), render: (_, { family }) => <CodeTag set="family" value={family} /> },
                {
                  title: say('status'),
                  render: (_, { enabled, shadow }) =>
                    enabled ? (
                      shadow ? (
                        <Tag>{say('shadow')}</Tag>
                      ) : (
                        <Tag color="green">{say('enabled')}</Tag>
                      )
                    ) : (
                      <Tag color="red">{say('off')}</Tag>
                    ),
                },
                {
                  title: say('meaning'),
                  render: (_, { message }) => (
                    <div style={{ maxWidth: 560, minWidth: 240, whiteSpace: 'normal' }}>{pick(message)}</div>
                  ),
                },
              ]}
            />
          </Card>
        )}
      </Loaded>
    </Page>
  );
}

function Options({ rule }: { readonly rule: Rule }) {
  const { say, pick, language } = usePreferences();
  return (
    <Table<Option>
      size="small"
      rowKey="name"
      dataSource={rule.options}
      pagination={false}
      columns={[
        { title: say('option'), dataIndex: 'name' },
        { title: say('value'), render: (_, { value, unit }) => <strong>{written(value, unit, language)}</strong> },
        { title: say('standard'), render: (_, option) => written(option.default, option.unit, language) },
        { title: say('meaning'), render: (_, { meaning }) => pick(meaning) },
      ]}
    />
  );
}

function written(value: unknown, unit: Option['unit'], language: Language): string {
  if (value === null || value === undefined) return '–';
  if (unit === 'duration') return formatDuration(Number(value), language);
  if (unit === 'money') {
    const { minor, currency } = value as { readonly minor: number; readonly currency: string };
    return formatMoney(minor, currency, language);
  }
  return typeof value === 'number' ? formatNumber(value, language, 2) : JSON.stringify(value);
}
