/**
 * The profile book (客户档案): what the customer's file says that judgements need. Names and contacts
 * stay in ClickHouse; the fold keeps no copy of them.
 */
import type { Customer } from '../../schemas/events/customer.ts';
import type { Money } from '../../schemas/money.ts';

export interface Profile {
  kind: 'person' | 'organisation';
  tags: string[];
  /** Own accounts: transfers between them ring no bells. */
  accounts: string[];
  ownGroup: string | null;
  country: string | null;
  /** Zone of the customer's days, from `zoneFrom` on; `zoneBefore` until then. Null is the institution's. */
  zone: string | null;
  zoneFrom: number;
  zoneBefore: string | null;
  creditLimit: Money | null;
  /** Time of the file in force, ms: an older file that comes late changes nothing. */
  at: number;
  /** Available balance by account, minor units and currency, as last reported. */
  balances: { account: string; available: Money; at: number }[];
}

/**
 * The file after an event. A change of zone counts from the next midnight (`nextMidnight`, in the zone
 * that held so far), so no day is counted half in one zone and half in the other.
 */
export function profileAfter(before: Profile | null, event: Customer, nextMidnight: number): Profile | null {
  if (before !== null && event.at < before.at) return null;
  const zoneChanged = before !== null && before.zone !== event.zone;
  return {
    kind: event.kind,
    tags: [...event.tags].sort(),
    accounts: [...event.accounts],
    ownGroup: event.ownGroup,
    country: event.country,
    zone: event.zone,
    zoneFrom: zoneChanged ? nextMidnight : (before?.zoneFrom ?? Number.NEGATIVE_INFINITY),
    zoneBefore: zoneChanged ? before.zone : (before?.zoneBefore ?? null),
    creditLimit: event.creditLimit,
    at: event.at,
    balances: before?.balances ?? [],
  };
}

export function zoneAt(profile: Profile | null, at: number, institutionZone: string): string {
  if (profile === null) return institutionZone;
  return (at >= profile.zoneFrom ? profile.zone : profile.zoneBefore) ?? institutionZone;
}
