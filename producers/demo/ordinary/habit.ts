/** What a habit of ordinary life is given: one day, and its own randomness. */
import type { Draft } from '../draft.ts';
import type { Random } from '../random.ts';
import type { World } from '../world.ts';

export interface Day {
  readonly world: World;
  readonly day: number;
  /** Transfers of a waking person's own choosing in a day, on average. */
  readonly perPerson: number;
  /** Chance that a merchant banks its takings on a working day. */
  readonly takings: number;
  readonly random: Random;
  emit(draft: Draft): void;
}

/** Puts the transfers of its kind on a day, in any order. Depends on nothing but the day it is given. */
export type Habit = (day: Day) => void;
