/** Renders an outcome: its numbers as evidence, and the rule's message in both languages from them. */
import { formatMoney } from '../../schemas/money.ts';
import type { Evidence } from '../../schemas/reason.ts';
import { formatDuration } from '../../schemas/time.ts';
import { unitOfOption, type Values } from './contract.ts';
import type { BoundRule } from './rule-set.ts';

export interface Rendered {
  readonly en: string;
  readonly zh: string;
  readonly evidence: Evidence[];
}

export function render(bound: BoundRule, values: Values, baseCurrency: string): Rendered {
  const known = new Map<string, Evidence>();
  for (const [name, value] of Object.entries(values))
    known.set(name, evidenceOf(name, value, bound.units[name] ?? 'count', baseCurrency));
  for (const name of placeholders(bound.rule.message.en)) {
    if (!known.has(name)) known.set(name, optionEvidence(bound, name, baseCurrency));
  }
  return {
    en: fill(bound.rule.message.en, known, 'en'),
    zh: fill(bound.rule.message.zh, known, 'zh'),
    evidence: [...known.values()],
  };
}

function evidenceOf(name: string, value: number | string, unit: string, baseCurrency: string): Evidence {
  if (typeof value === 'string') return { name, number: null, text: value, unit: null };
  return { name, number: Math.round(value), text: null, unit: unit === 'money' ? baseCurrency : unit };
}

function optionEvidence(bound: BoundRule, name: string, baseCurrency: string): Evidence {
  const value = bound.options[name];
  const unit = unitOfOption(bound.rule.options.shape[name] as Parameters<typeof unitOfOption>[0]);
  if (unit === 'money') return evidenceOf(name, (value as { minor: number }).minor, 'money', baseCurrency);
  if (unit === 'duration') return evidenceOf(name, value as number, 'ms', baseCurrency);
  return evidenceOf(name, value as number | string, name.endsWith('Percent') ? 'percent' : 'count', baseCurrency);
}

function placeholders(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
}

function fill(template: string, known: ReadonlyMap<string, Evidence>, language: 'en' | 'zh'): string {
  return template.replace(/\{(\w+)\}/g, (_whole, name: string) => formatEvidence(known.get(name)!, language));
}

const UNITS: { readonly [unit: string]: { readonly en: string; readonly zh: string } } = {
  d: { en: ' d', zh: ' 天' },
  h: { en: ' h', zh: ' 小时' },
  m: { en: ' min', zh: ' 分钟' },
  s: { en: ' s', zh: ' 秒' },
  ms: { en: ' ms', zh: ' 毫秒' },
};

/** One piece of evidence as a person reads it, with its unit. */
export function formatEvidence(evidence: Evidence, language: 'en' | 'zh'): string {
  const { number, text, unit } = evidence;
  if (number === null) return text ?? '';
  if (unit === 'ms') {
    const [, amount, size] = /^(\d+)([a-z]+)$/.exec(formatDuration(wholeUnit(number)))!;
    return `${amount}${UNITS[size!]![language]}`;
  }
  if (unit === 'percent') return `${number} %`;
  if (unit === 'perMillion') return `${number / 1_000_000}`;
  if (unit === 'days') return language === 'en' ? `${number} d` : `${number} 天`;
  if (unit === 'count' || unit === null) return String(number);
  return formatMoney(number, unit);
}

/** Measured times are rounded to days, hours or minutes: nobody reads 93,784,512 ms. */
function wholeUnit(durationMs: number): number {
  for (const size of [86_400_000, 3_600_000, 60_000, 1_000]) {
    if (durationMs >= size * 2) return Math.round(durationMs / size) * size;
  }
  return Math.max(0, Math.round(durationMs));
}
