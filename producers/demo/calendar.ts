/** Days and hours of the demo: China has one zone and no summer time, so a local day is a fixed shift of UTC. */
import { DAY_MS, dayText, HOUR_MS } from '../../schemas/time.ts';
import type { Random } from './random.ts';

export const DEMO_ZONE = 'Asia/Shanghai';
const ZONE_SHIFT_MS = 8 * HOUR_MS;

/** The local day that an instant lies on, as days since 1970-01-01. */
export function localDay(at: number): number {
  return Math.floor((at + ZONE_SHIFT_MS) / DAY_MS);
}

/** The instant at which a local day begins. */
export function dayStart(day: number): number {
  return day * DAY_MS - ZONE_SHIFT_MS;
}

/** 0 is Monday. */
export function weekday(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

export function isWeekend(day: number): boolean {
  return weekday(day) >= 5;
}

export function dayOfMonth(day: number): number {
  return new Date(day * DAY_MS).getUTCDate();
}

/** Months since year 0: names a month of the calendar. */
export function monthOf(day: number): number {
  const date = new Date(day * DAY_MS);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** The day number of a day in a month. */
export function dayInMonth(month: number, day: number): number {
  return Math.floor(Date.UTC(Math.floor(month / 12), month % 12, day) / DAY_MS);
}

/** `20260301` of a day number. */
export function compactDay(day: number): string {
  return dayText(day).replaceAll('-', '');
}

/** Shares of the hours of a day, from midnight on. */
const RHYTHMS = {
  office: [0, 0, 0, 0, 0, 0, 0, 1, 6, 14, 15, 12, 5, 8, 13, 13, 11, 7, 3, 1, 1, 0, 0, 0],
  shopping: [1, 0, 0, 0, 0, 1, 2, 5, 6, 5, 6, 9, 10, 6, 5, 5, 6, 8, 10, 10, 8, 6, 4, 2],
  private: [3, 1, 1, 0, 0, 1, 2, 3, 5, 6, 6, 6, 7, 5, 5, 5, 5, 6, 7, 9, 10, 10, 8, 5],
  counter: [0, 0, 0, 0, 0, 0, 0, 0, 2, 14, 18, 14, 5, 8, 14, 13, 8, 2, 0, 0, 0, 0, 0, 0],
  settlement: [0, 0, 0, 0, 1, 6, 10, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
} as const;

export type Rhythm = keyof typeof RHYTHMS;

/** Sums of the shares so far, so that one number finds its hour. */
const RISING: { readonly [rhythm in Rhythm]: readonly number[] } = Object.fromEntries(
  Object.entries(RHYTHMS).map(([rhythm, shares]) => {
    const total = shares.reduce<number>((sum, share) => sum + share, 0);
    let sum = 0;
    return [
      rhythm,
      shares.map((share) => {
        sum += share;
        return sum / total;
      }),
    ];
  }),
) as unknown as { readonly [rhythm in Rhythm]: readonly number[] };

/** A moment of a day, drawn from the rhythm. */
export function momentOf(day: number, rhythm: Rhythm, random: Random): number {
  const rising = RISING[rhythm];
  const draw = random.next();
  let hour = 0;
  while ((rising[hour] as number) <= draw) hour++;
  return dayStart(day) + hour * HOUR_MS + random.below(HOUR_MS);
}

/** The instant itself, or where the rhythm sleeps at that hour some time within the first hours after it wakes. */
export function afterSleep(at: number, rhythm: Rhythm, random: Random): number {
  const hour = Math.floor((at - dayStart(localDay(at))) / HOUR_MS);
  let asleep = 0;
  while (RHYTHMS[rhythm][(hour + asleep) % 24] === 0) asleep++;
  return asleep === 0 ? at : at + asleep * HOUR_MS + random.below(3 * HOUR_MS);
}
