/** The row of filters above the alerts, and the views that it can be kept as. */
import { DeleteOutlined, LinkOutlined, SaveOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { App, AutoComplete, Button, Dropdown, Flex, Form, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { LABELS } from '../../../panels/words.ts';
import { useFormats, useMe } from '../me.tsx';
import { RULES_QUERY } from '../parts/tags.tsx';
import { usePreferences } from '../preferences.tsx';
import { instantOf, wallTimeOf } from '../wall-time.ts';
import { ALERT_TEXTS } from '../words/alerts.ts';
import type { TEXTS } from '../words.ts';
import { type AlertFilter, filterOf, ME, SPANS_MS, type Span } from './filter.ts';
import { BUILT_IN, useViews } from './views.ts';

const SPAN_WORDS: { readonly [span in Span]: keyof typeof TEXTS } = {
  '1h': 'hour',
  '24h': 'day',
  '7d': 'week',
  '30d': 'month',
};

export interface FiltersProps {
  readonly filter: AlertFilter;
  /** People who have alerts in hand, as far as is known. */
  readonly assignees: readonly string[];
  readonly onChange: (filter: AlertFilter) => void;
}

export function Filters({ filter, assignees, onChange }: FiltersProps) {
  const { say, pick } = usePreferences();
  const { data: rules } = useQuery(RULES_QUERY);
  const change = (name: keyof AlertFilter) => (value: string | null | undefined) => {
    const { [name]: _, ...rest } = filter;
    onChange(
      (value === undefined || value === null || value === '' ? rest : { ...rest, [name]: value }) as AlertFilter,
    );
  };
  const optionsOf = (set: 'severity' | 'alertStatus' | 'family') =>
    Object.entries(LABELS[set]).map(([value, words]) => ({ value, label: pick(words) }));
  const statuses = [
    { value: 'unclosed', label: pick(ALERT_TEXTS.unclosed) },
    ...optionsOf('alertStatus'),
    { value: 'any', label: say('all') },
  ];
  const quiet = [
    { value: 'hidden', label: pick(ALERT_TEXTS.quietHidden) },
    { value: 'shown', label: pick(ALERT_TEXTS.quietShown) },
    { value: 'only', label: pick(ALERT_TEXTS.quietOnly) },
  ];
  const common = { allowClear: true, style: { width: 130 } };
  return (
    <Flex gap={8} wrap style={{ marginBottom: 12 }} role="search">
      <Select
        aria-label={say('status')}
        style={{ width: 130 }}
        options={statuses}
        value={filter.status}
        onChange={change('status')}
      />
      <Select
        {...common}
        placeholder={say('severity')}
        aria-label={say('severity')}
        options={optionsOf('severity').reverse()}
        value={filter.severity ?? null}
        onChange={change('severity')}
      />
      <Select
        {...common}
        placeholder={say('family')}
        aria-label={say('family')}
        options={optionsOf('family')}
        value={filter.family ?? null}
        onChange={change('family')}
      />
      <Select
        {...common}
        showSearch={{ optionFilterProp: 'label' }}
        placeholder={say('rule')}
        aria-label={say('rule')}
        style={{ width: 180 }}
        options={(rules?.items ?? []).map(({ id, title }) => ({ value: id, label: pick(title) }))}
        value={filter.rule ?? null}
        onChange={change('rule')}
      />
      <Assignee key={`of ${filter.assignee}`} filter={filter} assignees={assignees} onChange={change('assignee')} />
      <Input.Search
        allowClear
        id="alert-subject"
        key={`on ${filter.subject}`}
        placeholder={say('subject')}
        aria-label={say('subject')}
        aria-keyshortcuts="/"
        style={{ width: 180 }}
        defaultValue={filter.subject ?? ''}
        onSearch={(text) => change('subject')(text.trim())}
      />
      <Opened filter={filter} onChange={onChange} />
      <Select
        aria-label={pick(ALERT_TEXTS.quiet)}
        style={{ width: 180 }}
        options={quiet}
        value={filter.quiet}
        onChange={change('quiet')}
      />
    </Flex>
  );
}

function Assignee({
  filter,
  assignees,
  onChange,
}: {
  readonly filter: AlertFilter;
  readonly assignees: readonly string[];
  readonly onChange: (assignee: string) => void;
}) {
  const { pick } = usePreferences();
  const { name } = useMe();
  const me = `${pick(ALERT_TEXTS.me)} (${name})`;
  const shown = filter.assignee === ME ? me : (filter.assignee ?? '');
  const options = [me, ...assignees.filter((one) => one !== name)].map((value) => ({ value }));
  const tell = (text: string) => onChange(text === me ? ME : text.trim());
  return (
    <AutoComplete
      allowClear
      placeholder={pick(ALERT_TEXTS.assignee)}
      aria-label={pick(ALERT_TEXTS.assignee)}
      style={{ width: 150 }}
      options={options}
      defaultValue={shown}
      onSelect={tell}
      onClear={() => onChange('')}
      onBlur={({ target }) => {
        const { value } = target as HTMLInputElement;
        if (value !== shown) tell(value);
      }}
    />
  );
}

/** When the alert was opened: within some time up to now, or between two times on the wall. */
function Opened({ filter, onChange }: Pick<FiltersProps, 'filter' | 'onChange'>) {
  const { say, pick } = usePreferences();
  const { zone } = useFormats();
  const { since, from, to, ...rest } = filter;
  const [isCustom, setCustom] = useState(false);
  const showsTimes = isCustom || from !== undefined || to !== undefined;
  const spans = Object.keys(SPANS_MS) as Span[];
  const choose = (value: string) => {
    setCustom(value === 'custom');
    onChange(value === 'custom' || value === 'any' ? rest : { ...rest, since: value as Span });
  };
  const at = (name: 'from' | 'to') => (wall: string) => {
    const instant = instantOf(wall, zone);
    const { [name]: _, since: __, ...others } = filter;
    onChange(instant === null ? others : { ...others, [name]: new Date(instant).toISOString() });
  };
  const shown = (instant: string | undefined) => (instant === undefined ? '' : wallTimeOf(Date.parse(instant), zone));
  return (
    <>
      <Select
        aria-label={pick(ALERT_TEXTS.opened)}
        style={{ width: 140 }}
        value={showsTimes ? 'custom' : (since ?? 'any')}
        onChange={choose}
        options={[
          { value: 'any', label: pick(ALERT_TEXTS.anyTime) },
          ...spans.map((value) => ({ value, label: say(SPAN_WORDS[value]) })),
          { value: 'custom', label: pick(ALERT_TEXTS.custom) },
        ]}
      />
      {showsTimes &&
        (['from', 'to'] as const).map((name) => (
          <Input
            key={`${name} ${filter[name]}`}
            type="datetime-local"
            aria-label={`${pick(name === 'from' ? ALERT_TEXTS.from : ALERT_TEXTS.upTo)} (${zone})`}
            style={{ width: 200 }}
            defaultValue={shown(filter[name])}
            onBlur={({ target }) => target.value !== shown(filter[name]) && at(name)(target.value)}
          />
        ))}
    </>
  );
}

export function Views({ filter, onChange }: Pick<FiltersProps, 'filter' | 'onChange'>) {
  const { pick } = usePreferences();
  const { message } = App.useApp();
  const { name } = useMe();
  const { views, save, forget } = useViews(name);
  const [isNaming, setNaming] = useState(false);
  const items = [
    ...BUILT_IN.map(({ title }, index) => ({ key: `built-in ${index}`, label: pick(title) })),
    ...(views.length > 0 ? [{ type: 'divider' as const }] : []),
    ...views.map((view) => ({
      key: `own ${view.name}`,
      label: view.name,
      extra: (
        <Button
          type="text"
          size="small"
          icon={<DeleteOutlined />}
          aria-label={`${pick(ALERT_TEXTS.forget)} ${view.name}`}
          onClick={(event) => {
            event.stopPropagation();
            forget(view.name);
          }}
        />
      ),
    })),
    { type: 'divider' as const },
    { key: 'save', icon: <SaveOutlined />, label: pick(ALERT_TEXTS.saveView) },
    { key: 'copy', icon: <LinkOutlined />, label: pick(ALERT_TEXTS.copyLink) },
  ];
  const choose = (key: string) => {
    const [kind, rest = ''] = key.split(/ (.*)/s);
    if (kind === 'built-in') onChange((BUILT_IN[Number(rest)] as (typeof BUILT_IN)[number]).filter);
    if (kind === 'own') onChange(filterOf(views.find((view) => view.name === rest)?.search ?? ''));
    if (kind === 'save') setNaming(true);
    if (kind === 'copy') {
      void navigator.clipboard?.writeText(location.href).then(() => message.success(pick(ALERT_TEXTS.copied)));
    }
  };
  return (
    <>
      <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => choose(key) }}>
        <Button>{pick(ALERT_TEXTS.views)}</Button>
      </Dropdown>
      {isNaming && (
        <ViewName
          onClosed={(chosen) => {
            setNaming(false);
            if (chosen !== null) save(chosen, filter);
          }}
        />
      )}
    </>
  );
}

function ViewName({ onClosed }: { readonly onClosed: (name: string | null) => void }) {
  const { pick } = usePreferences();
  const [form] = Form.useForm<{ readonly name: string }>();
  return (
    <Modal
      open
      title={pick(ALERT_TEXTS.saveView)}
      okText={pick(ALERT_TEXTS.save)}
      onOk={form.submit}
      onCancel={() => onClosed(null)}
    >
      <Form form={form} layout="vertical" onFinish={({ name }) => onClosed(name.trim())}>
        <Form.Item
          name="name"
          label={pick(ALERT_TEXTS.viewName)}
          rules={[{ required: true, whitespace: true, message: pick(ALERT_TEXTS.viewNeeded) }]}
        >
          <Input autoFocus maxLength={60} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
