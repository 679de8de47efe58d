/** The acceptance that is written by hand against the declared record, byte for byte. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeAcceptance, writeLong } from '../../../processors/score/decision-writer.ts';
import { decisionOf } from '../../../processors/score/decisions.ts';
import { TransferReader } from '../../../processors/score/transfer-reader.ts';
import { ValueWriter, valueAt } from '../../../runtime/log/values.ts';
import { decisionRecord } from '../../../schemas/decision.ts';
import { BLOCKS } from '../../../schemas/journal.ts';
import { scaled } from '../../support/scale.ts';
import { longs, transferEntries } from '../../support/transfers.ts';

describe('an acceptance', () => {
  it('is written as the declared record would be, one behind the other', () => {
    const reader = new TransferReader();
    fc.assert(
      fc.property(fc.array(fc.tuple(transferEntries, longs), { minLength: 1, maxLength: 4 }), (cases) => {
        // A buffer of one byte, so that it has to grow in the middle of things.
        const writer = new ValueWriter(1);
        reader.open(BLOCKS.transfers.type.toBuffer(cases.map(([entry]) => entry)));
        const expected: Buffer[] = [];
        for (const [, baseMinor] of cases) {
          reader.next();
          writeAcceptance(writer, reader, baseMinor);
          const decision = decisionOf(reader, baseMinor, { revision: 1, outcome: 'accept', reasons: [] });
          expected.push(decisionRecord.encode(decision));
        }
        const values = writer.take();
        expect(expected.map((_one, index) => valueAt(values, index).toString('hex'))).toEqual(
          expected.map((one) => one.toString('hex')),
        );
      }),
      { numRuns: scaled(2_000) },
    );
  });
});

/** Zigzag and varint by their definition, without a limit of bits. */
function longByDefinition(value: number): number[] {
  const whole = BigInt(value);
  let rest = whole < 0n ? -2n * whole - 1n : 2n * whole;
  const bytes: number[] = [];
  for (; rest > 127n; rest /= 128n) bytes.push(Number(rest % 128n) + 128);
  return [...bytes, Number(rest)];
}

describe('a long', () => {
  it('is the zigzag varint of every size that a safe integer has', () => {
    const target = Buffer.alloc(32, 0xaa);
    const anySafe = fc.oneof(
      fc.maxSafeInteger(),
      longs,
      fc.tuple(fc.nat(53), fc.integer({ min: -3, max: 3 }), fc.constantFrom(1, -1)).map(([bits, off, sign]) => {
        const value = sign * (2 ** bits + off);
        return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value));
      }),
    );
    fc.assert(
      fc.property(anySafe, fc.nat(9), (value, start) => {
        target.fill(0xaa);
        const end = writeLong(target, start, value);
        expect([...target.subarray(start, end)]).toEqual(longByDefinition(value));
        expect(target[end]).toBe(0xaa);
      }),
      { numRuns: scaled(20_000) },
    );
  });
});
