/** Transfers of a party as a table. */
import { Flex, Grid, Table, Tag, Typography } from 'antd';
import { Link } from 'wouter';
import { labelOf } from '../../../panels/words.ts';
import type { Leg, Party } from '../api.ts';
import { useFormats } from '../me.tsx';
import { usePreferences } from '../preferences.tsx';
import { PartyLink } from './tags.tsx';

type AnyLeg = Leg | Party['history']['items'][number];

export function Legs({ legs }: { readonly legs: readonly AnyLeg[] }) {
  const { say, language } = usePreferences();
  const { time, money } = useFormats();
  const isWide = Grid.useBreakpoint().md === true;
  return (
    <Table<AnyLeg>
      size="small"
      rowKey={(leg) => `${leg.eventId} ${leg.role}`}
      // The latest first, by their own time: settlements come later than what they settle.
      dataSource={[...legs].sort((one, other) => Date.parse(other.at) - Date.parse(one.at))}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
      {...(isWide ? { scroll: { x: 860 } } : { showHeader: false })}
      columns={
        !isWide
          ? [{ render: (_, leg) => <OnPhone leg={leg} /> }]
          : [
              { title: say('time'), className: 'one-line', render: (_, leg) => time(leg.at) },
              {
                title: say('transfer'),
                render: (_, leg) => (
                  <>
                    <Link href={`/transfers/${encodeURIComponent(leg.transferId)}`}>{leg.transferId}</Link>{' '}
                    {'hit' in leg && leg.hit && <Tag color="red">{say('hit')}</Tag>}
                  </>
                ),
              },
              { title: say('payer'), render: (_, leg) => <PartyLink id={leg.debtor.party} /> },
              { title: say('payee'), render: (_, leg) => <PartyLink id={leg.creditor.party} /> },
              { title: say('amount'), align: 'right', className: 'one-line', render: (_, leg) => money(leg.amount) },
              {
                title: say('status'),
                className: 'one-line',
                render: (_, leg) => labelOf('transferStatus', leg.status, language),
              },
              {
                title: say('channel'),
                className: 'one-line',
                render: (_, { channel }) => (channel === undefined ? '–' : labelOf('channel', channel, language)),
              },
            ]
      }
    />
  );
}

/** The same for a phone, whose screen has no room for columns. */
function OnPhone({ leg }: { readonly leg: AnyLeg }) {
  const { say, language } = usePreferences();
  const { time, money } = useFormats();
  return (
    <>
      <Flex justify="space-between" gap={8} wrap>
        <Link href={`/transfers/${encodeURIComponent(leg.transferId)}`}>{leg.transferId}</Link>
        <strong>{money(leg.amount)}</strong>
      </Flex>
      <div style={{ overflowWrap: 'anywhere' }}>
        <PartyLink id={leg.debtor.party} /> → <PartyLink id={leg.creditor.party} />
      </div>
      <Typography.Text type="secondary">
        {time(leg.at)} · {labelOf('transferStatus', leg.status, language)}{' '}
        {'hit' in leg && leg.hit && <Tag color="red">{say('hit')}</Tag>}
      </Typography.Text>
    </>
  );
}
