/**
 * Seeded randomness. Every stream of numbers is named by a seed and keys (which habit, which day, which
 * case), so that any part of the demo can be made again without what came before it: a restarted demo
 * and a repeated evaluation give the same events.
 */

/** Mixes a number into a hash (the finisher of MurmurHash3): 32 bits, unsigned. */
export function mix(hash: number, key: number): number {
  let mixed = Math.imul((hash ^ key) + 0x9e3779b9, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x27d4eb2f);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** One hash of all keys. Keys are whole numbers; their upper halves count too. */
export function hashOf(seed: number, ...keys: readonly number[]): number {
  let hash = mix(0, seed);
  for (const key of keys) hash = mix(mix(hash, key | 0), Math.floor(key / 0x1_0000_0000) | 0);
  return hash;
}

/** sfc32 (Chris Doty-Humphrey, PractRand): small, fast, and without visible flaws. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;
  /** The second of a pair of normal numbers that were made together. */
  #spare: number | null = null;

  constructor(seed: number, ...keys: readonly number[]) {
    const hash = hashOf(seed, ...keys);
    this.#a = hash;
    this.#b = mix(hash, 1);
    this.#c = mix(hash, 2);
    for (let round = 0; round < 8; round++) this.#word();
  }

  /** In [0, 1), 32 bits of it. */
  next(): number {
    return this.#word() / 0x1_0000_0000;
  }

  /** A whole number from 0 up to but not including `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  /** A whole number from `low` up to and including `high`. */
  whole(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError('there is nothing to pick from');
    return list[this.below(list.length)] as T;
  }

  /** Standard normal, by Marsaglia's polar method. */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    let x: number;
    let y: number;
    let square: number;
    do {
      x = 2 * this.next() - 1;
      y = 2 * this.next() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const scale = Math.sqrt((-2 * Math.log(square)) / square);
    this.#spare = y * scale;
    return x * scale;
  }

  logNormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal());
  }

  /** Log-uniform: every factor of two between the ends is as likely as every other. */
  logBetween(low: number, high: number): number {
    return low * Math.exp(this.next() * Math.log(high / low));
  }

  /** Whole number with this mean; for what happens independently many times. */
  count(mean: number): number {
    if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    // Knuth: multiply until the product falls below e^-mean.
    const end = Math.exp(-mean);
    let product = this.next();
    let count = 0;
    while (product > end) {
      product *= this.next();
      count++;
    }
    return count;
  }

  #word(): number {
    const sum = (this.#a + this.#b + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }
}
