/**
 * The contract of a rule. A rule owns no state: it names the features it reads and is a pure function
 * from features and options to an outcome. One rule is one file, one test file and one line in
 * `rules/index.ts`.
 */
import { z } from 'zod';
import { isCurrency } from '../../schemas/currencies.ts';
import type { Money } from '../../schemas/money.ts';
import type { Family, NEUTRAL_CODES, Severity } from '../../schemas/reason.ts';
import type { Feature } from '../features/scope.ts';

/**
 * What a rule can be asked about: a side of a transfer, its settlement on either side, another subject of
 * it, a settlement against our word, or a change of the subject’s debts.
 */
export const OCCASIONS = ['outgoing', 'incoming', 'settlement', 'device', 'operator', 'status', 'receivables'] as const;
export type Occasion = (typeof OCCASIONS)[number];

export type Values = { readonly [name: string]: number | string };
/** Remembers, for the compiler alone, how the values of an outcome are named: each of them needs a label. */
declare const NAMED: unique symbol;
type Named<N extends string> = { readonly [NAMED]?: N };

/** What something is called, in both languages. */
export interface Label {
  readonly en: string;
  readonly zh: string;
}

/** What evidence is called. The unit is that of a value which is neither a feature nor an option. */
export interface EvidenceLabel extends Label {
  readonly unit?: Feature['unit'];
}
export type EvidenceLabels = { readonly [name: string]: EvidenceLabel };

export type Pass = { readonly kind: 'pass' };
export type Alert<N extends string = string> = Named<N> & {
  readonly kind: 'alert';
  readonly severity: Severity;
  readonly values: Values;
};
export type Hold<N extends string = string> = Named<N> & {
  readonly kind: 'hold';
  /** How many people must approve, and the roles that they may have; any approver where it is empty. */
  readonly approvals: number;
  readonly roles: readonly string[];
  /** Raises an alert besides, where it is not null. */
  readonly severity: Severity | null;
  readonly values: Values;
};
export type Reject<N extends string = string> = Named<N> & {
  readonly kind: 'reject';
  readonly severity: Severity | null;
  readonly values: Values;
};

/** The decision comes from the payer's side: only rules on outgoing transfers may hold or reject. */
export type OutcomeOn<On extends Occasion, N extends string = string> = [On] extends ['outgoing']
  ? Pass | Alert<N> | Hold<N> | Reject<N>
  : Pass | Alert<N>;
export type RuleOutcome = Pass | Alert | Hold | Reject;

export const pass: Pass = { kind: 'pass' };

type ValuesOf<N extends string> = { readonly [K in N]: number | string };

export function alert<N extends string>(severity: Severity, values: ValuesOf<N>): Alert<N> {
  return { kind: 'alert', severity, values };
}

export function hold<N extends string>(
  terms: { approvals: number; roles?: readonly string[]; severity?: Severity },
  values: ValuesOf<N>,
): Hold<N> {
  return {
    kind: 'hold',
    approvals: terms.approvals,
    roles: terms.roles ?? [],
    severity: terms.severity ?? null,
    values,
  };
}

export function reject<N extends string>(values: ValuesOf<N>, severity: Severity | null = null): Reject<N> {
  return { kind: 'reject', severity, values };
}

/** What an option means, in both languages: `z.int().default(4).meta(means('Fewest payers.', '最少付款人数。'))`. */
export function means(en: string, zh: string): { readonly description: string; readonly zh: string } {
  return { description: en, zh };
}

/** An option that is an amount: whole minor units of the institution's base currency. */
export function money() {
  return z
    .strictObject({
      minor: z.int().min(0).meta(means('Whole minor units.', '最小货币单位的整数。')),
      currency: z.string().refine(isCurrency, 'must be an ISO 4217 currency code like CNY'),
    })
    .meta({ unit: 'money' });
}

export type Features = { readonly [name: string]: Feature<number> | Feature<string> | Feature<boolean> };
export type Readings<F extends Features> = { readonly [K in keyof F]: F[K] extends Feature<infer T> ? T : never };

export interface RuleSpec<On extends Occasion, O extends z.ZodObject, F extends Features, E extends EvidenceLabels> {
  /** Named after the risk. */
  readonly id: string;
  /** Raised when the judgement changes for the same options. */
  readonly version: number;
  readonly family: Family;
  readonly title: Label;
  /** What the outside is told where the rule holds or rejects. */
  readonly code: (typeof NEUTRAL_CODES)[number];
  /** True where the subject must not learn of it: evidence then stands in the alert alone. */
  readonly restricted: boolean;
  readonly on: readonly On[];
  /** Each says what it means in both languages, by `means`. */
  readonly options: O;
  /** Rendered from the outcome's values and the options: `{name}` is replaced, with its unit. */
  readonly message: Label;
  /** What each value of an outcome is called, and each option that the message names. Records keep the name alone. */
  readonly evidence: E;
  /** How single values read in a message: value's name → value → its words. Evidence keeps the value. */
  readonly words?: Words;
  readonly features: (options: z.output<O>) => F;
  readonly judge: (input: {
    readonly features: Readings<F>;
    readonly options: z.output<O>;
  }) => OutcomeOn<On, NoInfer<keyof E & string>>;
  /** Settings of the rule that ship with it: segments where other options make sense. */
  readonly segments?: readonly Segment[];
}

export interface Words {
  readonly [name: string]: { readonly [value: string]: Label };
}

/** Other options for part of the customers. All that is named must hold. */
export interface Segment {
  readonly when: {
    readonly kind?: 'person' | 'organisation' | undefined;
    readonly tag?: string | undefined;
    readonly grade?: 'A' | 'B' | 'C' | 'D' | undefined;
  };
  readonly enabled?: boolean | undefined;
  readonly options?: { readonly [name: string]: unknown } | undefined;
}

/** A rule as the engine sees it. */
export interface Rule extends Omit<RuleSpec<Occasion, z.ZodObject, Features, EvidenceLabels>, 'judge' | 'features'> {
  readonly features: (options: { readonly [name: string]: unknown }) => Features;
  readonly judge: (input: {
    readonly features: { readonly [name: string]: unknown };
    readonly options: { readonly [name: string]: unknown };
  }) => RuleOutcome;
}

export function rule<const On extends Occasion, O extends z.ZodObject, F extends Features, E extends EvidenceLabels>(
  spec: RuleSpec<On, O, F, E>,
): Rule {
  return spec as unknown as Rule;
}

/** Default of a money option. */
export function cny(minor: number): Money {
  return { minor, currency: 'CNY' };
}

/** What an option was said to mean; its Chinese is empty where it was not said. */
export function meaningOf(option: z.ZodType): Label {
  const { description = '', zh } = option.meta() ?? {};
  return { en: description, zh: typeof zh === 'string' ? zh : '' };
}

/** The unit that an option was declared with, looked for under defaults. */
export function unitOfOption(option: z.ZodType): 'money' | 'duration' | null {
  for (let inner: z.ZodType | undefined = option; inner !== undefined; inner = unwrapped(inner)) {
    const unit = inner.meta()?.unit;
    if (unit === 'money' || unit === 'duration') return unit;
  }
  return null;
}

/** What a default or an optional is wrapped around; undefined where there is nothing inside. */
export function unwrapped(type: z.ZodType): z.ZodType | undefined {
  return (type as { def?: { innerType?: z.ZodType } }).def?.innerType;
}
