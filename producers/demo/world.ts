/**
 * Who lives in the demo's economy: people with families, employers and landlords; merchants, firms,
 * utilities; and outsiders, who are no customers and are known by their accounts alone. All of it follows
 * from the seed; friends, favourite shops and suppliers are not stored but drawn again from a hash.
 */
import type { Endpoint } from '../../schemas/events/transfer.ts';
import { companyName, personName, type Trade } from './names.ts';
import { hashOf, Random } from './random.ts';

export interface Person {
  readonly kind: 'person';
  readonly index: number;
  readonly endpoint: Endpoint;
  /** The accounts on file; the first is the one in daily use. */
  readonly accounts: readonly string[];
  /** Scales what this person spends: 1 for the middle one. */
  readonly wealth: number;
  readonly family: readonly [start: number, end: number];
  /** Index of the employing firm, or −1. */
  readonly employer: number;
  readonly salaryMinor: number;
  /** Index of the letting organisation, or −1 for owners. */
  readonly landlord: number;
  readonly rentMinor: number;
  readonly rentDay: number;
  readonly utilityDay: number;
}

export interface Organisation {
  readonly kind: 'organisation';
  readonly index: number;
  readonly trade: Trade;
  readonly endpoint: Endpoint;
  readonly accounts: readonly string[];
  readonly industry: string;
  readonly tags: readonly string[];
  /** Turnover of a day of a merchant or firm; scales what it is paid and pays. */
  readonly scale: number;
  /** Middle price of a merchant's goods, in minor units. */
  readonly priceMinor: number;
  /** Day of the month on which wages, invoices and bills fall. */
  readonly cycleDay: number;
}

export type Party = Person | Organisation;

export interface World {
  readonly seed: number;
  readonly people: readonly Person[];
  /** People from this index on are asleep most of the time; none of the daily habits picks them. */
  readonly awake: number;
  readonly merchants: readonly Organisation[];
  readonly firms: readonly Organisation[];
  readonly landlords: readonly Organisation[];
  readonly utilities: readonly Organisation[];
  /** The company whose customers all of these are: it sends invoices and collects them. */
  readonly house: Organisation;
}

/** Streams of randomness, so that no two draw the same numbers. */
const STREAM = { people: 1, organisations: 2, friend: 3, shop: 4, supplier: 5, outsider: 6, device: 7 } as const;

const ASLEEP_SHARE = 0.05;
const SHARES: { readonly [trade in Trade]: number } = { merchant: 0.06, firm: 0.05, landlord: 0.008, utility: 0.0005 };
const LEAST: { readonly [trade in Trade]: number } = { merchant: 8, firm: 6, landlord: 2, utility: 1 };

export function buildWorld(seed: number, parties: number): World {
  if (!Number.isInteger(parties) || parties < 100) throw new RangeError('the demo needs at least 100 parties');
  const random = new Random(seed, STREAM.organisations);
  let next = 1;
  const found = (trade: Trade): Organisation[] =>
    Array.from({ length: Math.max(LEAST[trade], Math.round(parties * SHARES[trade])) }, () =>
      foundOrganisation(next++, trade, random),
    );
  const house = foundOrganisation(0, 'utility', random);
  const merchants = found('merchant');
  const firms = found('firm');
  const landlords = found('landlord');
  const utilities = found('utility');
  const people = bear(seed, parties - next, firms.length, landlords.length);
  const awake = people.length - Math.max(4, Math.round(people.length * ASLEEP_SHARE));
  return { seed, people, awake, merchants, firms, landlords, utilities, house };
}

function foundOrganisation(index: number, trade: Trade, random: Random): Organisation {
  const { name, industry } = companyName(trade, random);
  const id = `O-${String(index).padStart(5, '0')}`;
  const account = `3100${digits(index * 7_919 + 104_729, 12)}`;
  return {
    kind: 'organisation',
    index,
    trade,
    endpoint: { party: id, account, name, country: 'CN', group: null },
    accounts: [account],
    industry,
    tags: tagsOf(trade, industry),
    // A few large ones, many small.
    scale: 0.4 / (0.08 + random.next()),
    priceMinor: Math.round(random.logBetween(1_500, 60_000)),
    cycleDay: random.pick([5, 8, 10, 15, 20, 25, 28]),
  };
}

