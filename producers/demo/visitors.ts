/**
 * Live traffic: outsiders who pay the merchants, second by second, and now and then a planted case that
 * is played in minutes instead of days. What a second brings follows from the seed and the second, and
 * is over within `AFTERMATH_MS`, so a restarted demo need look no further back.
 */
import type { Transfer } from '../../schemas/events/transfer.ts';
import type { Label } from '../../schemas/label.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../schemas/time.ts';
import { purchaseAmount } from './amounts.ts';
import { dayStart, localDay } from './calendar.ts';
import { CARD, type Draft, digitalOrigin, transferIdOf, transferOf } from './draft.ts';
import type { Arrival } from './events.ts';
import { type Case, playCase, STAGED } from './planted/cases.ts';
import { hashOf, Random } from './random.ts';
import { deviceName, type Organisation, outsider, type World } from './world.ts';

/** Longest time from the second that a transfer belongs to until its last event. */
export const AFTERMATH_MS = 3 * MINUTE_MS;
const SETTLED_MS = 20 * SECOND_MS;
const LATE_MS = MINUTE_MS;

/** A case begins every minute and takes at most three. */
const CASE_EVERY_MS = MINUTE_MS;
const CASE_SPAN_MS = 3 * MINUTE_MS;

/** Outsiders; they come after those whom the demo's people meet. */
const VISITORS = 2_000_000;

/** Nearly every transfer brings a second event: it settles. */
const EVENTS_PER_TRANSFER = 2;

const STREAM = { second: 200, life: 201, visitor: 202, case: 203 } as const;

export class Visitors {
  readonly #world: World;
  readonly #perSecond: number;

  constructor(world: World, eventsPerSecond: number) {
    this.#world = world;
    this.#perSecond = eventsPerSecond / EVENTS_PER_TRANSFER;
  }

  /** Everything that transfers submitted in `[from, to)` bring, in no order. */
  *between(from: number, to: number): Generator<Arrival> {
    for (let second = Math.ceil(from / SECOND_MS); second * SECOND_MS < to; second++) {
      const { seed } = this.#world;
      const random = new Random(seed, STREAM.second, second);
      const count = random.count(this.#perSecond * busyness(second * SECOND_MS));
      for (let place = 0; place < count; place++) {
        const draft = this.#purchase(second * SECOND_MS + random.below(SECOND_MS), random);
        yield* prompt(seed, transferIdOf(seed, draft.at, [STREAM.visitor, second, place]), draft);
      }
    }
    for (const played of this.#casesBetween(from - CASE_SPAN_MS, to)) {
      for (const { transferId, draft } of played.legs) {
        if (draft.at >= from && draft.at < to) yield* prompt(this.#world.seed, transferId, draft);
      }
      for (const extra of played.extras) {
        if (extra.event.at >= from && extra.event.at < to) yield { ...extra, arrivesAt: extra.event.at };
      }
    }
  }

  /** Labels of the cases that begin in `[from, to)`. */
  *labelsBetween(from: number, to: number): Generator<Label> {
    for (const { labels } of this.#casesBetween(from, to)) yield* labels;
  }

  *#casesBetween(from: number, to: number): Generator<Case> {
    for (let number = Math.ceil(from / CASE_EVERY_MS); number * CASE_EVERY_MS < to; number++) {
      const row = number % STAGED.length;
      const typology = STAGED[row] as (typeof STAGED)[number];
      const pace = CASE_SPAN_MS / (typology.spanDays * DAY_MS);
      yield playCase(this.#world, typology, { row, number, start: number * CASE_EVERY_MS, pace, stream: STREAM.case });
    }
  }

  #purchase(at: number, random: Random): Draft {
    const { merchants, people, seed } = this.#world;
    const merchant = merchants[Math.floor(merchants.length * random.next() ** 1.5)] as Organisation;
    const visitor = random.below(VISITORS);
    const device = deviceName(hashOf(seed, STREAM.visitor, visitor));
    return {
      at,
      kind: 'payment',
      debtor: outsider(this.#world, people.length * 3 + visitor),
      creditor: merchant.endpoint,
      minor: purchaseAmount(merchant.priceMinor, random),
      origin: random.chance(0.4) ? CARD : digitalOrigin(device, 'mobile', random),
      purpose: null,
    };
  }
}

/** Between 0.6 at night and 1.4 in the early evening, 1 on average. */
function busyness(at: number): number {
  const hour = (at - dayStart(localDay(at))) / HOUR_MS;
  return 1 - 0.4 * Math.cos(((hour - 5) / 24) * 2 * Math.PI);
}

/** A short life: settled or failed within seconds, one in a hundred a little late, some events twice. */
function* prompt(seed: number, transferId: string, draft: Draft): Generator<Arrival> {
  const random = new Random(seed, STREAM.life, hashOf(draft.at, draft.minor), draft.creditor.account.length);
  const submitted = transferOf(transferId, draft);
  const heard = draft.at + (random.chance(0.01) ? random.below(LATE_MS) : random.below(50));
  yield { topic: 'transfers', event: submitted, arrivesAt: heard };
  if (random.chance(0.004)) {
    yield { topic: 'transfers', event: submitted, arrivesAt: heard + random.below(30 * SECOND_MS) };
  }
  const after = random.whole(300, SETTLED_MS);
  const ended: Transfer = { ...submitted, at: draft.at + after, status: random.chance(0.98) ? 'settled' : 'failed' };
  yield { topic: 'transfers', event: ended, arrivesAt: heard + after };
}
