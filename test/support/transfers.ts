/** Random transfers for property tests: every optional field absent or not, longs of all sizes, strings of all lengths. */
import fc from 'fast-check';
import { INSTANT_MAX, INSTANT_MIN, LONG_MAX, LONG_MIN } from '../../schemas/declare.ts';
import {
  TRANSFER_KINDS,
  TRANSFER_STATUSES,
  type Transfer,
  type TransferKind,
  type TransferStatus,
} from '../../schemas/events/transfer.ts';
import type { Entry } from '../../schemas/journal.ts';
import { SUBJECT_KINDS, SUBJECT_ROLES } from '../../schemas/subjects.ts';

/** Longs around every length that a varint can have, and the extremes. */
export const longs: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: LONG_MIN, max: LONG_MAX }),
  fc
    .tuple(fc.integer({ min: 0, max: 52 }), fc.integer({ min: -2, max: 2 }), fc.boolean())
    .map(([bits, off, negative]) => clamp((negative ? -(2 ** bits) : 2 ** bits) + off)),
  fc.constantFrom(0, -1, 1, LONG_MIN, LONG_MAX),
);

function clamp(value: number): number {
  return Math.min(LONG_MAX, Math.max(LONG_MIN, value));
}

/** Visible ASCII of lengths around what one and two bytes of a varint can say. */
export const ids: fc.Arbitrary<string> = fc
  .tuple(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(1, 63, 64, 127, 128)), fc.nat(0x7fff))
  .map(([length, seed]) =>
    String.fromCharCode(...Array.from({ length }, (_none, at) => 0x21 + ((seed + at * at) % 94))),
  );

const texts = fc.constantFrom('a', 'Müller & Söhne', '上海明德贸易有限公司', '🏦'.repeat(20), 'x'.repeat(64));
const maybe = <T>(inner: fc.Arbitrary<T>) => fc.option(inner, { nil: null });
const currency = fc.constantFrom('CNY', 'USD', 'JPY');
const endpoint = fc.record({
  party: maybe(ids),
  account: ids,
  name: maybe(texts),
  country: maybe(fc.constantFrom('CN', 'DE')),
  group: maybe(ids),
});

const instants = fc.oneof(
  fc.integer({ min: INSTANT_MIN, max: INSTANT_MAX }),
  fc.constantFrom(INSTANT_MIN, INSTANT_MAX, Date.UTC(2026, 2, 1)),
);

export const transfers: fc.Arbitrary<Transfer> = fc.record({
  transferId: ids,
  eventId: maybe(ids),
  at: instants,
  kind: fc.constantFrom(...(TRANSFER_KINDS as readonly TransferKind[])),
  status: fc.constantFrom(...TRANSFER_STATUSES.map((status) => status.replaceAll('-', '_') as TransferStatus)),
  debtor: endpoint,
  creditor: endpoint,
  amount: fc.record({ minor: longs, currency }),
  channel: maybe(ids),
  device: maybe(ids),
  session: maybe(ids),
  location: maybe(texts),
  maker: maybe(ids),
  batch: maybe(ids),
  purpose: maybe(texts),
  historical: maybe(fc.boolean()),
});

export const transferEntries: fc.Arbitrary<Entry<'transfers'>> = fc.record({
  subjectKind: fc.constantFrom(...SUBJECT_KINDS),
  subject: ids,
  role: fc.constantFrom(...SUBJECT_ROLES),
  seen: instants,
  sourcePartition: fc.nat(40),
  sourceOffset: fc.integer({ min: 0, max: LONG_MAX }),
  event: transfers,
});
