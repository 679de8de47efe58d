/**
 * How people write settings: everything comes as text (from the environment) or as a plain YAML value,
 * and is read into the inner form here, with a message that says what was expected.
 */
import { z } from 'zod';
import { formatDuration, parseDuration } from '../schemas/time.ts';
import { PROCESS_ROLES, type ProcessRole, parseRoles } from './roles.ts';

const KIB = 1_024;
const BYTE_UNITS: { readonly [unit: string]: number } = { B: 1, KB: KIB, MB: KIB ** 2, GB: KIB ** 3 };

/** Parses `512KB`, `16MB`, `2GB` to bytes; null where it is no size. */
export function parseBytes(value: string): number | null {
  const match = /^(\d{1,9})(B|KB|MB|GB)$/.exec(value);
  if (match === null) return null;
  return Number(match[1]) * (BYTE_UNITS[match[2] as string] as number);
}

/** Renders bytes in the largest unit that is whole: 16777216 → `16MB`. */
export function formatBytes(bytes: number): string {
  for (const unit of ['GB', 'MB', 'KB']) {
    const size = BYTE_UNITS[unit] as number;
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return `${bytes}B`;
}

/** YAML knows numbers and booleans, the environment only text; from here on all are text. */
const written = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);

function parsed<T>(parse: (text: string) => T | null, expected: string) {
  return written.transform((text, context): T => {
    const value = parse(text.trim());
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: `expected ${expected}` });
    return z.NEVER;
  });
}

export function wholeNumber(min: number, max: number) {
  const expected = `a whole number from ${min} to ${max}`;
  return parsed((text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : null;
  }, expected);
}

export function durationBetween(minMs: number, maxMs: number) {
  const expected = `a duration from ${formatDuration(minMs)} to ${formatDuration(maxMs)}, such as 500ms, 5s or 2h`;
  return parsed((text) => {
    const value = parseDuration(text);
    return value !== null && value >= minMs && value <= maxMs ? value : null;
  }, expected);
}

export function bytesBetween(min: number, max: number) {
  const expected = `a size from ${formatBytes(min)} to ${formatBytes(max)}, such as 512KB or 16MB`;
  return parsed((text) => {
    const value = parseBytes(text);
    return value !== null && value >= min && value <= max ? value : null;
  }, expected);
}

export function oneOf<const V extends readonly [string, ...string[]]>(values: V) {
  return parsed(
    (text) => ((values as readonly string[]).find((value) => value === text) as V[number] | undefined | null) ?? null,
    `one of ${values.join(', ')}`,
  );
}

export function plainText(lengthMin = 1, lengthMax = 1_024) {
  const expected = `text of ${lengthMin} to ${lengthMax} characters`;
  return parsed((text) => (text.length >= lengthMin && text.length <= lengthMax ? text : null), expected);
}

/** The seed of generated traffic, or null for `off`. */
export function seedOrOff() {
  return parsed<{ readonly seed: number | null }>((text) => {
    if (['off', 'no', 'false', '0'].includes(text)) return { seed: null };
    return /^[1-9]\d{0,8}$/.test(text) ? { seed: Number(text) } : null;
  }, 'a seed from 1 to 999999999, or off').transform(({ seed }) => seed);
}

export function onOrOff() {
  return parsed((text) => {
    if (['on', 'yes', 'true', '1'].includes(text)) return true;
    return ['off', 'no', 'false', '0'].includes(text) ? false : null;
  }, 'on or off');
}

/** Names of roles, separated by commas. */
export function roleList() {
  return parsed<readonly ProcessRole[]>(
    parseRoles,
    `some of ${PROCESS_ROLES.join(', ')}, each once, separated by commas`,
  );
}

const BROKER = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):([1-9]\d{0,4})$/;

/** `host:port`, separated by commas. */
export function brokerList() {
  return parsed<readonly string[]>((text) => {
    const brokers = text.split(',').map((one) => one.trim());
    const valid = brokers.every((one) => Number(BROKER.exec(one)?.[1]) <= 65_535);
    return valid ? brokers : null;
  }, 'brokers as host:port, separated by commas');
}

const HOST = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::([1-9]\d{0,4}))?$/;

/** `host` or `host:port`, separated by commas, as they stand in a URL. */
export function hostList() {
  return parsed<readonly string[]>((text) => {
    const hosts = text.split(',').map((one) => one.trim().toLowerCase());
    return hosts.every((one) => HOST.test(one) && Number(HOST.exec(one)?.[1] ?? 1) <= 65_535) ? hosts : null;
  }, 'hosts as name or name:port, separated by commas');
}

/** Without user and password, which have settings of their own and would be printed here. */
export function httpUrl() {
  return parsed((text) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    const plain = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
    return plain && ['http:', 'https:'].includes(url.protocol) ? text.replace(/\/+$/, '') : null;
  }, 'an address that begins with http:// or https://, without user, password, query or fragment');
}
