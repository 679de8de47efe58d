/**
 * Books that throw where a test plants a certain amount or name. They wrap the real ones, and throw after
 * half of their work: what they did by then must be undone.
 */
import type { Limits } from '../../processors/books/limits.ts';
import type { Ordinary } from '../../processors/books/ordinary.ts';
import type { Chunk } from '../../processors/features/legs.ts';
import type { Windows } from '../../processors/features/windows.ts';

/** Amounts that the books below stumble over, minor units. */
export const BREAKS_WINDOWS = 661;
export const BREAKS_CHANGES = 662;
export const BREAKS_LIMITS = 663;
export const BREAKS_ORDINARY = 664;
/** Smaller than any; `BREAKS_LIMITS` once given back. */
export const FAULT = 'a fault inside of a book';

function stumble(): never {
  throw new Error(FAULT);
}

export function brokenWindows(real: typeof Windows): typeof Windows {
  return class extends real {
    override include(chunk: Chunk, index: number, lastBefore: number): void {
      super.include(chunk, index, lastBefore);
      if (chunk.amount(index) === BREAKS_WINDOWS) stumble();
    }

    override change(chunk: Chunk, index: number, amount: number, mayPass: boolean): void {
      super.change(chunk, index, amount, mayPass);
      if (chunk.amount(index) === BREAKS_CHANGES) stumble();
    }
  };
}

export function brokenLimits(real: typeof Limits): typeof Limits {
  return class extends real {
    override add(...given: Parameters<Limits['add']>): void {
      if (given[2] === BREAKS_LIMITS) stumble();
      super.add(...given);
    }
  };
}

export function brokenOrdinary(real: typeof Ordinary): typeof Ordinary {
  return class extends real {
    override add(amount: number): void {
      if (amount === BREAKS_ORDINARY) stumble();
      super.add(amount);
    }
  };
}

/** The function, throwing where `when` holds of what it was given, after it has done its work. */
export function breaking<A extends unknown[], R>(real: (...given: A) => R, when: (...given: A) => boolean) {
  return (...given: A): R => {
    const result = real(...given);
    if (when(...given)) stumble();
    return result;
  };
}
