/** What people do of their own choosing: shopping, friends, family, large purchases, cash. */
import type { Endpoint } from '../../../schemas/events/transfer.ts';
import { cashAmount, familyAmount, friendlyAmount, largeAmount, purchaseAmount } from '../amounts.ts';
import { isWeekend, momentOf } from '../calendar.ts';
import { CARD, COUNTER, type Draft, NOWHERE, personalOrigin } from '../draft.ts';
import type { Random } from '../random.ts';
import { friendOf, outsider, type Person, shopOf, type World } from '../world.ts';
import type { Day, Habit } from './habit.ts';

/** Parts of what people choose to do; they add up to one. */
const PARTS = { shop: 0.6, friend: 0.15, family: 0.08, large: 0.045, cash: 0.065, stranger: 0.06 } as const;

/** Outsiders that people meet; few enough that some are met again. */
const STRANGERS_PER_PERSON = 3;

export const goShopping: Habit = (day) =>
  repeat(day, PARTS.shop * (isWeekend(day.day) ? 1.3 : 0.9), (person) => {
    const { world, random } = day;
    const shop = shopOf(world, person, random.below(10));
    const at = momentOf(day.day, 'shopping', random);
    day.emit({
      at,
      kind: 'payment',
      debtor: person.endpoint,
      creditor: shop.endpoint,
      minor: purchaseAmount(shop.priceMinor, random),
      origin: random.chance(0.3) ? CARD : personalOrigin(world, person, at, random),
      purpose: null,
    });
  });

export const payFriends: Habit = (day) =>
  repeat(day, PARTS.friend, (person) => {
    const { world, random } = day;
    const friend = friendOf(world, person, random.below(12));
    send(day, person, friend.endpoint, friendlyAmount(person.wealth, random));
    // Now and then the friend pays a share of something else on the same day.
    if (random.chance(0.1)) send(day, friend, person.endpoint, friendlyAmount(friend.wealth, random));
  });

export const sendToFamily: Habit = (day) =>
  repeat(day, PARTS.family, (person) => {
    const { world, random } = day;
    const minor = familyAmount(person.wealth, random);
    send(day, person, relativeOf(world, person, random).endpoint, minor);
    // What does not go through at once, or was too little, is sent again on the same day.
    if (random.chance(0.06)) send(day, person, relativeOf(world, person, random).endpoint, minor);
  });

export const buyLarge: Habit = (day) =>
  repeat(day, PARTS.large, (person) => {
    const { world, random } = day;
    const minor = largeAmount(person.wealth, random);
    const draw = random.next();
    if (draw < 0.35) send(day, person, shopOf(world, person, random.below(40)).endpoint, minor);
    else if (draw < 0.7) send(day, person, relativeOf(world, person, random).endpoint, minor);
    else if (draw < 0.85) send(day, person, friendOf(world, person, random.below(12)).endpoint, minor);
    else send(day, person, strangerOf(world, random), minor);
  });

export const meetStrangers: Habit = (day) =>
  repeat(day, PARTS.stranger, (person) => {
    const { world, random } = day;
    const stranger = strangerOf(world, random);
    const minor = friendlyAmount(person.wealth, random);
    if (random.chance(0.5)) send(day, person, stranger, minor);
    else receive(day, stranger, person.endpoint, minor);
  });

export const handleCash: Habit = (day) =>
  repeat(day, PARTS.cash, (person) => {
    const { random } = day;
    const minor = cashAmount(person.wealth, random);
    const at = momentOf(day.day, 'counter', random);
    const origin = minor > 2_000_000 || random.chance(0.3) ? COUNTER : { ...NOWHERE, channel: 'atm' };
    const way = random.chance(0.65) ? 'withdrawal' : 'deposit';
    day.emit(cashDraft(way, person.endpoint, { at, minor, origin, purpose: null }));
  });

/**
 * The other end of cash: everybody's own, so that no counter looks like a hub of thousands, and one for
 * each way, so that it does not look as if money came in and went out again.
 */
export function cashOf(endpoint: Endpoint, way: 'deposit' | 'withdrawal'): Endpoint {
  const prefix = way === 'deposit' ? 'CASH' : 'ATM';
  return { party: null, account: `${prefix}-${endpoint.account}`, name: null, country: endpoint.country, group: null };
}

/** A customer's cash, in or out. */
export function cashDraft(
  way: 'deposit' | 'withdrawal',
  customer: Endpoint,
  rest: Pick<Draft, 'at' | 'minor' | 'origin' | 'purpose'>,
): Draft {
  const cash = cashOf(customer, way);
  const [debtor, creditor] = way === 'deposit' ? [cash, customer] : [customer, cash];
  return { ...rest, kind: way, debtor, creditor };
}

/** Somebody of the family; who has none has friends. */
export function relativeOf(world: World, person: Person, random: Random): Person {
  const [start, end] = person.family;
  if (end - start < 2) return friendOf(world, person, 0);
  const drawn = start + random.below(end - start - 1);
  const index = drawn >= person.index ? drawn + 1 : drawn;
  return index < world.awake ? (world.people[index] as Person) : friendOf(world, person, 0);
}

export function strangerOf(world: World, random: Random) {
  return outsider(world, random.below(world.people.length * STRANGERS_PER_PERSON));
}

/** Anybody who is awake; the active are picked more often than the quiet. */
export function somebody(world: World, random: Random): Person {
  return world.people[Math.floor(world.awake * random.next() ** 1.3)] as Person;
}

function repeat(day: Day, part: number, act: (person: Person) => void): void {
  const times = day.random.count(day.perPerson * part * day.world.awake);
  for (let time = 0; time < times; time++) act(somebody(day.world, day.random));
}

function send(day: Day, person: Person, creditor: Endpoint, minor: number): void {
  const at = momentOf(day.day, 'private', day.random);
  const origin = personalOrigin(day.world, person, at, day.random);
  day.emit({ at, kind: 'transfer', debtor: person.endpoint, creditor, minor, origin, purpose: null });
}

function receive(day: Day, debtor: Endpoint, creditor: Endpoint, minor: number): void {
  const at = momentOf(day.day, 'private', day.random);
  day.emit({ at, kind: 'transfer', debtor, creditor, minor, origin: NOWHERE, purpose: null });
}
