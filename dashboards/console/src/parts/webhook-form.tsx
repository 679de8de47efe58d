/** A new subscription: where to, what, about whom, and whether personal data goes along. */
import { useQuery } from '@tanstack/react-query';
import { Checkbox, Form, Input, Modal, Radio, Select, Switch } from 'antd';
import { LABELS, labelOf } from '../../../panels/words.ts';
import { usePreferences } from '../preferences.tsx';
import { useWebhookChange, type WithSecrets } from '../webhooks.ts';
import { WEBHOOKS } from '../words/webhooks.ts';
import { RULES_QUERY } from './tags.tsx';

interface Given {
  readonly url: string;
  readonly title: string;
  readonly topics: string[];
  readonly rules: string[];
  readonly severity: string;
  readonly segments: string[];
  readonly content: 'thin' | 'full';
  readonly restricted: boolean;
  readonly quieted: boolean;
}

const TOPICS = ['alerts', 'decisions', 'credit-ratings', 'notifications'];
const SEVERITIES = Object.keys(LABELS.severity);
const SEGMENTS = ['kind:person', 'kind:organisation', 'grade:A', 'grade:B', 'grade:C', 'grade:D'];
const SEGMENT = /^(kind|tag|grade):[\x21-\x7e]{1,32}$/;

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
  const { pick, language } = usePreferences();
  const [form] = Form.useForm<Given>();
  const rules = useQuery(RULES_QUERY);
  const making = useWebhookChange<Given, WithSecrets>(
    () => '',
    (given) => ({ ...given, url: given.url.trim() }),
    onMade,
  );
  const topics = Form.useWatch('topics', form) ?? FIRST.topics ?? [];
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
        <Form.Item
          name="topics"
          label={pick(WEBHOOKS.topics)}
          rules={[{ required: true, message: pick(WEBHOOKS.topics) }]}
        >
          <Checkbox.Group options={TOPICS.map((value) => ({ value, label: labelOf('topic', value, language) }))} />
        </Form.Item>
        {(topics.includes('alerts') || topics.includes('decisions')) && (
          <Form.Item name="rules" label={pick(WEBHOOKS.rules)}>
            <Select
              mode="multiple"
              placeholder={pick(WEBHOOKS.allRules)}
              optionFilterProp="label"
              options={(rules.data?.items ?? []).map(({ id, title }) => ({ value: id, label: pick(title) }))}
            />
          </Form.Item>
        )}
        {topics.includes('alerts') && (
          <>
            <Form.Item name="severity" label={pick(WEBHOOKS.severity)}>
              <Select options={SEVERITIES.map((value) => ({ value, label: labelOf('severity', value, language) }))} />
            </Form.Item>
            <Form.Item
              name="segments"
              label={pick(WEBHOOKS.segments)}
              extra={pick(WEBHOOKS.segmentsHint)}
              rules={[
                {
                  type: 'array',
                  defaultField: { type: 'string', pattern: SEGMENT },
                  message: pick(WEBHOOKS.segmentsHint),
                },
              ]}
            >
              <Select
                mode="tags"
                placeholder={pick(WEBHOOKS.allCustomers)}
                options={SEGMENTS.map((value) => ({ value, label: value }))}
              />
            </Form.Item>
            <Form.Item name="restricted" label={pick(WEBHOOKS.restricted)} valuePropName="checked">
              <Switch />
            </Form.Item>
            <Form.Item name="quieted" label={pick(WEBHOOKS.quieted)} valuePropName="checked">
              <Switch />
            </Form.Item>
          </>
        )}
        <Form.Item name="content" label={pick(WEBHOOKS.content)}>
          <Radio.Group
            options={[
              { value: 'thin', label: pick(WEBHOOKS.thin) },
              { value: 'full', label: pick(WEBHOOKS.full) },
            ]}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
