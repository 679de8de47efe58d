/** Changing general settings in two steps: what is to hold, and, once the server has said what that changes, why. */
import { Alert, Form, Input } from 'antd';
import { useState } from 'react';
import type { SettingsFacts } from '../../../api/settings.ts';
import { usePreferences } from '../preferences.tsx';
import { ChangeForm } from '../rules/change-form.tsx';
import { ConfirmChange } from '../rules/confirm-change.tsx';
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
  const { pick } = usePreferences();
  // What is shown stays what the change is made on: the server refuses it where somebody else was faster.
  const [{ items, revision }] = useState(settings);
  const [form] = Form.useForm<Held>();
  const [previewed, setPreviewed] = useState<Previewed | null>(null);
  const previewing = useSettingsPreview();
  const currency = String(items.find(({ name }) => name === BASE_CURRENCY)?.value);
  const asked = Form.useWatch(['values', BASE_CURRENCY], form) ?? currency;

  const check = async ({ values, rate }: Held) => {
    const change = { revision, values: changedValues(items, values), ...(asked === currency ? {} : { rate }) } as Asked;
    setPreviewed({ asked: change, changed: await previewing.mutateAsync(change) });
  };

  return (
    <>
      <ChangeForm
        form={form}
        title={pick(SETTINGS.change)}
        initialValues={{ values: heldSettings(items) }}
        open={previewed === null}
        busy={previewing.isPending}
        check={check}
        placeOf={fieldOf}
        onCancel={onClosed}
      >
        {items.map((setting) => (
          <div key={setting.name}>
            <SettingField setting={setting} />
            {setting.name === BASE_CURRENCY && asked !== currency && <Rate from={currency} to={String(asked)} />}
          </div>
        ))}
      </ChangeForm>
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
