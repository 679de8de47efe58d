/**
 * From settings to what a task judges by. Which rules hold for a subject, with which options, depends
 * on its segment; subjects of one segment share one rule set, bound to the task's scope.
 */

import type { Grade } from '../../schemas/credit-rating.ts';
import type { Profile } from '../books/profile.ts';
import type { Feature, Scope } from '../features/scope.ts';
import type { WindowPlan } from '../features/windows.ts';
import type { Features, Occasion, Rule, Segment } from './contract.ts';
import { OCCASIONS } from './contract.ts';
import { RULES } from './index.ts';
import { readSettings, resolveOptions, type Settings } from './settings.ts';

/** A rule with its options and readings: what is called for each judgement. */
export interface BoundRule {
  readonly rule: Rule;
  readonly options: { readonly [name: string]: unknown };
  readonly shadow: boolean;
  /** The bit of this rule in a leg's FIRED; 0 for rules that never judge again. */
  readonly bit: number;
  /** Longest time back that it looks, ms. */
  readonly reachMs: number;
  /** True where it counts attempts alone: then a leg that moved no money is as good as another. */
  readonly ofAttempts: boolean;
  readonly input: {
    readonly features: { readonly [name: string]: unknown };
    readonly options: { readonly [name: string]: unknown };
  };
  /** Units of what its features read, for evidence. */
  readonly units: { readonly [name: string]: Feature['unit'] };
}

export type RuleSet = {
  readonly [K in Occasion]: readonly BoundRule[];
} & {
  /** The windows that these rules read: subjects of other segments pay for none of them. */
  readonly plan: WindowPlan;
  /** Longest reach of the rules that judge again, ms. */
  readonly reachMs: number;
  /** When the first exemption in it ends, ms: then it must be chosen anew. */
  readonly validUntil: number;
};

/** Who a rule set is chosen for. */
export interface Who {
  readonly id: string;
  readonly profile: Profile | null;
  readonly grade: Grade | null;
}

/** A rule that leaves somebody alone until a time, ms. */
interface Exemption {
  readonly rule: string;
  readonly until: number;
}

interface Exemptions {
  readonly bySubject: ReadonlyMap<string, readonly Exemption[]>;
  /** Of all customers of a kind, tag or grade. */
  readonly ofMany: readonly (Exemption & { readonly when: Segment['when'] })[];
}

/** Settings as a task uses them. One per settings entry; a new one is made when settings change. */
export class RuleBook {
  readonly settings: Settings;
  readonly #scope: Scope;
  readonly #switchedOff: ReadonlySet<string>;
  readonly #sets = new Map<string, RuleSet>();
  readonly #byKind = new Map<string, RuleSet>();
  readonly #exemptions: Exemptions;

  constructor(canonical: string, switchedOff: ReadonlySet<string>, scope: Scope) {
    this.settings = readSettings(canonical);
    this.#scope = scope;
    this.#switchedOff = new Set(switchedOff);
    this.#exemptions = exemptionsOf(this.settings);
  }

  /** The rules for a subject, at the time of the last tick. */
  choose(who: Who, tick: number): RuleSet {
    const inForce = ({ until }: Exemption) => !(tick >= until);
    const own = this.#exemptions.bySubject.get(who.id)?.filter(inForce) ?? [];
    // Most subjects differ in nothing that a segment or an exemption asks for.
    const { profile, grade } = who;
    const kind = profile === null ? `|${grade}` : `${profile.kind}|${profile.tags.join()}|${grade}`;
    const known = own.length === 0 ? this.#byKind.get(kind) : undefined;
    if (known !== undefined && !(tick >= known.validUntil)) return known;
    const ofMany = this.#exemptions.ofMany.filter((one) => inForce(one) && meets(one.when, who));
    const set = this.#chooseFor(who, [...own, ...ofMany]);
    if (own.length === 0) this.#byKind.set(kind, set);
    return set;
  }

