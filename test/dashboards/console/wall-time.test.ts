import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantOf, wallTimeOf } from '../../../dashboards/console/src/wall-time.ts';

const ZONES = ['Asia/Shanghai', 'UTC', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Apia'];

describe('times on the wall of a zone', () => {
  it('stand for an instant that reads the same there', () => {
    const minute = fc.integer({ min: Date.UTC(2020, 0, 1) / 60_000, max: Date.UTC(2040, 0, 1) / 60_000 });
    fc.assert(
      fc.property(minute, fc.constantFrom(...ZONES), (minutes, zone) => {
        const wall = wallTimeOf(minutes * 60_000, zone);
        expect(wallTimeOf(instantOf(wall, zone) as number, zone)).toBe(wall);
      }),
    );
  });

  it.each([
    ['Asia/Shanghai', '2026-03-01T09:30', '2026-03-01T01:30:00.000Z'],
    // Clocks are put back at 02:00: 01:30 comes twice, and the first is meant.
    ['America/New_York', '2026-11-01T01:30', '2026-11-01T05:30:00.000Z'],
    // They are put forward at 02:00: 02:30 never comes.
    ['America/New_York', '2026-03-08T02:30', '2026-03-08T07:30:00.000Z'],
  ])('in %s %s is %s', (zone, wall, instant) => {
    expect(new Date(instantOf(wall, zone) as number).toISOString()).toBe(instant);
  });

  it.each(['', 'tomorrow', '2026-02-30', '2026-13-01T00:00', '2026-03-01T9:30'])('“%s” is none', (wall) => {
    expect(instantOf(wall, 'UTC')).toBeNull();
  });
});
