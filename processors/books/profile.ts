/**
 * The profile book (客户档案): what the customer's file says that judgements need. Names and contacts
 * stay in ClickHouse; the fold keeps no copy of them.
 */
import type { Customer } from '../../schemas/events/customer.ts';
import type { Money } from '../../schemas/money.ts';

/** A zone that holds from a time on, ms; null is the institution's. */
export interface ZoneFrom {
  from: number;
  zone: string | null;
}

/** Changes of zone that are remembered: more of them within a horizon is nobody's life. */
const ZONES_MAX = 8;

export interface Profile {
  kind: 'person' | 'organisation';
  tags: string[];
  /** Own accounts: transfers between them ring no bells. */
  accounts: string[];
  ownGroup: string | null;
  country: string | null;
  /** Zones of the customer's days, each from a time on, oldest first: money is given back to the day it came from. */
  zones: ZoneFrom[];
  creditLimit: Money | null;
  /** When the first file came, ms: before that nobody watched. */
  knownFrom: number;
  /** Time of the file in force, ms: an older file that comes late changes nothing. */
  at: number;
  /** Available balance by account, minor units and currency, as last reported. */
  balances: { account: string; available: Money; at: number }[];
}

/**
 * The file after an event. A change of zone counts from the next midnight (`nextMidnight`, in the zone
 * that held so far), so no day is counted half in one zone and half in the other. So does the first
 * file's, where money has counted before it (`hasCounted`).
 */
export function profileAfter(
  before: Profile | null,
  event: Customer,
  nextMidnight: number,
  hasCounted: boolean,
  seen: number,
): Profile | null {
  if (before !== null && event.at < before.at) return null;
  return {
    kind: event.kind,
    tags: [...event.tags].sort(),
    accounts: [...event.accounts],
    ownGroup: event.ownGroup,
    country: event.country,
    zones: zonesAfter(before?.zones ?? [{ from: 0, zone: hasCounted ? null : event.zone }], event.zone, nextMidnight),
    creditLimit: event.creditLimit,
    knownFrom: before?.knownFrom ?? Math.max(event.at, seen),
    at: event.at,
    balances: before?.balances ?? [],
  };
}

/** A change that has not come into force yet is replaced by a later one. */
function zonesAfter(zones: readonly ZoneFrom[], zone: string | null, nextMidnight: number): ZoneFrom[] {
  const inForce = zones.filter(({ from }) => from < nextMidnight);
  if (inForce.at(-1)!.zone !== zone) inForce.push({ from: nextMidnight, zone });
  const [oldest, ...later] = inForce.slice(-ZONES_MAX);
  return [{ from: 0, zone: oldest!.zone }, ...later];
}

export function zoneAt(profile: Profile | null, at: number, institutionZone: string): string {
  if (profile === null) return institutionZone;
  const { zones } = profile;
  let index = zones.length - 1;
  while (index > 0 && zones[index]!.from > at) index--;
  return zones[index]!.zone ?? institutionZone;
}
