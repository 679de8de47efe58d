import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashBytes, Interner, nameOf } from '../../../processors/features/interner.ts';
import { scaled } from '../../support/scale.ts';

const ids = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.string({ minLength: 100, maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.integer({ min: 0, max: 400 }).map((number) => `C-${number}`),
);

describe('interned ids', () => {
  it('have one number each, in order of first appearance, and are given back as they were', () => {
    fc.assert(
      fc.property(fc.array(ids, { maxLength: 600 }), (all) => {
        const interner = new Interner(4);
        const numbers = new Map<string, number>();
        for (const id of all) {
          expect(interner.findString(id)).toBe(numbers.get(id) ?? -1);
          if (!numbers.has(id)) numbers.set(id, numbers.size);
          // The same bytes wherever they stand in a buffer.
          const bytes = Buffer.from(`..${id}...`, 'utf8');
          expect(interner.intern(bytes, 2, bytes.length - 3)).toBe(numbers.get(id));
        }
        expect(interner.count).toBe(numbers.size);
        for (const [id, number] of numbers) {
          expect(interner.text(number)).toBe(id);
          expect(interner.internString(id)).toBe(number);
        }
      }),
      { numRuns: scaled(200) },
    );
  });
});

function name(id: string): number {
  const bytes = Buffer.from(id, 'utf8');
  return nameOf(bytes, 0, bytes.length);
}

describe('the name of a transfer', () => {
  it('is a positive number of 52 bits that depends on the bytes alone', () => {
    fc.assert(
      fc.property(ids, fc.nat(20), (id, offset) => {
        const moved = Buffer.concat([Buffer.alloc(offset, 7), Buffer.from(id, 'utf8'), Buffer.alloc(3, 9)]);
        const named = nameOf(moved, offset, moved.length - 3);
        expect(named).toBe(name(id));
        expect(Number.isInteger(named) && named > 0 && named < 2 ** 52).toBe(true);
      }),
      { numRuns: scaled(1_000) },
    );
  });

  it('differs among hundreds of thousands of ids of the kinds that upstream systems make', () => {
    const seen = new Set<number>();
    let made = 0;
    const make = (id: string) => {
      made++;
      seen.add(name(id));
    };
    for (let number = 0; number < 100_000; number++) {
      make(`T-${number}`);
      make(`20260301${String(number).padStart(12, '0')}`);
      make(`${number.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`);
    }
    expect(seen.size).toBe(made);
  });

  it('keeps its two halves apart: ids whose low 32 bits agree are no likelier to agree in the others', () => {
    const byLow = new Map<number, number>();
    let pairs = 0;
    let alike = 0;
    for (let number = 0; number < 300_000; number++) {
      const whole = name(`P${number}`);
      const low = whole % 2 ** 32;
      const other = byLow.get(low);
      byLow.set(low, whole);
      if (other === undefined) continue;
      pairs++;
      if (other === whole) alike++;
    }
    // Some 10 pairs by chance: 300,000² ÷ 2³³.
    expect(pairs).toBeLessThan(40);
    expect(alike).toBe(0);
  });
});

describe('the hash of an event', () => {
  it('spreads ids over the low bits that pick a slot', () => {
    const slots = new Int32Array(1_024);
    for (let number = 0; number < 102_400; number++) {
      const bytes = Buffer.from(`C-${number}`);
      slots[hashBytes(bytes, 0, bytes.length) & 1_023]!++;
    }
    // 100 a slot on average, its deviation 10.
    expect(Math.min(...slots)).toBeGreaterThan(40);
    expect(Math.max(...slots)).toBeLessThan(160);
  });
});
