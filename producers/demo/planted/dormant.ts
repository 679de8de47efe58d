/**
 * Sleepers: accounts that wake about once a year. Most wake for a small payment, like anybody's; a
 * planted one (休眠账户启用) receives and sends large sums within two days.
 */
import { HOUR_MS } from '../../../schemas/time.ts';
import { friendlyAmount, largeAmount, within, YUAN } from '../amounts.ts';
import { dayStart } from '../calendar.ts';
import type { Draft } from '../draft.ts';
import { hashOf, Random } from '../random.ts';
import { friendOf, type Person, type World } from '../world.ts';
import { days, Stage } from './case.ts';

const STREAM = { cycle: 80, wake: 81 } as const;
export const DORMANT = { id: 'dormant', title: { en: 'Dormant account awakens', zh: '休眠账户启用' }, spanDays: 2 };

export interface Waking {
  readonly person: Person;
  readonly day: number;
  readonly planted: boolean;
  readonly legs: readonly Draft[];
}

export function* sleepers(world: World): Generator<Person> {
  for (let index = world.awake; index < world.people.length; index++) yield world.people[index] as Person;
}

/** The last day on or before `day` on which a sleeper woke. */
export function lastWaking(world: World, person: Person, day: number): number {
  const hash = hashOf(world.seed, STREAM.cycle, person.index);
  const cycleDays = 260 + (hash % 160);
  const phase = hash % 997;
  return day - ((((day + phase) % cycleDays) + cycleDays) % cycleDays);
}

/** What a sleeper does on the day on which it wakes. `plantedShare` of the wakings are planted. */
export function wake(world: World, person: Person, day: number, plantedShare: number): Waking {
  const random = new Random(world.seed, STREAM.wake, person.index, day);
  const stage = new Stage(world, random, dayStart(day) + random.whole(8, 20) * HOUR_MS, 1);
  const planted = random.chance(plantedShare);
  if (!planted) {
    const friend = friendOf(world, person, random.below(12));
    const legs = [stage.send(stage.moment(0), person, friend, friendlyAmount(person.wealth, random))];
    return { person, day, planted, legs };
  }
  const sum = () => within(30_000 * YUAN, 180_000 * YUAN, random, () => largeAmount(person.wealth, random));
  const legs = stage
    .moments(random.whole(2, 4), days(1.2))
    .map((offset) => stage.send(stage.moment(offset), person, stage.anyone(), sum()));
  if (random.chance(0.5)) legs.unshift(stage.send(stage.moment(0), stage.anyone(), person, sum()));
  return { person, day, planted, legs };
}
