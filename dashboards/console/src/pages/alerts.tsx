/** Alerts as they stand, those first that were raised last. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Button, Card, Flex, Grid, Input, Select, Table, Tag, Typography } from 'antd';
import { useState } from 'react';
import { Link } from 'wouter';
import { LABELS } from '../../../panels/words.ts';
import { type Alert, type AlertPage, ask, query } from '../api.ts';
import { useFormats } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Page } from '../parts/page.tsx';
import { CodeTag, PartyLink, RULES_QUERY, useRuleTitle } from '../parts/tags.tsx';
import { usePreferences } from '../preferences.tsx';

const REFRESH_MS = 10_000;
const PAGE = 50;

interface Filter {
  readonly severity?: string;
  readonly rule?: string;
  readonly status?: string;
  readonly subject?: string;
}

// biome-ignore lint/style/noDefaultExport: React loads pages by their default export.
export default function Alerts() {
  const { say } = usePreferences();
  const [filter, setFilter] = useState<Filter>({ status: 'open' });
  const alerts = useInfiniteQuery({
    queryKey: ['alerts', filter],
    queryFn: ({ pageParam }) => ask<AlertPage>(`/v1/alerts${query({ ...filter, limit: PAGE, cursor: pageParam })}`),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  const all = { ...alerts, data: alerts.data?.pages.flatMap(({ items }) => items) } as unknown as Parameters<
    typeof Loaded<Alert[]>
  >[0]['query'];
  return (
    <Page title={say('alerts')}>
      <Filters filter={filter} onChange={setFilter} />
      <Loaded query={all} isEmpty={(items) => items.length === 0}>
        {(items) => <AlertTable alerts={items} />}
      </Loaded>
      {alerts.hasNextPage && (
        <Button
          block
          style={{ marginTop: 8 }}
          loading={alerts.isFetchingNextPage}
          onClick={() => void alerts.fetchNextPage()}
        >
          {say('more')}
        </Button>
      )}
    </Page>
  );
}

function Filters({ filter, onChange }: { readonly filter: Filter; readonly onChange: (filter: Filter) => void }) {
  const { say, pick } = usePreferences();
  const { data: rules } = useQuery(RULES_QUERY);
  const change = (name: keyof Filter) => (value: string | null | undefined) => {
    const { [name]: _, ...rest } = filter;
    onChange(value === undefined || value === null || value === '' ? rest : { ...rest, [name]: value });
  };
  const optionsOf = (set: 'severity' | 'alertStatus') =>
    Object.entries(LABELS[set]).map(([value, words]) => ({ value, label: pick(words) }));
  return (
    <Flex gap={8} wrap style={{ marginBottom: 12 }}>
      <Select
        allowClear
        placeholder={say('severity')}
        aria-label={say('severity')}
        style={{ width: 130 }}
        options={optionsOf('severity').reverse()}
        value={filter.severity ?? null}
        onChange={change('severity')}
      />
      <Select
        allowClear
        placeholder={say('status')}
        aria-label={say('status')}
        style={{ width: 110 }}
        options={optionsOf('alertStatus')}
        value={filter.status ?? null}
        onChange={change('status')}
      />
      <Select
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        placeholder={say('rule')}
        aria-label={say('rule')}
        style={{ width: 200 }}
        options={(rules?.items ?? []).map(({ id, title }) => ({ value: id, label: pick(title) }))}
        value={filter.rule ?? null}
        onChange={change('rule')}
      />
      <Input.Search
        allowClear
        placeholder={say('subject')}
        aria-label={say('subject')}
        style={{ width: 200 }}
        onSearch={change('subject')}
      />
    </Flex>
  );
}

export function AlertTable({ alerts }: { readonly alerts: readonly Alert[] }) {
  const { say, pick } = usePreferences();
  const { time } = useFormats();
  const titleOf = useRuleTitle();
  if (Grid.useBreakpoint().md !== true) return <AlertCards alerts={alerts} />;
  return (
    <Table<Alert>
      size="small"
      rowKey="id"
      dataSource={[...alerts]}
      pagination={false}
      scroll={{ x: 'max-content' }}
      columns={[
        { title: say('severity'), render: (_, { severity }) => <CodeTag set="severity" value={severity} /> },
        {
          title: say('rule'),
          render: (_, { id, rule }) => <Link href={`/alerts/${encodeURIComponent(id)}`}>{titleOf(rule)}</Link>,
        },
        {
          title: say('subject'),
          render: (_, { subject, subjectKind }) => (subjectKind === 'party' ? <PartyLink id={subject} /> : subject),
        },
        {
          title: say('reason'),
          render: (_, { reason, restricted, late }) => (
            <div style={{ maxWidth: 520, minWidth: 220, whiteSpace: 'normal' }}>
              {pick(reason)} {restricted && <Tag color="purple">{say('restricted').split(/[:：]/)[0]}</Tag>}
              {late && <Tag>{say('late')}</Tag>}
            </div>
          ),
        },
        { title: say('hits'), dataIndex: 'occurrences', align: 'right' },
        { title: say('status'), render: (_, { status }) => <CodeTag set="alertStatus" value={status} /> },
        { title: say('time'), render: (_, { at }) => time(at) },
      ]}
    />
  );
}

/** The same for a phone, whose screen has no room for columns. */
function AlertCards({ alerts }: { readonly alerts: readonly Alert[] }) {
  const { pick } = usePreferences();
  const { time } = useFormats();
  const titleOf = useRuleTitle();
  return (
    <Flex vertical gap={8}>
      {alerts.map(({ id, rule, severity, status, subject, reason, at }) => (
        <Card key={id} size="small">
          <Flex gap={8} align="center" wrap>
            <CodeTag set="severity" value={severity} />
            <Link href={`/alerts/${encodeURIComponent(id)}`}>{titleOf(rule)}</Link>
            <CodeTag set="alertStatus" value={status} />
          </Flex>
          <div>{pick(reason)}</div>
          <Typography.Text type="secondary">
            {subject} · {time(at, false)}
          </Typography.Text>
        </Card>
      ))}
    </Flex>
  );
}
