/** What comes every month: wages in batches, rent, and bills of the utilities. */
import { DAY_MS, HOUR_MS } from '../../../schemas/time.ts';
import { YUAN } from '../amounts.ts';
import { dayOfMonth, dayStart, isWeekend, momentOf, monthOf, weekday } from '../calendar.ts';
import { NOWHERE, personalOrigin } from '../draft.ts';
import { hashOf, Random } from '../random.ts';
import { type Organisation, type Person, roundTo } from '../world.ts';
import type { Day } from './habit.ts';

/** Wages go out on the pay day, or on the Friday before where that is no working day. */
export function payWages({ world, day, random, emit }: Day): void {
  if (isWeekend(day)) return;
  const payDays = weekday(day) === 4 ? [day, day + 1, day + 2].map(dayOfMonth) : [dayOfMonth(day)];
  const paying = new Map<number, PayRun>();
  world.firms.forEach((firm, slot) => {
    if (payDays.includes(firm.cycleDay)) paying.set(slot, { firm, at: payTime(day, random), paid: 0 });
  });
  if (paying.size === 0) return;
  for (const person of world.people) {
    const run = paying.get(person.employer);
    if (run === undefined || person.index >= world.awake) continue;
    emit({
      at: run.at + run.paid++ * 40,
      kind: 'transfer',
      debtor: run.firm.endpoint,
      creditor: person.endpoint,
      minor: wageOf(world.seed, person, day),
      origin: { ...NOWHERE, channel: 'api', batch: `wages-${run.firm.endpoint.party}-${day}` },
      purpose: '工资',
    });
  }
}

interface PayRun {
  readonly firm: Organisation;
  readonly at: number;
  paid: number;
}

function payTime(day: number, random: Random): number {
  return dayStart(day) + 9.5 * HOUR_MS + random.below(2 * HOUR_MS);
}

/** The same every month, for a third with some overtime. */
function wageOf(seed: number, person: Person, day: number): number {
  const random = new Random(seed, WAGE_STREAM, person.index, monthOf(day));
  return random.chance(0.67) ? person.salaryMinor : roundTo(person.salaryMinor * random.between(1, 1.2), YUAN);
}

const WAGE_STREAM = 40;

export function payRent({ world, day, random, emit }: Day): void {
  const today = dayOfMonth(day);
  for (const person of world.people) {
    if (person.landlord < 0 || person.rentDay !== today || person.index >= world.awake) continue;
    const landlord = world.landlords[person.landlord] as Organisation;
    // Some pay a day or two late.
    const at = momentOf(day, 'private', random) + (random.chance(0.15) ? DAY_MS : 0);
    const origin = personalOrigin(world, person, at, random);
    emit({
      at,
      kind: 'transfer',
      debtor: person.endpoint,
      creditor: landlord.endpoint,
      minor: person.rentMinor,
      origin,
      purpose: '房租',
    });
  }
}

export function payUtilities({ world, day, random, emit }: Day): void {
  const today = dayOfMonth(day);
  for (const person of world.people) {
    if (person.utilityDay !== today || person.index >= world.awake) continue;
    const utility = world.utilities[hashOf(world.seed, person.index) % world.utilities.length] as Organisation;
    const at = momentOf(day, 'private', random);
    emit({
      at,
      kind: 'payment',
      debtor: person.endpoint,
      creditor: utility.endpoint,
      minor: Math.round(random.logNormal(140 * YUAN, 0.6) * Math.sqrt(person.wealth)),
      origin: personalOrigin(world, person, at, random),
      purpose: '水电费',
    });
  }
}
