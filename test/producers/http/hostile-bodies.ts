/** Bodies that must be refused, with the status and the faults that each gets. */
import { transferJson } from './harness.ts';

/** The JSON text of a valid transfer with one value replaced by raw text, so that JSON itself can be odd. */
export function rawTransfer(
  changes: { readonly [field: string]: unknown },
  raw: readonly [string, string][] = [],
): string {
  let text = JSON.stringify(transferJson(changes));
  for (const [from, to] of raw) text = text.replace(from, to);
  return text;
}

export const amountRaw = (minor: string) =>
  rawTransfer({ amount: { minor: 4_711, currency: 'CNY' } }, [['4711', minor]]);

interface Hostile {
  readonly what: string;
  readonly body: () => string | Uint8Array;
  readonly status: number;
  /** Paths of the faults; null where the body is no JSON that could have any. */
  readonly paths: readonly string[] | null;
}

export const CASES: readonly Hostile[] = [
  { what: 'an open brace', body: () => '{', status: 400, paths: null },
  { what: 'no body', body: () => '', status: 400, paths: null },
  { what: 'trailing text', body: () => `${rawTransfer({})}}`, status: 400, paths: null },
  { what: 'a comment', body: () => '{} // yes', status: 400, paths: null },
  { what: 'NaN', body: () => amountRaw('NaN'), status: 400, paths: null },
  {
    what: 'bytes that are no UTF-8',
    body: () => Buffer.from(rawTransfer({}).replace('web', '\xff\xfe'), 'latin1'),
    status: 400,
    paths: null,
  },
  { what: 'a number for an event', body: () => '7', status: 400, paths: [''] },
  { what: 'null for an event', body: () => 'null', status: 400, paths: [''] },
  { what: 'a list in a list', body: () => '[[{}]]', status: 400, paths: ['/0'] },
  { what: 'text for an amount', body: () => amountRaw('"4711"'), status: 400, paths: ['/amount/minor'] },
  { what: 'true for an id', body: () => rawTransfer({ transferId: true }), status: 400, paths: ['/transferId'] },
  {
    what: 'an object for a status',
    body: () => rawTransfer({ status: { $ne: 'x' } }),
    status: 400,
    paths: ['/status'],
  },
  { what: '1e400', body: () => amountRaw('1e400'), status: 400, paths: ['/amount/minor'] },
  { what: '-1e400', body: () => amountRaw('-1e400'), status: 400, paths: ['/amount/minor'] },
  { what: '2^53', body: () => amountRaw('9007199254740992'), status: 400, paths: ['/amount/minor'] },
  {
    what: '2^53 + 1, which no number can tell from 2^53',
    body: () => amountRaw('9007199254740993'),
    status: 400,
    paths: ['/amount/minor'],
  },
  { what: '2^63', body: () => amountRaw('9223372036854775808'), status: 400, paths: ['/amount/minor'] },
  {
    what: 'a number of a thousand digits',
    body: () => amountRaw('9'.repeat(1_000)),
    status: 400,
    paths: ['/amount/minor'],
  },
  { what: '-1', body: () => amountRaw('-1'), status: 400, paths: ['/amount/minor'] },
  { what: '1.5', body: () => amountRaw('1.5'), status: 400, paths: ['/amount/minor'] },
  { what: '1e-7', body: () => amountRaw('1e-7'), status: 400, paths: ['/amount/minor'] },
  { what: 'a time without zone', body: () => rawTransfer({ at: '2026-03-01T09:30:00' }), status: 400, paths: ['/at'] },
  { what: 'a time as a number', body: () => rawTransfer({ at: 1_772_329_800_000 }), status: 400, paths: ['/at'] },
  {
    what: 'the 30th of February',
    body: () => rawTransfer({ at: '2026-02-30T09:30:00Z' }),
    status: 400,
    paths: ['/at'],
  },
  { what: 'a time before 1970', body: () => rawTransfer({ at: '1969-12-31T23:59:59Z' }), status: 400, paths: ['/at'] },
  { what: 'a time after 2200', body: () => rawTransfer({ at: '2200-01-01T00:00:01Z' }), status: 400, paths: ['/at'] },
  {
    what: 'a year of six digits',
    body: () => rawTransfer({ at: '+275760-09-13T00:00:00Z' }),
    status: 400,
    paths: ['/at'],
  },
  {
    what: 'an unknown currency',
    body: () => rawTransfer({ amount: { minor: 1, currency: 'XXX' } }),
    status: 400,
    paths: ['/amount/currency'],
  },
  {
    what: 'a currency in lower case',
    body: () => rawTransfer({ amount: { minor: 1, currency: 'cny' } }),
    status: 400,
    paths: ['/amount/currency'],
  },
  {
    what: 'a currency named like a property of all objects',
    body: () => rawTransfer({ amount: { minor: 1, currency: 'constructor' } }),
    status: 400,
    paths: ['/amount/currency'],
  },
  { what: 'an unknown field', body: () => rawTransfer({ colour: 'red' }), status: 400, paths: ['/colour'] },
  {
    what: 'an unknown field inside',
    body: () => rawTransfer({ amount: { minor: 1, currency: 'CNY', scale: 2 } }),
    status: 400,
    paths: ['/amount/scale'],
  },
  { what: 'an unknown kind', body: () => rawTransfer({ kind: 'gift' }), status: 400, paths: ['/kind'] },
  {
    what: 'the inner form of a status',
    body: () => rawTransfer({ status: 'partially_settled' }),
    status: 400,
    paths: ['/status'],
  },
  { what: 'a backfill’s mark', body: () => rawTransfer({ historical: true }), status: 400, paths: ['/historical'] },
  {
    what: 'a backfill’s mark that says no',
    body: () => rawTransfer({ historical: false }),
    status: 400,
    paths: ['/historical'],
  },
  {
    what: 'full-width digits in an id',
    body: () => rawTransfer({ transferId: 'T-１２３' }),
    status: 400,
    paths: ['/transferId'],
  },
  {
    what: 'a Cyrillic С in an id',
    body: () => rawTransfer({ debtor: { account: '6222', party: 'С-1001' } }),
    status: 400,
    paths: ['/debtor/party'],
  },
  {
    what: 'a zero-width space in an id',
    body: () => rawTransfer({ transferId: 'T-1\u200b' }),
    status: 400,
    paths: ['/transferId'],
  },
  {
    what: 'a text that turns round in an id',
    body: () => rawTransfer({ transferId: '\u202eT-1' }),
    status: 400,
    paths: ['/transferId'],
  },
  {
    what: 'a combining accent in an id',
    body: () => rawTransfer({ maker: 'u-zhang\u0301' }),
    status: 400,
    paths: ['/maker'],
  },
  { what: 'a space in an id', body: () => rawTransfer({ transferId: 'T 1' }), status: 400, paths: ['/transferId'] },
  { what: 'a NUL in an id', body: () => rawTransfer({ transferId: 'T-1\u0000' }), status: 400, paths: ['/transferId'] },
  {
    what: 'a line break after an id',
    body: () => rawTransfer({ transferId: 'T-1\n' }),
    status: 400,
    paths: ['/transferId'],
  },
  { what: 'an empty id', body: () => rawTransfer({ transferId: '' }), status: 400, paths: ['/transferId'] },
  {
    what: 'an id of 129 characters',
    body: () => rawTransfer({ transferId: 'T'.repeat(129) }),
    status: 400,
    paths: ['/transferId'],
  },
  {
    what: 'a control character in a name',
    body: () => rawTransfer({ purpose: 'a\u0007b' }),
    status: 400,
    paths: ['/purpose'],
  },
  {
    what: 'half a surrogate pair in a name',
    body: () => rawTransfer({ purpose: 'HALF' }, [['HALF', '\\ud800']]),
    status: 400,
    paths: ['/purpose'],
  },
  {
    what: 'a purpose of a million characters',
    body: () => rawTransfer({ purpose: 'x'.repeat(1_000_000) }),
    status: 400,
    paths: ['/purpose'],
  },
  {
    what: '__proto__ as a field',
    body: () => rawTransfer({}, [['{', '{"__proto__":{"amount":{"minor":1,"currency":"CNY"}},']]),
    status: 400,
    paths: ['/__proto__'],
  },
  {
    what: '__proto__ as a field inside',
    body: () => rawTransfer({}, [['"debtor":{', '"debtor":{"__proto__":{"party":"C-9"},']]),
    status: 400,
    paths: ['/debtor/__proto__'],
  },
  {
    what: '__proto__ written with an escape',
    body: () => rawTransfer({}, [['{', '{"\\u005f_proto__":{"admin":true},']]),
    status: 400,
    paths: ['/__proto__'],
  },
  {
    what: 'a constructor with a prototype',
    body: () => rawTransfer({}, [['{', '{"constructor":{"prototype":{"admin":true}},']]),
    status: 400,
    paths: ['/constructor'],
  },
  {
    what: 'fields of the prototype in place of the record’s',
    body: () => '{"toString":1,"valueOf":2}',
    status: 400,
    paths: null,
  },
  { what: 'brackets 200,000 deep', body: () => '['.repeat(200_000) + ']'.repeat(200_000), status: 400, paths: ['/0'] },
  {
    what: 'a value 100,000 objects deep',
    body: () => rawTransfer({ purpose: 'DEEP' }, [['"DEEP"', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`]]),
    status: 400,
    paths: ['/purpose'],
  },
  { what: 'a body of 10 MB', body: () => rawTransfer({ purpose: 'x'.repeat(10_000_000) }), status: 413, paths: null },
];
