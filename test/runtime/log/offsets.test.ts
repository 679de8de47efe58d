/** Offsets beyond what 32 bits hold, which no test reaches by appending: keys keep their order, shared ends their value. */
import { expect, it } from 'vitest';
import { batchKey, offsetOfKey } from '../../../runtime/log/embedded/batches.ts';
import { createShared, Offsets } from '../../../runtime/log/embedded/shared.ts';

const OFFSETS = [0, 1, 255, 256, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40 + 7, Number.MAX_SAFE_INTEGER];

it('keeps offsets in keys, in their order', () => {
  const keys = OFFSETS.map((offset) => batchKey(3, 16, offset));
  expect(keys.map(offsetOfKey)).toEqual(OFFSETS);
  expect([...keys].reverse().sort(Buffer.compare)).toEqual(keys);
  expect(Buffer.compare(batchKey(3, 16, Number.MAX_SAFE_INTEGER), batchKey(3, 17, 0))).toBe(-1);
});

it('lets ends rise only, whatever their size', () => {
  const offsets = new Offsets(createShared(1, [{ name: 'journal', id: 0, partitions: 1, firstSlot: 0 }]));
  const slot = offsets.slot('journal', 0);
  for (const offset of OFFSETS) {
    offsets.publishDurable(slot, offset);
    offsets.publishCommitted(slot, 5);
    expect([offsets.committed(slot), offsets.durable(slot)]).toEqual([Math.max(offset, 5), offset]);
  }
});
