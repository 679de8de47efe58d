/** Changing general settings in two steps: what is to hold, and, once the server has said what that changes, why. */
import { Alert, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import type { SettingsFacts } from '../../../api/settings.ts';
import { toldOf } from '../faults.ts';
import { usePreferences } from '../preferences.tsx';
import { Refusal } from '../refusal.ts';
import { ConfirmChange } from '../rules/confirm-change.tsx';
import { RULES } from '../words/rules.ts';
import { SETTINGS } from '../words/settings.ts';
import { type Asked, type Changed, useSettingsChange, useSettingsPreview } from './change.ts';
import { SettingDifferences } from './differences.tsx';
import { SettingField } from './setting-field.tsx';
import { BASE_CURRENCY, changedValues, fieldOf, type HeldSettings, heldSettings } from './values.ts';

interface Held {
  readonly values: HeldSettings;
  readonly rate?: string;
}

interface Previewed {
  readonly asked: Asked;
  readonly changed: Changed;
}

export interface SettingsFormProps {
  readonly settings: SettingsFacts;
  readonly onClosed: () => void;
}

export function SettingsForm({ settings, onClosed }: SettingsFormProps) {
  const { pick, language } = usePreferences();
  // What is shown stays what the change is made on: the server refuses it where somebody else was faster.
  const [{ items, revision }] = useState(settings);
  const [form] = Form.useForm<Held>();
  const [previewed, setPreviewed] = useState<Previewed | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const previewing = useSettingsPreview();
  const currency = String(items.find(({ name }) => name === BASE_CURRENCY)?.value);
  const asked = Form.useWatch(['values', BASE_CURRENCY], form) ?? currency;

  const check = async ({ values, rate }: Held) => {
    setProblem(null);
    const change = { revision, values: changedValues(items, values), ...(asked === currency ? {} : { rate }) } as Asked;
    try {
      setPreviewed({ asked: change, changed: await previewing.mutateAsync(change) });
    } catch (error) {
      const fields = error instanceof Refusal ? error.fields : [];
      const placed = fields.flatMap(({ path, message }) => {
        const name = fieldOf(path);
        return name === null ? [] : [{ name: [...name], errors: [message] }];
      });
      form.setFields(placed as Parameters<typeof form.setFields>[0]);
      if (placed[0] !== undefined) form.scrollToField(placed[0].name as never, { block: 'center' });
      // What stands at a field is not said twice; what stands at none is said above them.
      if (placed.length === 0 || placed.length < fields.length) setProblem(toldOf(error as Error, language));
    }
  };

  return (
    <>
      <Modal
        open={previewed === null}
        width={720}
        title={pick(SETTINGS.change)}
        okText={pick(RULES.check)}
        cancelText={pick(RULES.cancel)}
        okButtonProps={{ loading: previewing.isPending }}
        onOk={form.submit}
        onCancel={onClosed}
      >
        <Form<Held>
          form={form}
          layout="vertical"
          scrollToFirstError={{ block: 'center' }}
          initialValues={{ values: heldSettings(items) }}
          onFinish={(held) => void check(held)}
        >
          {items.map((setting) => (
            <div key={setting.name}>
              <SettingField setting={setting} />
              {setting.name === BASE_CURRENCY && asked !== currency && <Rate from={currency} to={String(asked)} />}
            </div>
          ))}
        </Form>
        {problem !== null && <Alert type="error" showIcon title={problem} style={{ marginTop: 12 }} />}
      </Modal>
      {previewed !== null && (
        <Confirm {...previewed} settings={settings} onBack={() => setPreviewed(null)} onDone={onClosed} />
      )}
    </>
  );
}

/** What the former base currency is worth in the new one. */
function Rate({ from, to }: { readonly from: string; readonly to: string }) {
  const { pick } = usePreferences();
  return (
    <>
      <Alert type="error" showIcon title={pick(SETTINGS.currencyWarning)} style={{ marginBottom: 12 }} />
      <Form.Item
        name="rate"
        label={pick(SETTINGS.rate)}
        extra={pick(SETTINGS.rateHint)}
        rules={[{ required: true, pattern: /^(?=.*[1-9])\d{1,9}(\.\d{1,9})?$/, message: pick(SETTINGS.rateWrong) }]}
      >
        <Input
          prefix={`1 ${from} ${pick(SETTINGS.worth)}`}
          suffix={to}
          inputMode="decimal"
          autoComplete="off"
          style={{ maxWidth: 320 }}
        />
      </Form.Item>
    </>
  );
}

interface ConfirmProps extends Previewed {
  readonly settings: SettingsFacts;
  readonly onBack: () => void;
  readonly onDone: () => void;
}

function Confirm({ asked, changed, settings, onBack, onDone }: ConfirmProps) {
  const { pick } = usePreferences();
  const changing = useSettingsChange(onDone);
  return (
    <ConfirmChange
      title={pick(SETTINGS.change)}
      isNothing={changed.changes.length === 0}
      error={changing.error}
      busy={changing.isPending}
      onSaid={(reason) => changing.mutate({ ...asked, reason })}
      onBack={onBack}
    >
      {asked.rate !== undefined && <p>{pick(SETTINGS.currencyWarning)}</p>}
      <SettingDifferences settings={settings.items} changed={changed} />
    </ConfirmChange>
  );
}
