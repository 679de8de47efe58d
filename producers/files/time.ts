/** Times as files write them, to milliseconds. */

import type { TimeMapping } from './mapping.ts';
import { compileTemplate, type Header, type RowContext } from './template.ts';

/** Answers the instant in ISO form, or throws `Unreadable` with what was expected. */
export type TimeReader = (context: RowContext) => string;

/** A value of a line that is not what the mapping says; the line is refused with the message. */
export class Unreadable extends Error {}

const PARTS: { readonly [token: string]: string } = {
  yyyy: '(?<year>\\d{4})',
  MM: '(?<month>\\d{1,2})',
  dd: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
  SSS: '(?<milli>\\d{1,3})',
};

export function compileTime(time: TimeMapping, path: string, header: Header): TimeReader {
  const value = compileTemplate(time.value, `${path}.value`, header);
  switch (time.as) {
    // The record's own check reads it, and says what is wrong with it.
    case 'iso':
      return value;
    case 'epoch-ms':
    case 'epoch-s': {
      const factor = time.as === 'epoch-s' ? 1_000 : 1;
      return (context) => isoOf(wholeNumber(value(context), `a number of ${time.as.slice(6)} since 1970`) * factor);
    }
    case 'format':
      return formatted(value, time);
    case 'step':
      return stepped(value, time);
  }
}

function formatted(value: TimeReader, { format, offset }: Extract<TimeMapping, { as: 'format' }>): TimeReader {
  const source = format.replace(/yyyy|MM|dd|HH|mm|SSS|ss|[^A-Za-z0-9]|./g, (part) => PARTS[part] ?? literal(part));
  const pattern = new RegExp(`^${source}$`);
  return (context) => {
    const text = value(context);
    const groups = pattern.exec(text.trim())?.groups;
    if (groups === undefined) throw new Unreadable(`"${text}" is no time of the form ${format}`);
    const { year = '', month = '', day = '', hour = '00', minute = '00', second = '00', milli = '0' } = groups;
    const clock = `${hour.padStart(2, '0')}:${minute}:${second}.${milli.padEnd(3, '0')}`;
    return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${clock}${offset}`;
  };
}

/** Lines of one step must stand together for their order to be kept; a file by steps is written so. */
function stepped(value: TimeReader, { unit, base, perUnit }: Extract<TimeMapping, { as: 'step' }>): TimeReader {
  const start = Date.parse(base);
  let current = Number.NaN;
  let place = 0;
  return (context) => {
    const step = wholeNumber(value(context), 'a whole number of steps');
    place = step === current ? place + 1 : 0;
    current = step;
    const within = perUnit === undefined ? 0 : Math.min(unit - 1, Math.floor((place * unit) / perUnit));
    return isoOf(start + step * unit + within);
  };
}

function wholeNumber(text: string, expected: string): number {
  if (!/^-?\d{1,15}$/.test(text.trim())) throw new Unreadable(`"${text}" is not ${expected}`);
  return Number(text);
}

function isoOf(at: number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) throw new Unreadable(`${at} ms lies beyond all calendars`);
  return date.toISOString();
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
