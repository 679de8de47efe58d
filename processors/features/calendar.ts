/** Calendar days and months in a zone: limits and reports count by them, not by 24 hours. */
import { DAY_MS, dayText, HOUR_MS } from '../../schemas/time.ts';

/** One zone's calendar. Asking the time zone database costs microseconds, so a UTC day's offset is kept. */
export class ZoneCalendar {
  readonly zone: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, { readonly before: number; readonly after: number; readonly switchAt: number }>();
  #lastDay = Number.NaN;
  #lastOffset = 0;
  #monthDay = Number.NaN;
  #month = 0;

  constructor(zone: string) {
    this.zone = zone;
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** Offset of local time from UTC at an instant, ms. */
  offset(at: number): number {
    const day = Math.floor(at / DAY_MS);
    if (day === this.#lastDay) return this.#lastOffset;
    let known = this.#offsets.get(day);
    if (known === undefined) {
      known = this.#learn(day);
      // A zone has few days in use; the bound keeps a flood of odd times from growing it.
      if (this.#offsets.size >= 4_096) this.#offsets.clear();
      this.#offsets.set(day, known);
    }
    if (known.before === known.after) {
      this.#lastDay = day;
      this.#lastOffset = known.before;
    }
    return at < known.switchAt ? known.before : known.after;
  }

  /** Local calendar day of an instant, as days since 1970-01-01. */
  day(at: number): number {
    return Math.floor((at + this.offset(at)) / DAY_MS);
  }

  /** Local month of an instant, as months since year 0. */
  month(at: number): number {
    const day = this.day(at);
    if (day !== this.#monthDay) {
      const date = new Date(day * DAY_MS);
      this.#monthDay = day;
      this.#month = date.getUTCFullYear() * 12 + date.getUTCMonth();
    }
    return this.#month;
  }

  /** Instant at which a local day begins, ms: midnight, or one o'clock where the clock leaves midnight out. */
  dayStart(day: number): number {
    // Midnight is at most 14 hours before UTC's and 12 behind it; the clock changes at most once in between.
    const before = this.offset(day * DAY_MS - 14 * HOUR_MS);
    const after = this.offset(day * DAY_MS + 12 * HOUR_MS);
    const earlier = day * DAY_MS - Math.max(before, after);
    return this.day(earlier) === day ? earlier : day * DAY_MS - Math.min(before, after);
  }

  #learn(day: number): { before: number; after: number; switchAt: number } {
    const before = this.#ask(day * DAY_MS);
    const after = this.#ask((day + 1) * DAY_MS - 1);
    let low = day * DAY_MS;
    let high = (day + 1) * DAY_MS;
    while (before !== after && high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#ask(middle) === before) low = middle;
      else high = middle;
    }
    return { before, after, switchAt: before === after ? Number.POSITIVE_INFINITY : high };
  }

  #ask(at: number): number {
    const parts: { [type: string]: number } = {};
    for (const { type, value } of this.#format.formatToParts(at)) parts[type] = Number(value);
    const local = Date.UTC(parts.year!, parts.month! - 1, parts.day, parts.hour, parts.minute, parts.second);
    return local - Math.floor(at / 1_000) * 1_000;
  }
}

/** Days off besides weekends, and weekends that are worked, as `YYYY-MM-DD`. */
export interface WorkingDays {
  readonly holidays: readonly string[];
  readonly workedWeekends: readonly string[];
}

/** Instant at which so many working days after that of `from` are over, ms. */
export function workingDaysEnd(
  calendar: ZoneCalendar,
  from: number,
  count: number,
  { holidays, workedWeekends }: WorkingDays,
): number {
  let day = calendar.day(from);
  for (let left = count; left > 0; ) {
    day++;
    // 1970-01-01 was a Thursday.
    const weekday = (day + 4) % 7;
    const text = dayText(day);
    const isWorked = weekday === 0 || weekday === 6 ? workedWeekends.includes(text) : !holidays.includes(text);
    if (isWorked) left--;
  }
  return calendar.dayStart(day + 1);
}

const calendars = new Map<string, ZoneCalendar>();

export function calendarOf(zone: string): ZoneCalendar {
  let calendar = calendars.get(zone);
  if (calendar === undefined) {
    calendar = new ZoneCalendar(zone);
    calendars.set(zone, calendar);
  }
  return calendar;
}

/** Numbers of a row: the period, its outgoing and its incoming total. */
const ROW = 3;

/**
 * Totals by period: a few rows of (period, outgoing, incoming), newest last. A plain array, since a
 * typed one costs 200 bytes before it holds anything. Bounded: 40 periods of 24 bytes, about a
 * kilobyte; most subjects have a handful.
 */
export class PeriodTotals {
  rows: number[];
  readonly #max: number;

  constructor(max: number, rows: number[] = []) {
    this.#max = max;
    this.rows = rows;
  }

  get count(): number {
    return this.rows.length / ROW;
  }

  add(period: number, side: number, amount: number): void {
    const row = this.#row(period);
    if (row >= 0) this.rows[row + 1 + side]! += amount;
  }

  total(period: number, side: number): number {
    const { rows } = this;
    for (let row = rows.length - ROW; row >= 0 && rows[row]! >= period; row -= ROW) {
      if (rows[row] === period) return rows[row + 1 + side]!;
    }
    return 0;
  }

  /** Where the period's row begins, made where there is none; rows stay in order. −1 for a period older than all that are kept. */
  #row(period: number): number {
    const { rows } = this;
    let row = rows.length;
    while (row > 0 && rows[row - ROW]! >= period) row -= ROW;
    if (row < rows.length && rows[row] === period) return row;
    if (rows.length === this.#max * ROW) {
      if (row === 0) return -1;
      rows.splice(0, ROW);
      row -= ROW;
    }
    if (row === rows.length) rows.push(period, 0, 0);
    else rows.splice(row, 0, period, 0, 0);
    return row;
  }
}
