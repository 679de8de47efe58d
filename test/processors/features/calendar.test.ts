/**
 * Calendars against `Intl` alone: the local date is read off its long form, and the beginning of a day
 * is found by asking for it.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarOf, PeriodTotals } from '../../../processors/features/calendar.ts';
import { DAY_MS, dayNumber, HOUR_MS, MINUTE_MS } from '../../../schemas/time.ts';
import { scaled } from '../../support/scale.ts';

/** Summer time by an hour and by half an hour, none, half-hour offsets, and changes of the clock at midnight. */
const ZONES = [
  'America/New_York',
  'Europe/Berlin',
  'Asia/Shanghai',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Pacific/Chatham',
  'UTC',
  'America/Havana',
  'Asia/Beirut',
  'America/Santiago',
  'Africa/Cairo',
];

const formats = new Map(
  ZONES.map((zone) => [
    zone,
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }),
  ]),
);

/** `2026-03-01 09:30:00`, local. */
function local(zone: string, at: number): string {
  return formats.get(zone)!.format(at);
}

function naiveDay(zone: string, at: number): number {
  return dayNumber(local(zone, at).slice(0, 10));
}

/** The first instant of a local day: a day begins on a whole minute, and dates never go back by three hours. */
function naiveDayStart(zone: string, day: number): number {
  let before = (day - 2) * DAY_MS;
  let from = (day + 2) * DAY_MS;
  while (from - before > MINUTE_MS) {
    const middle = Math.floor((before + from) / 2 / MINUTE_MS) * MINUTE_MS;
    if (naiveDay(zone, middle) >= day) from = middle;
    else before = middle;
  }
  // Where the clock goes back over midnight, a day begins twice, and bisection finds either.
  for (let earlier = from - 3 * HOUR_MS; earlier < from; earlier += MINUTE_MS) {
    if (naiveDay(zone, earlier) === day) return earlier;
  }
  return from;
}

/** Days on which the clock changes in some zone, and ordinary ones. */
const days = fc.oneof(
  fc.integer({ min: dayNumber('2023-01-01'), max: dayNumber('2027-12-31') }),
  fc.constantFrom(
    ...'2026-03-08 2026-11-01 2026-03-29 2026-10-25 2026-04-05 2026-10-04'.split(' ').map(dayNumber),
    ...'2026-04-04 2026-09-05 2026-09-06 2026-04-24 2026-10-29 2026-10-30'.split(' ').map(dayNumber),
  ),
);

describe('the calendar of a zone', () => {
  it.each(ZONES)('%s: has the day and month that the local date says', (zone) => {
    const times = fc.tuple(days, fc.integer({ min: -DAY_MS, max: 2 * DAY_MS })).map(([day, off]) => day * DAY_MS + off);
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 20 }), (all) => {
        for (const at of all) {
          const text = local(zone, at);
          expect(calendarOf(zone).day(at)).toBe(dayNumber(text.slice(0, 10)));
          expect(calendarOf(zone).month(at)).toBe(Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7)) - 1);
          const utc = Date.parse(`${text.replace(' ', 'T')}Z`);
          expect(calendarOf(zone).offset(at)).toBe(utc - Math.floor(at / 1_000) * 1_000);
        }
      }),
      { numRuns: scaled(100) },
    );
  });

  it.each(ZONES)('%s: begins a day at its first instant, also where the clock changes', (zone) => {
    fc.assert(
      fc.property(days, (day) => {
        expect(new Date(calendarOf(zone).dayStart(day)).toISOString()).toBe(
          new Date(naiveDayStart(zone, day)).toISOString(),
        );
      }),
      { numRuns: scaled(60) },
    );
  });
});

describe('totals by period', () => {
  it('are sums by period and side; the oldest period goes where there are too many', () => {
    const change = fc.record({
      period: fc.integer({ min: -3, max: 30 }),
      side: fc.nat(1),
      amount: fc.integer({ min: -5, max: 50 }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 80 }), fc.constantFrom(1, 2, 3, 4, 9, 40), (changes, max) => {
        const totals = new PeriodTotals(max);
        const model = new Map<number, [number, number]>();
        for (const { period, side, amount } of changes) {
          totals.add(period, side, amount);
          const oldest = Math.min(...model.keys());
          if (!model.has(period) && model.size === max) {
            if (period < oldest) continue;
            model.delete(oldest);
          }
          const sums = model.get(period) ?? [0, 0];
          sums[side]! += amount;
          model.set(period, sums);
          for (let asked = -4; asked <= 31; asked++) {
            expect([totals.total(asked, 0), totals.total(asked, 1)]).toEqual(model.get(asked) ?? [0, 0]);
          }
        }
        expect(totals.count).toBe(model.size);
      }),
      { numRuns: scaled(300) },
    );
  });
});
