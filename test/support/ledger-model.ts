/**
 * A naive ledger of transfers: what may pass of each, by the words of the design alone, and sums over
 * plain lists. It shares no code with the engine; dates come from `Intl`.
 */
export const DAY_MS = 86_400_000;

export type Status = 'submitted' | 'partially-settled' | 'settled' | 'failed' | 'cancelled' | 'returned' | 'reversed';
export type Outcome = 'accept' | 'hold' | 'reject';

/** baseMinor = minor × numerator ÷ denominator. */
export interface Rate {
  numerator: number;
  denominator: number;
}

/** One message's leg on both sides. What an amendment replaced stays as an attempt of nothing. */
export interface ModelLeg {
  at: number;
  payer: string;
  payee: string;
  /** What may pass of it, base minor units. */
  counts: number;
  /** Came too late to join windows of that side. */
  beyondPayer: boolean;
  beyondPayee: boolean;
}

export class ModelTransfer {
  readonly id: string;
  readonly currency: string;
  leg: ModelLeg;
  status: Status;
  outcome: Outcome | null = null;
  revision = 0;
  /** When its hold expires, ms; null where it is not held. */
  expiresAt: number | null = null;
  /** Rate that the first convertible amount was converted with; kept. */
  rate: Rate | null;
  requested = 0;
  settled = 0;
  returned = 0;

  constructor(id: string, currency: string, status: Status, leg: ModelLeg, rate: Rate | null) {
    this.id = id;
    this.currency = currency;
    this.status = status;
    this.leg = leg;
    this.rate = rate;
  }

  /** A new status with its amount, in base minor units. Partial amounts are cumulative, and never shrink. */
  become(status: Status, minor: number): void {
    this.status = status;
    if (status === 'partially-settled') this.settled = Math.max(this.settled, minor);
    if (status === 'settled') this.settled = minor;
    if (status === 'returned') this.returned = Math.max(this.returned, minor);
    this.count();
  }

  /** Held, and no final word of upstream yet. */
  get isHeld(): boolean {
    return this.outcome === 'hold' && (this.status === 'submitted' || this.status === 'partially-settled');
  }

  count(): void {
    this.leg.counts = this.#passing();
  }

  #passing(): number {
    switch (this.status) {
      case 'submitted':
        return this.outcome === 'reject' ? 0 : this.requested;
      case 'partially-settled':
        // The rest stays reserved until a final status, unless it was given back by a rejection.
        return this.outcome === 'reject' ? this.settled : Math.max(this.requested, this.settled);
      case 'settled':
        return this.settled;
      case 'returned':
        return Math.max(0, this.settled - this.returned);
      case 'reversed':
        return 0;
      default:
        return this.settled;
    }
  }
}

/** Half to even, by exact integers. */
export function converted(minor: number, rate: Rate | null): number {
  if (rate === null) return 0;
  const doubled = BigInt(minor) * BigInt(rate.numerator) * 2n;
  const denominator = BigInt(rate.denominator);
  const floor = doubled / (2n * denominator);
  const rest = doubled - floor * 2n * denominator;
  const up = rest > denominator || (rest === denominator && floor % 2n === 1n);
  return Number(floor + (up ? 1n : 0n));
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** `2026-03-01`, the date in a zone. */
export function dateIn(zone: string, at: number): string {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' });
    formats.set(zone, format);
  }
  return format.format(at);
}

/** When the next date begins in a zone, to the minute. */
export function nextMidnightIn(zone: string, at: number): number {
  const today = dateIn(zone, at);
  let next = Math.floor(at / 60_000) * 60_000 + 60_000;
  while (dateIn(zone, next) === today) next += 60_000;
  return next;
}

/** The zone that holds at a time, of those that a customer has had. */
export function zoneAt(zones: readonly { from: number; zone: string }[], at: number): string {
  return zones.findLast((one) => one.from <= at)!.zone;
}
