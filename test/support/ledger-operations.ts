/** What may happen to transfers, for property tests of money: small choices, so that things meet. */
import fc from 'fast-check';
import type { Rate, Status } from './ledger-model.ts';

/** Numbers name parties, zones, and which of the transfers or messages so far is meant. */
export type Op =
  | { kind: 'submit'; payer: number; payee: number; minor: number; currency: string; back: number; first: Status }
  | { kind: 'status'; which: number; status: Status; percent: number }
  | { kind: 'amend'; which: number; payee: number; minor: number; back: number }
  | { kind: 'approve'; which: number; action: 'approve' | 'deny'; outdated: boolean; by: number }
  | { kind: 'tick'; hours: number }
  | { kind: 'rate'; currency: string; rate: Rate }
  | { kind: 'zone'; party: number; zone: number }
  | { kind: 'again'; which: number; otherContent: boolean };

const minors = fc.constantFrom(0, 1, 333, 5_000, 19_999, 20_000, 45_000, 61_000, 95_000);
/** Hours before now: mostly none, sometimes of another day, sometimes beyond lateness. */
const backs = fc.constantFrom(0, 0, 0, 1, 7, 20, 30, 50);
const currencies = fc.constantFrom('CNY', 'CNY', 'CNY', 'USD', 'EUR');
const which = fc.nat(40);
export const operations: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      payer: fc.nat(3),
      payee: fc.nat(4),
      minor: minors,
      currency: currencies,
      back: backs,
      first: fc.constantFrom<Status>(
        'submitted',
        'submitted',
        'submitted',
        'submitted',
        'settled',
        'partially-settled',
        'failed',
      ),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('status' as const),
      which,
      status: fc.constantFrom<Status>('partially-settled', 'settled', 'failed', 'cancelled', 'returned', 'reversed'),
      percent: fc.constantFrom(0, 30, 60, 100, 110),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('amend' as const), which, payee: fc.nat(4), minor: minors, back: backs }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('approve' as const),
      which,
      action: fc.constantFrom('approve' as const, 'approve' as const, 'deny' as const),
      outdated: fc.constantFrom(false, false, false, true),
      by: fc.nat(2),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('tick' as const), hours: fc.constantFrom(1, 3, 7, 20) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('rate' as const),
      currency: fc.constantFrom('USD', 'EUR'),
      rate: fc.record({ numerator: fc.constantFrom(71_850, 69_999, 1), denominator: fc.constantFrom(10_000, 3) }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('zone' as const), party: fc.nat(4), zone: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('again' as const), which, otherContent: fc.boolean() }) },
);
