/**
 * Money: whole minor units with an ISO 4217 currency. No floating point ever holds an amount; what
 * does not fit into ±(2^53−1) minor units is refused.
 */
import { z } from 'zod';
import { isCurrency, minorDigits } from './currencies.ts';
import { type Field, type Inner, long, nested, record } from './declare.ts';

const currency: Field<string> = {
  doc: 'ISO 4217 alphabetic code.',
  avro: () => 'string',
  json: z.string().refine(isCurrency, 'must be an ISO 4217 currency code like CNY'),
  render: (value) => value,
  optional: false,
};

export const moneyRecord = record(
  'Money',
  'An amount in whole minor units (fen, cents) of a currency.',
  { minor: long('Whole minor units.'), currency },
  { minor: 1_234_500, currency: 'CNY' },
);

export type Money = Inner<typeof moneyRecord>;

/** An amount that moves: never negative, since payer and payee say which way it goes. */
export function movedMoney(doc: string): Field<Money> {
  const json = z.strictObject({ minor: long('Whole minor units, not negative.', 0).json, currency: currency.json });
  return { ...nested(doc, moneyRecord), json: json.describe(doc) };
}

/**
 * Formats an amount the same way on every machine (no locale data): `CNY 12,345.00`. Decisions and
 * alerts carry such texts, and a replay must give them byte for byte.
 */
export function formatMoney(minor: number, currencyCode: string): string {
  const digits = minorDigits(currencyCode);
  const sign = minor < 0 ? '-' : '';
  const padded = String(Math.abs(minor)).padStart(digits + 1, '0');
  const whole = padded.slice(0, padded.length - digits).replace(/\B(?=(\d{3})+$)/g, ',');
  return digits === 0 ? `${currencyCode} ${sign}${whole}` : `${currencyCode} ${sign}${whole}.${padded.slice(-digits)}`;
}
