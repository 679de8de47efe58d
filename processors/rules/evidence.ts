/** Renders an outcome: its numbers as evidence, and the rule's message in both languages from them. */
import { LONG_MAX } from '../../schemas/declare.ts';
import { formatMoney } from '../../schemas/money.ts';
import type { Evidence } from '../../schemas/reason.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../schemas/time.ts';
import type { Coarseness } from '../features/buckets.ts';
import { type EvidenceLabels, unitOfOption, type Values, type Words } from './contract.ts';
import type { BoundRule } from './rule-set.ts';

export interface Rendered {
  readonly en: string;
  readonly zh: string;
  readonly evidence: Evidence[];
}

/** Evidence that may stand beside that of any rule. */
export const COMMON_EVIDENCE = {
  failure: { en: 'Failure', zh: '故障' },
  approximate: { en: 'Approximate', zh: '近似值' },
  beyondLateness: { en: 'Beyond lateness', zh: '超出迟到容限' },
  behind: { en: 'Came later by', zh: '晚到' },
  lateness: { en: 'Lateness allowed', zh: '迟到容限' },
} as const satisfies EvidenceLabels;

/** Its names: only what has a label can be told. */
type CommonEvidence = keyof typeof COMMON_EVIDENCE;

export function common(name: CommonEvidence, value: Partial<Pick<Evidence, 'number' | 'text' | 'unit'>>): Evidence {
  return { name, number: null, text: null, unit: null, ...value };
}

export function render(bound: BoundRule, values: Values, baseCurrency: string): Rendered {
  const known = new Map<string, Evidence>();
  for (const [name, value] of Object.entries(values))
    known.set(name, evidenceOf(name, value, bound.units[name] ?? 'count', baseCurrency));
  const { message, words } = bound.rule;
  const [en, zh] = [partsOf(message.en), partsOf(message.zh)];
  for (const { name } of [...en, ...zh]) {
    if (name !== null && !known.has(name)) known.set(name, optionEvidence(bound, name, baseCurrency));
  }
  return {
    en: fill(en, known, words, 'en'),
    zh: fill(zh, known, words, 'zh'),
    evidence: [...known.values()],
  };
}

/** Says that a window is not exact, and by how much it may be wrong. */
export function approximate({ legs, legsAtEdges }: Coarseness): Evidence {
  const en = `${legs} transfers of the window stand in groups: sums and counts are wrong by at most ${legsAtEdges} transfers at its edges, and counterparties and single amounts of these are not seen`;
  const zh = `窗口内 ${legs} 笔已归并计数：金额与笔数在窗口边缘最多相差 ${legsAtEdges} 笔，这些交易的对手方与单笔金额不可见`;
  return common('approximate', { text: `${en} / ${zh}` });
}

function evidenceOf(name: string, value: number | string, unit: string, baseCurrency: string): Evidence {
  if (typeof value === 'string') return { name, number: null, text: value, unit: null };
  // A sum of many safe amounts may be no safe integer itself; an alert that cannot be written is worse than a bound.
  const number = Math.min(LONG_MAX, Math.round(value));
  return { name, number, text: null, unit: unit === 'money' ? baseCurrency : unit };
}

function optionEvidence(bound: BoundRule, name: string, baseCurrency: string): Evidence {
  const value = bound.options[name];
  const unit = unitOfOption(bound.rule.options.shape[name] as Parameters<typeof unitOfOption>[0]);
  if (unit === 'money') return evidenceOf(name, (value as { minor: number }).minor, 'money', baseCurrency);
  if (unit === 'duration') return evidenceOf(name, value as number, 'ms', baseCurrency);
  return evidenceOf(name, value as number | string, name.endsWith('Percent') ? 'percent' : 'count', baseCurrency);
}

/** Text before a placeholder, and its name: null behind the last one. */
interface Part {
  readonly text: string;
  readonly name: string | null;
}

/** Messages are of rules, so there are few of them and each is read again and again. */
const PARTS = new Map<string, readonly Part[]>();

function partsOf(template: string): readonly Part[] {
  let parts = PARTS.get(template);
  if (parts === undefined) {
    // Split by a group, texts and names take turns.
    const pieces = template.split(/\{(\w+)\}/);
    parts = Array.from({ length: (pieces.length + 1) >> 1 }, (_, index) => {
      return { text: pieces[2 * index]!, name: pieces[2 * index + 1] ?? null };
    });
    PARTS.set(template, parts);
  }
  return parts;
}

function fill(
  parts: readonly Part[],
  known: ReadonlyMap<string, Evidence>,
  words: Words | undefined,
  language: 'en' | 'zh',
): string {
  let filled = '';
  for (const { text, name } of parts) {
    filled += text;
    if (name === null) continue;
    const one = known.get(name)!;
    filled += words?.[name]?.[one.text ?? String(one.number)]?.[language] ?? formatEvidence(one, language);
  }
  return filled;
}

/** Units of time, largest first. A day is told from two days on: 24 hours are no calendar day. */
const TIMES = [
  { sizeMs: DAY_MS, en: ' d', zh: ' 天' },
  { sizeMs: HOUR_MS, en: ' h', zh: ' 小时' },
  { sizeMs: MINUTE_MS, en: ' min', zh: ' 分钟' },
  { sizeMs: SECOND_MS, en: ' s', zh: ' 秒' },
  { sizeMs: 1, en: ' ms', zh: ' 毫秒' },
] as const;

/** One piece of evidence as a person reads it, with its unit. */
export function formatEvidence(evidence: Evidence, language: 'en' | 'zh'): string {
  const { number, text, unit } = evidence;
  if (number === null) return text ?? '';
  if (unit === 'ms') return formatTime(number, language);
  if (unit === 'percent') return `${number} %`;
  if (unit === 'basisPoints') return `${number / 100} %`;
  if (unit === 'perMillion') return formatProbability(number, language);
  if (unit === 'days') return language === 'en' ? `${number} d` : `${number} 天`;
  if (unit === 'count' || unit === null) return String(number);
  return formatMoney(number, unit);
}

/** In two units at most: nobody reads 1,745,107,812 ms; `20 d 4 h` tells it. */
function formatTime(durationMs: number, language: 'en' | 'zh'): string {
  const first = TIMES.findIndex(({ sizeMs }) => durationMs >= sizeMs * 2);
  const unit = TIMES[first];
  if (unit === undefined) return `${durationMs}${TIMES[4][language]}`;
  const told = `${Math.floor(durationMs / unit.sizeMs)}${unit[language]}`;
  const next = TIMES[first + 1];
  const rest = next === undefined ? 0 : Math.floor((durationMs % unit.sizeMs) / next.sizeMs);
  return rest === 0 ? told : `${told} ${rest}${next![language]}`;
}

function formatProbability(perMillion: number, language: 'en' | 'zh'): string {
  if (perMillion === 0) return language === 'en' ? 'below 0.000001' : '低于 0.000001';
  return String(perMillion / 1_000_000);
}
