/** Transfers that wait, as a table, on a phone as cards; with a choice among them for whoever may release them. */
import { Card, Checkbox, Flex, Grid, Progress, Table, Tag, Tooltip, Typography } from 'antd';
import { Link } from 'wouter';
import type { Held } from '../api.ts';
import { useFormats, useMe } from '../me.tsx';
import { PartyLink } from '../parts/tags.tsx';
import { usePreferences } from '../preferences.tsx';
import { APPROVAL_TEXTS } from '../words/approvals.ts';

/** Width and height of the mark that stands for one approval, in pixels. */
const STEP_SIZE: [number, number] = [14, 8];

export interface HoldsProps {
  readonly holds: readonly Held[];
  /** Null for whoever may only look. */
  readonly chosen: readonly Held[] | null;
  readonly onChosen: (holds: readonly Held[]) => void;
}

export function Holds({ holds, chosen, onChosen }: HoldsProps) {
  const { say, pick } = usePreferences();
  const { time, money } = useFormats();
  const { name } = useMe();
  if (Grid.useBreakpoint().md !== true) return <HoldCards holds={holds} chosen={chosen} onChosen={onChosen} />;
  const selection =
    chosen === null
      ? {}
      : {
          rowSelection: {
            selectedRowKeys: chosen.map(({ transferId }) => transferId),
            onChange: (_: unknown, rows: Held[]) => onChosen(rows),
            getCheckboxProps: ({ transferId, maker }: Held) => ({
              disabled: maker === name,
              'aria-label': `${pick(APPROVAL_TEXTS.select)} ${transferId}`,
            }),
          },
        };
  return (
    <Table<Held>
      size="small"
      rowKey="transferId"
      dataSource={[...holds]}
      pagination={{ pageSize: 25, hideOnSinglePage: true, showSizeChanger: false }}
      // Narrower than this it scrolls; wider, reasons have the room that others leave.
      scroll={{ x: 840 }}
      {...selection}
      columns={[
        {
          title: say('transfer'),
          render: (_, hold) => (
            <>
              <TransferLink id={hold.transferId} />
              {hold.maker !== undefined && (
                <div>
                  {pick(APPROVAL_TEXTS.maker)} <Maker hold={hold} />
                </div>
              )}
              {hold.batch !== undefined && (
                <div>
                  {pick(APPROVAL_TEXTS.batch)} {hold.batch}
                </div>
              )}
            </>
          ),
        },
        {
          title: `${say('payer')} → ${say('payee')}`,
          render: (_, { debtor, creditor }) => (
            <>
              <PartyLink id={debtor} />
              <div style={{ overflowWrap: 'anywhere', minWidth: 160 }}>
                → <PartyLink id={creditor} />
              </div>
            </>
          ),
        },
        { title: say('amount'), align: 'right', className: 'one-line', render: (_, { amount }) => money(amount) },
        {
          title: say('reason'),
          render: (_, hold) => (
            <div style={{ minWidth: 150 }}>
              <Reasons hold={hold} />
            </div>
          ),
        },
        { title: say('given'), className: 'one-line', render: (_, hold) => <Given hold={hold} /> },
        {
          title: `${say('time')} → ${say('expires')}`,
          className: 'one-line',
          render: (_, { at, expiresAt }) => (
            <>
              {time(at, false)}
              {expiresAt !== undefined && <div>→ {time(expiresAt, false)}</div>}
            </>
          ),
        },
      ]}
    />
  );
}

/** The same for a phone, whose screen has no room for columns. */
function HoldCards({ holds, chosen, onChosen }: HoldsProps) {
  const { say, pick } = usePreferences();
  const { time, money } = useFormats();
  const { name } = useMe();
  const isChosen = ({ transferId }: Held) => chosen?.some((one) => one.transferId === transferId) === true;
  const toggle = (hold: Held) => {
    const others = (chosen ?? []).filter(({ transferId }) => transferId !== hold.transferId);
    onChosen(isChosen(hold) ? others : [...others, hold]);
  };
  return (
    <Flex vertical gap={8}>
      {holds.map((hold) => (
        <Card key={hold.transferId} size="small">
          <Flex gap={8} align="center" wrap>
            {chosen !== null && (
              <Checkbox
                aria-label={`${pick(APPROVAL_TEXTS.select)} ${hold.transferId}`}
                disabled={hold.maker === name}
                checked={isChosen(hold)}
                onChange={() => toggle(hold)}
              />
            )}
            <TransferLink id={hold.transferId} />
            <strong>{money(hold.amount)}</strong>
            <Given hold={hold} />
          </Flex>
          <div style={{ overflowWrap: 'anywhere' }}>
            <PartyLink id={hold.debtor} /> → <PartyLink id={hold.creditor} />
          </div>
          <Reasons hold={hold} />
          <Typography.Text type="secondary">
            {pick(APPROVAL_TEXTS.maker)} <Maker hold={hold} />
            {hold.batch !== undefined && ` · ${pick(APPROVAL_TEXTS.batch)} ${hold.batch}`}
            {hold.expiresAt !== undefined && ` · ${say('expires')} ${time(hold.expiresAt, false)}`}
          </Typography.Text>
        </Card>
      ))}
    </Flex>
  );
}

function TransferLink({ id }: { readonly id: string }) {
  return <Link href={`/transfers/${encodeURIComponent(id)}`}>{id}</Link>;
}

function Reasons({ hold: { reasons } }: { readonly hold: Held }) {
  const { pick } = usePreferences();
  return reasons.map((reason) => <div key={reason.en}>{pick(reason)}</div>);
}

function Given({ hold: { approvalsGiven: given, approvalsRequired } }: { readonly hold: Held }) {
  const { say } = usePreferences();
  const required = Math.max(1, approvalsRequired);
  return (
    <Progress
      aria-label={say('given')}
      steps={required}
      size={STEP_SIZE}
      percent={(100 * given) / required}
      format={() => `${given}/${approvalsRequired}`}
    />
  );
}

function Maker({ hold: { maker } }: { readonly hold: Held }) {
  const { pick } = usePreferences();
  const { name } = useMe();
  if (maker !== name) return maker ?? '–';
  return (
    <Tooltip title={pick(APPROVAL_TEXTS.yours)}>
      {maker}{' '}
      <Tag color="orange" tabIndex={0}>
        {pick(APPROVAL_TEXTS.yoursTag)}
      </Tag>
    </Tooltip>
  );
}
