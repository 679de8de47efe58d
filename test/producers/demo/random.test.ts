import { describe, expect, it } from 'vitest';
import { hashOf, Random } from '../../../producers/demo/random.ts';

const draws = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);
const mean = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

describe('seeded randomness', () => {
  it('gives the same numbers for the same seed and keys, and others for any other', () => {
    const first = (...keys: [number, ...number[]]) =>
      draws(
        5,
        (
          (random) => () =>
            random.next()
        )(new Random(...keys)),
      );
    expect(first(1, 2, 3)).toEqual(first(1, 2, 3));
    const others = [first(1, 2, 4), first(1, 3, 2), first(2, 2, 3), first(1, 2), first(1, 2, 3 + 2 ** 32)];
    for (const other of others) expect(other).not.toEqual(first(1, 2, 3));
  });

  it('does not change from build to build, or a restarted demo would be another', () => {
    const random = new Random(42, 7);
    expect([random.below(1_000), random.below(1_000), random.below(1_000), hashOf(42, 7)]).toMatchInlineSnapshot(`
      [
        369,
        324,
        348,
        397156423,
      ]
    `);
  });

  it('is even, normal and Poisson where it says so', () => {
    const random = new Random(5);
    const even = draws(20_000, () => random.next());
    expect(Math.abs(mean(even) - 0.5)).toBeLessThan(0.01);
    expect(Math.min(...even)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...even)).toBeLessThan(1);
    const normal = draws(20_000, () => random.normal());
    expect(Math.abs(mean(normal))).toBeLessThan(0.03);
    expect(Math.abs(mean(normal.map((one) => one * one)) - 1)).toBeLessThan(0.05);
    for (const expected of [0.3, 7, 200]) {
      const counts = draws(5_000, () => random.count(expected));
      expect(Math.abs(mean(counts) / expected - 1)).toBeLessThan(0.05);
      expect(counts.every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
    }
  });

  it('keeps ranges', () => {
    const random = new Random(6);
    expect(new Set(draws(500, () => random.whole(3, 5)))).toEqual(new Set([3, 4, 5]));
    expect(draws(500, () => random.logBetween(10, 1_000)).every((one) => one >= 10 && one <= 1_000)).toBe(true);
    expect(() => random.pick([])).toThrow('there is nothing to pick from');
  });
});
