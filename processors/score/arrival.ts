/** What the folds of transfers share: the arrival at hand, what is kept of a transfer, what is said of it. */
import { TRANSFER_STATUSES, type TransferStatus } from '../../schemas/events/transfer.ts';
import { convert } from '../books/control.ts';
import type { LegPlace } from '../books/history.ts';
import type { Subject } from '../books/subject.ts';
import type { TransferDetail } from '../books/transfer-detail.ts';
import { DETAILED, MAY_PASS, OUTCOME_MASK, STATUS_MASK, STATUS_SHIFT } from '../features/legs.ts';
import type { TaskState } from './state.ts';
import type { TransferReader } from './transfer-reader.ts';

/** Statuses in the inner form, by their number. */
export const STATUSES = TRANSFER_STATUSES.map((status) => status.replaceAll('-', '_') as TransferStatus);

/** What the folds below pass on about the entry at hand. */
export interface Arrival {
  readonly subject: Subject;
  readonly place: number;
  readonly side: number;
  readonly isPayer: boolean;
  readonly name: number;
  readonly event: number;
  readonly content: number;
  readonly counterparty: number;
  /** True where payer and payee belong to one group. */
  readonly ownGroup: boolean;
  /** Amount in base minor units; 0 where no fresh rate converts it. */
  readonly baseMinor: number;
  readonly rate: ConversionRate;
  /** Counterparty of the leg that it replaces, at a payee; −1 where it replaces none. */
  readonly payerBefore: number;
}

/** How an amount was converted; numerator 0 where it could not be. */
export interface ConversionRate {
  readonly numerator: number;
  readonly denominator: number;
}

export const SAME_CURRENCY: ConversionRate = { numerator: 1, denominator: 1 };
const NO_RATE: ConversionRate = { numerator: 0, denominator: 1 };

/** The detail of a transfer; made from its leg where it has none yet. */
export function detailOf(subject: Subject, known: LegPlace, name: number, side: number): TransferDetail {
  subject.details ??= new Map();
  const key = name * 2 + side;
  let detail = subject.details.get(key);
  if (detail === undefined) {
    const { chunk, index } = known;
    const flags = chunk.flags(index);
    const settled = TRANSFER_STATUSES[(flags & STATUS_MASK) >> STATUS_SHIFT]!;
    const amount = chunk.amount(index);
    detail = {
      events: [],
      revision: (flags & OUTCOME_MASK) === 0 ? 0 : 1,
      settledMinor: settled === 'settled' || settled === 'partially-settled' ? amount : 0,
      returnedMinor: 0,
      numerator: 1,
      denominator: 1,
    };
    subject.details.set(key, detail);
    chunk.setFlags(index, flags | DETAILED);
  }
  return detail;
}

/** The rate that converts the event's amount now; none where it is missing or stale, or the result too large. */
export function rateOf(state: TaskState, reader: TransferReader): ConversionRate {
  const { baseCurrency } = state.scope.institution;
  const { buffer, currency } = reader;
  if (
    buffer[currency.start] === baseCurrency.charCodeAt(0) &&
    buffer[currency.start + 1] === baseCurrency.charCodeAt(1) &&
    buffer[currency.start + 2] === baseCurrency.charCodeAt(2)
  ) {
    return SAME_CURRENCY;
  }
  const known = state.control.rates.get(reader.text(currency)!);
  if (known === undefined) return NO_RATE;
  const now = Math.max(state.control.tick, Math.min(reader.at, reader.seen));
  if (now - known.at > state.rules.settings.rateMaxAge) return NO_RATE;
  // A result that is no safe integer cannot be measured either.
  return convert(reader.amountMinor, known.rate) === null ? NO_RATE : known.rate;
}

/** Minor units in base minor units; null where the rate is none, or the result no safe integer. */
export function convertWith(rate: ConversionRate, minor: number): number | null {
  if (rate === SAME_CURRENCY || (rate.numerator === 1 && rate.denominator === 1)) return minor;
  return rate.numerator === 0 ? null : convert(minor, rate);
}

/** The rate is kept with what it converted: later amounts of the transfer are converted with it. */
export function keepRate(arrival: Arrival, place: LegPlace): void {
  const detail = detailOf(arrival.subject, place, arrival.name, arrival.side);
  detail.numerator = arrival.rate.numerator;
  detail.denominator = arrival.rate.denominator;
}

/** False for a leg that is but an attempt: it failed, or nothing can be said of its amount. */
export function mayPass({ chunk, index }: LegPlace): boolean {
  return (chunk.flags(index) & MAY_PASS) !== 0;
}

/** True where both ends are of one group: the event says so, or says it of the other end of a customer whose file does. */
export function isInOwnGroup(reader: TransferReader, subject: Subject, isPayer: boolean): boolean {
  const { debtorGroup, creditorGroup } = reader;
  if (debtorGroup.start < 0 && creditorGroup.start < 0) return false;
  const own = reader.text(isPayer ? debtorGroup : creditorGroup) ?? subject.profile?.ownGroup ?? null;
  return own !== null && own === reader.text(isPayer ? creditorGroup : debtorGroup);
}

/** True for a party's transfer to itself, between its accounts, or inside its group. */
export function isOwnTransfer(
  state: TaskState,
  { subject, counterparty, ownGroup }: Pick<Arrival, 'subject' | 'counterparty' | 'ownGroup'>,
): boolean {
  // A device may be called as its payer is.
  if (subject.kind !== 'party') return false;
  if (ownGroup) return true;
  if (state.counterparties.partyOf(counterparty) === subject.number) return true;
  const accounts = subject.profile?.accounts;
  return (
    accounts !== undefined && accounts.length > 1 && accounts.includes(state.counterparties.accountText(counterparty))
  );
}

export function aboutReader(reader: TransferReader) {
  return {
    transferId: reader.text(reader.transferId),
    eventId: eventIdOf(reader),
    seen: reader.seen,
    historical: reader.historical,
  };
}

export function eventIdOf(reader: TransferReader): string {
  return reader.text(reader.eventId) ?? `${reader.text(reader.transferId)}#${STATUSES[reader.status]}`;
}
