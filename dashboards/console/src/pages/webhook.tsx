/** A subscription: what it is sent, how it fares, what can be done with it, and every attempt. */
import { Alert, Button, Card, Col, Descriptions, Row, Segmented, Table, Tag } from 'antd';
import { useState } from 'react';
import { labelOf } from '../../../panels/words.ts';
import { formatDuration, formatNumber } from '../format.ts';
import { useFormats, useMay } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Page } from '../parts/page.tsx';
import { useRuleTitle } from '../parts/tags.tsx';
import { WebhookActions } from '../parts/webhook-actions.tsx';
import { WebhookState } from '../parts/webhook-state.tsx';
import { usePreferences } from '../preferences.tsx';
import { type Attempt, type Subscription, useAttempts, useFigures, useSubscriptions } from '../webhooks.ts';
import { FAILURES, OUTCOMES, TRIGGERS, WEBHOOKS } from '../words/webhooks.ts';
import { shareOf } from './webhooks.tsx';

const PAGE = 25;
const PAGE_MAX = 200;
const COLORS: { readonly [outcome: string]: string } = {
  delivered: 'green',
  failed: 'orange',
  exhausted: 'red',
  gone: 'red',
};

// biome-ignore lint/style/noDefaultExport: React loads pages by their default export.
export default function WebhookPage({ id }: { readonly id: string }) {
  const { pick } = usePreferences();
  const { manageWebhooks } = useMay();
  if (!manageWebhooks) {
    return (
      <Page title={pick(WEBHOOKS.webhooks)}>
        <Alert type="info" showIcon title={pick(WEBHOOKS.mayNot)} />
      </Page>
    );
  }
  return <Known id={id} />;
}

function Known({ id }: { readonly id: string }) {
  const { pick } = usePreferences();
  const subscriptions = useSubscriptions();
  const found = subscriptions.data?.items.find((one) => one.id === id);
  return (
    <Page title={found?.title ?? pick(WEBHOOKS.webhooks)}>
      <Loaded query={subscriptions} isEmpty={() => found === undefined}>
        {() =>
          found === undefined ? null : (
            <Row gutter={[12, 12]}>
              <Col span={24}>
                <Card size="small" title={found.address} extra={<WebhookState subscription={found} />}>
                  <Facts subscription={found} />
                  <WebhookActions subscription={found} />
                </Card>
              </Col>
              <Col span={24}>
                <AttemptList id={id} />
              </Col>
            </Row>
          )
        }
      </Loaded>
    </Page>
  );
}

function Facts({ subscription }: { readonly subscription: Subscription }) {
  const { pick, language } = usePreferences();
  const { time } = useFormats();
  const ruleTitle = useRuleTitle();
  const figures = useFigures()(subscription.id);
  const { topics, rules, severity, segments, content, restricted, health, secrets, changedAt, changedBy, reason } =
    subscription;
  const items: readonly (readonly [label: string, value: string])[] = [
    [pick(WEBHOOKS.topics), topics.map((topic) => labelOf('topic', topic, language)).join(' · ')],
    [pick(WEBHOOKS.rules), rules.length === 0 ? pick(WEBHOOKS.allRules) : rules.map(ruleTitle).join(' · ')],
    [pick(WEBHOOKS.severity), labelOf('severity', severity, language)],
    [pick(WEBHOOKS.segments), segments.length === 0 ? pick(WEBHOOKS.allCustomers) : segments.join(' · ')],
    [pick(WEBHOOKS.content), [pick(WEBHOOKS[content]), ...(restricted ? [pick(WEBHOOKS.restricted)] : [])].join(' · ')],
    [pick(WEBHOOKS.share), shareOf(figures, language)],
    [pick(WEBHOOKS.givenUp), formatNumber(figures?.exhausted ?? 0, language)],
    [pick(WEBHOOKS.lastSuccess), health?.lastSuccessAt ? time(health.lastSuccessAt) : '–'],
    [pick(WEBHOOKS.failingSince), health?.failingSince ? time(health.failingSince) : '–'],
    [
      pick(WEBHOOKS.waiting),
      health === null
        ? '–'
        : `${formatNumber(health.unfinished, language)} + ${formatNumber(health.lagRecords, language)} (${pick(WEBHOOKS.waitingFacts)})`,
    ],
    [
      pick(WEBHOOKS.secrets),
      secrets
        .map(({ id, scheme, expiresAt }) =>
          [scheme, id, expiresAt === null ? pick(WEBHOOKS.newest) : `${pick(WEBHOOKS.endsAt)} ${time(expiresAt)}`].join(
            ' ',
          ),
        )
        .join(' · '),
    ],
    [pick(WEBHOOKS.changed), [time(changedAt), changedBy, reason].filter((one) => one !== null).join(' · ')],
  ];
  return (
    <Descriptions
      size="small"
      column={{ xs: 1, md: 2, xl: 3 }}
      style={{ marginBottom: 12 }}
      items={items.map(([label, children]) => ({ key: label, label, children }))}
    />
  );
}

