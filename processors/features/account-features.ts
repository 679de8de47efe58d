/** Features of calendar totals, of control, and of the customer's standing. */

import { TRANSFER_STATUSES } from '../../schemas/events/transfer.ts';
import type { Told } from '../books/control.ts';
import { calendarOf } from './calendar.ts';
import { BUCKET, type Chunk, MAY_PASS, SIDE_INCOMING, STATUS_MASK, STATUS_SHIFT } from './legs.ts';
import type { Feature, Scope, Unit } from './scope.ts';

function direct<T>(unit: Unit, read: (scope: Scope) => T): Feature<T> {
  return { unit, window: null, reachMs: 0, fromLegs: false, bind: () => read };
}

/** True where the subject is a customer of ours: it has a file, or the event names it as a party. */
export function isCustomer(): Feature<boolean> {
  return direct('text', (scope) => scope.subject.profile !== null || scope.payerIsParty);
}

/** Outgoing total of the calendar day of the event, in the party's zone, the event inside; base minor units. */
export function dayTotal(): Feature {
  return direct('money', (scope) =>
    scope.subject.limits.dayTotal(scope.at, scope.subject.profile, scope.institution.zone),
  );
}

/** Outgoing total of the calendar month of the event, in the party's zone, the event inside; base minor units. */
export function monthTotal(): Feature {
  return direct('money', (scope) =>
    scope.subject.limits.monthTotal(scope.at, scope.subject.profile, scope.institution.zone),
  );
}

/**
 * What has settled of the judged leg’s side on its calendar day, in the institution’s zone; base minor
 * units. 0 where all that is reserved for the day is less than `least`: then no leg is looked at.
 */
export function settledDayTotal(least: number): Feature {
  return direct('money', (scope) => {
    const { subject, chunk, index, side, institution } = scope;
    const at = chunk.at(index);
    if (subject.limits.institutionDayTotal(at, side, institution.zone) < least) return 0;
    const calendar = calendarOf(institution.zone);
    const day = calendar.day(at);
    const [start, end] = [calendar.dayStart(day), calendar.dayStart(day + 1)];
    const { chain, outliers } = subject.history;
    let total = settledBetween(scope, outliers, start, end);
    for (let held: Chunk | null = chain.tail; held !== null; held = held.previous) {
      total += settledBetween(scope, held, start, end);
      if (held.count > 0 && held.at(0) < start) break;
    }
    return total;
  });
}

const SUBMITTED = TRANSFER_STATUSES.indexOf('submitted') << STATUS_SHIFT;
const PARTIALLY_SETTLED = TRANSFER_STATUSES.indexOf('partially-settled') << STATUS_SHIFT;

/** What has settled of a chunk’s legs; of one that is settled in part the rest still waits. */
function settledBetween({ subject, side }: Scope, chunk: Chunk, start: number, end: number): number {
  let total = 0;
  for (let index = chunk.count - 1; index >= 0; index--) {
    const at = chunk.at(index);
    const flags = chunk.flags(index);
    if (at < start || at >= end || (flags & (SIDE_INCOMING | MAY_PASS)) !== (side | MAY_PASS)) continue;
    const status = flags & STATUS_MASK;
    if (status === PARTIALLY_SETTLED) total += subject.details?.get(chunk.name(index) * 2 + side)?.settledMinor ?? 0;
    else if (status !== SUBMITTED || (flags & BUCKET) !== 0) total += chunk.amount(index);
  }
  return total;
}

/** The side of the judged leg as a number: 0 outgoing, 1 incoming. */
export function side(): Feature {
  return { ...direct('count', (scope) => scope.side), fromLegs: true };
}

/** The party or account that is frozen, of the two ends of the transfer; empty where none is. */
export function frozenEnd(): Feature<string> {
  return direct('text', (scope) => firstEnd(scope, (id) => scope.control.isFrozen(id, timeOf(scope))));
}

/** The party or account that stands on a list, of the two ends of the transfer; empty where none does. */
export function listedEnd(): Feature<string> {
  return direct('text', (scope) =>
    scope.control.lists.size === 0 ? '' : firstEnd(scope, (id) => scope.control.isListed(id)),
  );
}

/** The measure by which the payer's payouts are stopped; empty where none does. */
export function payoutStop(): Feature<string> {
  return direct('text', (scope) => {
    const { control } = scope;
    return control.measures.size === 0 ? '' : (control.stopOf(toldOf(scope), timeOf(scope)) ?? '');
  });
}

/** What emergency measures multiply the subject's limits by, percent. */
export function tightenedPercent(scope: Scope): number {
  const { control } = scope;
  return control.measures.size === 0 ? 100 : control.tightenedPercent(toldOf(scope), timeOf(scope));
}

/** Measures go by the clock: an event of yesterday is judged by what holds now. */
function timeOf({ tick, at }: Scope): number {
  return Number.isFinite(tick) ? tick : at;
}

function toldOf({ subject: { profile, credit } }: Scope): Told {
  return { kind: profile?.kind ?? null, tags: profile?.tags ?? [], grade: credit?.grade ?? 'A' };
}

function firstEnd(scope: Scope, test: (id: string) => boolean): string {
  if (scope.control.freezes.size === 0 && scope.control.lists.size === 0) return '';
  const { names, counterparty, ownEnds } = scope;
  const ends = [...ownEnds(), names.partyText(counterparty), names.accountText(counterparty)];
  return ends.find(test) ?? '';
}
