/** The field of a general setting, by what it may be. */
import { Form, Select } from 'antd';
import { CURRENCIES } from '../../../../schemas/currencies.ts';
import { usePreferences } from '../preferences.tsx';
import { OptionField } from '../rules/option-field.tsx';
import { RULES } from '../words/rules.ts';
import { SETTINGS } from '../words/settings.ts';
import { currencyName, optionOf, type Setting, settingWritten } from './values.ts';

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const ZONES = Intl.supportedValuesOf('timeZone');

export function SettingField({ setting }: { readonly setting: Setting }) {
  const { pick, language } = usePreferences();
  const path = ['values', setting.name];
  const option = optionOf(setting);
  if (option !== null) return <OptionField option={option} path={path} />;
  const label = (
    <span>
      {pick(setting.meaning)} <code>{setting.name}</code>
    </span>
  );
  const standard = `${pick(RULES.standard)} ${settingWritten(setting, setting.default, language)}`;
  if (setting.kind === 'days') {
    return (
      <Form.Item
        name={path}
        label={label}
        extra={`${pick(SETTINGS.daysHint)} · ${standard}`}
        rules={[
          {
            validator: (_, days: readonly string[]) => {
              const wrong = days.find((day) => !DAY.test(day));
              return wrong === undefined
                ? Promise.resolve()
                : Promise.reject(new Error(`${pick(SETTINGS.dayWrong)} ${wrong}`));
            },
          },
        ]}
      >
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', '，', '、', ' ', '\n', '\t']} />
      </Form.Item>
    );
  }
  const choices =
    setting.kind === 'currency'
      ? CURRENCIES.map((value) => ({ value, label: currencyName(value, language) }))
      : [...new Set([String(setting.value), ...ZONES])].map((value) => ({ value, label: value }));
  return (
    <Form.Item name={path} label={label} extra={standard}>
      <Select showSearch={{ optionFilterProp: 'label' }} options={choices} style={{ maxWidth: 320 }} />
    </Form.Item>
  );
}