function tagsOf(trade: Trade, industry: string): readonly string[] {
  if (trade === 'merchant' || trade === 'utility') return ['merchant', industry];
  return trade === 'firm' ? ['payroll', industry] : ['landlord', industry];
}

function bear(seed: number, count: number, firms: number, landlords: number): Person[] {
  const random = new Random(seed, STREAM.people);
  const people: Person[] = [];
  while (people.length < count) {
    const start = people.length;
    const end = Math.min(count, start + random.whole(1, 5));
    const landlord = random.chance(0.45) ? skewed(random.next(), landlords) : -1;
    for (let index = start; index < end; index++) people.push(bearPerson(index, [start, end], landlord, firms, random));
  }
  return people;
}

function bearPerson(
  index: number,
  family: readonly [number, number],
  landlord: number,
  firms: number,
  random: Random,
): Person {
  const wealth = random.logNormal(1, 0.5);
  const works = random.chance(0.7);
  const party = `P-${String(index).padStart(6, '0')}`;
  const accounts = [`6222${digits(index * 104_729 + 15_485_863, 15)}`];
  if (random.chance(0.3)) accounts.push(`6217${digits(index * 104_729 + 32_452_843, 15)}`);
  return {
    kind: 'person',
    index,
    endpoint: { party, account: accounts[0] as string, name: personName(random), country: 'CN', group: null },
    accounts,
    wealth,
    family,
    employer: works ? skewed(random.next(), firms) : -1,
    salaryMinor: roundTo(random.logNormal(850_000, 0.25) * wealth, 1_000),
    // One of a family pays the rent.
    landlord: index === family[0] ? landlord : -1,
    rentMinor: roundTo(random.logNormal(320_000, 0.35), 10_000),
    rentDay: random.pick([1, 1, 1, 5, 10, 15, 20]),
    utilityDay: random.whole(1, 28),
  };
}

/** More of the first than of the last: few large ones take most. */
function skewed(draw: number, length: number): number {
  return Math.floor(length * draw * draw);
}

export function roundTo(value: number, unit: number): number {
  return Math.max(unit, Math.round(value / unit) * unit);
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0').slice(-length);
}

/** One of a person's dozen friends, `which` from 0 to 11. */
export function friendOf(world: World, person: Person, which: number): Person {
  const index = hashOf(world.seed, STREAM.friend, person.index, which) % world.awake;
  return world.people[index === person.index ? (index + 1) % world.awake : index] as Person;
}

/** One of a person's ten shops: some shops are everybody's. */
export function shopOf(world: World, person: Person, which: number): Organisation {
  const draw = hashOf(world.seed, STREAM.shop, person.index, which) / 0x1_0000_0000;
  return world.merchants[skewed(draw, world.merchants.length)] as Organisation;
}

/** One of an organisation's eight suppliers. */
export function supplierOf(world: World, organisation: Organisation, which: number): Organisation {
  const hash = hashOf(world.seed, STREAM.supplier, organisation.index, which);
  const slot = skewed(hash / 0x1_0000_0000, world.firms.length);
  const supplier = world.firms[slot] as Organisation;
  return supplier === organisation ? (world.firms[(slot + 1) % world.firms.length] as Organisation) : supplier;
}

/** Somebody who is no customer. The same number is the same account for ever. */
export function outsider(world: World, which: number): Endpoint {
  const hash = hashOf(world.seed, STREAM.outsider, which);
  const account = `6228${digits(which * 15_485_863 + (hash % 9_973), 15)}`;
  return { party: null, account, name: personName(new Random(hash)), country: 'CN', group: null };
}

/** Everybody buys a new phone now and then; one in ten uses the family's. */
export function deviceOf(world: World, person: Person, day: number): string {
  const own = hashOf(world.seed, STREAM.device, person.index);
  const holder = own % 10 === 0 ? person.family[0] : person.index;
  const hash = hashOf(world.seed, STREAM.device, holder);
  const lifeDays = 200 + (hash % 300);
  return deviceName(hashOf(world.seed, STREAM.device, holder, Math.floor((day + (hash % 997)) / lifeDays)));
}

/** True on the day on which a person begins to use another device. */
export function changesDevice(world: World, person: Person, day: number): boolean {
  return deviceOf(world, person, day) !== deviceOf(world, person, day - 1);
}

export function deviceName(hash: number): string {
  return `dev-${hash.toString(16).padStart(8, '0')}`;
}
