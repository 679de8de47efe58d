/** All typologies, and which of their cases begin on a day: a function of the seed and the day alone. */

import type { Endpoint } from '../../../schemas/events/transfer.ts';
import type { Label } from '../../../schemas/label.ts';
import { dayStart } from '../calendar.ts';
import { type Draft, transferIdOf } from '../draft.ts';
import type { GeneratedEvent } from '../events.ts';
import { Random } from '../random.ts';
import type { World } from '../world.ts';
import { type Plan, Stage, type Typology } from './case.ts';
import { DORMANT, type Waking } from './dormant.ts';
import { fanIn, fanOut } from './fans.ts';
import { passThrough } from './pass-through.ts';
import { ring } from './ring.ts';
import { sharedDevice } from './shared-device.ts';
import { structuring } from './structuring.ts';
import { takeover } from './takeover.ts';

export const STAGED: readonly Typology[] = [structuring, fanIn, fanOut, passThrough, ring, takeover, sharedDevice];

export const LATE_PAYER = { id: 'late-payer', title: { en: 'Late payer', zh: '逾期付款客户' } };

export const TYPOLOGIES: readonly {
  readonly id: string;
  readonly title: { readonly en: string; readonly zh: string };
}[] = [...STAGED, DORMANT, LATE_PAYER];

/** Cases per thousand parties and thirty days, by typology. */
export type Planted = { readonly [typology: string]: number };

export const ORDINARY_PLANTED: Planted = Object.fromEntries(TYPOLOGIES.map(({ id }) => [id, 2]));

export interface Case {
  readonly typology: string;
  readonly name: string;
  readonly legs: readonly { readonly transferId: string; readonly draft: Draft }[];
  readonly extras: readonly GeneratedEvent[];
  readonly labels: readonly Label[];
}

const STREAM = { count: 90, plan: 91, waking: 92 } as const;

/** The cases that begin on a day. */
export function casesOf(world: World, day: number, parties: number, planted: Planted): Case[] {
  return STAGED.flatMap((typology, row) => {
    const mean = ((planted[typology.id] ?? 0) * parties) / 1_000 / 30;
    const count = new Random(world.seed, STREAM.count, row, day).count(mean);
    return Array.from({ length: count }, (_, place) =>
      playCase(world, typology, {
        row,
        number: day * 1_000 + place,
        start: dayStart(day),
        pace: 1,
        stream: STREAM.plan,
      }),
    );
  });
}

export interface Cue {
  readonly row: number;
  /** Names the case among all of its typology. */
  readonly number: number;
  readonly start: number;
  readonly pace: number;
  /** Keeps numbers of one series of cases apart from those of another. */
  readonly stream: number;
}

export function playCase(world: World, typology: Typology, { row, number, start, pace, stream }: Cue): Case {
  const random = new Random(world.seed, stream, row, number);
  const plan = typology.plan(new Stage(world, random, start, pace));
  const name = `${typology.id}-${number}`;
  return caseOf(world, typology.id, name, plan, (leg) => [stream, number, row * 64 + leg]);
}

export function wakingCase(world: World, { person, day, legs, planted }: Waking): Case {
  const name = `${DORMANT.id}-${person.index}-${day}`;
  const subjects = planted ? [person.endpoint.party as string] : [];
  return caseOf(world, DORMANT.id, name, { legs, extras: [], subjects }, (leg) => [
    STREAM.waking,
    person.index * 16 + leg,
    day,
  ]);
}

function caseOf(
  world: World,
  typology: string,
  name: string,
  plan: Plan,
  keyOf: (leg: number) => readonly [number, number, number],
): Case {
  const legs = plan.legs.map((draft, leg) => ({ transferId: transferIdOf(world.seed, draft.at, keyOf(leg)), draft }));
  return { typology, name, legs, extras: plan.extras, labels: labelsOf(typology, name, legs, plan.subjects) };
}

/** The subjects, each with the transfers that touch it, and as members all others that take part. */
function labelsOf(typology: string, name: string, legs: Case['legs'], subjects: readonly string[]): Label[] {
  if (subjects.length === 0) return [];
  const touching = new Map<string, string[]>(subjects.map((subject) => [subject, []]));
  for (const { transferId, draft } of legs) {
    for (const account of touched(draft)) {
      const ids = touching.get(account);
      if (ids === undefined) touching.set(account, [transferId]);
      else ids.push(transferId);
    }
  }
  return [...touching].map(([account, transferIds]) => ({
    account,
    typology,
    transferIds,
    case: name,
    role: subjects.includes(account) ? 'subject' : 'member',
  }));
}

function touched({ debtor, creditor, origin }: Draft): Set<string> {
  const nameOf = (endpoint: Endpoint) => endpoint.party ?? endpoint.account;
  const accounts = new Set([nameOf(debtor), nameOf(creditor)]);
  if (origin.device !== null) accounts.add(origin.device);
  return accounts;
}