  #chooseFor(who: Who, exempt: readonly Exemption[]): RuleSet {
    const validUntil = Math.min(Number.POSITIVE_INFINITY, ...exempt.map((one) => one.until));
    const parts = RULES.map((rule) => {
      if (exempt.some((one) => one.rule === rule.id)) return '-';
      return this.#segmentsOf(rule)
        .map((segment, index) => (meets(segment.when, who) ? index : -1))
        .filter((index) => index >= 0)
        .join(',');
    });
    const key = `${parts.join(';')}|${validUntil}`;
    let set = this.#sets.get(key);
    if (set === undefined) {
      set = this.#make(parts, validUntil);
      this.#sets.set(key, set);
    }
    return set;
  }

  #segmentsOf(rule: Rule): readonly Segment[] {
    return this.settings.rules[rule.id]?.segments ?? rule.segments ?? [];
  }

  #make(parts: readonly string[], validUntil: number): RuleSet {
    const chosen = RULES.map((rule, index) => this.#resolve(rule, parts[index]!)).filter((one) => one !== null);
    const plan = planOf(chosen);
    const bound = chosen.map((one) => bind(one, plan, this.#scope));
    const byOccasion = Object.fromEntries(
      OCCASIONS.map((occasion) => [occasion, bound.filter((one) => one.rule.on.includes(occasion))]),
    ) as { [K in Occasion]: BoundRule[] };
    const reachMs = Math.max(0, ...bound.filter((one) => one.bit !== 0).map((one) => one.reachMs));
    return { ...byOccasion, plan, reachMs, validUntil };
  }

  /** A rule with its options and features for those who match the segments; null where it is not judged. */
  #resolve(rule: Rule, part: string): ChosenRule | null {
    if (part === '-' || this.#switchedOff.has(rule.id)) return null;
    const own = this.settings.rules[rule.id];
    const segments = this.#segmentsOf(rule);
    const matched = part === '' ? [] : part.split(',').map((number) => segments[Number(number)]!);
    const { enabled, options } = resolveOptions(rule, own, matched);
    return enabled ? { rule, options, features: rule.features(options), shadow: own?.shadow ?? false } : null;
  }
}

interface ChosenRule {
  readonly rule: Rule;
  readonly options: { readonly [name: string]: unknown };
  readonly features: Features;
  readonly shadow: boolean;
}

/** Rules that read legs alone judge again; each has a bit, by its place among them. */
const REJUDGING = RULES.filter((rule) => {
  const features = Object.values(rule.features(rule.options.parse({})));
  return features.some((feature) => feature.reachMs > 0) && features.every((feature) => feature.fromLegs);
}).map((rule) => rule.id);

function bitOf(rule: Rule): number {
  const place = REJUDGING.indexOf(rule.id);
  if (place > 30) throw new Error('a leg has 31 bits for rules that judge again; the 32nd needs a second word');
  return place < 0 ? 0 : 1 << place;
}

function bind({ rule, options, features, shadow }: ChosenRule, plan: WindowPlan, scope: Scope): BoundRule {
  const readings: { [name: string]: unknown } = {};
  const units: { [name: string]: Feature['unit'] } = {};
  for (const [name, { unit }] of Object.entries(rule.evidence)) if (unit !== undefined) units[name] = unit;
  for (const [name, feature] of Object.entries(features)) {
    const read = feature.bind(plan);
    // A getter, so that a rule pays only for the features that it comes to look at.
    Object.defineProperty(readings, name, { enumerable: true, get: () => read(scope) });
    units[name] = feature.unit;
  }
  const reachMs = Math.max(0, ...Object.values(features).map((feature) => feature.reachMs));
  const ofAttempts = Object.values(features).every((feature) => feature.ofAttempts === true);
  const input = { features: readings, options };
  return { rule, options, shadow, bit: bitOf(rule), reachMs, ofAttempts, input, units };
}

/** The windows that rules ask for, each once. */
function planOf(chosen: readonly ChosenRule[]): WindowPlan {
  const windows = new Map<number, boolean>();
  for (const feature of chosen.flatMap((one) => Object.values(one.features))) {
    if (feature.window === null) continue;
    const { sizeMs, distinct } = feature.window;
    windows.set(sizeMs, (windows.get(sizeMs) ?? false) || distinct);
  }
  const sizesMs = [...windows.keys()].sort((left, right) => left - right);
  return { sizesMs, distinct: sizesMs.map((size) => windows.get(size)!) };
}

function exemptionsOf(settings: Settings): Exemptions {
  const bySubject = new Map<string, Exemption[]>();
  const ofMany: (Exemption & { readonly when: Segment['when'] })[] = [];
  for (const [rule, own] of Object.entries(settings.rules)) {
    for (const { subject, when, until } of own.exemptions) {
      const one = { rule, until: Date.parse(until) };
      if (when !== undefined) ofMany.push({ ...one, when });
      else bySubject.set(subject!, [...(bySubject.get(subject!) ?? []), one]);
    }
  }
  return { bySubject, ofMany };
}

function meets({ kind, tag, grade }: Segment['when'], who: Who): boolean {
  return (
    (kind === undefined || kind === who.profile?.kind) &&
    (tag === undefined || (who.profile?.tags.includes(tag) ?? false)) &&
    (grade === undefined || grade === (who.grade ?? 'A'))
  );
}
