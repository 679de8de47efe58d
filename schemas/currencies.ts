/** Currencies, without anything else: what runs in a browser reads them, too. */

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

/** All codes, in their order. */
export const CURRENCIES: readonly string[] = [...TWO_DIGITS, ...OTHER_DIGITS.keys()].sort();

export function isCurrency(code: string): boolean {
  return TWO_DIGITS.has(code) || OTHER_DIGITS.has(code);
}

/** Number of minor digits of a currency: 2 for CNY, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string): number {
  return OTHER_DIGITS.get(currency) ?? 2;
}
