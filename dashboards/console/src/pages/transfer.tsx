/** A transfer: the decision on it, and each revision that brought it there. */
import { useQuery } from '@tanstack/react-query';
import { Card, Descriptions, Timeline, Typography } from 'antd';
import { labelOf } from '../../../panels/words.ts';
import { ask, type DecisionDetail } from '../api.ts';
import { useFormats } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Page } from '../parts/page.tsx';
import { CodeTag, PartyLink } from '../parts/tags.tsx';
import { usePreferences } from '../preferences.tsx';

const REFRESH_MS = 5_000;

// biome-ignore lint/style/noDefaultExport: React loads pages by their default export.
export default function Transfer({ id }: { readonly id: string }) {
  const { say, pick, language } = usePreferences();
  const { time, money } = useFormats();
  const decision = useQuery({
    queryKey: ['decision', id],
    queryFn: () => ask<DecisionDetail>(`/v1/decisions/${encodeURIComponent(id)}`),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Page title={`${say('transfer')} ${id}`}>
      <Loaded query={decision}>
        {(found) => (
          <Card size="small">
            <Descriptions size="small" bordered column={{ xs: 1, md: 2 }}>
              <Descriptions.Item label={say('decision')}>
                <CodeTag set="outcome" value={found.outcome} />
              </Descriptions.Item>
              <Descriptions.Item label={say('status')}>
                {labelOf('transferStatus', found.status, language)}
              </Descriptions.Item>
              <Descriptions.Item label={say('payer')}>
                <PartyLink id={found.debtor} />
              </Descriptions.Item>
              <Descriptions.Item label={say('payee')}>
                <PartyLink id={found.creditor} />
              </Descriptions.Item>
              <Descriptions.Item label={say('amount')}>{money(found.amount)}</Descriptions.Item>
              <Descriptions.Item label={say('time')}>{time(found.at)}</Descriptions.Item>
            </Descriptions>
            <Typography.Title level={2} style={{ fontSize: 15 }}>
              {say('revisions')}
            </Typography.Title>
            <Timeline
              items={[found, ...found.earlier].map((one) => ({
                key: one.revision,
                content: (
                  <>
                    <Typography.Text type="secondary">{time(one.seen)}</Typography.Text>{' '}
                    <CodeTag set="outcome" value={one.outcome} /> {labelOf('transferStatus', one.status, language)}{' '}
                    {one.by !== undefined && `${say('by')} ${one.by}`}
                    {one.reasons.map((reason) => (
                      <div key={reason.en}>{pick(reason)}</div>
                    ))}
                  </>
                ),
              }))}
            />
          </Card>
        )}
      </Loaded>
    </Page>
  );
}
