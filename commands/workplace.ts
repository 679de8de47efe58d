/** What the console is told of rules and of the process: put together from the roles that know it. */
import type { RulesFacts, SystemFacts } from '../dashboards/api/workplace.ts';
import { type Rule, unitOfOption } from '../processors/rules/contract.ts';
import { RULES } from '../processors/rules/index.ts';
import { readSettings, resolveOptions, type Settings } from '../processors/rules/settings.ts';
import type { SettingsInForce } from './control.ts';
import type { Engine } from './engine.ts';
import type { FlowMeter } from './flow.ts';

export function rulesFacts(inForce: SettingsInForce | null): RulesFacts {
  const settings = readSettings(inForce?.settings ?? '{}');
  return {
    items: RULES.map((rule) => factsOf(rule, settings)),
    changed: inForce === null ? null : { at: inForce.at, by: inForce.by, reason: inForce.reason },
  };
}

function factsOf(rule: Rule, settings: Settings): RulesFacts['items'][number] {
  const own = settings.rules[rule.id];
  const { options } = resolveOptions(rule, own, []);
  const defaults = rule.options.parse({}) as { readonly [name: string]: unknown };
  const { id, version, family, title, message, on, restricted } = rule;
  return {
    ...{ id, version, family, title, message, on: [...on], restricted },
    enabled: own?.enabled ?? true,
    shadow: own?.shadow ?? false,
    segments: (own?.segments ?? rule.segments ?? []).length,
    exemptions: own?.exemptions.length ?? 0,
    options: Object.entries(rule.options.shape).map(([name, schema]) => ({
      name,
      meaning: (schema as { description?: string }).description ?? '',
      value: options[name],
      default: defaults[name],
      unit: unitOfOption(schema as Parameters<typeof unitOfOption>[0]),
    })),
  };
}

export async function systemFacts(engine: Engine, flow: FlowMeter, version: string): Promise<SystemFacts> {
  const { eventsPerSecond, accepted, held, rejected, alerts, p99Ms } = await flow.latest();
  return {
    version,
    partitions: engine.log.partitions,
    flow: { eventsPerSecond, accepted, held, rejected, alerts, p99Ms },
    lags: engine.lags().map(({ stage, topic, partition, records, ms }) => ({ stage, topic, partition, records, ms })),
    clickhouse: engine.sink.lag().failing,
  };
}
