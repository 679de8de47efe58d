/**
 * Settings of one rule as people change them: what is written anew, and what thereby differs. Differences are told in
 * what is in force, so that a default that is written down is none.
 */
import type { z } from 'zod';
import type { Rule, Segment } from './contract.ts';
import { RULES } from './index.ts';
import { type RuleSettings, readSettings, resolveOptions, type Settings } from './settings.ts';

/** What is to be changed; the rest stays. */
export interface RuleChange {
  readonly enabled?: boolean | undefined;
  readonly shadow?: boolean | undefined;
  /** By name; null goes back to the default. */
  readonly options?: { readonly [name: string]: unknown } | undefined;
  /** All of them; null goes back to the rule’s own. */
  readonly segments?: readonly Segment[] | null | undefined;
  /** All of them. */
  readonly exemptions?: readonly WrittenExemption[] | undefined;
}

/** Whom a rule leaves alone, why, by whose word and until when. */
export type WrittenExemption = RuleSettings['exemptions'][number];

export interface Difference {
  readonly what: 'enabled' | 'shadow' | 'option' | 'segment' | 'exemptions';
  /** The option. */
  readonly name: string | null;
  /** The customers that it is about; null where all. */
  readonly when: Segment['when'] | null;
  /** Null where nothing of its own was said; of exemptions, how many there were. */
  readonly before: unknown;
  readonly after: unknown;
}

type Written = { rules?: { [rule: string]: { [field: string]: unknown } }; [field: string]: unknown };

/** The whole settings with the change made, to be checked like any that people write. */
export function withChange(settings: string, rule: string, change: RuleChange): string {
  const whole = JSON.parse(settings) as Written;
  const own = { ...whole.rules?.[rule] };
  for (const name of ['enabled', 'shadow'] as const) if (change[name] !== undefined) own[name] = change[name];
  if (change.options !== undefined) {
    const options = Object.entries({ ...(own.options as object | undefined), ...change.options });
    own.options = Object.fromEntries(options.filter(([, value]) => value !== null));
  }
  if (change.segments === null) delete own.segments;
  else if (change.segments !== undefined) own.segments = change.segments;
  if (change.exemptions !== undefined) own.exemptions = change.exemptions;
  return JSON.stringify({ ...whole, rules: { ...whole.rules, [rule]: own } });
}

/** What differs between two settings, by rule; rules in which nothing does are left out. */
export function differencesBetween(before: string, after: string): ReadonlyMap<string, readonly Difference[]> {
  const [old, fresh] = [readSettings(before), readSettings(after)];
  const found = RULES.map((rule) => [rule.id, differencesOf(rule, old, fresh)] as const);
  return new Map(found.filter(([, differences]) => differences.length > 0));
}

/** Segments in force, with options as rules read them. */
export function segmentsOf(rule: Rule, own: RuleSettings | undefined): Segment[] {
  return (own?.segments ?? rule.segments ?? []).map(({ when, enabled, options }) => ({
    when,
    enabled,
    options: options === undefined ? undefined : parsedEach(rule, options),
  }));
}

function parsedEach({ options: { shape } }: Rule, options: { readonly [name: string]: unknown }) {
  const schemas = shape as { readonly [name: string]: z.ZodType };
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, schemas[name]?.parse(value)]));
}

function differencesOf(rule: Rule, before: Settings, after: Settings): Difference[] {
  const [old, fresh] = [before.rules[rule.id], after.rules[rule.id]];
  const general = (own: RuleSettings | undefined) => ({
    ...resolveOptions(rule, own, []),
    shadow: own?.shadow ?? false,
    exemptions: own?.exemptions ?? [],
  });
  const [was, is] = [general(old), general(fresh)];
  return [
    ...differing('enabled', null, null, was.enabled, is.enabled),
    ...differing('shadow', null, null, was.shadow, is.shadow),
    ...differingOptions(null, was.options, is.options),
    ...differingSegments(segmentsOf(rule, old), segmentsOf(rule, fresh)),
    ...(isSame(was.exemptions, is.exemptions)
      ? []
      : [said('exemptions', null, null, was.exemptions.length, is.exemptions.length)]),
  ];
}

function differingSegments(before: readonly Segment[], after: readonly Segment[]): Difference[] {
  const keyed = (segments: readonly Segment[]) => new Map(segments.map((one) => [keyOf(one.when), one]));
  const [old, fresh] = [keyed(before), keyed(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key), fresh.get(key)];
    const when = (was ?? is)?.when ?? null;
    const came =
      was === undefined || is === undefined ? [said('segment', null, when, was !== undefined, is !== undefined)] : [];
    return [
      ...came,
      ...differing('enabled', null, when, was?.enabled ?? null, is?.enabled ?? null),
      ...differingOptions(when, was?.options ?? {}, is?.options ?? {}),
    ];
  });
}

function differingOptions(
  when: Difference['when'],
  before: { readonly [name: string]: unknown },
  after: { readonly [name: string]: unknown },
): Difference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => differing('option', name, when, before[name] ?? null, after[name] ?? null));
}

function differing(
  what: Difference['what'],
  name: string | null,
  when: Difference['when'],
  before: unknown,
  after: unknown,
): Difference[] {
  return isSame(before, after) ? [] : [said(what, name, when, before, after)];
}

function said(
  what: Difference['what'],
  name: string | null,
  when: Difference['when'],
  before: unknown,
  after: unknown,
): Difference {
  return { what, name, when, before, after };
}

function keyOf({ kind, tag, grade }: Segment['when']): string {
  return JSON.stringify([kind, tag, grade]);
}

/** Both were parsed by one schema, so their fields are in one order. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
