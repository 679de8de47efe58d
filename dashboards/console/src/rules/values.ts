/** Values of options: as they are in force, as a form holds them, as they are sent, and as a person reads them. */
import { minorDigits } from '../../../../schemas/currencies.ts';
import type { RulesFacts } from '../../../api/rules.ts';
import { LABELS, labelOf, type Words } from '../../../panels/words.ts';
import { formatDuration, formatMoney, formatNumber } from '../format.ts';
import { RULES } from '../words/rules.ts';

type Language = keyof Words;
export type Rule = RulesFacts['items'][number];
export type Option = Rule['options'][number];
export type Shape = Pick<Option, 'kind' | 'minimum' | 'maximum' | 'above' | 'choices' | 'rowsMax' | 'columns'>;
type Column = Option['columns'][number];
type Row = { readonly [name: string]: unknown };

/** Lengths of time as they are written in settings. */
export const LENGTHS = [
  ['d', 86_400_000, RULES.days],
  ['h', 3_600_000, RULES.hours],
  ['m', 60_000, RULES.minutes],
  ['s', 1_000, RULES.seconds],
] as const;

export interface Length {
  readonly count: number | null;
  readonly unit: (typeof LENGTHS)[number][0];
}

interface Money {
  readonly minor: number;
  readonly currency: string;
}

/** As a form holds it: amounts in whole units of the currency, durations as a number and a unit. */
export function toForm({ kind }: Shape, value: unknown): unknown {
  if (kind === 'money') {
    const { minor, currency } = value as Money;
    return minor / 10 ** minorDigits(currency);
  }
  if (kind !== 'duration') return value;
  const ms = value as number;
  const [unit, size] = LENGTHS.find(([, one]) => ms % one === 0) ?? LENGTHS[3];
  return { count: ms / size, unit } satisfies Length;
}

/** As it is sent, in the form of a file of settings. */
export function toSend({ kind }: Shape, held: unknown, currency: string): unknown {
  if (kind === 'money') return { minor: Math.round((held as number) * 10 ** minorDigits(currency)), currency };
  if (kind !== 'duration') return held;
  const { count, unit } = held as Length;
  return `${count}${unit}`;
}

/** As a person reads it. */
export function written(value: unknown, shape: Shape & { readonly name?: string }, language: Language): string {
  if (value === null || value === undefined) return '–';
  if (shape.kind === 'duration') return formatDuration(Number(value), language);
  if (shape.kind === 'money') {
    const { minor, currency } = value as Money;
    return formatMoney(minor, currency, language);
  }
  if (shape.kind === 'choice') return choiceWord(String(value), language);
  if (shape.kind === 'rows') {
    return (value as readonly Row[]).map((row) => rowWritten(row, shape.columns, language)).join(' · ');
  }
  const number = formatNumber(Number(value), language, 4);
  return shape.name?.endsWith('Percent') === true ? `${number}%` : number;
}

function rowWritten(row: Row, columns: readonly Column[], language: Language): string {
  return columns.map((column) => written(row[column.name], column, language)).join(' → ');
}

/** What its alerts say: options as they are in force, and the name of what is measured each time. */
export function messageWritten({ message, options, evidence }: Rule, language: Language): string {
  const text = message[language];
  return text.replaceAll(/\{(\w+)\}/g, (whole: string, name: string, at: number) => {
    const option = options.find((one) => one.name === name);
    // An amount of that name is what was measured, whatever the option of the same name says.
    if (option !== undefined && option.kind !== 'money') return written(option.value, option, language);
    const label = (evidence.find((one) => one.name === name)?.label[language] ?? name).toLowerCase();
    const isNamed =
      text.slice(0, at).trim().toLowerCase().endsWith(label) ||
      text
        .slice(at + whole.length)
        .trim()
        .toLowerCase()
        .startsWith(label);
    if (isNamed) return '…';
    return language === 'zh' ? `〔${label}〕` : `[${label}]`;
  });
}

export function choiceWord(choice: string, language: Language): string {
  return choice in LABELS.severity ? labelOf('severity', choice, language) : choice;
}

/** What a number may be, in words; null where it may be any. */
export function rangeWords({ kind, minimum, maximum, above }: Shape, language: Language): string | null {
  const number = (value: number) => formatNumber(value, language, 4);
  const least = above === null ? minimum : null;
  const parts = [
    kind === 'integer' ? RULES.whole[language] : null,
    above === null ? null : `> ${number(above)}`,
    least === null ? null : `≥ ${number(least)}`,
    maximum === null ? null : `≤ ${number(maximum)}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(language === 'zh' ? '，' : ', ');
}
