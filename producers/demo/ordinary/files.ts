/** Customers' files, and what changes about people: new phones and new numbers. */
import type { Activity } from '../../../schemas/events/activity.ts';
import type { Customer } from '../../../schemas/events/customer.ts';
import type { ProfileChange } from '../../../schemas/events/profile-change.ts';
import { DAY_MS, MINUTE_MS } from '../../../schemas/time.ts';
import { YUAN } from '../amounts.ts';
import { DEMO_ZONE, dayStart, momentOf } from '../calendar.ts';
import type { GeneratedEvent } from '../events.ts';
import { hashOf, Random } from '../random.ts';
import { changesDevice, deviceOf, type Organisation, type Party, type Person, roundTo, type World } from '../world.ts';

/** Everybody became a customer somewhere in the eight years before this day. */
const OPENED_BEFORE = dayStart(19_723);

const STREAM = { changes: 50, opened: 51 } as const;

/** All customers' files, as they are when the demo begins. */
export function customerFiles(world: World): Customer[] {
  const { house, merchants, firms, landlords, utilities, people } = world;
  const organisations = [house, ...merchants, ...firms, ...landlords, ...utilities];
  return [...organisations, ...people].map((party) => fileOf(world, party));
}

function fileOf(world: World, party: Party): Customer {
  const random = new Random(world.seed, STREAM.opened, party.kind === 'person' ? 1 : 2, party.index);
  return {
    customerId: party.endpoint.party as string,
    eventId: null,
    at: OPENED_BEFORE - random.below(8 * 365) * DAY_MS - random.below(DAY_MS),
    kind: party.kind,
    name: party.endpoint.name,
    country: 'CN',
    zone: DEMO_ZONE,
    tags: party.kind === 'person' ? (party.wealth > 3 ? ['vip'] : []) : [...party.tags],
    industry: party.kind === 'person' ? null : party.industry,
    accounts: [...party.accounts],
    ownGroup: null,
    taxNumber: party.kind === 'person' ? null : `91310000MA${random.below(0x7fff_ffff).toString(36).toUpperCase()}`,
    contact: null,
    accountManager: `u-${100 + random.below(12)}`,
    creditLimit: party.kind === 'person' ? null : { minor: creditLineOf(party), currency: 'CNY' },
  };
}

export function creditLineOf(organisation: Organisation): number {
  return roundTo(200_000 * YUAN * organisation.scale, 10_000 * YUAN);
}

/** Days between two changes of a person's telephone number, on average. */
const PHONE_DAYS = 700;

/** New devices and new numbers of a day, as ordinary as taken-over accounts make them look. */
export function changeFiles(world: World, day: number, emit: (event: GeneratedEvent) => void): void {
  for (let index = 0; index < world.awake; index++) {
    const person = world.people[index] as Person;
    const phone = hashOf(world.seed, STREAM.changes, index, day) % PHONE_DAYS === 0;
    if (!phone && !changesDevice(world, person, day)) continue;
    const random = new Random(world.seed, STREAM.changes, index, day);
    const at = momentOf(day, 'private', random) - MINUTE_MS;
    const device = deviceOf(world, person, day);
    if (phone) emit(fileChange(person, 'phone', at, device, random));
    else for (const event of deviceChange(person, device, at, random)) emit(event);
  }
}

/** The first log-in from a device; every second time the device is also entered in the file. */
export function deviceChange(person: Person, device: string, at: number, random: Random): GeneratedEvent[] {
  const login: Activity = {
    activityId: `AC-${hashOf(person.index, at).toString(36)}${hashOf(at, person.index).toString(36)}`,
    at,
    party: person.endpoint.party as string,
    kind: 'login',
    by: null,
    device,
    session: null,
    location: null,
    detail: null,
  };
  const events: GeneratedEvent[] = [{ topic: 'activity', event: login }];
  if (random.chance(0.5)) events.push(fileChange(person, 'device', at + MINUTE_MS, device, random));
  return events;
}

function fileChange(person: Person, field: string, at: number, device: string, random: Random): GeneratedEvent {
  const party = person.endpoint.party as string;
  const event: ProfileChange = {
    changeId: `PC-${hashOf(person.index, at).toString(36)}${hashOf(at, person.index).toString(36)}`,
    eventId: null,
    at,
    party,
    field,
    status: 'applied',
    oldValue: field === 'phone' ? masked(random) : null,
    newValue: field === 'phone' ? masked(random) : device,
    evidence: ['otp'],
    maker: party,
    device,
    session: null,
  };
  return { topic: 'profile-changes', event };
}

function masked(random: Random): string {
  return `1${random.whole(30, 89)}****${String(random.below(10_000)).padStart(4, '0')}`;
}
