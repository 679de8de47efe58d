/**
 * How long the long tests run. `npm test` uses the counts as written; `npm run test:long` multiplies
 * them, for nights and for before a release.
 */
const scale = Number(process.env.WEIR_TEST_SCALE ?? '1');
if (!Number.isFinite(scale) || scale <= 0) throw new Error('WEIR_TEST_SCALE must be a positive number');

/** The count of cases or rounds that this run is to go through. */
export function scaled(count: number): number {
  return Math.max(1, Math.round(count * scale));
}
