/** Times and days: instants are milliseconds, days are calendar days in a party's own zone. */
import { z } from 'zod';
import type { Field } from './declare.ts';

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const UNITS: { readonly [unit: string]: number } = { ms: 1, s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

/** Parses `30s`, `5m`, `24h`, `31d` to milliseconds; null where it is no duration. */
export function parseDuration(value: string): number | null {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(value);
  if (match === null) return null;
  return Number(match[1]) * (UNITS[match[2] as string] as number);
}

/** Renders milliseconds in the largest unit that is whole: 86400000 → `1d`. */
export function formatDuration(durationMs: number): string {
  for (const unit of ['d', 'h', 'm', 's']) {
    const size = UNITS[unit] as number;
    if (durationMs >= size && durationMs % size === 0) return `${durationMs / size}${unit}`;
  }
  return `${durationMs}ms`;
}

/** Options that are durations: written `24h`, read as milliseconds. */
export function duration() {
  return z
    .string()
    .transform((value, context) => {
      const parsed = parseDuration(value);
      if (parsed === null || parsed === 0) {
        context.addIssue({ code: 'custom', message: 'must be a duration like 30m, 24h or 31d' });
        return z.NEVER;
      }
      return parsed;
    })
    .meta({ unit: 'duration' });
}

/** Zones found valid: asking Intl takes 50 µs, and there are only some hundred names. */
const knownZones = new Set<string>();

export function isZone(name: string): boolean {
  if (knownZones.has(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    return false;
  }
  knownZones.add(name);
  return true;
}

/** An IANA time zone such as Asia/Shanghai. */
export function zone(doc: string): Field<string> {
  return {
    doc,
    avro: () => 'string',
    json: z.string().max(64).refine(isZone, 'must be an IANA time zone like Asia/Shanghai').describe(doc),
    render: (value) => value,
    optional: false,
  };
}

/** Days since 1970-01-01 of a `YYYY-MM-DD` day. */
export function dayNumber(day: string): number {
  return Math.floor(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
}

/** `YYYY-MM-DD` of a day number. */
export function dayText(number: number): string {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}
