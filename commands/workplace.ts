/** What the console is told of rules and of the process: put together from the roles that know it. */

import type { z } from 'zod';
import type { RuleExemptions, RulesFacts } from '../dashboards/api/rules.ts';
import type { SettingsFacts } from '../dashboards/api/settings.ts';
import type { SystemFacts } from '../dashboards/api/workplace.ts';
import { type EvidenceLabels, meaningOf, type Rule, unitOfOption, type Words } from '../processors/rules/contract.ts';
import { COMMON_EVIDENCE } from '../processors/rules/evidence.ts';
import { GENERAL_SETTINGS, generalDefault, generalValues } from '../processors/rules/general-settings.ts';
import { RULES } from '../processors/rules/index.ts';
import { shapeOf } from '../processors/rules/option-shape.ts';
import { readSettings, resolveOptions, type Settings } from '../processors/rules/settings.ts';
import { segmentsOf } from '../processors/rules/settings-edit.ts';
import { BOOK_FAILED } from '../processors/score/book-failed.ts';
import { NO_SETTINGS, type SettingsInForce } from './control.ts';
import type { Engine } from './engine.ts';
import type { FlowMeter } from './flow.ts';
import type { Versions } from './versions.ts';

export function rulesFacts(inForce: SettingsInForce | null): RulesFacts {
  const settings = readSettings(inForce?.settings ?? '{}');
  return {
    items: RULES.map((rule) => factsOf(rule, settings)),
    evidence: evidenceOf({ ...BOOK_FAILED.rule.evidence, ...COMMON_EVIDENCE }, BOOK_FAILED.rule.words),
    revision: inForce?.offset ?? NO_SETTINGS,
    changed: inForce === null ? null : { at: inForce.at, by: inForce.by, reason: inForce.reason },
  };
}

export function exemptionsFacts(inForce: SettingsInForce | null, id: string): RuleExemptions | null {
  if (!RULES.some((rule) => rule.id === id)) return null;
  const own = readSettings(inForce?.settings ?? '{}').rules[id];
  return { revision: inForce?.offset ?? NO_SETTINGS, items: own?.exemptions ?? [] };
}

export function institutionOf(inForce: SettingsInForce | null): {
  readonly zone: string;
  readonly baseCurrency: string;
} {
  const { zone, baseCurrency } = readSettings(inForce?.settings ?? '{}').institution;
  return { zone, baseCurrency };
}

export function settingsFacts(inForce: SettingsInForce | null): SettingsFacts {
  const values = generalValues(readSettings(inForce?.settings ?? '{}'));
  return {
    items: GENERAL_SETTINGS.map((setting) => {
      const { name, meaning, kind, minimum, maximum } = setting;
      return { name, meaning, kind, minimum, maximum, value: values.get(name), default: generalDefault(setting) };
    }),
    revision: inForce?.offset ?? NO_SETTINGS,
  };
}

function factsOf(rule: Rule, settings: Settings): RulesFacts['items'][number] {
  const own = settings.rules[rule.id];
  const { options } = resolveOptions(rule, own, []);
  const defaults = rule.options.parse({}) as { readonly [name: string]: unknown };
  const { id, version, family, title, message, on, restricted } = rule;
  const groups = segmentsOf(rule, own);
  return {
    ...{ id, version, family, title, message, on: [...on], restricted },
    enabled: own?.enabled ?? true,
    shadow: own?.shadow ?? false,
    segments: groups.length,
    groups: groups.map(({ when, enabled = null, options: other = {} }) => ({ when, enabled, options: other })),
    exemptions: own?.exemptions.length ?? 0,
    options: Object.entries(rule.options.shape as { [name: string]: z.ZodType }).map(([name, schema]) => ({
      name,
      meaning: meaningOf(schema),
      value: options[name],
      default: defaults[name],
      unit: unitOfOption(schema),
      ...formOf(schema),
    })),
    evidence: evidenceOf(rule.evidence, rule.words),
  };
}

function formOf(schema: z.ZodType) {
  const { columns, choices, ...shape } = shapeOf(schema);
  return {
    ...shape,
    choices: [...choices],
    columns: columns.map((column) => ({ ...column, choices: [...column.choices], columns: [] })),
  };
}

function evidenceOf(labels: EvidenceLabels, words: Words = {}): RulesFacts['evidence'] {
  return Object.entries(labels).map(([name, { en, zh }]) => ({ name, label: { en, zh }, values: { ...words[name] } }));
}

export async function systemFacts(engine: Engine, flow: FlowMeter, versions: Versions): Promise<SystemFacts> {
  const { eventsPerSecond, accepted, held, rejected, alerts, p99Ms } = await flow.latest();
  const known = await versions.latest();
  return {
    version: known.weir,
    versions: known,
    partitions: engine.log.partitions,
    flow: { eventsPerSecond, accepted, held, rejected, alerts, p99Ms },
    lags: engine.lags().map(({ stage, topic, partition, records, ms }) => ({ stage, topic, partition, records, ms })),
    clickhouse: engine.sink.lag().failing,
  };
}
