/**
 * Rules that no institution would install: they let tests see what the engine does with a rule that
 * throws, or that asks for certain people. Each looks at one amount alone, so it disturbs nothing else.
 */
import { z } from 'zod';
import { amount } from '../../processors/features/leg-features.ts';
import { attempts, sum } from '../../processors/features/window-features.ts';
import { alert, hold, type Occasion, pass, type Rule, rule } from '../../processors/rules/contract.ts';

const HOUR_MS = 3_600_000;

/** Amounts that the rules below wait for, minor units. */
export const THROWS = 666;
export const THROWS_IN_A_BURST = 667;
export const PROBE = 11;
export const NEEDS_RISK = 701;
export const NEEDS_RISK_AND_TREASURY = 702;
export const NEEDS_TWO = 703;

function named<const On extends Occasion>(id: string, on: On, restricted = false) {
  return {
    id,
    version: 1,
    family: 'conduct',
    title: { en: id, zh: id },
    code: 'review',
    restricted,
    on: [on],
    options: z.strictObject({}),
    message: { en: 'Seen.', zh: '已见。' },
    evidence: { summed: { en: 'Sum', zh: '合计' } },
  } as const;
}

function throwing(on: Occasion, restricted = false): Rule {
  return rule({
    ...named(`throws-${on}${restricted ? '-restricted' : ''}`, on, restricted),
    features: () => ({ amount: amount() }),
    judge: ({ features }) => {
      if (features.amount === THROWS) throw new Error('the secret inside of a rule');
      return pass;
    },
  }) as Rule;
}

/** Throws from the third attempt of an hour on: so a late leg makes it throw for one that passed before. */
const throwsInABurst = rule({
  ...named('throws-burst', 'outgoing'),
  features: () => ({ amount: amount(), attempts: attempts('outgoing', HOUR_MS) }),
  judge: ({ features }) => {
    if (features.amount === THROWS_IN_A_BURST && features.attempts >= 3) throw new Error('too many');
    return pass;
  },
}) as Rule;

function asking(id: string, amounts: readonly number[], approvals: number, roles: readonly string[]): Rule {
  return rule({
    ...named(id, 'outgoing'),
    features: () => ({ amount: amount() }),
    judge: ({ features }) => (amounts.includes(features.amount) ? hold({ approvals, roles }, {}) : pass),
  }) as Rule;
}

/** Tells what counts of the payee’s incoming money of an hour, when a certain amount comes in. */
const countsIncoming = rule({
  ...named('counts-incoming', 'incoming'),
  features: () => ({ amount: amount(), summed: sum('incoming', HOUR_MS) }),
  judge: ({ features }) => (features.amount === PROBE ? alert('info', { summed: features.summed }) : pass),
}) as Rule;

export const TEST_RULES: readonly Rule[] = [
  throwing('outgoing'),
  throwing('outgoing', true),
  throwing('incoming'),
  throwing('device'),
  throwsInABurst,
  countsIncoming,
  asking('asks-risk', [NEEDS_RISK, NEEDS_RISK_AND_TREASURY], 1, ['risk']),
  asking('asks-treasury', [NEEDS_RISK_AND_TREASURY], 1, ['treasury']),
  asking('asks-two', [NEEDS_TWO], 2, []),
];
