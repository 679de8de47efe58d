/** What a step asks of a person: whom, why, as what, until when. */

import { useQuery } from '@tanstack/react-query';
import { AutoComplete, Form, type FormInstance, Input, Radio } from 'antd';
import { type Alert, ask, type Colleagues } from '../api.ts';
import { now } from '../clock.ts';
import { useFormats, useMe } from '../me.tsx';
import { usePreferences } from '../preferences.tsx';
import { instantOf, wallTimeOf } from '../wall-time.ts';
import { ALERT_TEXTS, RESOLUTION_WORDS, USUAL_REASONS } from '../words/alerts.ts';
import type { Action, Step } from './steps.ts';

export interface StepValues {
  readonly assignee?: string;
  readonly resolution?: keyof typeof RESOLUTION_WORDS;
  readonly reason?: string;
  readonly until?: string;
  readonly note?: string;
}

const RESOLUTIONS = Object.keys(RESOLUTION_WORDS) as (keyof typeof RESOLUTION_WORDS)[];
const HOUR_MS = 3_600_000;
const SNOOZE_MS = 24 * HOUR_MS;
const SNOOZE_MS_MAX = 90 * 24 * HOUR_MS;

export interface StepFormProps {
  readonly form: FormInstance<StepValues>;
  readonly action: Action;
  readonly alerts: readonly Alert[];
  readonly onFilled: (values: StepValues) => void;
}

export function StepForm({ form, action, alerts, onFilled }: StepFormProps) {
  const { say } = usePreferences();
  const { zone } = useFormats();
  const { name } = useMe();
  const [first] = alerts;
  const reporting = alerts.every(({ status }) => status === 'reporting') ? first : undefined;
  const initial: StepValues = {
    assignee: name,
    ...(reporting === undefined ? {} : { resolution: 'reported', reason: reporting.closedFor ?? '' }),
    ...(action === 'snooze' ? { until: wallTimeOf(now() + SNOOZE_MS, zone) } : {}),
  };
  return (
    <Form form={form} layout="vertical" initialValues={initial} onFinish={onFilled}>
      {action === 'assign' && <Assignee />}
      {action === 'close' && <Closing form={form} isReport={reporting !== undefined} />}
      {action === 'snooze' && <Until />}
      {(action === 'snooze' || action === 'reopen') && <Reason options={[]} required={false} />}
      <Note required={action === 'comment'} label={say('note')} />
    </Form>
  );
}

/** The step that was filled in. */
export function stepOf(action: Action, values: StepValues, zone: string): Step {
  const { assignee, resolution, reason, until, note } = values;
  const instant = until === undefined ? null : instantOf(until, zone);
  const said = (text: string | undefined) => (text === undefined || text.trim() === '' ? undefined : text.trim());
  return withoutAbsent({
    action,
    assignee: said(assignee),
    resolution,
    reason: said(reason),
    until: instant === null ? undefined : new Date(instant).toISOString(),
    note: said(note),
  });
}

function withoutAbsent(step: { readonly [name in keyof Step]: Step[name] | undefined }): Step {
  return Object.fromEntries(Object.entries(step).filter(([, value]) => value !== undefined)) as unknown as Step;
}

function Assignee() {
  const { pick } = usePreferences();
  const { name } = useMe();
  const { data } = useQuery({
    queryKey: ['colleagues'],
    queryFn: () => ask<Colleagues>('/v1/colleagues'),
    staleTime: 60_000,
  });
  const names = [name, ...(data?.items ?? []).map((one) => one.name).filter((one) => one !== name)];
  const label = (one: string) => (one === name ? `${one} (${pick(ALERT_TEXTS.me)})` : one);
  return (
    <Form.Item
      name="assignee"
      label={pick(ALERT_TEXTS.assignee)}
      rules={[{ required: true, pattern: /^[\x21-\x7e]{1,128}$/, message: pick(ALERT_TEXTS.whomNeeded) }]}
    >
      <AutoComplete options={names.map((value) => ({ value, label: label(value) }))} />
    </Form.Item>
  );
}

function Closing({ form, isReport }: { readonly form: FormInstance<StepValues>; readonly isReport: boolean }) {
  const { pick } = usePreferences();
  const resolution = Form.useWatch('resolution', form);
  return (
    <>
      <Form.Item
        name="resolution"
        label={pick(ALERT_TEXTS.outcome)}
        extra={resolution === 'reported' && !isReport ? pick(ALERT_TEXTS.reportedHint) : undefined}
        rules={[{ required: true, message: pick(ALERT_TEXTS.outcome) }]}
      >
        <Radio.Group
          options={RESOLUTIONS.map((value) => ({
            value,
            label: pick(RESOLUTION_WORDS[value]),
            disabled: isReport && value !== 'reported',
          }))}
        />
      </Form.Item>
      <Reason options={resolution === undefined ? [] : USUAL_REASONS[resolution].map(pick)} required />
    </>
  );
}

function Reason({ options, required }: { readonly options: readonly string[]; readonly required: boolean }) {
  const { pick } = usePreferences();
  return (
    <Form.Item
      name="reason"
      label={pick(ALERT_TEXTS.why)}
      rules={[{ required, whitespace: required, max: 512, message: pick(ALERT_TEXTS.whyNeeded) }]}
    >
      <AutoComplete options={options.map((value) => ({ value }))} placeholder={pick(ALERT_TEXTS.whyNeeded)} />
    </Form.Item>
  );
}

function Until() {
  const { pick } = usePreferences();
  const { zone } = useFormats();
  const isSoon = async (_: unknown, wall: string | undefined) => {
    const instant = instantOf(wall ?? '', zone);
    const restMs = instant === null ? 0 : instant - now();
    if (restMs <= 0 || restMs > SNOOZE_MS_MAX) throw new Error(pick(ALERT_TEXTS.untilWrong));
  };
  return (
    <Form.Item
      name="until"
      label={pick(ALERT_TEXTS.until)}
      extra={`${zone} · ${pick(ALERT_TEXTS.neverRests)}`}
      rules={[{ validator: isSoon }]}
    >
      <Input type="datetime-local" style={{ maxWidth: 240 }} />
    </Form.Item>
  );
}

function Note({ required, label }: { readonly required: boolean; readonly label: string }) {
  const { pick } = usePreferences();
  return (
    <Form.Item
      name="note"
      label={label}
      rules={[{ required, whitespace: required, max: 2_000, message: pick(ALERT_TEXTS.noteNeeded) }]}
    >
      <Input.TextArea rows={3} maxLength={2_000} />
    </Form.Item>
  );
}
