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

export type Pass = { readonly kind: 'pass' };
export type Alert = { readonly kind: 'alert'; readonly severity: Severity; readonly values: Values };
export type Hold = {
  readonly kind: 'hold';
  /** How many people must approve, and the roles that they may have; any approver where it is empty. */
  readonly approvals: number;
  readonly roles: readonly string[];
  /** Raises an alert besides, where it is not null. */
  readonly severity: Severity | null;
  readonly values: Values;
};
export type Reject = { readonly kind: 'reject'; readonly severity: Severity | null; readonly values: Values };

/** The decision comes from the payer's side: only rules on outgoing transfers may hold or reject. */
export type OutcomeOn<On extends Occasion> = [On] extends ['outgoing'] ? Pass | Alert | Hold | Reject : Pass | Alert;
export type RuleOutcome = Pass | Alert | Hold | Reject;

export const pass: Pass = { kind: 'pass' };

export function alert(severity: Severity, values: Values): Alert {
  return { kind: 'alert', severity, values };
}

export function hold(
  terms: { approvals: number; roles?: readonly string[]; severity?: Severity },
  values: Values,
): Hold {
  return {
    kind: 'hold',
    approvals: terms.approvals,
    roles: terms.roles ?? [],
    severity: terms.severity ?? null,
    values,
  };
}

export function reject(values: Values, severity: Severity | null = null): Reject {
  return { kind: 'reject', severity, values };
}

/** An option that is an amount: whole minor units of the institution's base currency. */
export function money() {
  return z
    .strictObject({
      minor: z.int().min(0).describe('Whole minor units.'),
      currency: z.string().refine(isCurrency, 'must be an ISO 4217 currency code like CNY'),
    })
    .meta({ unit: 'money' });
}

export type Features = { readonly [name: string]: Feature<number> | Feature<string> | Feature<boolean> };
export type Readings<F extends Features> = { readonly [K in keyof F]: F[K] extends Feature<infer T> ? T : never };

export interface RuleSpec<On extends Occasion, O extends z.ZodObject, F extends Features> {
  /** Named after the risk. */
  readonly id: string;
  /** Raised when the judgement changes for the same options. */
  readonly version: number;
  readonly family: Family;
  readonly title: { readonly en: string; readonly zh: string };
  /** What the outside is told where the rule holds or rejects. */
  readonly code: (typeof NEUTRAL_CODES)[number];
  /** True where the subject must not learn of it: evidence then stands in the alert alone. */
  readonly restricted: boolean;
  readonly on: readonly On[];
  readonly options: O;
  /** Rendered from the outcome's values and the options: `{name}` is replaced, with its unit. */
  readonly message: { readonly en: string; readonly zh: string };
  /** Units of values that are neither a feature nor an option. */
  readonly units?: { readonly [name: string]: Feature['unit'] };
  /** How single values read in a message: value's name → value → its words. Evidence keeps the value. */
  readonly words?: Words;
  readonly features: (options: z.output<O>) => F;
  readonly judge: (input: { readonly features: Readings<F>; readonly options: z.output<O> }) => OutcomeOn<On>;
  /** Settings of the rule that ship with it: segments where other options make sense. */
  readonly segments?: readonly Segment[];
}

export interface Words {
  readonly [name: string]: { readonly [value: string]: { readonly en: string; readonly zh: string } };
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
export interface Rule extends Omit<RuleSpec<Occasion, z.ZodObject, Features>, 'judge' | 'features'> {
  readonly features: (options: { readonly [name: string]: unknown }) => Features;
  readonly judge: (input: {
    readonly features: { readonly [name: string]: unknown };
    readonly options: { readonly [name: string]: unknown };
  }) => RuleOutcome;
}

export function rule<const On extends Occasion, O extends z.ZodObject, F extends Features>(
  spec: RuleSpec<On, O, F>,
): Rule {
  return spec as unknown as Rule;
}

/** Default of a money option. */
export function cny(minor: number): Money {
  return { minor, currency: 'CNY' };
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
