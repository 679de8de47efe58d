/** `GET /v1/rules`, `/v1/rule-changes`: the rules as they are in force, and how they came to be so. */
import { z } from 'zod';
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import { WeirError } from '../../runtime/errors.ts';
import type { App } from '../../runtime/http/app.ts';
import { requireRole, STAFF } from '../../runtime/http/auth.ts';
import type { Control } from '../../schemas/events/control.ts';
import { readControl, readSettingsChanges, type SettingsChange, saidOf } from './control-entries.ts';
import { timeField } from './fields.ts';

/** Changes of one rule that are told. */
const CHANGES_MAX = 10;

const words = z.strictObject({ en: z.string(), zh: z.string() });

const shape = {
  kind: z.enum(['money', 'duration', 'integer', 'number', 'choice', 'rows']),
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
  above: z.number().nullable().describe('It must be greater than this.'),
  choices: z.array(z.string()).describe('choice: what it may be.'),
  rowsMax: z.int().nullable().describe('rows: how many there may be.'),
};

const columnBody = z.strictObject({ name: z.string(), meaning: words, ...shape, columns: z.array(z.never()) });

const optionBody = z.strictObject({
  name: z.string(),
  meaning: words,
  value: z.unknown().describe('In force for customers of no segment; durations in ms.'),
  default: z.unknown(),
  unit: z.enum(['money', 'duration']).nullable(),
  ...shape,
  columns: z.array(columnBody).describe('rows: what each is made of.'),
});

const whenBody = z
  .strictObject({ kind: z.string().optional(), tag: z.string().optional(), grade: z.string().optional() })
  .describe('Customers of a kind, with a tag, of a grade: all that is named holds.');

const evidenceLabelBody = z.strictObject({
  name: z.string().describe('As evidence names it.'),
  label: words,
  values: z.record(z.string(), words).describe('Words for single values.'),
});

export const ruleBody = z.strictObject({
  id: z.string(),
  version: z.int(),
  family: z.string(),
  title: words,
  message: words.describe('The reason that it gives; names in braces are filled in.'),
  on: z.array(z.string()).describe('What it is judged on.'),
  restricted: z.boolean(),
  enabled: z.boolean().describe('By the settings; it may be switched off besides, as /v1/rule-changes tells.'),
  shadow: z.boolean(),
  segments: z.int().describe('Groups of customers with other options.'),
  groups: z
    .array(
      z.strictObject({
        when: whenBody,
        enabled: z.boolean().nullable().describe('Null where it is as for all.'),
        options: z.record(z.string(), z.unknown()).describe('What is other than for all.'),
      }),
    )
    .describe('The groups; later ones win.'),
  exemptions: z.int(),
  options: z.array(optionBody),
  evidence: z.array(evidenceLabelBody).describe('What its evidence is called.'),
});

export const rulesBody = z.strictObject({
  items: z.array(ruleBody),
  evidence: z.array(evidenceLabelBody).describe('What evidence is called that may stand beside that of any rule.'),
  revision: z.int().describe('Of the settings in force: a change names it.'),
  changed: z
    .strictObject({ at: timeField('When.'), by: z.string(), reason: z.string() })
    .nullable()
    .describe('The last change of the settings.'),
});

export const differenceBody = z.strictObject({
  what: z.enum(['enabled', 'shadow', 'option', 'segment', 'exemptions', 'switch']),
  name: z.string().nullable().describe('option: which.'),
  when: whenBody.nullable().describe('The group of customers; null where all.'),
  before: z.unknown().describe('Null where nothing of its own was said; of exemptions, how many there were.'),
  after: z.unknown(),
});

const changeBody = z.strictObject({
  rule: z.string(),
  at: timeField('When.'),
  by: z.string(),
  reason: z.string(),
  changes: z.array(differenceBody),
});

export const changesBody = z.strictObject({
  items: z.array(changeBody).describe(`The latest first; of each rule ${CHANGES_MAX} at most.`),
  switchedOff: z.array(z.string()).describe('Rules that a switch took out of force, whatever the settings say.'),
});

