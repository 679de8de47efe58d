/**
 * Settings of the rules: one YAML file, checked here, carried by control as canonical JSON, compiled
 * by each task when it meets the control entry. Nothing else decides what a rule does.
 */
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { pointerTo, WeirError } from '../../runtime/errors.ts';
import { isCurrency } from '../../schemas/currencies.ts';
import { duration, isZone } from '../../schemas/time.ts';
import { means, type Rule, type Segment } from './contract.ts';
import { problemsOf } from './settings-problems.ts';

const when = z
  .strictObject({
    kind: z.enum(['person', 'organisation']).optional().meta(means('Kind of customer.', '客户类型。')),
    tag: z.string().min(1).optional().meta(means('A tag of the customer’s file.', '客户档案中的标签。')),
    grade: z.enum(['A', 'B', 'C', 'D']).optional().meta(means('The customer’s rating.', '客户的信用评级。')),
  })
  .refine((named) => Object.keys(named).length > 0, 'must name a kind, a tag or a grade');

const segment = z.strictObject({
  when,
  enabled: z.boolean().optional(),
  options: z.record(z.string(), z.unknown()).optional(),
});

const exemptionFields = z.strictObject({
  subject: z
    .string()
    .min(1)
    .optional()
    .meta(means('Party, account or device that the rule leaves alone.', '该规则豁免的当事方、账户或设备。')),
  when: when
    .optional()
    .meta(
      means(
        'Customers that the rule leaves alone, by kind, tag or grade: all that is named holds.',
        '该规则豁免的客户，按类型、标签或评级；所列条件须同时满足。',
      ),
    ),
  reason: z.string().min(1),
  by: z.string().min(1),
  until: z.iso
    .datetime({ offset: true, error: 'must be a time with zone like 2026-12-31T00:00:00+08:00' })
    .meta(means('When the exemption ends.', '豁免截止时间。')),
});

const exemption = exemptionFields.refine(
  (one) => (one.subject === undefined) !== (one.when === undefined),
  'must name either a subject or, under when, the customers',
);

const ruleSettings = z.strictObject({
  enabled: z.boolean().default(true).meta(means('False: the rule is not judged.', 'false：不执行该规则。')),
  shadow: z
    .boolean()
    .default(false)
    .meta(
      means('True: the rule is judged and counted and has no effect.', 'true：执行并计数，但不产生效果（影子模式）。'),
    ),
  options: z.record(z.string(), z.unknown()).default({}),
  segments: z
    .array(segment)
    .max(32)
    .optional()
    .meta(
      means(
        'Other options for part of the customers; replaces the rule’s own.',
        '部分客户适用的其他选项；取代规则自带的分段。',
      ),
    ),
  exemptions: z.array(exemption).max(1_000).default([]),
});

export const settingsSchema = z.strictObject({
  institution: z
    .strictObject({
      zone: z
        .string()
        .refine(isZone, 'must be an IANA time zone like Asia/Shanghai')
        .default('Asia/Shanghai')
        .meta({
          ...means(
            'Zone of regulatory days, and of customers without a zone of their own.',
            '监管日历所用时区，也用于未设时区的客户。',
          ),
          form: 'zone',
        }),
      baseCurrency: z
        .string()
        .refine(isCurrency, 'must be an ISO 4217 currency code like CNY')
        .default('CNY')
        .meta({ ...means('Currency of sums and thresholds.', '合计与阈值所用的本位币。'), form: 'currency' }),
      holidays: z
        .array(z.iso.date())
        .max(1_000)
        .default([])
        .meta(
          means(
            'Days off besides weekends, for deadlines in working days.',
            '周末以外的休息日，用于按工作日计的期限。',
          ),
        ),
      workedWeekends: z
        .array(z.iso.date())
        .max(1_000)
        .default([])
        .meta(means('Days of weekends that are worked (调休).', '调休上班的周末。')),
    })
    .prefault({}),
  lateness: duration()
    .default(86_400_000)
    .meta(means('How late an event may come and still join windows.', '事件最多可迟到多久仍计入时间窗口。')),
  horizon: duration()
    .default(31 * 86_400_000)
    .meta(means('How long history is kept; no window may be longer.', '历史保留时长；任何窗口不得更长。')),
  holdExpiry: duration()
    .default(86_400_000)
    .meta(
      means(
        'A hold without enough approvals expires into a rejection after this.',
        '待审超过此时长仍未获足够审批即转为拒绝。',
      ),
    ),
  rateMaxAge: duration()
    .default(72 * 3_600_000)
    .meta(means('An exchange rate older than this holds the transfer.', '汇率早于此时长则转账待审。')),
  alerts: z
    .strictObject({
      reopenWithin: duration()
        .default(30 * 86_400_000)
        .meta(
          means(
            'A hit so long after an alert was closed reopens it; a later one opens a new alert.',
            '预警结案后此时长内再次命中则重新打开；更晚则新开预警。',
          ),
        ),
      reportWithin: z
        .int()
        .min(1)
        .max(60)
        .default(5)
        .meta(
          means('Working days within which a report must be with the authority.', '须在此工作日数内向主管部门报送。'),
        ),
      escalateAfter: z
        .strictObject({
          critical: duration()
            .default(4 * 3_600_000)
            .meta(
              means(
                'A critical alert that is not closed by then escalates, and once more after as long.',
                '严重预警逾此时长未结案即升级，再过同样时长再升级一次。',
              ),
            ),
          high: duration()
            .default(24 * 3_600_000)
            .meta(means('The same for a high one.', '高级预警的升级时长。')),
          medium: duration()
            .default(72 * 3_600_000)
            .meta(
              means('The same for a medium one; lesser ones never escalate.', '中级预警的升级时长；更低级别不升级。'),
            ),
        })
        .prefault({})
        .meta(means('Ages at which alerts that are not closed escalate.', '各级预警未结案的升级时长。')),
    })
    .prefault({}),
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
    throw new WeirError('SETTINGS_INVALID', `${fileName}: not YAML: ${(error as Error).message.trimEnd()}`, {
      cause: error,
    });
  }
  const problems = problemsOf(raw, settingsSchema);
  if (problems.length > 0) {
    const lines = problems.map(({ path, en }) => `${fileName}: ${path.map(String).join('.') || '(top)'}: ${en}`);
    throw new WeirError('SETTINGS_INVALID', lines.join('\n'), {
      zh: `有 ${problems.length} 处设置无效，原设置继续生效。`,
      fields: problems.map(({ path, en, zh }) => ({ path: pointerTo(path), message: en, zh })),
    });
  }
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

/** The same value with object keys in order, so that equal settings are equal text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
