/**
 * What a panel is: one question that somebody has, the SQL that answers it, and how the answer is shown. Each panel is
 * declared once; Grafana's dashboards and the console's charts are both made of the declaration.
 */
import type { LabelSet, Words } from './words.ts';

/**
 * How SQL speaks of what its reader chose. Grafana writes macros and variables of its own here, the API
 * parameters that ClickHouse binds, so a panel never puts text of a reader into a statement.
 */
export interface Scope {
  /** True where the time lies in the range that is looked at. */
  within(column: string): string;
  readonly from: string;
  readonly to: string;
  /** What time it is. */
  readonly now: string;
  /** The time cut to the steps of the chart. */
  step(column: string): string;
  readonly stepSeconds: string;
  /** Orders by `time` and puts a row of zeros where a step has none: no transfers is a number, not a gap. */
  readonly everyStep: string;
  /** True for the chosen currency; for all of them where the base currency is chosen, to which amounts are converted. */
  inCurrency(column: string): string;
  /** True for the chosen currency alone: for what is not converted. */
  ownCurrency(column: string): string;
  /** The amount to sum: in its own currency, or converted. */
  amount(own: string, base: string): string;
  /** Minor units as they are shown, in the currency that is meant. */
  money(minor: string, currency: MoneyIn): string;
  /** True for the chosen rules. */
  ofRules(column: string): string;
  /** True for rows that the reader may see: all, or those alone for which the condition of restricted ones is false. */
  unlessRestricted(condition: string): string;
  /** Texts that the tables keep in both languages. */
  words(english: string, chinese: string): string;
  /** The time in the reader's zone. */
  inZone(column: string): string;
}

/** The chosen currency; the base currency; or what the column `currency` of the same row says. */
export type MoneyIn = 'chosen' | 'base' | 'row';

export type Unit = 'count' | 'percent' | 'seconds' | 'ms' | 'days' | 'minutes' | 'per-second' | 'bytes';

interface Named {
  /** As the SQL names it. */
  readonly name: string;
  readonly title: Words;
}

export interface TimeColumn extends Named {
  readonly kind: 'time';
}

export interface TextColumn extends Named {
  readonly kind: 'text';
  /** Words for its values; rules bring their own titles. */
  readonly labels?: LabelSet | 'rules';
  /** What a click opens. */
  readonly link?: 'party' | 'alert' | 'transfer';
}

export interface NumberColumn extends Named {
  readonly kind: 'number';
  readonly unit: Unit;
  readonly thresholds?: Thresholds;
}

export interface MoneyColumn extends Named {
  readonly kind: 'money';
  readonly currency: MoneyIn;
}

export type Column = TimeColumn | TextColumn | NumberColumn | MoneyColumn;

/** From these values on somebody should look, or must. */
export interface Thresholds {
  readonly warning: number;
  readonly critical: number;
}

/**
 * `timeseries`: a column `time`, then a number a series, or a text column that names the series and one number.
 * `stat`: one row of numbers. `bars` and `pie`: a text and a number a row. `heatmap`: `time`, a text for the row of the
 * map, and a number. `table`: anything.
 */
export type PanelKind = 'timeseries' | 'stat' | 'bars' | 'pie' | 'heatmap' | 'table';

/** What a reader may choose besides the time. */
export type Variable = 'currency' | 'rule';

export interface Panel {
  /** True where it is for compliance alone: it tells what is suspected. */
  readonly restricted?: boolean;
  readonly id: string;
  readonly title: Words;
  /** The question that it answers. */
  readonly question: Words;
  readonly kind: PanelKind;
  readonly columns: readonly Column[];
  readonly sql: (scope: Scope) => string;
  readonly variables?: readonly Variable[];
  /** Of a timeseries: whether series are parts of a whole, drawn on top of each other. */
  readonly stacked?: boolean;
  /** Least step that its data has; one minute where it does not say. */
  readonly stepSecondsMin?: number;
}

/** One column from one word of SQL. */
export const time: TimeColumn = { kind: 'time', name: 'time', title: { en: 'Time', zh: '时间' } };

export function text(name: string, en: string, zh: string, more: Pick<TextColumn, 'labels' | 'link'> = {}): TextColumn {
  return { kind: 'text', name, title: { en, zh }, ...more };
}

export function number(
  name: string,
  en: string,
  zh: string,
  unit: Unit = 'count',
  thresholds?: Thresholds,
): NumberColumn {
  return { kind: 'number', name, title: { en, zh }, unit, ...(thresholds === undefined ? {} : { thresholds }) };
}

export function money(name: string, en: string, zh: string, currency: MoneyIn): MoneyColumn {
  return { kind: 'money', name, title: { en, zh }, currency };
}

/** How long something takes, over time: half of it within so much, and all but a hundredth. */
export function halfAndMost(thresholds?: Thresholds): Column[] {
  return [
    time,
    number('half_ms', 'Half within', '一半在此以内', 'ms'),
    number('most_ms', '99 % within', '99% 在此以内', 'ms', thresholds),
  ];
}

/** Digits behind the point that a number of this unit is shown with. */
export function unitDigits(unit: Unit): number {
  return unit === 'percent' || unit === 'per-second' || unit === 'days' ? 1 : 0;
}
