/** How Weir itself fares: flow, backlog by stage and partition, and what was refused. */
import { useQuery } from '@tanstack/react-query';
import { Card, Col, Row, Statistic, Table, Tag } from 'antd';
import { ask, type System as SystemBody } from '../api.ts';
import { PanelCard } from '../chart/panel-card.tsx';
import { formatDuration, formatNumber } from '../format.ts';
import { useFormats } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Page } from '../parts/page.tsx';
import { CodeTag } from '../parts/tags.tsx';
import { usePreferences } from '../preferences.tsx';

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
          <Loaded query={system}>{(loaded) => <Facts system={loaded} />}</Loaded>
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
  const { flow, lags, clickhouse, version, partitions } = system;
  const behind = lags.filter(({ records }) => records > 0);
  const facts: readonly (readonly [string, string])[] = [
    [say('version'), version],
    [say('partition'), String(partitions)],
    [say('events'), formatNumber(flow.eventsPerSecond, language)],
    [say('latency'), flow.p99Ms === null ? '–' : formatDuration(flow.p99Ms, language)],
    ['ClickHouse', clickhouse ?? say('inserting')],
  ];
  return (
    <Card size="small">
      <Row gutter={[12, 12]}>
        {facts.map(([title, value]) => (
          <Col key={title} xs={12} md={8} xl={4}>
            <Statistic title={title} value={value} styles={{ content: { fontSize: 18 } }} />
          </Col>
        ))}
      </Row>
      {behind.length === 0 ? (
        <Tag color="green" style={{ marginTop: 12 }}>
          {say('system_ok')}
        </Tag>
      ) : (
        <Table
          size="small"
          style={{ marginTop: 12 }}
          rowKey={({ stage, topic, partition }) => `${stage} ${topic} ${partition}`}
          dataSource={behind}
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
