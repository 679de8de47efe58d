/**
 * Changing settings that are of no rule (通用设置). Amounts of rules are in the base currency, so whoever changes it says
 * what they are worth in the new one: all of them are written anew in the same change.
 */
import type { z } from 'zod';
import { convert } from '../processors/books/control.ts';
import { type Rule, unitOfOption } from '../processors/rules/contract.ts';
import {
  BASE_CURRENCY,
  GENERAL_SETTINGS,
  type GeneralDifference,
  generalDifferences,
  generalValues,
  withGeneral,
} from '../processors/rules/general-settings.ts';
import { RULES } from '../processors/rules/index.ts';
import { type RuleSettings, readSettings, resolveOptions } from '../processors/rules/settings.ts';
import { type Difference, differencesBetween } from '../processors/rules/settings-edit.ts';
import { pointerTo, WeirError } from '../runtime/errors.ts';
import { isCurrency, minorDigits } from '../schemas/currencies.ts';
import type { Money } from '../schemas/money.ts';
import { checkedAt } from './checked-settings.ts';

/** What is asked for, made on the settings of a revision: the offset of the entry that brought them. */
export interface GeneralRequest {
  readonly revision: number;
  /** By name, written as in a file of settings; null goes back to the default. */
  readonly values: { readonly [name: string]: unknown };
  /** What one of the base currency is worth in the new one, as a decimal number. */
  readonly rate?: string | undefined;
}

export interface GeneralChanged {
  readonly changes: readonly GeneralDifference[];
  /** What changes of rules along with it. */
  readonly rules: readonly { readonly rule: string; readonly changes: readonly Difference[] }[];
  /** The whole, canonical. */
  readonly settings: string;
}

/** What a change would come to; throws where it is not valid. */
export function generalChanged(before: string, { values, rate }: Omit<GeneralRequest, 'revision'>): GeneralChanged {
  refuseUnknown(values);
  const written = withGeneral(before, values);
  const settings = checkedAt(restatedWhereNeeded(before, written, values, rate), placeOf);
  const rules = [...differencesBetween(before, settings)].map(([rule, changes]) => ({ rule, changes }));
  return { changes: generalDifferences(before, settings), rules, settings };
}

function refuseUnknown(values: object): void {
  const names = GENERAL_SETTINGS.map(({ name }) => name);
  const unknown = Object.keys(values).filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  const known = names.join(', ');
  throw invalid(
    unknown.map((name) => ({
      path: pointerTo(['values', name]),
      message: `is not known; expected ${known}`,
      zh: `未知项；可用项：${known}`,
    })),
  );
}

/** With amounts of rules in the new base currency, where it is another one. */
function restatedWhereNeeded(before: string, written: string, values: GeneralRequest['values'], rate?: string): string {
  const from = String(generalValues(readSettings(before)).get(BASE_CURRENCY));
  // What is no currency is told along with all else that is wrong.
  const asked = Object.hasOwn(values, BASE_CURRENCY) ? (values[BASE_CURRENCY] ?? defaultCurrency()) : from;
  if (typeof asked !== 'string' || !isCurrency(asked)) return written;
  if (asked !== from && rate !== undefined) return restated(before, written, { from, to: asked, rate });
  if (asked === from && rate === undefined) return written;
  const problem =
    rate === undefined
      ? {
          message: `must say what 1 ${from} is worth in ${asked}, since all amounts of rules change with the base currency`,
          zh: `须注明 1 ${from} 折合多少 ${asked}：规则中的金额将随本位币一并换算`,
        }
      : { message: 'is for a change of the base currency alone', zh: '仅在变更本位币时填写' };
  throw invalid([{ path: '/rate', ...problem }]);
}

function defaultCurrency(): unknown {
  return generalValues(readSettings('{}')).get(BASE_CURRENCY);
}

interface Restating {
  readonly from: string;
  readonly to: string;
  readonly rate: string;
}

type Options = { readonly [name: string]: unknown };

/** Every amount of every rule, defaults and those of groups included, rounded half to even to whole minor units. */
function restated(before: string, written: string, restating: Restating): string {
  const inForce = readSettings(before);
  const whole = JSON.parse(written) as { readonly rules?: { readonly [rule: string]: Options } };
  const rules = RULES.map((rule) => {
    const own = inForce.rules[rule.id];
    const raw = whole.rules?.[rule.id] ?? {};
    const { options } = resolveOptions(rule, own, []);
    return [
      rule.id,
      {
        ...raw,
        options: { ...(raw.options as Options | undefined), ...amountsOf(rule, options, restating) },
        ...groupsOf(rule, own, raw, restating),
      },
    ];
  });
  return JSON.stringify({ ...whole, rules: Object.fromEntries(rules) });
}

function groupsOf(rule: Rule, own: RuleSettings | undefined, raw: Options, restating: Restating) {
  const groups = (raw.segments ?? own?.segments ?? rule.segments) as RuleSettings['segments'];
  const isMoney = groups?.some(({ options = {} }) => Object.keys(amountsOf(rule, options, restating)).length > 0);
  if (groups === undefined || isMoney !== true) return {};
  return {
    segments: groups.map((group) =>
      group.options === undefined
        ? group
        : { ...group, options: { ...group.options, ...amountsOf(rule, group.options, restating) } },
    ),
  };
}

function amountsOf({ options: { shape } }: Rule, options: Options, restating: Restating): Options {
  const schemas = shape as { readonly [name: string]: z.ZodType };
  const amounts = Object.entries(options).filter(([name]) => {
    const schema = schemas[name];
    return schema !== undefined && unitOfOption(schema) === 'money';
  });
  return Object.fromEntries(amounts.map(([name, amount]) => [name, amountIn(amount as Money, restating)]));
}

function amountIn({ minor }: Money, { from, to, rate }: Restating): Money {
  const [whole = '0', fraction = ''] = rate.split('.');
  const numerator = Number(whole + fraction) * 10 ** minorDigits(to);
  const denominator = 10 ** (fraction.length + minorDigits(from));
  const converted = Number.isSafeInteger(numerator) ? convert(minor, { numerator, denominator }) : null;
  if (converted !== null && numerator > 0) return { minor: converted, currency: to };
  throw invalid([
    {
      path: '/rate',
      message: 'must be greater than zero, and keep all amounts of rules within what can be counted',
      zh: '须大于零，且换算后的规则金额不得超出可计范围',
    },
  ]);
}

/** Where in the request a place in the settings is. */
function placeOf(path: string): string {
  for (const { name, path: steps } of GENERAL_SETTINGS) {
    const own = pointerTo(steps);
    if (path === own || path.startsWith(`${own}/`)) return pointerTo(['values', name]) + path.slice(own.length);
  }
  return path;
}

function invalid(fields: readonly { readonly path: string; readonly message: string; readonly zh: string }[]) {
  return new WeirError('SETTINGS_INVALID', 'These settings are not valid; those before them stay.', {
    zh: `有 ${fields.length} 处设置无效，原设置继续生效。`,
    fields,
  });
}
