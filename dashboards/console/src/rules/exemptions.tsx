/** Whom a rule leaves alone (豁免): each with a reason, a person and an end; a further one, and ending one. */
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Flex, Form, Input, Modal, Radio, Select, Table, Tag, Typography } from 'antd';
import { useState } from 'react';
import { ask, type RuleExemptions } from '../api.ts';
import { now } from '../clock.ts';
import { toldOf } from '../faults.ts';
import { useFormats, useMay } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { ReasonDialog } from '../parts/reason-dialog.tsx';
import { PartyLink } from '../parts/tags.tsx';
import { usePreferences } from '../preferences.tsx';
import { instantOf, wallTimeOf } from '../wall-time.ts';
import { groupWords, RULES } from '../words/rules.ts';
import { useExemptionChange } from './change.ts';
import { TAG_PATTERN, WHOM } from './groups.tsx';
import type { Rule } from './values.ts';

type Exemption = RuleExemptions['items'][number];

const MONTH_MS = 30 * 86_400_000;

export function Exemptions({ rule }: { readonly rule: Rule }) {
  const { pick } = usePreferences();
  const { takeMeasures, administer } = useMay();
  const [asking, setAsking] = useState<'add' | Exemption | null>(null);
  const exemptions = useQuery({
    queryKey: ['rule-exemptions', rule.id],
    queryFn: () => ask<RuleExemptions>(`/v1/rules/${encodeURIComponent(rule.id)}/exemptions`),
    enabled: takeMeasures,
  });
  if (!takeMeasures) return null;
  const close = () => setAsking(null);
  return (
    <Flex vertical gap={8} data-part="exemptions">
      <Flex gap={8} align="center" wrap>
        <Typography.Text strong>{pick(RULES.exemptions)}</Typography.Text>
        {administer && exemptions.data !== undefined && (
          <Button size="small" onClick={() => setAsking('add')}>
            {pick(RULES.exempt)}
          </Button>
        )}
      </Flex>
      <Loaded query={exemptions}>
        {({ items }) =>
          items.length === 0 ? (
            <Typography.Text type="secondary">{pick(RULES.noExemptions)}</Typography.Text>
          ) : (
            <List items={items} onEnd={administer ? setAsking : null} />
          )
        }
      </Loaded>
      {asking === 'add' && exemptions.data !== undefined && (
        <NewExemption rule={rule} before={exemptions.data} onClosed={close} />
      )}
      {asking !== null && asking !== 'add' && exemptions.data !== undefined && (
        <EndExemption rule={rule} before={exemptions.data} ending={asking} onClosed={close} />
      )}
    </Flex>
  );
}

interface ListProps {
  readonly items: readonly Exemption[];
  readonly onEnd: ((one: Exemption) => void) | null;
}

function List({ items, onEnd }: ListProps) {
  const { pick } = usePreferences();
  const { time } = useFormats();
  const end = {
    title: pick(RULES.end),
    render: (_: unknown, one: Exemption) => (
      <Button size="small" onClick={() => onEnd?.(one)}>
        {pick(RULES.end)}
      </Button>
    ),
  };
  return (
    <Table<Exemption>
      size="small"
      rowKey={(one) => JSON.stringify(one)}
      dataSource={[...items]}
      pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
      columns={[
        {
          title: pick(RULES.exempted),
          render: (_, { subject, when = {} }) =>
            subject === undefined ? pick(groupWords(when)) : <PartyLink id={subject} />,
        },
        { title: pick(RULES.reason), dataIndex: 'reason' },
        { title: pick(RULES.by), dataIndex: 'by' },
        {
          title: pick(RULES.until),
          render: (_, { until }) => (
            <>
              {time(until, false)} {Date.parse(until) <= now() && <Tag>{pick(RULES.over)}</Tag>}
            </>
          ),
        },
        ...(onEnd === null ? [] : [end]),
      ]}
    />
  );
}

interface ChangeProps {
  readonly rule: Rule;
  /** Those in force, and on which settings they rest. */
  readonly before: RuleExemptions;
  readonly onClosed: () => void;
}

function EndExemption({ rule, before, ending, onClosed }: ChangeProps & { readonly ending: Exemption }) {
  const changing = useExemptionChange(rule.id, onClosed);
  const { language } = usePreferences();
  const effect = changing.error === null ? null : toldOf(changing.error, language);
  return (
    <ReasonDialog
      title={RULES.endExemption}
      effect={effect === null ? RULES.endExemptionWhat : { en: effect, zh: effect }}
      hint={RULES.reasonHint}
      busy={changing.isPending}
      onSaid={(reason) => {
        const exemptions = before.items.filter((one) => one !== ending);
        changing.mutate({ revision: before.revision, exemptions, reason });
      }}
      onClosed={onClosed}
    />
  );
}

