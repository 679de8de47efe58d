/** How Weir itself fares: flow, backlog by stage and partition, and what was refused. */
import { useQuery } from '@tanstack/react-query';
import { Card, Col, Descriptions, Flex, Row, Statistic, Switch, Table, Tag } from 'antd';
import { useState } from 'react';
import { ask, type System as SystemBody } from '../api.ts';
import { PanelCard } from '../chart/panel-card.tsx';
import { formatDuration, formatNumber } from '../format.ts';
import { useFormats } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Page } from '../parts/page.tsx';
import { CodeTag } from '../parts/tags.tsx';
import { usePreferences } from '../preferences.tsx';
import { SYSTEM } from '../words/system.ts';

const REFRESH_MS = 3_000;
const RANGE_MS = 6 * 3_600_000;
const PANELS = ['throughput', 'backlog', 'insert-lag', 'dead-letters', 'latest-dead-letters', 'table-sizes'];

// biome-ignore lint/style/noDefaultExport: React loads pages by their default export.
export default function System() {
  const { say } = usePreferences();
  const system = useQuery({
    queryKey: ['system'],
    queryFn: () => ask<SystemBody>('/v1/system'),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Page title={say('system')}>
      <Row gutter={[12, 12]}>
        <Col span={24}>
          <Loaded query={system}>
            {(loaded) => (
              <Flex vertical gap={12}>
                <Facts system={loaded} />
                <Versions versions={loaded.versions} />
                <Lags lags={loaded.lags} />
              </Flex>
            )}
          </Loaded>
        </Col>
        {PANELS.map((id) => (
          <Col key={id} xs={24} xl={12}>
            <PanelCard id={id} rangeMs={RANGE_MS} />
          </Col>
        ))}
      </Row>
    </Page>
  );
}

function Facts({ system }: { readonly system: SystemBody }) {
  const { say } = usePreferences();
  const { language } = useFormats();
  const { flow, clickhouse, partitions } = system;
  const facts: readonly (readonly [string, string])[] = [
    [say('partition'), String(partitions)],
    [say('events'), formatNumber(flow.eventsPerSecond, language)],
    [say('latency'), flow.p99Ms === null ? '–' : formatDuration(flow.p99Ms, language)],
    ['ClickHouse', clickhouse ?? say('inserting')],
  ];
  return (
    <Card size="small">
      <Row gutter={[12, 12]}>
        {facts.map(([title, value]) => (
          <Col key={title} xs={12} md={6}>
            <Statistic title={title} value={value} styles={{ content: { fontSize: 18 } }} />
          </Col>
        ))}
      </Row>
    </Card>
  );
}

function Versions({ versions }: { readonly versions: SystemBody['versions'] }) {
  const { pick } = usePreferences();
  const { weir, build, tables, clickhouse, clickhouseKind, log, node } = versions;
  const items: readonly (readonly [label: string, value: string])[] = [
    ['Weir', weir],
    [pick(SYSTEM.build), build],
    [pick(SYSTEM.tables), tables === null ? '–' : String(tables)],
    ['ClickHouse', [clickhouse ?? '–', pick(SYSTEM[clickhouseKind === 'server' ? 'server' : 'inProcess'])].join(' · ')],
    [pick(SYSTEM.log), pick(SYSTEM[log])],
    ['Node', node],
  ];
  return (
    <Card size="small" title={pick(SYSTEM.versions)} data-part="versions">
      <Descriptions
        size="small"
        column={{ xs: 1, sm: 2, xl: 3 }}
        items={items.map(([label, children]) => ({ key: label, label, children }))}
      />
    </Card>
  );
}

/** Those that lag, or all: by stage, topic and partition. */
function Lags({ lags }: { readonly lags: SystemBody['lags'] }) {
  const { say, pick, language } = usePreferences();
  const [isWhole, setWhole] = useState(false);
  const behind = lags.filter(({ records }) => records > 0);
  const shown = isWhole ? lags : behind;
  const choice = (
    <Flex gap={8} align="center">
      <Switch size="small" checked={isWhole} aria-label={pick(SYSTEM.allPartitions)} onChange={setWhole} />
      {pick(SYSTEM.allPartitions)}
    </Flex>
  );
  return (
    <Card size="small" title={say('lag')} extra={choice} data-part="lags">
      {behind.length === 0 && <Tag color="green">{say('system_ok')}</Tag>}
      {shown.length > 0 && (
        <Table
          size="small"
          style={{ marginTop: behind.length === 0 ? 12 : 0 }}
          rowKey={({ stage, topic, partition }) => `${stage} ${topic} ${partition}`}
          dataSource={shown}
          pagination={{ pageSize: 8, hideOnSinglePage: true, showSizeChanger: false }}
          columns={[
            { title: say('stage'), render: (_, { stage }) => <CodeTag set="stage" value={stage} /> },
            { title: say('topic'), render: (_, { topic }) => <CodeTag set="topic" value={topic} /> },
            { title: say('partition'), dataIndex: 'partition', align: 'right' },
            { title: say('records'), align: 'right', render: (_, { records }) => formatNumber(records, language) },
            { title: say('age'), align: 'right', render: (_, { ms }) => formatDuration(ms, language) },
          ]}
        />
      )}
    </Card>
  );
}
