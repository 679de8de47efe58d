/** What is wrong with settings: each mistake by where it stands, in both languages. */
import { z } from 'zod';
import { issueInChinese } from '../../runtime/issue-words.ts';
import { formatDuration } from '../../schemas/time.ts';
import { type Rule, type Segment, unwrapped } from './contract.ts';
import { RULES } from './index.ts';
import type { Settings } from './settings.ts';

export interface SettingsProblem {
  readonly path: readonly PropertyKey[];
  readonly en: string;
  readonly zh: string;
}

export function problemsOf(raw: unknown, schema: z.ZodType<Settings>): SettingsProblem[] {
  const parsed = schema.safeParse(raw);
  if (!parsed.success) return parsed.error.issues.flatMap((issue) => problemsOfIssue(issue, schema));
  const settings = parsed.data;
  const unknown = Object.keys(settings.rules).filter((id) => !RULES.some((rule) => rule.id === id));
  const known = RULES.map((rule) => rule.id).join(', ');
  return [
    ...unknown.map((id) => ({
      path: ['rules', id],
      en: `is no rule; expected one of ${known}`,
      zh: `没有该规则；可用规则：${known}`,
    })),
    ...RULES.flatMap((rule) => problemsOfRule(rule, settings)),
  ];
}

/** Rules that the settings do not name are checked too: horizon and currency are theirs as well. */
function problemsOfRule(rule: Rule, settings: Settings): SettingsProblem[] {
  const own = settings.rules[rule.id];
  const segments = own?.segments ?? rule.segments ?? [];
  const isJudged = (own?.enabled ?? true) || segments.some((one) => one.enabled === true);
  const check = (matched: readonly Segment[], path: readonly PropertyKey[]) => {
    const options = Object.assign({}, own?.options, ...matched.map((one) => one.options));
    return problemsOfOptions(rule, options, isJudged ? settings : null, ['rules', rule.id, ...path]);
  };
  const problems = check([], ['options']);
  if (problems.length > 0) return problems;
  const name = own?.segments === undefined ? 'segments (of the rule itself)' : 'segments';
  problems.push(...segments.flatMap((one, index) => check([one], [name, index, 'options'])));
  if (problems.length > 0) return problems;
  // What two options must keep to each other can break only where two segments meet, so pairs are enough.
  for (const [second, later] of segments.entries()) {
    for (const [first, earlier] of segments.slice(0, second).entries()) {
      if (mayMeet(earlier, later))
        problems.push(...check([earlier, later], [name, `${first} and ${second}`, 'options']));
    }
  }
  return problems;
}

/** Whether a customer can match both: it has one kind and one grade, and any number of tags. */
function mayMeet({ when: one }: Segment, { when: other }: Segment): boolean {
  const agree = <T>(left: T | undefined, right: T | undefined) =>
    left === undefined || right === undefined || left === right;
  return agree(one.kind, other.kind) && agree(one.grade, other.grade);
}

/** `settings` are null for rules that nobody judges by: then only the options’ own bounds are checked. */
function problemsOfOptions(
  rule: Rule,
  options: object,
  settings: Settings | null,
  path: readonly PropertyKey[],
): SettingsProblem[] {
  const parsed = rule.options.safeParse(options);
  if (!parsed.success) return parsed.error.issues.flatMap((issue) => problemsOfIssue(issue, rule.options, path));
  if (settings === null) return [];
  const { baseCurrency } = settings.institution;
  const problems: SettingsProblem[] = [];
  for (const [name, value] of Object.entries(parsed.data)) {
    const currency = (value as { currency?: unknown } | null)?.currency;
    // Defaults are in CNY; an institution with another base currency must say its own thresholds.
    if (typeof currency === 'string' && currency !== baseCurrency) {
      problems.push({
        path: [...path, name, 'currency'],
        en: `must be the base currency ${baseCurrency}, is ${currency}`,
        zh: `须为本位币 ${baseCurrency}，现为 ${currency}`,
      });
    }
  }
  const reachMs = Math.max(0, ...Object.values(rule.features(parsed.data)).map((feature) => feature.reachMs));
  if (reachMs > settings.horizon) {
    const [reach, horizon] = [formatDuration(reachMs), formatDuration(settings.horizon)];
    problems.push({
      path,
      en: `looks back ${reach}, longer than the horizon of ${horizon}`,
      zh: `回看时长 ${reach} 超过历史保留时长 ${horizon}`,
    });
  }
  return problems;
}

function problemsOfIssue(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  path: readonly PropertyKey[] = [],
): SettingsProblem[] {
  const whole = [...path, ...issue.path];
  if (issue.code !== 'unrecognized_keys') return [{ path: whole, en: issue.message, zh: issueInChinese(issue) }];
  const names = Object.keys(shapeAt(schema, issue.path)).join(', ');
  return issue.keys.map((key) => ({
    path: [...whole, key],
    en: `is not known; expected ${names}`,
    zh: `未知项；可用项：${names}`,
  }));
}

/** The fields of the object that stands at a path of a schema. */
function shapeAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodRawShape {
  let at = bare(schema);
  for (const step of path) {
    if (at instanceof z.ZodObject) at = bare(at.shape[String(step)] as z.ZodType);
    else if (at instanceof z.ZodRecord) at = bare(at.valueType as z.ZodType);
    else if (at instanceof z.ZodArray) at = bare(at.element as z.ZodType);
  }
  return at instanceof z.ZodObject ? at.shape : {};
}

/** The type under its defaults. */
function bare(type: z.ZodType): z.ZodType {
  const inner = unwrapped(type);
  return inner === undefined ? type : bare(inner);
}
