/**
 * Changing what a subscription is sent. Only what was changed is sent, and the revision that it was made on; where
 * somebody else was faster, that is said, and nothing of theirs is undone unseen.
 */
import { Alert, App, Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useFormats } from '../me.tsx';
import { usePreferences } from '../preferences.tsx';
import { Refusal } from '../refusal.ts';
import { type Subscription, useSubscriptions, useWebhookChange } from '../webhooks.ts';
import { WEBHOOKS } from '../words/webhooks.ts';
import { type Choices, WebhookChoices } from './webhook-choices.tsx';

interface Held extends Choices {
  readonly url?: string;
  readonly reason: string;
}

export interface WebhookChangeProps {
  readonly subscription: Subscription;
  readonly onDone: () => void;
  readonly onClosed: () => void;
}

const CONFLICT = 409;

export function WebhookChange({ subscription, onDone, onClosed }: WebhookChangeProps) {
  const { pick } = usePreferences();
  const { message } = App.useApp();
  const [form] = Form.useForm<Held>();
  const { refetch } = useSubscriptions();
  /** What the choices are compared with. */
  const [base, setBase] = useState(subscription);
  const [isConflict, setConflict] = useState(false);

  const lookAgain = async () => {
    const { data } = await refetch();
    const theirs = data?.items.find(({ id }) => id === subscription.id);
    if (theirs === undefined) return;
    const untouched = NAMES.filter((name) => isSame(form.getFieldValue(name), base[name]));
    form.setFieldsValue(Object.fromEntries(untouched.map((name) => [name, theirs[name]])) as Partial<Held>);
    setBase(theirs);
    setConflict(true);
  };
  const changing = useWebhookChange<Held, Subscription>(
    () => `/${encodeURIComponent(subscription.id)}`,
    (held) => ({ revision: base.revision, ...changesOf(held, base), reason: held.reason.trim() }),
    onDone,
    {
      method: 'PATCH',
      onRefused: (error) => {
        if (!(error instanceof Refusal) || error.status !== CONFLICT) return false;
        void lookAgain();
        return true;
      },
    },
  );
  const save = (held: Held) => {
    if (Object.keys(changesOf(held, base)).length === 0) void message.info(pick(WEBHOOKS.nothingChanged));
    else changing.mutate(held);
  };
  const takeTheirs = () => {
    form.setFieldsValue({ ...choicesOf(base), url: '' });
    setConflict(false);
  };
  return (
    <Modal
      open
      title={`${pick(WEBHOOKS.change)} · ${subscription.title}`}
      okText={pick(WEBHOOKS.save)}
      cancelText={pick(WEBHOOKS.cancel)}
      okButtonProps={{ loading: changing.isPending }}
      onOk={form.submit}
      onCancel={onClosed}
    >
      <Form form={form} layout="vertical" initialValues={choicesOf(base)} onFinish={save}>
        <Form.Item
          name="title"
          label={pick(WEBHOOKS.purpose)}
          rules={[{ required: true, whitespace: true, message: pick(WEBHOOKS.purpose) }]}
        >
          <Input maxLength={128} />
        </Form.Item>
        <Form.Item
          name="url"
          label={pick(WEBHOOKS.newAddress)}
          extra={`${pick(WEBHOOKS.newAddressHint)} ${base.address}`}
          rules={[{ pattern: /^\s*https?:\/\/\S+\s*$/, message: pick(WEBHOOKS.addressHint) }]}
        >
          <Input maxLength={2_048} inputMode="url" autoComplete="off" placeholder="https://" />
        </Form.Item>
        <WebhookChoices form={form} />
        <Form.Item
          name="reason"
          label={pick(WEBHOOKS.reason)}
          extra={pick(WEBHOOKS.reasonHint)}
          rules={[{ required: true, whitespace: true, message: pick(WEBHOOKS.reason) }]}
        >
          <Input.TextArea rows={2} maxLength={512} />
        </Form.Item>
      </Form>
      {isConflict && <Conflict theirs={base} onTaken={takeTheirs} />}
    </Modal>
  );
}

function Conflict({ theirs, onTaken }: { readonly theirs: Subscription; readonly onTaken: () => void }) {
  const { pick } = usePreferences();
  const { time } = useFormats();
  const said = [time(theirs.changedAt), theirs.changedBy, theirs.reason].filter((one) => one !== null);
  return (
    <Alert
      type="warning"
      showIcon
      title={pick(WEBHOOKS.conflict)}
      description={
        <>
          <p>{said.join(' · ')}</p>
          <p>{pick(WEBHOOKS.conflictWhat)}</p>
        </>
      }
      action={
        <Button size="small" onClick={onTaken}>
          {pick(WEBHOOKS.takeTheirs)}
        </Button>
      }
    />
  );
}

const NAMES = ['title', 'topics', 'rules', 'severity', 'segments', 'content', 'restricted', 'quieted'] as const;

function choicesOf(subscription: Choices): Partial<Held> {
  return Object.fromEntries(NAMES.map((name) => [name, subscription[name]])) as Partial<Held>;
}

/** What differs; fields that are not shown, since nothing is sent that they are about, stay as they are. */
function changesOf(held: Held, base: Choices): { readonly [name: string]: unknown } {
  const url = held.url?.trim() ?? '';
  const changed = NAMES.filter((name) => held[name] !== undefined && !isSame(held[name], base[name]));
  return { ...Object.fromEntries(changed.map((name) => [name, held[name]])), ...(url === '' ? {} : { url }) };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
