import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minorOf } from '../../../producers/files/amount.ts';
import { formatMoney } from '../../../schemas/money.ts';

describe('decimal amounts', () => {
  it.each([
    ['0', 2, 0],
    ['12', 2, 1_200],
    ['+12.3', 2, 1_230],
    ['-0.05', 2, -5],
    ['1,234,567.89', 2, 123_456_789],
    ['12.300', 2, 1_230],
    ['12', 0, 12],
    ['12.345', 3, 12_345],
    [' 7.10 ', 2, 710],
    ['90071992547409.91', 2, 9_007_199_254_740_991],
    // In floating point 1.15 × 100 is 114.99999999999999, and 1.005 × 100 is 100.49999999999999.
    ['1.15', 2, 115],
    ['-0.00', 2, 0],
  ])('%s with %i decimals', (text, digits, minor) => {
    expect(Object.is(minorOf(text, digits, 'refuse'), minor)).toBe(true);
  });

  it.each([
    ['1.005', 100],
    ['1.015', 102],
    ['1.0150001', 102],
    ['1.0049', 100],
    ['1.0051', 101],
    ['0.995', 100],
    ['-1.005', -100],
    ['-1.015', -102],
  ])('%s is rounded half to even to %i', (text, minor) => {
    expect(minorOf(text, 2, 'half-even')).toBe(minor);
    expect(minorOf(text, 2, 'refuse')).toBe(`"${text}" has more than 2 decimals`);
  });

  it.each(['', 'x', '1e3', '1.', '.5', '1 000', '1,23', '0x10', '1.2.3', '--1', '１２'])('%j is none', (text) => {
    expect(minorOf(text, 2, 'refuse')).toBe(`"${text}" is no decimal amount such as 1234.50`);
  });

  it('refuses what could not be counted exactly', () => {
    expect(minorOf('90071992547409.92', 2, 'refuse')).toBe('"90071992547409.92" is too large to be counted exactly');
  });

  it('reads back every amount that we write', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.constantFrom('CNY', 'JPY', 'KWD'), (minor, currency) => {
        const text = formatMoney(minor, currency).slice(4);
        const digits = { CNY: 2, JPY: 0, KWD: 3 }[currency] as number;
        expect(minorOf(text, digits, 'refuse')).toBe(minor + 0);
      }),
      { numRuns: 2_000 },
    );
  });
});
