import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convert } from '../../../processors/books/control.ts';
import { LONG_MAX, LONG_MIN } from '../../../schemas/declare.ts';
import { scaled } from '../../support/scale.ts';

describe('conversion into the base currency', () => {
  it.each([
    [5, 1, 2, 2],
    [7, 1, 2, 4],
    [15, 1, 10, 2],
    [25, 1, 10, 2],
    [35, 1, 10, 4],
    [251, 1, 100, 3],
    [249, 1, 100, 2],
    [-5, 1, 2, -2],
    [-7, 1, 2, -4],
    [-15, 1, 10, -2],
    [-251, 1, 100, -3],
    [10_000, 71_850, 10_000, 71_850],
    [0, 71_850, 10_000, 0],
    [LONG_MAX, 1, 1, LONG_MAX],
  ])('%i × %i ÷ %i is %i, half to even', (minor, numerator, denominator, expected) => {
    expect(convert(minor, { numerator, denominator })).toBe(expected);
  });

  it('is never further than half a unit from the exact value, and even where it is just that', () => {
    const part = fc.integer({ min: 1, max: 1_000_000_000_000 });
    const minor = fc.integer({ min: LONG_MIN, max: LONG_MAX });
    fc.assert(
      fc.property(
        minor,
        part,
        fc.oneof(part, fc.constantFrom(1, 2, 10, 100, 10_000)),
        (amount, numerator, denominator) => {
          const converted = convert(amount, { numerator, denominator });
          const exact = BigInt(amount) * BigInt(numerator);
          if (converted === null) {
            // More than Avro carries, give or take the rounding.
            const whole = exact / BigInt(denominator);
            expect(whole >= BigInt(LONG_MAX) || whole <= BigInt(LONG_MIN)).toBe(true);
            return;
          }
          const off = 2n * (exact - BigInt(converted) * BigInt(denominator));
          const apart = off < 0n ? -off : off;
          expect(apart <= BigInt(denominator)).toBe(true);
          if (apart === BigInt(denominator)) expect(Math.abs(converted % 2)).toBe(0);
        },
      ),
      { numRuns: scaled(2_000) },
    );
  });
});
