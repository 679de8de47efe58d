/**
 * How a setting of the process is declared: its schema together with what is said of it. Messages,
 * `weir config` and the reference in the README come from this one declaration.
 */
import { z } from 'zod';

export interface SettingFacts {
  readonly variable: string;
  /** As a person would write it; null where there is none. */
  readonly default: string | null;
  readonly en: string;
  readonly zh: string;
  readonly unit?: string;
  /** True where the value is never printed. */
  readonly secret?: boolean;
}

const factsByDeclaration = z.registry<SettingFacts>();

export function setting<S extends z.ZodType>(
  schema: S,
  facts: SettingFacts & { readonly default: string },
): z.ZodPrefault<S>;
export function setting<S extends z.ZodType>(
  schema: S,
  facts: SettingFacts & { readonly default: null },
): z.ZodOptional<S>;
export function setting(schema: z.ZodType, facts: SettingFacts): z.ZodType {
  const whole = facts.default === null ? schema.optional() : schema.prefault(facts.default);
  return whole.register(factsByDeclaration, facts);
}

export function factsOf(declared: z.ZodType): SettingFacts {
  return factsByDeclaration.get(declared) as SettingFacts;
}
