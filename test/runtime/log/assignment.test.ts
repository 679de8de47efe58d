/** Sharing out among the members of a group: even, sticky, and never to two at once. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, type Member } from '../../../runtime/log/kafka/assignment.ts';
import { nameOfShare, sharesOf } from '../../../runtime/log/ownership.ts';
import { scaled } from '../../support/scale.ts';

const worker = (id: string, partitions: number, further: { readonly [stage: string]: number } = {}): Member => {
  return { id, stages: { score: partitions, ...further }, held: [], generation: -1 };
};

/** The group after everybody has handed over what was taken away, and joined again. */
function settled(members: readonly Member[]): Member[] {
  let now = [...members];
  for (let round = 1; round <= 3; round++) {
    const given = assign(now);
    now = now.map((one) => ({ ...one, held: given.get(one.id)!, generation: one.generation + 1 }));
  }
  return now;
}

const heldBy = (members: readonly Member[], id: string) => members.find((one) => one.id === id)?.held ?? [];
const all = (members: readonly Member[]) => members.flatMap(({ held }) => held).sort();

describe('the work of a group', () => {
  it('is one’s alone where nobody else is there', () => {
    const [one] = settled([worker('a', 4, { route: 1, clock: 1 })]);
    expect([...one!.held].sort()).toEqual(['clock/0', 'route/0', 'score/0', 'score/1', 'score/2', 'score/3']);
  });

  it('moves to a second member by half, and only once its holder gave it back', () => {
    const before = settled([worker('a', 8)]);
    const joined = [...before, worker('b', 8)];
    const first = assign(joined);
    expect(first.get('a')).toHaveLength(4);
    expect(first.get('b')).toEqual([]);
    const after = settled(joined);
    expect(heldBy(after, 'b')).toHaveLength(4);
    expect(all(after)).toEqual(all(before));
  });

  it('goes to the others when one leaves, who keep what they have', () => {
    const before = settled([worker('a', 9), worker('b', 9), worker('c', 9)]);
    const after = settled(before.filter(({ id }) => id !== 'b'));
    for (const id of ['a', 'c']) expect(heldBy(after, id)).toEqual(expect.arrayContaining([...heldBy(before, id)]));
    expect(all(after)).toEqual(all(before));
  });

  it('is not given back to one that slept while another took it', () => {
    const awake: Member = { ...worker('b', 4), held: ['score/0', 'score/1', 'score/2', 'score/3'], generation: 7 };
    const asleep: Member = { ...worker('a', 4), held: ['score/0', 'score/1', 'score/2', 'score/3'], generation: 3 };
    const given = assign([asleep, awake]);
    expect(given.get('a')).toEqual([]);
    expect(given.get('b')).toHaveLength(2);
  });

  it('is done by those alone who can', () => {
    const members = settled([worker('a', 4), { ...worker('b', 4), stages: { route: 1 } }]);
    expect(heldBy(members, 'b')).toEqual(['route/0']);
    expect(heldBy(members, 'a')).toHaveLength(4);
  });

  it('is shared evenly and held once, whoever comes and goes', () => {
    const changes = fc.array(fc.record({ member: fc.nat(5), roles: fc.nat(3) }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), changes, (partitions, steps) => {
        let members: Member[] = [];
        for (const { member, roles } of steps) {
          const id = `m${member}`;
          const stages = { ...(roles !== 2 ? { score: partitions } : {}), ...(roles > 0 ? { route: 1 } : {}) };
          const isThere = members.some((one) => one.id === id);
          const before = members;
          const joined = isThere
            ? members.filter((one) => one.id !== id)
            : [...members, { id, stages, held: [], generation: -1 }];
          const first = assign(joined);
          const held = new Set(joined.flatMap((one) => one.held.map((name) => `${name} ${one.id}`)));
          for (const [owner, names] of first) {
            for (const name of names) {
              const holder = joined.find((one) => held.has(`${name} ${one.id}`));
              expect(holder === undefined || holder.id === owner).toBe(true);
            }
          }
          members = settled(joined);
          expect(new Set(all(members)).size).toBe(all(members).length);
          for (const [stage, count] of [
            ['score', partitions],
            ['route', 1],
          ] as const) {
            const able = members.filter((one) => one.stages[stage] !== undefined);
            const counts = able.map((one) => one.held.filter((name) => name.startsWith(`${stage}/`)).length);
            expect(counts.reduce((sum, one) => sum + one, 0)).toBe(able.length === 0 ? 0 : count);
            if (able.length > 0) expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
          }
          // Nobody loses what it may keep: the moves are no more than an even share asks for.
          const moved = before.flatMap((one) => one.held.filter((name) => !heldBy(members, one.id).includes(name)));
          const left = before.find((one) => one.id === id)?.held.length ?? 0;
          const gained = heldBy(members, id).length;
          expect(moved.length).toBeLessThanOrEqual(Math.max(left, gained));
        }
      }),
      { numRuns: scaled(100) },
    );
  });

  it('names each share', () => {
    expect(sharesOf('score', 2).map(nameOfShare)).toEqual(['score/0', 'score/1']);
  });
});
