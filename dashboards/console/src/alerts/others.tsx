/** What else was found about the subject of an alert; and which of it this alert quiets. */
import { useQuery } from '@tanstack/react-query';
import { Card, Divider, Typography } from 'antd';
import { type Alert, type AlertDetail, type AlertPage, ask, query } from '../api.ts';
import { Loaded } from '../parts/loaded.tsx';
import { usePreferences } from '../preferences.tsx';
import { ALERT_TEXTS } from '../words/alerts.ts';
import { AlertTable } from './table.tsx';

const SHOWN_MAX = 50;

export function OtherAlerts({ alert: { id, subject } }: { readonly alert: AlertDetail }) {
  const { pick } = usePreferences();
  const others = useQuery({
    queryKey: ['alerts', 'of', subject],
    queryFn: () => ask<AlertPage>(`/v1/alerts${query({ subject, limit: SHOWN_MAX })}`),
    select: ({ items }) => items.filter((one) => one.id !== id),
  });
  const isQuieted = (one: Alert) => one.quietedBy === id;
  return (
    <Card size="small" title={pick(ALERT_TEXTS.others)}>
      <Loaded query={others}>
        {(items) => (
          <>
            {items.length === 0 && <Typography.Text type="secondary">{pick(ALERT_TEXTS.noOthers)}</Typography.Text>}
            {items.some(isQuieted) && (
              <>
                <Divider titlePlacement="start" plain style={{ margin: '0 0 8px' }}>
                  {pick(ALERT_TEXTS.quietsThis)}
                </Divider>
                <div style={{ marginBottom: 8 }}>
                  <AlertTable alerts={items.filter(isQuieted)} />
                </div>
              </>
            )}
            {items.length > 0 && !items.every(isQuieted) && (
              <AlertTable alerts={items.filter((one) => !isQuieted(one))} />
            )}
          </>
        )}
      </Loaded>
    </Card>
  );
}
