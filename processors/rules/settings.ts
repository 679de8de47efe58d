/**
 * Settings of the rules: one YAML file, checked here, carried by control as canonical JSON, compiled
 * by each task when it meets the control entry. Nothing else decides what a rule does.
 */
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { WeirError } from '../../runtime/errors.ts';
import { isCurrency } from '../../schemas/money.ts';
import { duration, formatDuration, isZone } from '../../schemas/time.ts';
import type { Features, Rule, Segment } from './contract.ts';
import { RULES } from './index.ts';

const segment = z.strictObject({
  when: z.strictObject({
    kind: z.enum(['person', 'organisation']).optional().describe('Kind of customer.'),
    tag: z.string().min(1).optional().describe('A tag of the customer’s file.'),
    grade: z.enum(['A', 'B', 'C', 'D']).optional().describe('The customer’s rating.'),
  }),
  enabled: z.boolean().optional(),
  options: z.record(z.string(), z.unknown()).optional(),
});

const exemption = z.strictObject({
  subject: z.string().min(1).describe('Party, account or device that the rule leaves alone.'),
  reason: z.string().min(1),
  by: z.string().min(1),
  until: z.iso.datetime({ offset: true }).describe('When the exemption ends.'),
});

const ruleSettings = z.strictObject({
  enabled: z.boolean().default(true).describe('False: the rule is not judged.'),
  shadow: z.boolean().default(false).describe('True: the rule is judged and counted and has no effect.'),
  options: z.record(z.string(), z.unknown()).default({}),
  segments: z
    .array(segment)
    .max(32)
    .optional()
    .describe('Other options for part of the customers; replaces the rule’s own.'),
  exemptions: z.array(exemption).max(1_000).default([]),
});

export const settingsSchema = z.strictObject({
  institution: z
    .strictObject({
      zone: z
        .string()
        .refine(isZone, 'must be an IANA time zone like Asia/Shanghai')
        .default('Asia/Shanghai')
        .describe('Zone of regulatory days, and of customers without a zone of their own.'),
      baseCurrency: z
        .string()
        .refine(isCurrency, 'must be an ISO 4217 currency code like CNY')
        .default('CNY')
        .describe('Currency of sums and thresholds.'),
    })
    .prefault({}),
  lateness: duration().default(86_400_000).describe('How late an event may come and still join windows.'),
  horizon: duration()
    .default(31 * 86_400_000)
    .describe('How long history is kept; no window may be longer.'),
  holdExpiry: duration()
    .default(86_400_000)
    .describe('A hold without enough approvals expires into a rejection after this.'),
  rateMaxAge: duration()
    .default(72 * 3_600_000)
    .describe('An exchange rate older than this holds the transfer.'),
  rules: z.record(z.string(), ruleSettings).default({}),
});

export type Settings = z.output<typeof settingsSchema>;
export type RuleSettings = z.output<typeof ruleSettings>;

/** Checks settings in YAML (JSON is YAML) and gives canonical JSON. `fileName` is named in errors. */
export function parseSettings(text: string, fileName: string): string {
  let raw: unknown;
  try {
    raw = parseYaml(text) ?? {};
  } catch (error) {
    throw new WeirError('SETTINGS_INVALID', `${fileName}: not YAML: ${(error as Error).message}`, { cause: error });
  }
  const problems = problemsOf(raw);
  if (problems.length > 0)
    throw new WeirError('SETTINGS_INVALID', problems.map((problem) => `${fileName}: ${problem}`).join('\n'));
  return JSON.stringify(sorted(raw));
}

export function defaultSettings(): string {
  return parseSettings('{}', 'defaults');
}

/** Reads canonical JSON that `parseSettings` made. */
export function readSettings(canonical: string): Settings {
  return settingsSchema.parse(JSON.parse(canonical));
}

/** Options of a rule for those who match `segments` (by position); later segments win. */
export function resolveOptions(
  rule: Rule,
  own: RuleSettings | undefined,
  matched: readonly Segment[],
): {
  readonly enabled: boolean;
  readonly options: { readonly [name: string]: unknown };
} {
  let enabled = own?.enabled ?? true;
  let options = { ...own?.options };
  for (const one of matched) {
    enabled = one.enabled ?? enabled;
    options = { ...options, ...one.options };
  }
  return { enabled, options: rule.options.parse(options) };
}

function problemsOf(raw: unknown): string[] {
  const parsed = settingsSchema.safeParse(raw);
  if (!parsed.success) return parsed.error.issues.map((issue) => describe(issue.path, issue.message));
  const settings = parsed.data;
  const problems: string[] = [];
  for (const [id, own] of Object.entries(settings.rules)) {
    const rule = RULES.find((one) => one.id === id);
    if (rule === undefined) {
      problems.push(describe(['rules', id], `is no rule; expected one of ${RULES.map((one) => one.id).join(', ')}`));
      continue;
    }
    problems.push(...problemsOfOptions(rule, own.options, settings, ['rules', id, 'options']));
    own.segments?.forEach((one, index) => {
      const merged = { ...own.options, ...one.options };
      problems.push(...problemsOfOptions(rule, merged, settings, ['rules', id, 'segments', index, 'options']));
    });
  }
  return problems;
}

function problemsOfOptions(rule: Rule, options: object, settings: Settings, path: readonly PropertyKey[]): string[] {
  const parsed = rule.options.safeParse(options);
  if (!parsed.success) return parsed.error.issues.map((issue) => describe([...path, ...issue.path], issue.message));
  const problems: string[] = [];
  for (const [name, value] of Object.entries(parsed.data)) {
    const currency = (value as { currency?: unknown } | null)?.currency;
    // Defaults are in CNY; an institution with another base currency must say its own thresholds.
    if (typeof currency === 'string' && currency !== settings.institution.baseCurrency) {
      problems.push(
        describe(
          [...path, name, 'currency'],
          `must be the base currency ${settings.institution.baseCurrency}, is ${currency}`,
        ),
      );
    }
  }
  const features: Features = rule.features(parsed.data);
  for (const [name, feature] of Object.entries(features)) {
    if (feature.reachMs > settings.horizon) {
      problems.push(
        describe(
          path,
          `feature ${name} looks back ${formatDuration(feature.reachMs)}, longer than the horizon of ${formatDuration(settings.horizon)}`,
        ),
      );
    }
  }
  return problems;
}

function describe(path: readonly PropertyKey[], message: string): string {
  return `${path.map(String).join('.') || '(top)'}: ${message}`;
}

/** The same value with object keys in order, so that equal settings are equal text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
