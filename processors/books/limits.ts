/**
 * The limits book (限额): what counts of a subject's money, by calendar day and month.
 *
 * A leg's counting amount is reserved in the period of its own time, and every later change of it
 * (rejection, expiry, failure, return, partial settlement) goes to that same period. So at any moment
 * a period's total is the sum of the counting amounts of its legs.
 */
import { calendarOf, PeriodTotals } from '../features/calendar.ts';
import { type Profile, zoneAt } from './profile.ts';

const DAYS_MAX = 40;
const MONTHS_MAX = 4;

export class Limits {
  /** Days of the institution, both sides: for regulatory reports. */
  days = new PeriodTotals(DAYS_MAX);
  /** Months of the party's zone, outgoing. */
  months = new PeriodTotals(MONTHS_MAX);
  /** Days of the party's own zone, outgoing; null while that is the institution's. */
  ownDays: PeriodTotals | null = null;

  /** An amount begins (positive) or ceases (negative) to count at time `at`. */
  add(at: number, side: number, amount: number, profile: Profile | null, institutionZone: string): void {
    const institution = calendarOf(institutionZone);
    const day = institution.day(at);
    if (side !== 0) {
      this.days.add(day, side, amount);
      return;
    }
    const zone = zoneAt(profile, at, institutionZone);
    const own = zone === institutionZone ? institution : calendarOf(zone);
    // All periods are known before the first total changes: an amount counts in all of them or in none.
    const month = own.month(at);
    const ownDay = own.day(at);
    this.days.add(day, 0, amount);
    this.months.add(month, 0, amount);
    this.ownDays?.add(ownDay, 0, amount);
  }

  /** The party has days of its own from now on; what was counted so far counts on by date. */
  separate(): void {
    if (this.ownDays !== null) return;
    this.ownDays = new PeriodTotals(DAYS_MAX, [...this.days.rows]);
  }

  /** Outgoing total of the party's own calendar day. */
  dayTotal(at: number, profile: Profile | null, institutionZone: string): number {
    const day = calendarOf(zoneAt(profile, at, institutionZone)).day(at);
    return (this.ownDays ?? this.days).total(day, 0);
  }

  /** Outgoing total of the party's own calendar month. */
  monthTotal(at: number, profile: Profile | null, institutionZone: string): number {
    return this.months.total(calendarOf(zoneAt(profile, at, institutionZone)).month(at), 0);
  }

  /** Total of a side on the institution's calendar day. */
  institutionDayTotal(at: number, side: number, institutionZone: string): number {
    return this.days.total(calendarOf(institutionZone).day(at), side);
  }
}
