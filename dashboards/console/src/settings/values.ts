/** Values of general settings: as a form holds them, as they are sent, and as a person reads them. */
import type { SettingsFacts } from '../../../api/settings.ts';
import type { Words } from '../../../panels/words.ts';
import { formatNumber } from '../format.ts';
import { type Option, toForm, toSend, written } from '../rules/values.ts';
import { SETTINGS } from '../words/settings.ts';

type Language = keyof Words;
export type Setting = SettingsFacts['items'][number];

export const BASE_CURRENCY = 'institution.baseCurrency';

const LOCALES = { en: 'en-GB', zh: 'zh-CN' } as const;

/** As the options of rules are, where it has a form among them. */
export function optionOf({ kind, ...setting }: Setting): Option | null {
  if (kind !== 'duration' && kind !== 'working-days') return null;
  return {
    ...setting,
    kind: kind === 'duration' ? kind : 'integer',
    unit: kind === 'duration' ? kind : null,
    above: null,
    choices: [],
    rowsMax: null,
    columns: [],
  };
}

export function settingWritten(setting: Setting, value: unknown, language: Language): string {
  const option = optionOf(setting);
  if (setting.kind === 'working-days')
    return `${formatNumber(Number(value), language)} ${SETTINGS.workingDays[language]}`;
  if (option !== null) return written(value, option, language);
  if (setting.kind === 'days') {
    const days = value as readonly string[];
    return days.length === 0 ? SETTINGS.none[language] : days.join(language === 'zh' ? '、' : ', ');
  }
  return setting.kind === 'currency' ? currencyName(String(value), language) : String(value);
}

/** The code and what people call it. */
export function currencyName(code: string, language: Language): string {
  const name = new Intl.DisplayNames(LOCALES[language], { type: 'currency' }).of(code);
  return name === undefined || name === code ? code : `${code} ${name}`;
}

/** What a form holds, by name. */
export type HeldSettings = { readonly [name: string]: unknown };

export function heldSettings(settings: readonly Setting[]): HeldSettings {
  return Object.fromEntries(
    settings.map((setting) => {
      const option = optionOf(setting);
      return [setting.name, option === null ? setting.value : toForm(option, setting.value)];
    }),
  );
}

/** Of what the form holds, what differs from what is in force: the rest stays as it was written. */
export function changedValues(settings: readonly Setting[], held: HeldSettings): HeldSettings {
  const before = heldSettings(settings);
  const changed = settings.filter(({ name }) => JSON.stringify(held[name]) !== JSON.stringify(before[name]));
  return Object.fromEntries(
    changed.map((setting) => {
      const option = optionOf(setting);
      const value = held[setting.name];
      if (setting.kind === 'days') return [setting.name, [...(value as readonly string[])].sort()];
      return [setting.name, option === null ? value : toSend(option, value, '')];
    }),
  );
}

/** The field that a mistake stands at, by the path that the server tells; null where there is none. */
export function fieldOf(pointer: string): readonly string[] | null {
  const [first = '', name = ''] = pointer.split('/').slice(1);
  if (first === 'rate') return ['rate'];
  return first === 'values' ? ['values', name] : null;
}
