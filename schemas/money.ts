/**
 * Money: whole minor units with an ISO 4217 currency. No floating point ever holds an amount; what
 * does not fit into ±(2^53−1) minor units is refused.
 */
import { z } from 'zod';
import { type Field, type Inner, long, nested, record } from './declare.ts';

/**
 * ISO 4217 alphabetic codes by number of minor digits (List One, 2024-06-25; funds and metals left out).
 * Codes that are not here have two digits and stand in `TWO_DIGITS`.
 */
export const OTHER_DIGITS: ReadonlyMap<string, number> = new Map<string, number>([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3] as const),
]);

const TWO_DIGITS = new Set(
  (
    'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY ' +
    'COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS ' +
    'INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR ' +
    'MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD ' +
    'SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG'
  ).split(' '),
);

export function isCurrency(code: string): boolean {
  return TWO_DIGITS.has(code) || OTHER_DIGITS.has(code);
}

/** Number of minor digits of a currency: 2 for CNY, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string): number {
  return OTHER_DIGITS.get(currency) ?? 2;
}

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
