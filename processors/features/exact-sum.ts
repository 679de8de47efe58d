/**
 * Sums of amounts that stay exact. A double holds whole numbers up to 2⁵³−1; where a sum goes beyond, it
 * is kept as a bigint beside it, so that what leaves a window takes away just what it brought. A sum that
 * kept a remainder would depend on what once was in the window, and a restored task counts what is in it now.
 */

/** Position among the totals → the sum itself, for those beyond 2⁵³−1. */
export type Beyond = Map<number, bigint>;

interface Totals {
  [position: number]: number;
}

/** Adds to a total that never falls below zero. Answers `beyond`, made where it is needed for the first time. */
export function addExactly(totals: Totals, beyond: Beyond | null, position: number, change: number): Beyond | null {
  const before = totals[position]!;
  const sum = before + change;
  if (before <= Number.MAX_SAFE_INTEGER && sum <= Number.MAX_SAFE_INTEGER) {
    totals[position] = sum;
    return beyond;
  }
  const kept = beyond ?? new Map<number, bigint>();
  const exact = (kept.get(position) ?? BigInt(before)) + BigInt(change);
  if (exact > Number.MAX_SAFE_INTEGER) kept.set(position, exact);
  else kept.delete(position);
  totals[position] = Number(exact);
  return kept;
}
