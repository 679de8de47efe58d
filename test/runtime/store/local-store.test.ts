/** Checkpoints on disk: written whole, read in order, forgotten, and rewritten at any size. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalStore } from '../../../runtime/store/local-store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-checkpoint-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** One subject with a long history among many with a short one. */
function image(fill: number) {
  const sizes = [3_000_000, 80_000, 40_000, ...Array<number>(330).fill(1_200)];
  return sizes.map((size, index) => ({ key: Buffer.from(`s${index}`), value: Buffer.alloc(size, fill) }));
}

describe('a checkpoint store', () => {
  it('is emptied, and takes large images again and again after a restart', async () => {
    let store = new LocalStore(folder);
    await store.clear();
    for (let fill = 1; fill <= 4; fill++) {
      await store.write({ puts: image(fill), removes: [] });
      await store.close();
      store = new LocalStore(folder);
      const kept = [...store.entries('s')];
      expect(kept.length).toBe(333);
      expect(kept.every(({ value }) => value[0] === fill && value.at(-1) === fill)).toBe(true);
    }
    await store.clear();
    expect([...store.entries('s')]).toEqual([]);
    await store.write({ puts: image(9), removes: [Buffer.from('s0')] });
    expect(store.get(Buffer.from('s0'))).toBeNull();
    expect(store.get(Buffer.from('s1'))?.length).toBe(80_000);
    await store.close();
  });
});
