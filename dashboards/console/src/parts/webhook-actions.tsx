/** What can be done with a subscription: a test, a new secret, off and on, a replay. Each says first what it does. */
import { Alert, App, Button, Flex, Form, Input, Modal, Radio, Select } from 'antd';
import { useState } from 'react';
import { now } from '../clock.ts';
import { formatDuration } from '../format.ts';
import { usePreferences } from '../preferences.tsx';
import {
  type Subscription,
  type TestResult,
  type ToldSecret,
  useWebhookChange,
  type WithSecrets,
} from '../webhooks.ts';
import { FAILURES, WEBHOOKS } from '../words/webhooks.ts';
import { ReasonDialog } from './reason-dialog.tsx';
import { SecretDialog } from './secret-dialog.tsx';
import { WebhookChange } from './webhook-change.tsx';

type Asking = 'change' | 'rotate' | 'disable' | 'enable' | 'replay';

export function WebhookActions({ subscription }: { readonly subscription: Subscription }) {
  const { pick } = usePreferences();
  const { message } = App.useApp();
  const [asking, setAsking] = useState<Asking | null>(null);
  const [secrets, setSecrets] = useState<readonly ToldSecret[] | null>(null);
  const [tested, setTested] = useState<TestResult | null>(null);
  const { id, enabled } = subscription;
  const at = `/${encodeURIComponent(id)}`;
  const done = () => {
    setAsking(null);
    void message.success(pick(WEBHOOKS.done));
  };
  const testing = useWebhookChange<void, TestResult>(
    () => `${at}/test`,
    () => ({}),
    setTested,
  );
  const rotating = useWebhookChange<string, WithSecrets>(
    () => `${at}/secrets`,
    (reason) => ({ reason }),
    ({ secrets: told }) => {
      setAsking(null);
      setSecrets(told);
    },
  );
  const turning = useWebhookChange<string, Subscription>(
    () => `${at}/${enabled ? 'disable' : 'enable'}`,
    (reason) => ({ reason }),
    done,
  );
  const turn = enabled ? 'disable' : 'enable';
  return (
    <>
      <Flex gap={8} wrap>
        <Button type="primary" disabled={!enabled} loading={testing.isPending} onClick={() => testing.mutate()}>
          {pick(WEBHOOKS.test)}
        </Button>
        <Button disabled={!enabled} onClick={() => setAsking('replay')}>
          {pick(WEBHOOKS.replay)}
        </Button>
        <Button onClick={() => setAsking('change')}>{pick(WEBHOOKS.change)}</Button>
        <Button onClick={() => setAsking('rotate')}>{pick(WEBHOOKS.rotate)}</Button>
        <Button danger={enabled} onClick={() => setAsking(turn)}>
          {pick(WEBHOOKS[turn])}
        </Button>
      </Flex>
      {tested !== null && <Tested result={tested} />}
      {asking === 'change' && (
        <WebhookChange subscription={subscription} onDone={done} onClosed={() => setAsking(null)} />
      )}
      {asking === 'rotate' && (
        <ReasonDialog
          title={WEBHOOKS.rotate}
          effect={WEBHOOKS.rotateWhat}
          busy={rotating.isPending}
          onSaid={rotating.mutate}
          onClosed={() => setAsking(null)}
        />
      )}
      {(asking === 'disable' || asking === 'enable') && (
        <ReasonDialog
          title={WEBHOOKS[asking]}
          effect={WEBHOOKS[`${asking}What`]}
          busy={turning.isPending}
          onSaid={turning.mutate}
          onClosed={() => setAsking(null)}
        />
      )}
      {asking === 'replay' && <ReplayDialog at={at} onClosed={() => setAsking(null)} />}
      {secrets !== null && <SecretDialog secrets={secrets} onClosed={() => setSecrets(null)} />}
    </>
  );
}

function Tested({ result }: { readonly result: TestResult }) {
  const { pick, language } = usePreferences();
  const { outcome, status, error, detail, durationMs } = result;
  if (outcome === 'pending') return <Alert type="info" showIcon title={pick(WEBHOOKS.testPending)} />;
  const isTaken = outcome === 'delivered';
  const why = error === null ? null : FAILURES[error];
  const facts = [
    status === null ? null : `HTTP ${status}`,
    durationMs === null ? null : formatDuration(durationMs, language),
    why === undefined || why === null ? error : pick(why),
    detail,
  ];
  return (
    <Alert
      type={isTaken ? 'success' : 'error'}
      showIcon
      style={{ marginTop: 12 }}
      title={`${pick(WEBHOOKS.testing)}${language === 'zh' ? '：' : ': '}${pick(isTaken ? WEBHOOKS.testTaken : WEBHOOKS.testRefused)}`}
      description={facts.filter((fact) => fact !== null && fact !== '').join(' · ')}
    />
  );
}

const HOUR_MS = 3_600_000;
const BACK = [
  [WEBHOOKS.hour, HOUR_MS],
  [WEBHOOKS.hours, 6 * HOUR_MS],
  [WEBHOOKS.day, 24 * HOUR_MS],
  [WEBHOOKS.week, 168 * HOUR_MS],
] as const;
const MESSAGE_IDS = /^\s*([a-z-]+-\d+-\d+\s*){1,100}$/;

interface ReplayGiven {
  readonly by: 'time' | 'id';
  readonly backMs: number;
  readonly ids?: string;
}

function ReplayDialog({ at, onClosed }: { readonly at: string; readonly onClosed: () => void }) {
  const { pick } = usePreferences();
  const { message } = App.useApp();
  const [form] = Form.useForm<ReplayGiven>();
  const by = Form.useWatch('by', form) ?? 'time';
  const replaying = useWebhookChange<ReplayGiven, unknown>(
    () => `${at}/replays`,
    ({ by: how, backMs, ids = '' }) =>
      how === 'time'
        ? { from: new Date(now() - backMs).toISOString() }
        : { messageIds: ids.split(/\s+/).filter((id) => id !== '') },
    () => {
      void message.success(pick(WEBHOOKS.replayed));
      onClosed();
    },
  );
  return (
    <Modal
      open
      title={pick(WEBHOOKS.replay)}
      okText={pick(WEBHOOKS.replay)}
      cancelText={pick(WEBHOOKS.cancel)}
      okButtonProps={{ loading: replaying.isPending }}
      onOk={form.submit}
      onCancel={onClosed}
    >
      <p>{pick(WEBHOOKS.replayWhat)}</p>
      <Form
        form={form}
        layout="vertical"
        initialValues={{ by: 'time', backMs: HOUR_MS }}
        onFinish={(given) => replaying.mutate(given)}
      >
        <Form.Item name="by" aria-label={pick(WEBHOOKS.replay)}>
          <Radio.Group
            optionType="button"
            options={[
              { value: 'time', label: pick(WEBHOOKS.byTime) },
              { value: 'id', label: pick(WEBHOOKS.byId) },
            ]}
          />
        </Form.Item>
        {by === 'time' ? (
          <Form.Item name="backMs" label={pick(WEBHOOKS.back)}>
            <Select options={BACK.map(([label, value]) => ({ value, label: pick(label) }))} />
          </Form.Item>
        ) : (
          <Form.Item
            name="ids"
            label={pick(WEBHOOKS.ids)}
            extra={pick(WEBHOOKS.idsHint)}
            rules={[{ required: true, pattern: MESSAGE_IDS, message: pick(WEBHOOKS.idsHint) }]}
          >
            <Input.TextArea rows={4} />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
