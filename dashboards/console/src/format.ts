/** Amounts, times and numbers as a person reads them: with currency, zone and unit. */
import { minorDigits } from '../../../schemas/currencies.ts';
import type { Unit } from '../../panels/panel.ts';
import type { Words } from '../../panels/words.ts';

type Language = keyof Words;

const LOCALES: { readonly [language in Language]: string } = { zh: 'zh-CN', en: 'en-GB' };
/** A million is M: British m could be taken for a thousandth. */
const SHORT_LOCALES: { readonly [language in Language]: string } = { zh: 'zh-CN', en: 'en-US' };

export function formatMoney(minor: number, currency: string, language: Language, compact = false): string {
  const digits = minorDigits(currency);
  const number = minor / 10 ** digits;
  const options: Intl.NumberFormatOptions = compact
    ? shortOptions(number)
    : { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const locales = compact ? SHORT_LOCALES : LOCALES;
  return `${currency} ${new Intl.NumberFormat(locales[language], options).format(number)}`;
}

/** In as few characters as tell it; what is short enough anyway is written out, with separators. */
export function formatShort(value: number, language: Language): string {
  return new Intl.NumberFormat(SHORT_LOCALES[language], shortOptions(value)).format(value);
}

function shortOptions(value: number): Intl.NumberFormatOptions {
  return Math.abs(value) < 10_000 ? { maximumFractionDigits: 1 } : { notation: 'compact', maximumFractionDigits: 1 };
}

export function formatTime(time: string | number, zone: string, language: Language, seconds = true): string {
  return new Intl.DateTimeFormat(LOCALES[language], {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: seconds ? 'medium' : 'short',
    hour12: false,
  } as Intl.DateTimeFormatOptions).format(new Date(time));
}

export function formatNumber(value: number, language: Language, digits = 0): string {
  return new Intl.NumberFormat(LOCALES[language], { maximumFractionDigits: digits }).format(value);
}

/** What people call a country; its code where it is none. */
export function countryName(code: string, language: Language): string {
  if (!/^[A-Z]{2}$/.test(code)) return code;
  return new Intl.DisplayNames(LOCALES[language], { type: 'region' }).of(code) ?? code;
}

const UNITS: {
  readonly [unit in Exclude<Unit, 'seconds' | 'ms' | 'minutes' | 'bytes'>]: { readonly [l in Language]: string };
} = {
  count: { zh: '', en: '' },
  percent: { zh: '%', en: '%' },
  days: { zh: ' 天', en: ' d' },
  'per-second': { zh: ' /秒', en: ' /s' },
};

const STEPS = [
  [86_400_000, { zh: ' 天', en: ' d' }],
  [3_600_000, { zh: ' 小时', en: ' h' }],
  [60_000, { zh: ' 分', en: ' min' }],
  [1_000, { zh: ' 秒', en: ' s' }],
  [1, { zh: ' 毫秒', en: ' ms' }],
] as const;

const IN_MS = { ms: 1, seconds: 1_000, minutes: 60_000 } as const;

export function formatUnit(value: number, unit: Unit, language: Language): string {
  if (unit === 'bytes') return formatBytes(value, language);
  if (unit === 'ms' || unit === 'seconds' || unit === 'minutes') return formatDuration(value * IN_MS[unit], language);
  const compact = unit === 'count' && Math.abs(value) >= 1e7;
  const options: Intl.NumberFormatOptions = compact
    ? { notation: 'compact', maximumFractionDigits: 1 }
    : { maximumFractionDigits: unit === 'count' ? 0 : 1 };
  const locales = compact ? SHORT_LOCALES : LOCALES;
  return new Intl.NumberFormat(locales[language], options).format(value) + UNITS[unit][language];
}

export function formatDuration(ms: number, language: Language): string {
  const [size, word] = STEPS.find(([step]) => Math.abs(ms) >= step) ?? STEPS[3];
  return formatNumber(ms / size, language, ms / size < 10 ? 1 : 0) + word[language];
}

const SIZES = ['B', 'KB', 'MB', 'GB', 'TB'];

function formatBytes(bytes: number, language: Language): string {
  const power = Math.min(SIZES.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${formatNumber(bytes / 1_024 ** power, language, 1)} ${SIZES[power]}`;
}
