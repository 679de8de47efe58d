/** A table's mapping, made ready for its columns: one line in, events in JSON form and labels out. */

import { minorDigits } from '../../schemas/currencies.ts';
import { type Label, labelJson } from '../../schemas/label.ts';
import { minorOf } from './amount.ts';
import type { AmountMapping, Choice, Condition, EventMapping, LabelMapping, TableMapping } from './mapping.ts';
import { compileTemplate, type Header, type RowContext, type Template } from './template.ts';
import { compileTime, Unreadable } from './time.ts';
import type { InputTopic } from './topics.ts';

/** An event in JSON form, not yet checked. */
export interface Draft {
  readonly topic: InputTopic;
  readonly item: { [name: string]: unknown };
}

export interface Mapped {
  readonly events: readonly Draft[];
  readonly labels: readonly Label[];
}

/** Throws `Unreadable` where a value is not what the mapping says. */
export type RowMapper = (context: RowContext) => Mapped;

type Reader<T> = (context: RowContext) => T;

export function compileTable(table: TableMapping, path: string, header: Header): RowMapper {
  const events = table.events.map((event, index) => compileEvent(event, `${path}.events[${index}]`, header));
  const labels = table.labels.map((label, index) => compileLabel(label, `${path}.labels[${index}]`, header));
  return (context) => ({
    events: events.map((read) => read(context)),
    labels: labels.flatMap((read) => read(context)),
  });
}

function compileEvent(event: EventMapping, path: string, header: Header): Reader<Draft> {
  const readers: [string[], Reader<unknown>][] = [
    ...Object.entries(event.fields).map(([name, value]) =>
      at(name, compileField(value, `${path}.fields.${name}`, header)),
    ),
    ...Object.entries(event.times).map(([name, time]) => at(name, compileTime(time, `${path}.times.${name}`, header))),
    ...Object.entries(event.amounts).map(([name, amount]) =>
      at(name, compileAmount(amount, `${path}.amounts.${name}`, header)),
    ),
  ];
  return (context) => {
    const item: { [name: string]: unknown } = {};
    for (const [names, read] of readers) {
      const value = read(context);
      if (value !== '') put(item, names, value);
    }
    return { topic: event.topic, item };
  };
}

function at<T>(name: string, read: Reader<T>): [string[], Reader<T>] {
  return [name.split('.'), read];
}

function compileField(value: EventMapping['fields'][string], path: string, header: Header): Reader<unknown> {
  if (typeof value === 'string') return compileTemplate(value, path, header);
  if (!Array.isArray(value)) return compileChoice(value, path, header);
  const items = value.map((item, index) => compileTemplate(item, `${path}[${index}]`, header));
  return (context) => items.map((item) => item(context)).filter((item) => item !== '');
}

function compileChoice({ value, map, otherwise }: Choice, path: string, header: Header): Template {
  const template = compileTemplate(value, `${path}.value`, header);
  const known = new Map(Object.entries(map));
  return (context) => {
    const text = template(context);
    const mapped = known.get(text) ?? otherwise;
    if (mapped === undefined) throw new Unreadable(`"${text}" is none of ${[...known.keys()].join(', ')}`);
    return mapped;
  };
}

function compileAmount(amount: AmountMapping, path: string, header: Header): Reader<unknown> {
  const value = compileTemplate(amount.value, `${path}.value`, header);
  const currencyOf =
    typeof amount.currency === 'string'
      ? compileTemplate(amount.currency, `${path}.currency`, header)
      : compileChoice(amount.currency, `${path}.currency`, header);
  return (context) => {
    const currency = currencyOf(context);
    const minor = minorOf(value(context), minorDigits(currency), amount.rounding);
    if (typeof minor === 'string') throw new Unreadable(minor);
    return { minor, currency };
  };
}

function compileLabel(label: LabelMapping, path: string, header: Header): Reader<Label[]> {
  const holds = compileCondition(label.when, `${path}.when`, header);
  const typology = compileTemplate(label.typology, `${path}.typology`, header);
  const accounts = label.accounts.map((text, index) => compileTemplate(text, `${path}.accounts[${index}]`, header));
  const ids = label.transferIds.map((text, index) => compileTemplate(text, `${path}.transferIds[${index}]`, header));
  return (context) => {
    if (!holds(context)) return [];
    const transferIds = ids.map((read) => read(context));
    return accounts.map((account) => {
      const item = { account: account(context), typology: typology(context), transferIds, role: label.role };
      const parsed = labelJson.safeParse(item);
      if (!parsed.success) throw new Unreadable('its label has no account or no typology');
      return parsed.data;
    });
  };
}

function compileCondition({ value, is, below }: Condition, path: string, header: Header): Reader<boolean> {
  const template = compileTemplate(value, `${path}.value`, header);
  if (below !== undefined) return (context) => Number(template(context)) < below;
  const wanted = new Set(is);
  return (context) => wanted.has(template(context));
}

function put(item: { [name: string]: unknown }, names: readonly string[], value: unknown): void {
  let into = item;
  for (const name of names.slice(0, -1)) {
    into[name] ??= {};
    into = into[name] as { [name: string]: unknown };
  }
  into[names.at(-1) as string] = value;
}
