/**
 * What is ordinary in a partition: a histogram of amounts on a logarithmic scale. Rules that ask
 * "is this more than chance" take their null model from it.
 *
 * Memory: 4,096 integers, 16 KB a partition. Counts are halved together when they grow large, so the
 * histogram follows slow change and never overflows.
 */

/** Bins a doubling of the amount: 64, a bin is 1.1 % wide. */
const BINS_PER_DOUBLING = 64;
const BINS = 4_096;
const TOTAL_MAX = 16_777_216;

export class Ordinary {
  bins = new Int32Array(BINS);
  total = 0;

  add(amount: number): void {
    this.bins[binOf(amount)]!++;
    if (++this.total >= TOTAL_MAX) this.#halve();
  }

  /** Takes the bins over from a checkpoint. */
  restore(bins: Int32Array<ArrayBuffer>): void {
    this.bins = bins;
    this.total = bins.reduce((sum, count) => sum + count, 0);
  }

  /**
   * Share of all amounts that lie within ±tolerance of `amount`. Bins at the edges count in part; the
   * amount’s own counts whole, since round sums are paid far oftener than those beside them.
   */
  share(amount: number, tolerance: number): number {
    if (this.total === 0) return 0;
    const low = position(amount * (1 - tolerance));
    const high = position(amount * (1 + tolerance));
    const own = binOf(amount);
    const last = Math.min(BINS - 1, Math.floor(high));
    let counted = 0;
    for (let bin = Math.floor(low); bin <= last; bin++) {
      const covered = bin === own ? 1 : Math.min(high, bin + 1) - Math.max(low, bin);
      counted += this.bins[bin]! * covered;
    }
    return counted / this.total;
  }

  #halve(): void {
    this.total = 0;
    for (let bin = 0; bin < BINS; bin++) {
      this.bins[bin]! >>>= 1;
      this.total += this.bins[bin]!;
    }
  }
}

function binOf(amount: number): number {
  return Math.min(BINS - 1, Math.floor(position(amount)));
}

/**
 * Place of an amount on the scale: doublings by the exponent, and straight within a doubling. No
 * logarithm, whose last digit may differ between machines; a replay must not.
 */
function position(amount: number): number {
  if (amount < 1) return 0;
  const doubling = Math.clz32(1) - Math.clz32(Math.min(amount, 0x7fffffff));
  let exponent = doubling;
  let scale = 2 ** exponent;
  while (amount >= scale * 2) {
    scale *= 2;
    exponent++;
  }
  return (exponent + (amount - scale) / scale) * BINS_PER_DOUBLING;
}
