/**
 * Settings that are of no rule (通用设置): zone, base currency, deadlines. What each means and may be comes from its own
 * declaration. Differences are told in what is in force, so that a default that is written down is none.
 */
import { z } from 'zod';
import { type Label, meaningOf, unitOfOption, unwrapped } from './contract.ts';
import { readSettings, type Settings, settingsSchema } from './settings.ts';

export interface GeneralSetting {
  /** With dots between its parts, as in `institution.zone`. */
  readonly name: string;
  readonly path: readonly string[];
  readonly meaning: Label;
  /** An IANA zone, an ISO 4217 currency, a list of days, a duration in ms, or a number of working days. */
  readonly kind: 'zone' | 'currency' | 'days' | 'duration' | 'working-days';
  readonly minimum: number | null;
  readonly maximum: number | null;
}

export interface GeneralDifference {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

export const BASE_CURRENCY = 'institution.baseCurrency';

export const GENERAL_SETTINGS: readonly GeneralSetting[] = settingsUnder(settingsSchema, []);

const DEFAULTS = settingsSchema.parse({});

/** What is in force, by name. */
export function generalValues(settings: Settings): ReadonlyMap<string, unknown> {
  return new Map(GENERAL_SETTINGS.map(({ name, path }) => [name, valueAt(settings, path)]));
}

export function generalDefault({ path }: GeneralSetting): unknown {
  return valueAt(DEFAULTS, path);
}

/** The whole settings with these written anew, to be checked like any that people write; null goes back to the default. */
export function withGeneral(settings: string, values: { readonly [name: string]: unknown }): string {
  let whole = JSON.parse(settings) as Tree;
  for (const { name, path } of GENERAL_SETTINGS) {
    if (Object.hasOwn(values, name)) whole = withValue(whole, path, values[name]);
  }
  return JSON.stringify(whole);
}

/** What differs between two settings as control carries them. */
export function generalDifferences(before: string, after: string): readonly GeneralDifference[] {
  const [old, fresh] = [generalValues(readSettings(before)), generalValues(readSettings(after))];
  return GENERAL_SETTINGS.flatMap(({ name }) => {
    const [was, is] = [old.get(name), fresh.get(name)];
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ name, before: was, after: is }];
  });
}

type Tree = { readonly [name: string]: unknown };

function valueAt(tree: unknown, path: readonly string[]): unknown {
  return path.reduce((at, step) => (at as Tree)[step], tree);
}

function withValue(tree: Tree, [step = '', ...rest]: readonly string[], value: unknown): Tree {
  const { [step]: own, ...others } = tree;
  if (rest.length > 0) return { ...others, [step]: withValue((own ?? {}) as Tree, rest, value) };
  return value === null ? others : { ...others, [step]: value };
}

/** Those of an object, and of the objects in it; what rules have of their own is told elsewhere. */
function settingsUnder(schema: z.ZodObject, path: readonly string[]): GeneralSetting[] {
  return Object.entries(schema.shape as { [name: string]: z.ZodType }).flatMap(([name, inner]) => {
    const own = [...path, name];
    const object = bare(inner);
    if (object instanceof z.ZodRecord) return [];
    if (object instanceof z.ZodObject) return settingsUnder(object, own);
    return [{ name: own.join('.'), path: own, meaning: meaningOf(inner), ...shapeOf(inner) }];
  });
}

function bare(schema: z.ZodType): z.ZodType {
  const inner = unwrapped(schema);
  return inner === undefined ? schema : bare(inner);
}

function shapeOf(schema: z.ZodType): Pick<GeneralSetting, 'kind' | 'minimum' | 'maximum'> {
  if (unitOfOption(schema) === 'duration') return { kind: 'duration', minimum: null, maximum: null };
  const { form } = (schema.meta() ?? {}) as { readonly form?: unknown };
  if (form === 'zone' || form === 'currency') return { kind: form, minimum: null, maximum: null };
  const type = bare(schema);
  if (type instanceof z.ZodArray) return { kind: 'days', minimum: null, maximum: null };
  if (type instanceof z.ZodNumber) return { kind: 'working-days', minimum: type.minValue, maximum: type.maxValue };
  throw new Error('a setting that is neither zone, currency, days, duration nor working days has no form');
}
