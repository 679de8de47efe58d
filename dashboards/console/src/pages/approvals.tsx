/** Transfers that wait for a person: look, then approve or deny, one or several at once. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Flex, Input, Modal, Progress, Table, Tag } from 'antd';
import { useState } from 'react';
import { Link } from 'wouter';
import { ask, type Held, query, type Waiting } from '../api.ts';
import { useFormats, useMe } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Page } from '../parts/page.tsx';
import { PartyLink } from '../parts/tags.tsx';
import { usePreferences } from '../preferences.tsx';

const REFRESH_MS = 5_000;
const SHOWN_MAX = 200;

type Action = 'approve' | 'deny';

// biome-ignore lint/style/noDefaultExport: React loads pages by their default export.
export default function Approvals() {
  const { say } = usePreferences();
  const me = useMe();
  const mayApprove = me.roles.some((role) => role === 'approver' || role === 'admin');
  const [chosen, setChosen] = useState<readonly Held[]>([]);
  const [asked, setAsked] = useState<Action | null>(null);
  const waiting = useQuery({
    queryKey: ['waiting'],
    queryFn: () => ask<Waiting>(`/v1/decisions${query({ waiting: 'true', limit: SHOWN_MAX })}`),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  const buttons = (
    <Flex gap={8} align="center">
      {chosen.length > 0 && (
        <span>
          {chosen.length} {say('chosen')}
        </span>
      )}
      <Button type="primary" disabled={!mayApprove || chosen.length === 0} onClick={() => setAsked('approve')}>
        {say('approve')}
      </Button>
      <Button danger disabled={!mayApprove || chosen.length === 0} onClick={() => setAsked('deny')}>
        {say('deny')}
      </Button>
    </Flex>
  );
  return (
    <Page title={say('waiting')} extra={buttons}>
      {!mayApprove && <Alert type="info" showIcon title={say('mayNot')} style={{ marginBottom: 8 }} />}
      <Loaded query={waiting} isEmpty={({ items }) => items.length === 0}>
        {({ items }) => <Holds holds={items} chosen={chosen} onChosen={setChosen} />}
      </Loaded>
      {asked !== null && (
        <Said
          action={asked}
          holds={chosen}
          onClosed={(said) => {
            setAsked(null);
            if (said) setChosen([]);
          }}
        />
      )}
    </Page>
  );
}

interface HoldsProps {
  readonly holds: readonly Held[];
  readonly chosen: readonly Held[];
  readonly onChosen: (holds: readonly Held[]) => void;
}

function Holds({ holds, chosen, onChosen }: HoldsProps) {
  const { say, pick } = usePreferences();
  const { time, money } = useFormats();
  return (
    <Table<Held>
      size="small"
      rowKey="transferId"
      dataSource={[...holds]}
      pagination={{ pageSize: 25, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 'max-content' }}
      rowSelection={{
        selectedRowKeys: chosen.map(({ transferId }) => transferId),
        onChange: (_, rows) => onChosen(rows),
      }}
      columns={[
        {
          title: say('transfer'),
          render: (_, { transferId }) => (
            <Link href={`/transfers/${encodeURIComponent(transferId)}`}>{transferId}</Link>
          ),
        },
        { title: say('payer'), render: (_, { debtor }) => <PartyLink id={debtor} /> },
        { title: say('payee'), render: (_, { creditor }) => <PartyLink id={creditor} /> },
        { title: say('amount'), align: 'right', render: (_, { amount }) => money(amount) },
        {
          title: say('reason'),
          render: (_, { reasons }) => (
            <div style={{ maxWidth: 420, minWidth: 200, whiteSpace: 'normal' }}>
              {reasons.map((reason) => (
                <div key={reason.en}>{pick(reason)}</div>
              ))}
            </div>
          ),
        },
        {
          title: say('given'),
          render: (_, { approvalsGiven: given, approvalsRequired: required }) => (
            <Progress
              steps={Math.max(1, required)}
              size="small"
              percent={(100 * given) / Math.max(1, required)}
              format={() => `${given}/${required}`}
            />
          ),
        },
        { title: say('time'), render: (_, { at }) => time(at) },
        {
          title: say('expires'),
          render: (_, { expiresAt }) => (expiresAt === undefined ? '–' : time(expiresAt, false)),
        },
      ]}
    />
  );
}

interface Verdict {
  readonly transferId?: string;
  readonly refusal?: string;
  readonly detail?: string;
}

/** The last question before a word is given, and where it was refused, why. */
function Said({
  action,
  holds,
  onClosed,
}: {
  readonly action: Action;
  readonly holds: readonly Held[];
  readonly onClosed: (said: boolean) => void;
}) {
  const { say } = usePreferences();
  const { money } = useFormats();
  const { message, notification } = App.useApp();
  const client = useQueryClient();
  const [note, setNote] = useState('');
  const telling = useMutation({
    mutationFn: () =>
      ask<{ items?: Verdict[] } & Verdict>(
        '/v1/approvals?wait=decision',
        holds.map(({ transferId, revision }) => ({ transferId, revision, action, ...(note === '' ? {} : { note }) })),
      ),
    onSuccess: (answer) => {
      const refused = (answer.items ?? [answer]).filter(({ refusal }) => refusal !== undefined);
      if (refused.length === 0) void message.success(say('done'));
      for (const { transferId, refusal, detail } of refused) {
        notification.warning({ title: `${say('refused')}: ${transferId ?? ''}`, description: detail ?? refusal });
      }
      void client.invalidateQueries({ queryKey: ['waiting'] });
      onClosed(true);
    },
  });
  return (
    <Modal
      open
      title={say(action)}
      okText={say(action)}
      okButtonProps={{ danger: action === 'deny', loading: telling.isPending }}
      onOk={() => telling.mutate()}
      onCancel={() => onClosed(false)}
    >
      <Flex vertical gap={8}>
        <div>
          {holds.slice(0, 10).map(({ transferId, amount }) => (
            <Tag key={transferId}>
              {transferId} · {money(amount)}
            </Tag>
          ))}
          {holds.length > 10 && '…'}
        </div>
        <Input.TextArea
          value={note}
          maxLength={512}
          rows={3}
          placeholder={say('noteHint')}
          aria-label={say('note')}
          onChange={({ target }) => setNote(target.value)}
        />
        {telling.error !== null && <Alert type="error" showIcon title={telling.error.message} />}
      </Flex>
    </Modal>
  );
}