interface Given {
  readonly whom: 'one' | 'many';
  readonly subject?: string;
  readonly group?: string;
  readonly tag?: string;
  readonly until: string;
  readonly reason: string;
}

const WITH_TAG = 'tag';

function NewExemption({ rule, before, onClosed }: ChangeProps) {
  const { pick, language } = usePreferences();
  const { zone } = useFormats();
  const [form] = Form.useForm<Given>();
  const whom = Form.useWatch('whom', form) ?? 'one';
  const group = Form.useWatch('group', form);
  const changing = useExemptionChange(rule.id, onClosed);
  const add = ({ reason, until, ...given }: Given) => {
    const end = new Date(instantOf(until, zone) ?? 0).toISOString();
    const exemption = { ...whomOf(given), reason: reason.trim(), until: end };
    changing.mutate({ revision: before.revision, exemptions: [...before.items, exemption], reason: reason.trim() });
  };
  return (
    <Modal
      open
      title={`${pick(RULES.exempt)} · ${pick(rule.title)}`}
      okText={pick(RULES.confirm)}
      cancelText={pick(RULES.cancel)}
      okButtonProps={{ loading: changing.isPending }}
      onOk={form.submit}
      onCancel={onClosed}
    >
      <p>{pick(RULES.exemptWhat)}</p>
      <Form<Given>
        form={form}
        layout="vertical"
        initialValues={{ whom: 'one', until: wallTimeOf(now() + MONTH_MS, zone) }}
        onFinish={add}
      >
        <Form.Item name="whom" label={pick(RULES.exempted)}>
          <Radio.Group
            optionType="button"
            options={[
              { value: 'one', label: pick(RULES.oneSubject) },
              { value: 'many', label: pick(RULES.manyCustomers) },
            ]}
          />
        </Form.Item>
        {whom === 'one' ? (
          <Form.Item
            name="subject"
            label={pick(RULES.subject)}
            rules={[{ required: true, pattern: /^\s*[\x21-\x7e]{1,128}\s*$/, message: pick(RULES.subjectHint) }]}
          >
            <Input maxLength={128} autoComplete="off" />
          </Form.Item>
        ) : (
          <Form.Item
            name="group"
            label={pick(RULES.manyCustomers)}
            rules={[{ required: true, message: pick(RULES.needed) }]}
          >
            <Select
              options={[
                ...WHOM.map((one) => ({ value: JSON.stringify(one), label: pick(groupWords(one)) })),
                { value: WITH_TAG, label: pick(RULES.withTag) },
              ]}
            />
          </Form.Item>
        )}
        {whom === 'many' && group === WITH_TAG && (
          <Form.Item
            name="tag"
            label={pick(RULES.tag)}
            rules={[{ required: true, pattern: TAG_PATTERN, message: pick(RULES.needed) }]}
          >
            <Input maxLength={32} autoComplete="off" />
          </Form.Item>
        )}
        <Form.Item
          name="until"
          label={`${pick(RULES.until)} (${zone})`}
          rules={[
            {
              validator: (_, until: string) =>
                (instantOf(until ?? '', zone) ?? 0) > now()
                  ? Promise.resolve()
                  : Promise.reject(new Error(pick(RULES.untilHint))),
            },
          ]}
        >
          <Input type="datetime-local" style={{ maxWidth: 260 }} />
        </Form.Item>
        <Form.Item
          name="reason"
          label={pick(RULES.reason)}
          extra={pick(RULES.reasonHint)}
          rules={[{ required: true, whitespace: true, message: pick(RULES.reasonNeeded) }]}
        >
          <Input.TextArea rows={2} maxLength={512} />
        </Form.Item>
      </Form>
      {changing.error !== null && <Alert type="error" showIcon title={toldOf(changing.error, language)} />}
    </Modal>
  );
}

function whomOf({ whom, subject = '', group = '', tag = '' }: Omit<Given, 'reason' | 'until'>) {
  if (whom === 'one') return { subject: subject.trim() };
  return { when: group === WITH_TAG ? { tag: tag.trim() } : (JSON.parse(group) as { readonly kind?: string }) };
}
