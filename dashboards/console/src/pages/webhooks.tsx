/** Webhooks (回调推送): each subscription with how it fares, and a new one. */
import { Alert, Button, Card, Flex, Grid, Table, Typography } from 'antd';
import { useState } from 'react';
import { Link } from 'wouter';
import { labelOf } from '../../../panels/words.ts';
import { formatDuration, formatNumber } from '../format.ts';
import { useFormats, useMay } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Page } from '../parts/page.tsx';
import { SecretDialog } from '../parts/secret-dialog.tsx';
import { WebhookForm } from '../parts/webhook-form.tsx';
import { WebhookState } from '../parts/webhook-state.tsx';
import { type Language, usePreferences } from '../preferences.tsx';
import { type Figures, type Subscription, type ToldSecret, useFigures, useSubscriptions } from '../webhooks.ts';
import { WEBHOOKS } from '../words/webhooks.ts';

// biome-ignore lint/style/noDefaultExport: React loads pages by their default export.
export default function Webhooks() {
  const { pick } = usePreferences();
  const { manageWebhooks } = useMay();
  return manageWebhooks ? (
    <Known />
  ) : (
    <Page title={pick(WEBHOOKS.webhooks)}>
      <Alert type="info" showIcon title={pick(WEBHOOKS.mayNot)} />
    </Page>
  );
}

function Known() {
  const { pick } = usePreferences();
  const subscriptions = useSubscriptions();
  const [isMaking, setMaking] = useState(false);
  const [secrets, setSecrets] = useState<readonly ToldSecret[] | null>(null);
  const create = (
    <Button type="primary" onClick={() => setMaking(true)}>
      {pick(WEBHOOKS.create)}
    </Button>
  );
  return (
    <Page title={pick(WEBHOOKS.webhooks)} extra={create}>
      <Card size="small">
        <Loaded query={subscriptions} isEmpty={({ items }) => items.length === 0}>
          {({ items }) => <List subscriptions={items} />}
        </Loaded>
      </Card>
      {isMaking && (
        <WebhookForm
          onMade={({ secrets: told }) => {
            setMaking(false);
            setSecrets(told);
          }}
          onClosed={() => setMaking(false)}
        />
      )}
      {secrets !== null && <SecretDialog secrets={secrets} onClosed={() => setSecrets(null)} />}
    </Page>
  );
}

function List({ subscriptions }: { readonly subscriptions: readonly Subscription[] }) {
  const { pick, language } = usePreferences();
  const { time } = useFormats();
  const figuresOf = useFigures();
  const isWide = Grid.useBreakpoint().md === true;
  return (
    <Table<Subscription>
      size="small"
      rowKey="id"
      dataSource={[...subscriptions]}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
      {...(isWide ? { scroll: { x: 900 } } : { showHeader: false })}
      columns={
        !isWide
          ? [{ render: (_, one) => <OnPhone subscription={one} share={shareOf(figuresOf(one.id), language)} /> }]
          : [
              {
                title: pick(WEBHOOKS.purpose),
                render: (_, { id, title, address }) => (
                  <>
                    <Link href={`/webhooks/${encodeURIComponent(id)}`}>{title}</Link>
                    <br />
                    <span style={{ overflowWrap: 'anywhere' }}>{address}</span>
                  </>
                ),
              },
              {
                title: pick(WEBHOOKS.topics),
                render: (_, { topics }) => topics.map((topic) => labelOf('topic', topic, language)).join(' · '),
              },
              {
                title: pick(WEBHOOKS.state),
                render: (_, one) => (
                  <>
                    <WebhookState subscription={one} />
                    {!one.enabled && <div>{`${one.reason ?? '–'} (${one.changedBy})`}</div>}
                  </>
                ),
              },
              {
                title: pick(WEBHOOKS.share),
                align: 'right',
                className: 'one-line',
                render: (_, { id }) => shareOf(figuresOf(id), language),
              },
              {
                title: pick(WEBHOOKS.slowest),
                align: 'right',
                render: (_, { id }) => {
                  const p95Ms = figuresOf(id)?.p95Ms ?? null;
                  return p95Ms === null ? '–' : formatDuration(p95Ms, language);
                },
              },
              {
                title: pick(WEBHOOKS.lastSuccess),
                className: 'one-line',
                render: (_, { health }) => (health?.lastSuccessAt ? time(health.lastSuccessAt, false) : '–'),
              },
              {
                title: pick(WEBHOOKS.waiting),
                align: 'right',
                render: (_, { health }) =>
                  health === null ? '–' : formatNumber(health.unfinished + health.lagRecords, language),
              },
            ]
      }
    />
  );
}

/** The same for a phone, whose screen has no room for columns. */
function OnPhone({ subscription, share }: { readonly subscription: Subscription; readonly share: string }) {
  const { pick } = usePreferences();
  const { id, title, address, enabled, reason, changedBy } = subscription;
  return (
    <Flex vertical gap={4} align="start">
      <Flex gap={8} wrap>
        <Link href={`/webhooks/${encodeURIComponent(id)}`}>{title}</Link>
        <WebhookState subscription={subscription} />
      </Flex>
      <div style={{ overflowWrap: 'anywhere' }}>{address}</div>
      <Typography.Text type="secondary">{`${pick(WEBHOOKS.share)} ${share}`}</Typography.Text>
      {!enabled && <div>{`${reason ?? '–'} (${changedBy})`}</div>}
    </Flex>
  );
}

export function shareOf(figures: Figures | undefined, language: Language): string {
  if (figures === undefined || figures.attempts === 0) return '–';
  const percent = formatNumber((100 * figures.delivered) / figures.attempts, language, 1);
  return `${percent}% (${formatNumber(figures.delivered, language)}/${formatNumber(figures.attempts, language)})`;
}
