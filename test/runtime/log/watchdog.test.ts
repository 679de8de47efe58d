/** The watchdog over readers: patient with what moves or has nothing to get, and final where new connections do not help. */
import { expect, it, onTestFinished } from 'vitest';
import { Slot } from '../../../runtime/log/kafka/slot.ts';
import { Watchdog } from '../../../runtime/log/kafka/watchdog.ts';
import { eventually } from '../../support/eventually.ts';
import { code } from './contract.ts';

const INTERVAL_MS = 5;

it('cuts the connections of a reader that stands still, and lets it fail where that does not help', async () => {
  const place = (partition: number) => ({ topic: 'journal', partition });
  const [still, moving, through] = [0, 1, 2].map((partition) => new Slot(place(partition), 7)) as [Slot, Slot, Slot];
  const cuts = [0, 0, 0];
  const troubles: string[] = [];
  let looks = 0;
  const watchdog = new Watchdog({
    intervalMs: INTERVAL_MS,
    readers: () => [still, moving, through].map((slot, index) => ({ slot, cut: () => cuts[index]!++ })),
    ends: async () => {
      looks++;
      moving.take({ batches: [], next: moving.next + 1, highWatermark: 1_000_000, lastStableOffset: 1_000_000 });
      return [9, 1_000_000, 7];
    },
    cut: () => {},
    onTrouble: (error) => troubles.push((error as Error).message),
  });
  onTestFinished(() => watchdog.stop());
  await eventually('it looked many times', () => looks > 10);
  expect(cuts.slice(1)).toEqual([0, 0]);
  expect(cuts[0]).toBeGreaterThan(0);
  expect(troubles).toHaveLength(cuts[0] as number);
  expect(troubles[0]).toMatch(/^Reading journal, partition 0, stands still at offset 7, and the log goes on to 9/);
  expect([moving.failed, through.failed]).toEqual([false, false]);
  expect(() => still.peek()).toThrow(code('LOG_UNAVAILABLE'));
});
