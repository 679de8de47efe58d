/** What may be written for an option, from its own declaration: for reference tables, and for forms that people fill in. */
import { z } from 'zod';
import { type Label, unitOfOption } from './contract.ts';

export interface OptionShape {
  /** An amount of the base currency, a duration, a number, one of a few words, or a list of rows. */
  readonly kind: 'money' | 'duration' | 'integer' | 'number' | 'choice' | 'rows';
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** It must be greater than this. */
  readonly above: number | null;
  readonly choices: readonly string[];
  readonly columns: readonly (OptionShape & { readonly name: string; readonly meaning: Label })[];
  /** Rows at most. */
  readonly rowsMax: number | null;
}

type JsonSchema = z.core.JSONSchema.JSONSchema & { readonly zh?: unknown };

export function shapeOf(option: z.ZodType): OptionShape {
  const json = z.toJSONSchema(option, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return shapeOfJson(json, unitOfOption(option));
}

function shapeOfJson(json: JsonSchema, unit: 'money' | 'duration' | null = null): OptionShape {
  return {
    kind: unit ?? kindOf(json),
    minimum: unless(json.minimum, Number.MIN_SAFE_INTEGER),
    maximum: unless(json.maximum, Number.MAX_SAFE_INTEGER),
    above: typeof json.exclusiveMinimum === 'number' ? json.exclusiveMinimum : null,
    choices: (json.enum ?? []).map(String),
    columns: columnsOf(json),
    rowsMax: json.maxItems ?? null,
  };
}

function kindOf({ type, enum: choices }: JsonSchema): OptionShape['kind'] {
  if (choices !== undefined) return 'choice';
  if (type === 'array') return 'rows';
  if (type === 'integer' || type === 'number') return type;
  throw new Error(`an option of type ${String(type)} has no form: declare it as money, duration, number, enum or rows`);
}

function columnsOf({ items }: JsonSchema): OptionShape['columns'] {
  const { properties = {} } = (items ?? {}) as JsonSchema;
  return Object.entries(properties).map(([name, column]) => {
    const { description = '', zh } = column as JsonSchema;
    const meaning = { en: description, zh: typeof zh === 'string' ? zh : '' };
    return { name, meaning, ...shapeOfJson(column as JsonSchema) };
  });
}

/** A bound that every safe integer has says nothing. */
function unless(bound: number | undefined, nothing: number): number | null {
  return bound === undefined || bound === nothing ? null : bound;
}
