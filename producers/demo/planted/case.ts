/**
 * A planted case: what somebody does who launders money, steals an account or pays late. A typology
 * plans one from its own randomness; amounts, hours, origins and people come from the same functions as
 * ordinary life, so that a rule finds it by its pattern or not at all.
 */
import type { Endpoint } from '../../../schemas/events/transfer.ts';
import { DAY_MS } from '../../../schemas/time.ts';
import { afterSleep, localDay, momentOf, type Rhythm } from '../calendar.ts';
import { type Draft, NOWHERE, type Origin, personalOrigin } from '../draft.ts';
import type { GeneratedEvent } from '../events.ts';
import { somebody, strangerOf } from '../ordinary/daily.ts';
import type { Random } from '../random.ts';
import type { Person, World } from '../world.ts';

export interface Plan {
  readonly legs: readonly Draft[];
  /** Events that are no transfers: a log-in from a new device. */
  readonly extras: readonly GeneratedEvent[];
  /** What a rule should name: parties, accounts or devices. */
  readonly subjects: readonly string[];
}

export interface Typology {
  readonly id: string;
  readonly title: { readonly en: string; readonly zh: string };
  /** The longest time from its first transfer to its last. */
  readonly spanDays: number;
  plan(stage: Stage): Plan;
}

/** Where and when a case is played, with what cases have in common. */
export class Stage {
  readonly world: World;
  readonly random: Random;
  readonly #start: number;
  readonly #pace: number;
  readonly #cast = new Set<Person>();

  /** `pace` 1 is life as it is; the live demo plays cases in minutes. */
  constructor(world: World, random: Random, start: number, pace: number) {
    this.world = world;
    this.random = random;
    this.#start = start;
    this.#pace = pace;
  }

  /** A moment on the day that lies `offsetMs` after the start, at an hour at which such things are done. */
  moment(offsetMs: number, rhythm: Rhythm = 'private'): number {
    const at = this.#start + Math.round(offsetMs * this.#pace);
    return this.#pace === 1 ? momentOf(localDay(at), rhythm, this.random) : at;
  }

  /** A moment some time after another; nobody is awake at every hour. */
  after(at: number, elapsedMs: number): number {
    const then = at + Math.round(elapsedMs * this.#pace);
    return this.#pace === 1 ? afterSleep(then, 'private', this.random) : then;
  }

  /** Somebody who has no part in this case yet. */
  someone(): Person {
    for (;;) {
      const person = somebody(this.world, this.random);
      if (this.#cast.has(person)) continue;
      this.#cast.add(person);
      return person;
    }
  }

  /** Mostly a customer, at times an outsider. */
  anyone(): Person | Endpoint {
    return this.random.chance(0.8) ? this.someone() : strangerOf(this.world, this.random);
  }

  /** Offsets of `count` moments in a span, in order. */
  moments(count: number, spanMs: number): number[] {
    return Array.from({ length: count }, () => this.random.below(spanMs)).sort((a, b) => a - b);
  }

  /** A transfer; a customer's comes from the customer's own device unless `origin` says otherwise. */
  send(at: number, debtor: Person | Endpoint, creditor: Person | Endpoint, minor: number, origin?: Origin): Draft {
    const own = 'endpoint' in debtor ? personalOrigin(this.world, debtor, at, this.random) : NOWHERE;
    return {
      at,
      kind: 'transfer',
      debtor: endpointOf(debtor),
      creditor: endpointOf(creditor),
      minor,
      origin: origin ?? own,
      purpose: null,
    };
  }
}

function endpointOf(end: Person | Endpoint): Endpoint {
  return 'endpoint' in end ? end.endpoint : end;
}

export const days = (count: number): number => count * DAY_MS;
