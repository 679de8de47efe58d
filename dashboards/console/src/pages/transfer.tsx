/** A transfer: the decision on it, each revision that brought it there, and a word on it where it waits for one. */
import { useQuery } from '@tanstack/react-query';
import { Button, Card, Descriptions, Flex, Tag, Timeline, Typography } from 'antd';
import { useState } from 'react';
import { labelOf } from '../../../panels/words.ts';
import { ask, type DecisionDetail } from '../api.ts';
import { type Asked, Saying } from '../approvals/saying.tsx';
import { useFormats, useMay, useMe } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { MaskedNote } from '../parts/masked.tsx';
import { Page } from '../parts/page.tsx';
import { CodeTag, PartyLink } from '../parts/tags.tsx';
import { usePreferences } from '../preferences.tsx';
import { APPROVAL_TEXTS } from '../words/approvals.ts';

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
    <Page
      title={`${say('transfer')} ${id}`}
      extra={decision.data?.waiting === true && <Verdict hold={decision.data} />}
    >
      <MaskedNote />
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
              {found.maker !== undefined && (
                <Descriptions.Item label={pick(APPROVAL_TEXTS.maker)}>{found.maker}</Descriptions.Item>
              )}
              {found.batch !== undefined && (
                <Descriptions.Item label={pick(APPROVAL_TEXTS.batch)}>{found.batch}</Descriptions.Item>
              )}
              {found.waiting && (
                <Descriptions.Item label={say('given')}>
                  {found.approvalsGiven}/{found.approvalsRequired}
                </Descriptions.Item>
              )}
              {found.waiting && found.expiresAt !== undefined && (
                <Descriptions.Item label={say('expires')}>{time(found.expiresAt, false)}</Descriptions.Item>
              )}
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

/** For whoever may release it, and did not enter it. */
function Verdict({ hold }: { readonly hold: DecisionDetail }) {
  const { say, pick } = usePreferences();
  const { approve } = useMay();
  const { name } = useMe();
  const [asked, setAsked] = useState<Asked | null>(null);
  if (!approve) return null;
  if (hold.maker === name) return <Tag color="orange">{pick(APPROVAL_TEXTS.yours)}</Tag>;
  return (
    <Flex gap={8}>
      <Button type="primary" onClick={() => setAsked({ word: 'approve' })}>
        {say('approve')}
      </Button>
      <Button danger onClick={() => setAsked({ word: 'deny' })}>
        {say('deny')}
      </Button>
      {asked !== null && <Saying asked={asked} chosen={[hold]} onClosed={() => setAsked(null)} />}
    </Flex>
  );
}
