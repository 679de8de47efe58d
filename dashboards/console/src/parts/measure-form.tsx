/** What measure, for whom and for how long; the dialog then repeats it in words. */
import { Button, Form, Input, InputNumber, Radio, Select } from 'antd';
import { useState } from 'react';
import { now } from '../clock.ts';
import { useFormats } from '../me.tsx';
import type { Order } from '../measures.ts';
import { usePreferences } from '../preferences.tsx';
import { EMERGENCY, type MeasureFacts, measureWords, segmentWords, untilWords } from '../words/emergency.ts';
import { MeasureDialog } from './measure-dialog.tsx';

const HOUR_MS = 3_600_000;

const LENGTHS = [
  [EMERGENCY.forHour, HOUR_MS],
  [EMERGENCY.for4Hours, 4 * HOUR_MS],
  [EMERGENCY.forDay, 24 * HOUR_MS],
  [EMERGENCY.for3Days, 72 * HOUR_MS],
  [EMERGENCY.forWeek, 168 * HOUR_MS],
  [EMERGENCY.untilUndone, 0],
] as const;

const EVERYBODY = 'all';
const TAG = 'tag';
const SEGMENTS = ['kind:person', 'kind:organisation', 'grade:A', 'grade:B', 'grade:C', 'grade:D'];
const ACTIONS = { freeze: EMERGENCY.freeze, 'stop-payouts': EMERGENCY.stop, tighten: EMERGENCY.tighten } as const;

interface Given {
  readonly kind: MeasureFacts['kind'];
  readonly party?: string;
  readonly percent?: number;
  readonly segment: string;
  readonly tag?: string;
  readonly lengthMs: number;
}

type Asked = Omit<Order, 'reason' | 'kind'> & { readonly kind: MeasureFacts['kind'] };

export function MeasureForm() {
  const { pick } = usePreferences();
  const { time } = useFormats();
  const [form] = Form.useForm<Given>();
  const [asked, setAsked] = useState<Asked | null>(null);
  const kind = Form.useWatch('kind', form) ?? 'freeze';
  const segment = Form.useWatch('segment', form);
  return (
    <>
      <Form<Given>
        form={form}
        layout="vertical"
        initialValues={{ kind: 'freeze', segment: EVERYBODY, lengthMs: 24 * HOUR_MS, percent: 20 }}
        onFinish={(given) => setAsked(orderOf(given))}
      >
        <Form.Item name="kind" label={pick(EMERGENCY.measure)}>
          <Radio.Group
            options={Object.entries(ACTIONS).map(([value, label]) => ({ value, label: pick(label) }))}
            optionType="button"
          />
        </Form.Item>
        {kind === 'freeze' && (
          <Form.Item
            name="party"
            label={pick(EMERGENCY.party)}
            rules={[{ required: true, pattern: /^\s*[\x21-\x7e]{1,128}\s*$/, message: pick(EMERGENCY.party) }]}
          >
            <Input maxLength={128} autoComplete="off" />
          </Form.Item>
        )}
        {kind === 'tighten' && (
          <Form.Item
            name="percent"
            label={pick(EMERGENCY.percent)}
            rules={[{ required: true, type: 'integer', min: 0, max: 99, message: pick(EMERGENCY.percentHint) }]}
          >
            <InputNumber min={0} max={99} precision={0} suffix="%" />
          </Form.Item>
        )}
        {kind !== 'freeze' && (
          <Form.Item name="segment" label={pick(EMERGENCY.whom)}>
            <Select
              options={[
                { value: EVERYBODY, label: pick(segmentWords(undefined)) },
                ...SEGMENTS.map((value) => ({ value, label: pick(segmentWords(value)) })),
                { value: TAG, label: `${pick(EMERGENCY.tag)} …` },
              ]}
            />
          </Form.Item>
        )}
        {kind !== 'freeze' && segment === TAG && (
          <Form.Item
            name="tag"
            label={pick(EMERGENCY.tag)}
            rules={[{ required: true, pattern: /^[^\s:]{1,32}$/, message: pick(EMERGENCY.tagHint) }]}
          >
            <Input maxLength={32} autoComplete="off" />
          </Form.Item>
        )}
        <Form.Item name="lengthMs" label={pick(EMERGENCY.length)}>
          <Select options={LENGTHS.map(([label, value]) => ({ value, label: pick(label) }))} />
        </Form.Item>
        <Button type="primary" danger htmlType="submit">
          {pick(EMERGENCY.check)}
        </Button>
      </Form>
      {asked !== null && (
        <MeasureDialog
          order={asked}
          action={ACTIONS[asked.kind]}
          effects={[
            measureWords(asked),
            untilWords(asked.until === undefined ? null : time(asked.until)),
            EMERGENCY.reversible,
          ]}
          onClosed={() => setAsked(null)}
        />
      )}
    </>
  );
}

function orderOf({ kind, party = '', percent = 0, segment, tag = '', lengthMs }: Given): Asked {
  const until = lengthMs === 0 ? {} : { until: new Date(now() + lengthMs).toISOString() };
  if (kind === 'freeze') return { kind, party: party.trim(), ...until };
  const whom = segment === EVERYBODY ? {} : { segment: segment === TAG ? `tag:${tag}` : segment };
  return { kind, ...whom, ...(kind === 'tighten' ? { percent } : {}), ...until };
}