const exemptionsBody = z.strictObject({
  revision: z.int().describe('Of the settings in force.'),
  items: z.array(
    z.strictObject({
      subject: z.string().optional(),
      when: whenBody.optional(),
      reason: z.string(),
      by: z.string(),
      until: timeField('When it ends.'),
    }),
  ),
});

export type RuleExemptions = z.infer<typeof exemptionsBody>;
export type RulesFacts = z.infer<typeof rulesBody>;
export type RuleDifference = Omit<z.infer<typeof differenceBody>, 'what' | 'before' | 'after'> & {
  readonly what: z.infer<typeof differenceBody>['what'];
  readonly before?: unknown;
  readonly after?: unknown;
};
type Change = z.infer<typeof changeBody>;

/** What differs between two settings as control carries them, by rule. */
export type DifferencesBetween = (before: string, after: string) => ReadonlyMap<string, readonly RuleDifference[]>;

export interface RuleRouteParts {
  readonly clickhouse: ClickHouseClient;
  readonly rules: () => RulesFacts;
  /** Null where there is no such rule. */
  readonly exemptions: (rule: string) => RuleExemptions | null;
  readonly differencesBetween: DifferencesBetween;
}

const SWITCHES_MAX = 5_000;

export async function readRuleChanges(
  client: ClickHouseClient,
  differencesBetween: DifferencesBetween,
): Promise<z.infer<typeof changesBody>> {
  const [settings, switches] = await Promise.all([
    readSettingsChanges(client),
    readControl(client, 'rule-switch', SWITCHES_MAX),
  ]);
  const changes = [...settingsChanges(settings, differencesBetween), ...switchChanges(switches)];
  changes.sort((one, other) => (one.at < other.at ? 1 : -1));
  const counted = new Map<string, number>();
  const items = changes.filter(({ rule }) => {
    const count = (counted.get(rule) ?? 0) + 1;
    counted.set(rule, count);
    return count <= CHANGES_MAX;
  });
  const last = new Map(switches.map(({ rule, enabled }) => [rule ?? '', enabled]));
  return { items, switchedOff: [...last].filter(([, enabled]) => enabled === false).map(([rule]) => rule) };
}

function settingsChanges(told: readonly SettingsChange[], differencesBetween: DifferencesBetween): Change[] {
  return told.flatMap(({ entry, before, after }) =>
    [...differencesBetween(before, after)].map(([rule, differences]) => ({
      ...saidOf(entry),
      rule,
      changes: differences.map(({ before: was, after: is, ...rest }) => ({ ...rest, before: was, after: is })),
    })),
  );
}

function switchChanges(entries: readonly Control[]): Change[] {
  return entries.map((entry) => ({
    ...saidOf(entry),
    rule: entry.rule ?? '',
    changes: [{ what: 'switch', name: null, when: null, before: !entry.enabled, after: entry.enabled }],
  }));
}

export function addRuleRoutes(app: App, { clickhouse, rules, exemptions, differencesBetween }: RuleRouteParts): void {
  const tags = ['console'];
  const onRequest = requireRole(...STAFF);
  app.get(
    '/v1/rules',
    { onRequest, schema: { tags, summary: 'Rules as they are in force (规则)', response: { 200: rulesBody } } },
    () => rules(),
  );
  app.get(
    '/v1/rule-changes',
    {
      onRequest,
      schema: { tags, summary: 'Changes of the rules (规则变更)', response: { 200: changesBody } },
    },
    () => readRuleChanges(clickhouse, differencesBetween),
  );
  app.get(
    '/v1/rules/:id/exemptions',
    {
      // Whom a rule leaves alone tells whom it rang about.
      onRequest: requireRole('compliance'),
      schema: {
        tags,
        summary: 'Whom a rule leaves alone (豁免)',
        params: z.strictObject({ id: z.string().min(1).max(64) }),
        response: { 200: exemptionsBody },
      },
    },
    (request) => {
      const { id } = request.params;
      const found = exemptions(id);
      if (found !== null) return found;
      throw new WeirError('NOT_FOUND', `There is no rule ${id}.`, { zh: `没有规则 ${id}。` });
    },
  );
}
