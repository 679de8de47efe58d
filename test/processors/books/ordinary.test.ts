import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ordinary } from '../../../processors/books/ordinary.ts';
import { scaled } from '../../support/scale.ts';

/** Width of a bin, as a part of its amount: 64 to a doubling. */
const BIN = 1 / 64;

describe('the share of ordinary amounts near one', () => {
  it('lies between the shares of a narrower and a wider band, counted by hand', () => {
    const amounts = fc.array(
      fc.oneof(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 9_000, max: 11_000 }),
        fc.integer({ min: 1, max: 2 ** 40 }),
      ),
      { minLength: 1, maxLength: 200 },
    );
    fc.assert(
      fc.property(amounts, fc.nat(199), fc.constantFrom(0.005, 0.02, 0.1), (all, which, tolerance) => {
        const ordinary = new Ordinary();
        for (const amount of all) ordinary.add(amount);
        const around = all[which % all.length]!;
        const within = (part: number) =>
          all.filter((one) => Math.abs(one - around) <= part * around).length / all.length;
        const share = ordinary.share(around, tolerance);
        // Amounts are known to a bin, so that only a band wider by one at either end is sure to hold them.
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(within(tolerance + (1 + tolerance) * BIN) + 1e-12);
        expect(share).toBeGreaterThanOrEqual(within(tolerance - (1 + tolerance) * BIN) - 1e-12);
      }),
      { numRuns: scaled(2_000) },
    );
  });

  it('is the width of the band where amounts spread evenly over one doubling, and the own bin whole', () => {
    const ordinary = new Ordinary();
    for (let amount = 65_536; amount < 131_072; amount++) ordinary.add(amount);
    for (const [around, tolerance] of [
      [100_000, 0.02],
      [80_000, 0.1],
    ] as const) {
      expect(ordinary.share(around, tolerance)).toBeCloseTo((2 * tolerance * around) / 65_536, 6);
    }
  });

  it('holds all of a round sum that is paid often, however narrow the band', () => {
    const ordinary = new Ordinary();
    for (let payment = 0; payment < 100; payment++) ordinary.add(payment < 40 ? 10_000 : 1_000_000);
    expect(ordinary.share(10_000, 0.005)).toBe(0.4);
  });

  it('is nothing while no amount is known', () => {
    expect(new Ordinary().share(100, 0.1)).toBe(0);
  });

  it('follows change: counts are halved together before they overflow, and shares stay', () => {
    const ordinary = new Ordinary();
    for (let pair = 0; pair < 9_000_000; pair++) {
      ordinary.add(1_000);
      ordinary.add(3_000_000);
    }
    expect(ordinary.total).toBeLessThan(16_777_216);
    expect(ordinary.total).toBe(ordinary.bins.reduce((sum, count) => sum + count, 0));
    expect(ordinary.share(1_000, 0.1)).toBeCloseTo(0.5, 3);
  });

  it('takes the greatest amounts that there are', () => {
    const ordinary = new Ordinary();
    ordinary.add(Number.MAX_SAFE_INTEGER);
    expect(ordinary.share(Number.MAX_SAFE_INTEGER, 0.1)).toBe(1);
  });
});
