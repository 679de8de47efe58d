/**
 * Who gets what: evenly, and with as little moving as that allows. A share that another member still holds is
 * given to nobody yet; its holder hands it over in good order and joins again, and then it is given away.
 */
import { nameOfShare, sharesOf } from '../ownership.ts';

/** What a member says of itself when it joins. */
export interface Member {
  readonly id: string;
  /** The stages that it can take care of, and how many shares each has. */
  readonly stages: { readonly [stage: string]: number };
  /** Names of the shares that it holds. */
  readonly held: readonly string[];
  /** Generation of the group in which it was given them. */
  readonly generation: number;
}

/** Names of the shares that each member is to have now. */
export function assign(members: readonly Member[]): ReadonlyMap<string, readonly string[]> {
  const holders = holdersOf(members);
  const given = new Map(members.map(({ id }) => [id, [] as string[]]));
  for (const [stage, count] of stagesOf(members)) {
    const able = members.filter(({ stages }) => stages[stage] !== undefined);
    const names = sharesOf(stage, count).map(nameOfShare);
    for (const [name, id] of spread(names, able, holders, given)) given.get(id)!.push(name);
  }
  const isFree = (name: string, id: string) => (holders.get(name) ?? id) === id;
  return new Map([...given].map(([id, names]) => [id, names.filter((name) => isFree(name, id))]));
}

/** Stages with many shares first: those that are one whole then go to whoever got less. */
function stagesOf(members: readonly Member[]): [stage: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { stages } of members) {
    for (const [stage, count] of Object.entries(stages)) counts.set(stage, Math.max(count, counts.get(stage) ?? 0));
  }
  return [...counts].sort(([left, few], [right, many]) => many - few || (left < right ? -1 : 1));
}

/** Who holds each share. Of two that claim it, one slept through what happened since. */
function holdersOf(members: readonly Member[]): ReadonlyMap<string, string> {
  const holders = new Map<string, string>();
  for (const { id, held } of [...members].sort((left, right) => left.generation - right.generation)) {
    for (const name of held) holders.set(name, id);
  }
  return holders;
}

/** Each share of one stage with its member: whoever holds some keeps as many as an even share allows. */
function spread(
  names: readonly string[],
  able: readonly Member[],
  holders: ReadonlyMap<string, string>,
  given: ReadonlyMap<string, readonly string[]>,
): Map<string, string> {
  const order = able
    .map(({ id }) => ({ id, holds: names.filter((name) => holders.get(name) === id), load: given.get(id)!.length }))
    .sort((one, two) => two.holds.length - one.holds.length || one.load - two.load || (one.id < two.id ? -1 : 1));
  const [even, over] = [Math.floor(names.length / order.length), names.length % order.length];
  const quotas = order.map(({ id, holds }, index) => ({ id, holds, quota: even + (index < over ? 1 : 0) }));
  const kept = quotas.flatMap(({ id, holds, quota }) =>
    holds.slice(0, quota).map((name): [string, string] => [name, id]),
  );
  const spread = new Map(kept);
  const room = quotas.flatMap(({ id, holds, quota }) => Array<string>(Math.max(0, quota - holds.length)).fill(id));
  for (const name of names) if (!spread.has(name)) spread.set(name, room.shift()!);
  return spread;
}