function AttemptList({ id }: { readonly id: string }) {
  const { pick, language } = usePreferences();
  const { time } = useFormats();
  const [isFailedOnly, setFailedOnly] = useState(false);
  const [limit, setLimit] = useState(PAGE);
  const attempts = useAttempts(id, isFailedOnly, limit);
  const choice = (
    <Segmented
      aria-label={pick(WEBHOOKS.outcome)}
      value={isFailedOnly}
      onChange={setFailedOnly}
      options={[
        { value: false, label: pick(WEBHOOKS.all) },
        { value: true, label: pick(WEBHOOKS.failedOnly) },
      ]}
    />
  );
  const why = ({ error, detail }: Attempt) => {
    if (error === undefined) return detail ?? '';
    const known = FAILURES[error];
    return [known === undefined ? error : pick(known), detail].filter((one) => one !== undefined).join(' · ');
  };
  return (
    <Card size="small" title={pick(WEBHOOKS.attempts)} extra={choice}>
      <Loaded query={attempts} isEmpty={({ items }) => items.length === 0}>
        {({ items, next }) => (
          <>
            <Table<Attempt>
              size="small"
              rowKey={({ messageId, attempt, at }) => `${messageId} ${attempt} ${at}`}
              dataSource={items}
              pagination={false}
              scroll={{ x: 960 }}
              columns={[
                { title: pick(WEBHOOKS.time), className: 'one-line', render: (_, { at }) => time(at) },
                {
                  title: pick(WEBHOOKS.message),
                  render: (_, { messageId, type }) => (
                    <>
                      <code className="one-line">{messageId}</code>
                      <div>{type}</div>
                    </>
                  ),
                },
                { title: pick(WEBHOOKS.attempt), align: 'right', dataIndex: 'attempt' },
                {
                  title: pick(WEBHOOKS.trigger),
                  render: (_, { trigger }) => pick(TRIGGERS[trigger] ?? WEBHOOKS.unknown),
                },
                {
                  title: pick(WEBHOOKS.outcome),
                  render: (_, { outcome }) => (
                    <Tag color={COLORS[outcome] ?? 'default'}>{pick(OUTCOMES[outcome] ?? WEBHOOKS.unknown)}</Tag>
                  ),
                },
                {
                  title: pick(WEBHOOKS.status),
                  align: 'right',
                  className: 'one-line',
                  render: (_, { status }) => status ?? '–',
                },
                {
                  title: pick(WEBHOOKS.took),
                  align: 'right',
                  className: 'one-line',
                  render: (_, { durationMs }) => formatDuration(durationMs, language),
                },
                {
                  title: pick(WEBHOOKS.why),
                  render: (_, attempt) => <div style={{ minWidth: 160, overflowWrap: 'anywhere' }}>{why(attempt)}</div>,
                },
                {
                  title: pick(WEBHOOKS.next),
                  className: 'one-line',
                  render: (_, { nextAt }) => (nextAt === undefined ? '–' : time(nextAt, false)),
                },
              ]}
            />
            {next !== null && limit < PAGE_MAX && (
              <Button style={{ marginTop: 12 }} onClick={() => setLimit(Math.min(PAGE_MAX, limit * 2))}>
                {pick(WEBHOOKS.more)}
              </Button>
            )}
          </>
        )}
      </Loaded>
    </Card>
  );
}
