/** Sharing the work by a group of a real cluster: who comes, goes, sleeps and wakes. */
import { randomBytes } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { joinOwners } from '../../../runtime/log/open.ts';
import { nameOfShare, type Ownership, type Share } from '../../../runtime/log/ownership.ts';
import { eventually } from '../../support/eventually.ts';
import { kafka, useKafka } from '../../support/kafka/real-kafka.ts';
import { describeWith } from '../../support/real-parts.ts';

const PARTITIONS = 6;
/** Longer than any member is kept from the processors: none of them is to count as lost. */
const SESSION_MS = 60_000;

describeWith(kafka, 'a group of processes', () => {
  const broker = useKafka();

  /** A member that writes down what it has, and what became of what it had. */
  function begin() {
    const prefix = broker.newPrefix();
    const owners = new Map<string, string>();
    const join = (name: string, handOver: () => Promise<void> = async () => {}) => {
      const held = new Set<string>();
      const events: string[] = [];
      const member: Ownership = joinOwners(
        {
          kind: 'kafka',
          options: {
            connection: { brokers: broker.brokers, clientId: name },
            registry: { url: 'http://127.0.0.1:1' },
            prefix,
          },
        },
        {
          instance: name,
          sessionMs: SESSION_MS,
          stages: { score: PARTITIONS, route: 1 },
          onAssigned: async (shares) => {
            for (const share of shares.map(nameOfShare)) {
              // Nobody may have it still.
              events.push(`${owners.has(share) ? 'twice' : 'given'} ${share}`);
              owners.set(share, name);
              held.add(share);
            }
          },
          onRevoked: async (shares: readonly Share[], lost) => {
            await handOver();
            for (const share of shares.map(nameOfShare)) {
              events.push(`${lost ? 'lost' : 'taken'} ${share}`);
              held.delete(share);
              if (owners.get(share) === name) owners.delete(share);
            }
          },
          onFault: (error) => events.push(`fault ${(error as Error).message}`),
          onTrouble: () => {},
        },
      );
      onTestFinished(() => member.leave());
      return { member, held, events };
    };
    return { join, owners };
  }

  it('shares out evenly, hands over before it takes, and takes back what one leaves', async () => {
    const { join } = begin();
    const one = join('one', () => new Promise((resolve) => setTimeout(resolve, 200)));
    await one.member.ready;
    expect(one.held.size).toBe(PARTITIONS + 1);
    const two = join('two');
    await eventually('both have work', () => two.held.size >= 3 && one.held.size + two.held.size === PARTITIONS + 1);
    const three = join('three');
    const sizes = () => [one, two, three].map(({ held }) => held.size);
    await eventually(
      'all three have work',
      () => sizes().every((size) => size >= 2) && sum(sizes()) === PARTITIONS + 1,
    );
    await two.member.leave();
    await eventually('two have it all', () => one.held.size + three.held.size === PARTITIONS + 1);
    await one.member.leave();
    await eventually('one has it all', () => three.held.size === PARTITIONS + 1);
    for (const { events } of [one, two, three])
      expect(events.filter((text) => /twice|lost|fault/.test(text))).toEqual([]);
  });

  it('knows a process that comes again after a crash, without waiting for the session to end', async () => {
    const { join } = begin();
    const name = `crashed-${randomBytes(2).toString('hex')}`;
    const before = join(name);
    await before.member.ready;
    // Another process with the same name takes its place; the former learns of it and ends.
    const after = join(name);
    await after.member.ready;
    await eventually('the former ends', () => before.events.some((text) => text.startsWith('fault')));
    expect(after.held.size).toBe(PARTITIONS + 1);
  });

  it('gives a share again after its owner was shut out of it', async () => {
    const { join } = begin();
    const { member, held, events } = join('one');
    await member.ready;
    held.delete('score/3');
    member.giveUp({ stage: 'score', partition: 3 }, new Error('shut out'));
    await eventually('it is given again', () => held.has('score/3'));
    expect(events.filter((text) => text.endsWith('score/3'))).toHaveLength(2);
  });
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
