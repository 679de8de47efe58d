/** A new subscription: where to, what, about whom, and whether personal data goes along. */
import { Form, Input, Modal } from 'antd';
import { usePreferences } from '../preferences.tsx';
import { useWebhookChange, type WithSecrets } from '../webhooks.ts';
import { WEBHOOKS } from '../words/webhooks.ts';
import { type Choices, WebhookChoices } from './webhook-choices.tsx';

interface Given extends Choices {
  readonly url: string;
}

const FIRST: Partial<Given> = {
  topics: ['alerts'],
  rules: [],
  severity: 'medium',
  segments: [],
  content: 'thin',
  restricted: false,
  quieted: false,
};

export interface WebhookFormProps {
  readonly onMade: (made: WithSecrets) => void;
  readonly onClosed: () => void;
}

export function WebhookForm({ onMade, onClosed }: WebhookFormProps) {
  const { pick } = usePreferences();
  const [form] = Form.useForm<Given>();
  const making = useWebhookChange<Given, WithSecrets>(
    () => '',
    (given) => ({ ...given, url: given.url.trim() }),
    onMade,
  );
  return (
    <Modal
      open
      title={pick(WEBHOOKS.create)}
      okText={pick(WEBHOOKS.create)}
      cancelText={pick(WEBHOOKS.cancel)}
      okButtonProps={{ loading: making.isPending }}
      onOk={form.submit}
      onCancel={onClosed}
    >
      <Form form={form} layout="vertical" initialValues={FIRST} onFinish={(given) => making.mutate(given)}>
        <Form.Item
          name="title"
          label={pick(WEBHOOKS.purpose)}
          rules={[{ required: true, whitespace: true, message: pick(WEBHOOKS.purpose) }]}
        >
          <Input maxLength={128} autoFocus />
        </Form.Item>
        <Form.Item
          name="url"
          label={pick(WEBHOOKS.address)}
          extra={pick(WEBHOOKS.addressHint)}
          rules={[{ required: true, pattern: /^\s*https?:\/\/\S+\s*$/, message: pick(WEBHOOKS.addressHint) }]}
        >
          <Input maxLength={2_048} inputMode="url" autoComplete="off" placeholder="https://" />
        </Form.Item>
        <WebhookChoices form={form} />
      </Form>
    </Modal>
  );
}
