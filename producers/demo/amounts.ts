/**
 * What things cost. Ordinary life and planted cases draw from the same functions, so that no amount
 * gives a case away; `within` keeps a planted one in a stretch that ordinary ones fill as well.
 */
import type { Random } from './random.ts';
import { roundTo } from './world.ts';

/** Fen in a yuan. */
export const YUAN = 100;

/** Most people send round sums: to the hundred, the thousand, or as the bill says. */
function rounded(minor: number, random: Random): number {
  const draw = random.next();
  if (draw < 0.3) return roundTo(minor, minor >= 2_000 * YUAN ? 1_000 * YUAN : 100 * YUAN);
  if (draw < 0.55) return roundTo(minor, minor >= 2_000 * YUAN ? 100 * YUAN : 10 * YUAN);
  return draw < 0.75 ? roundTo(minor, YUAN) : Math.max(1, Math.round(minor));
}

/** Between friends: meals shared, tickets, debts. */
export function friendlyAmount(wealth: number, random: Random): number {
  return rounded(random.logNormal(260 * YUAN, 1.1) * wealth, random);
}

/** Inside a family: pocket money, upkeep, help. */
export function familyAmount(wealth: number, random: Random): number {
  return rounded(random.logNormal(1_500 * YUAN, 1) * wealth, random);
}

/** Tuition, a car, renovation; now and then a flat. */
export function largeAmount(wealth: number, random: Random): number {
  const median = random.chance(0.08) ? 220_000 * YUAN : 22_000 * YUAN;
  return rounded(random.logNormal(median, 0.9) * wealth, random);
}

/** Over the counter or from a machine; nearly always round. */
export function cashAmount(wealth: number, random: Random): number {
  return roundTo(random.logNormal(4_500 * YUAN, 1.25) * wealth, 100 * YUAN);
}

/** At a shop: around its middle price, often to the tenth of a yuan. */
export function purchaseAmount(priceMinor: number, random: Random): number {
  return roundTo(random.logNormal(priceMinor, 0.6), random.chance(0.7) ? 10 : 1);
}

/** Between companies, for goods. */
export function tradeAmount(scale: number, random: Random): number {
  return Math.max(100, Math.round(random.logNormal(28_000 * YUAN, 1) * Math.sqrt(scale)));
}

/**
 * Draws again until the amount lies between the ends; after many misses the nearer end decides, by a
 * draw between the two.
 */
export function within(low: number, high: number, random: Random, draw: () => number): number {
  for (let attempt = 0; attempt < 64; attempt++) {
    const minor = draw();
    if (minor >= low && minor <= high) return minor;
  }
  return Math.round(random.logBetween(low, high));
}
