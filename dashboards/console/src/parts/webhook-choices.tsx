/** What a subscription is sent: the fields by which it is made and changed. */
import { useQuery } from '@tanstack/react-query';
import { Checkbox, Form, type FormInstance, Radio, Select, Switch } from 'antd';
import { LABELS, labelOf } from '../../../panels/words.ts';
import { usePreferences } from '../preferences.tsx';
import { WEBHOOKS } from '../words/webhooks.ts';
import { RULES_QUERY } from './tags.tsx';

export interface Choices {
  readonly title: string;
  readonly topics: readonly string[];
  readonly rules: readonly string[];
  readonly severity: string;
  readonly segments: readonly string[];
  readonly content: 'thin' | 'full';
  readonly restricted: boolean;
  readonly quieted: boolean;
}

const TOPICS = ['alerts', 'decisions', 'credit-ratings', 'notifications'];
const SEVERITIES = Object.keys(LABELS.severity);
const SEGMENTS = ['kind:person', 'kind:organisation', 'grade:A', 'grade:B', 'grade:C', 'grade:D'];
const SEGMENT = /^(kind|tag|grade):[\x21-\x7e]{1,32}$/;

/** The form may hold more besides. */
export function WebhookChoices<Held extends Choices>({ form }: { readonly form: FormInstance<Held> }) {
  const { pick, language } = usePreferences();
  const rules = useQuery(RULES_QUERY);
  const topics = (Form.useWatch('topics', form as unknown as FormInstance<Choices>) ?? []) as readonly string[];
  return (
    <>
      <Form.Item
        name="topics"
        label={pick(WEBHOOKS.topics)}
        // Said by a rule of its own: a group of boxes may not be marked as required.
        rules={[
          {
            validator: (_, chosen: readonly string[]) =>
              chosen.length > 0 ? Promise.resolve() : Promise.reject(new Error(pick(WEBHOOKS.topicsNeeded))),
          },
        ]}
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
    </>
  );
}
