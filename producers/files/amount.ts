/** Decimal amounts as people write them, to whole minor units, without floating point on the way. */
export type Rounding = 'refuse' | 'half-even';

/** `1234.5`, `1,234.50`, `+12`: digits, perhaps grouped by thousands, perhaps with decimals. */
const DECIMAL = /^([+-]?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?$/;

/** Answers minor units, or in words why the text is no such amount. */
export function minorOf(text: string, digits: number, rounding: Rounding): number | string {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return `"${text}" is no decimal amount such as 1234.50`;
  const [, sign = '', whole = '', decimals = ''] = match;
  const kept = decimals.slice(0, digits).padEnd(digits, '0');
  const rest = decimals.slice(digits);
  if (rounding === 'refuse' && /[1-9]/.test(rest)) return `"${text}" has more than ${digits} decimals`;
  const magnitude = BigInt(whole.replaceAll(',', '') + kept);
  const minor = Number(sign === '-' ? -roundUp(magnitude, rest) : roundUp(magnitude, rest));
  return Number.isSafeInteger(minor) ? minor + 0 : `"${text}" is too large to be counted exactly`;
}

/** Half to even: a rest of exactly a half goes to the even neighbour. */
function roundUp(magnitude: bigint, rest: string): bigint {
  if (rest === '' || rest < '5') return magnitude;
  const exactlyHalf = /^50*$/.test(rest);
  return exactlyHalf && magnitude % 2n === 0n ? magnitude : magnitude + 1n;
}
