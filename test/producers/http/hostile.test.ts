/**
 * What bad input gets. Each case is refused with a problem that says what was wrong, nothing is stored,
 * and the server answers the next good request as if nothing had been.
 */
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { decisionOn, foldWith, type Harness, refusalOf, startHarness, stored, transferJson } from './harness.ts';

const MAX = Number.MAX_SAFE_INTEGER;

/** The JSON text of a valid transfer with one value replaced by raw text, so that JSON itself can be odd. */
function rawTransfer(changes: { readonly [field: string]: unknown }, raw: readonly [string, string][] = []): string {
  let text = JSON.stringify(transferJson(changes));
  for (const [from, to] of raw) text = text.replace(from, to);
  return text;
}

const amountRaw = (minor: string) => rawTransfer({ amount: { minor: 4_711, currency: 'CNY' } }, [['4711', minor]]);

interface Hostile {
  readonly what: string;
  readonly body: () => string | Uint8Array;
  readonly status: number;
  /** Paths of the faults; null where the body is no JSON that could have any. */
  readonly paths: readonly string[] | null;
}

const CASES: readonly Hostile[] = [
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

let harness: Harness;

afterEach(() => {
  expect(({} as { admin?: unknown }).admin).toBeUndefined();
  expect(({} as { amount?: unknown }).amount).toBeUndefined();
});

async function expectStillServing({ send }: Harness): Promise<void> {
  expect((await send('/v1/transfers', transferJson())).status).toBe(202);
}

describe('hostile bodies', () => {
  it.each(CASES)('$what: $status', async ({ body, status, paths }) => {
    harness = await startHarness();
    const { send, tokens, ends } = harness;
    const before = ends();
    const refused = await send('/v1/transfers', body(), { key: tokens.intake });
    expect(refused.status).toBe(status);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.body).toMatchObject({
      status,
      title: expect.any(String),
      titleZh: expect.any(String),
      instance: '/v1/transfers',
    });
    const told = refused.body.errors.map(({ path }: { path: string }) => path);
    if (paths !== null) expect([...new Set(told)]).toEqual(paths);
    expect(ends()).toEqual(before);
    await expectStillServing(harness);
  });

  it('one wrong event among a thousand: all refused, the one named', async () => {
    harness = await startHarness();
    const { send, ends } = harness;
    const before = ends();
    const events = Array.from({ length: 1_000 }, (_, index) => transferJson(index === 617 ? { kind: 'gift' } : {}));
    const refused = await send('/v1/transfers', events);
    expect(refused.body.errors.map(({ path }: { path: string }) => path)).toEqual(['/617/kind']);
    expect(ends()).toEqual(before);
  });

  it('a body that claims to be short and is long, and one that never ends, are cut off', async () => {
    harness = await startHarness({ bodyBytesMax: 10_000 });
    const { address, tokens, ends } = harness;
    const before = ends();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sending = request(`${address}/v1/transfers`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${tokens.intake}`,
          'transfer-encoding': 'chunked',
        },
      });
      sending.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sending.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EPIPE' || error.code === 'ECONNRESET' ? undefined : reject(error),
      );
      for (let chunk = 0; chunk < 40; chunk++) sending.write(' '.repeat(1_000));
    });
    expect(status).toBe(413);
    expect(ends()).toEqual(before);
    await expectStillServing(harness);
  });

  it('another media type', async () => {
    harness = await startHarness();
    const { send, ends } = harness;
    const before = ends();
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const refused = await send('/v1/transfers', rawTransfer({}), { headers: { 'content-type': type } });
      expect(refused, type).toMatchObject({ status: 415, body: { type: 'urn:weir:problem:media-type-unsupported' } });
    }
    expect(ends()).toEqual(before);
  });

  it('a request cut off in the middle stores nothing', async () => {
    harness = await startHarness();
    const { address, tokens, ends } = harness;
    const before = ends();
    const body = rawTransfer({});
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(address).port), '127.0.0.1', () => {
        const head = `POST /v1/transfers HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tokens.intake}\r\n`;
        socket.write(
          `${head}content-type: application/json\r\ncontent-length: ${body.length * 2}\r\n\r\n${body}`,
          () => {
            socket.destroy();
            resolve();
          },
        );
      });
    });
    await expectStillServing(harness);
    expect(stored(harness.log, 'transfers')).toHaveLength(1);
    expect(ends()).toEqual({ ...before, transfers: 1 });
  });
});

describe('hostile callers', () => {
  const routes: readonly [string, () => unknown][] = [
    ['/v1/transfers', transferJson],
    ['/v1/approvals', () => ({ transferId: 'T-1', revision: 1, action: 'approve' })],
    ['/v1/control', () => ({ kind: 'unfreeze', party: 'C-1', reason: 'x' })],
    ['/v1/keys', () => ({ name: 'me', roles: ['admin'] })],
  ];

  it.each(routes)('%s without a key, with a wrong one, with a revoked one: 401', async (path, body) => {
    harness = await startHarness();
    const { send, keys, tokens, ends } = harness;
    const before = ends();
    const revoked = keys.create({ name: 'gone', roles: ['admin'] }, null);
    keys.revoke(revoked.facts.id);
    const wrong = tokens.admin.slice(0, -1) + (tokens.admin.endsWith('A') ? 'B' : 'A');
    for (const key of [null, 'weir_', wrong, revoked.key, `${tokens.admin} ${tokens.admin}`]) {
      const refused = await send(path, body(), { key });
      expect(refused, String(key)).toMatchObject({ status: 401, body: { type: 'urn:weir:problem:unauthenticated' } });
    }
    expect(ends()).toEqual(before);
  });

  it('a key of the wrong role: 403 before the body is read', async () => {
    harness = await startHarness();
    const { send, tokens, ends } = harness;
    const before = ends();
    for (const [path, roles] of [
      ['/v1/transfers', ['viewer', 'approver']],
      ['/v1/approvals', ['viewer', 'intake']],
      ['/v1/control', ['viewer', 'intake', 'approver']],
      ['/v1/keys', ['viewer', 'intake', 'approver']],
    ] as const) {
      for (const role of roles) {
        const refused = await send(path, 'not even JSON', { key: tokens[role] });
        expect(refused, `${path} as ${role}`).toMatchObject({
          status: 403,
          body: { type: 'urn:weir:problem:forbidden' },
        });
      }
    }
    expect(ends()).toEqual(before);
  });

  it('a header that would end the line, or split the answer', async () => {
    harness = await startHarness();
    const { send } = harness;
    const refused = await send('/v1/transfers', transferJson(), { headers: { 'idempotency-key': '"a\tb"' } });
    expect(refused.status).toBe(400);
  });
});

describe('events that are valid by themselves', () => {
  it('the same id with other content is stored, refused by the fold, and its caller told so', async () => {
    harness = await startHarness();
    const { send, log } = harness;
    const first = transferJson();
    await foldWith(log, 'transfers', (read) =>
      read.event.amount.minor === 1
        ? refusalOf(read, 'event_id_reused', 'The same eventId came with other content.')
        : { decision: decisionOn(read.event) },
    );
    const path = '/v1/transfers?wait=decision&timeoutMs=30000';
    expect((await send(path, first)).status).toBe(200);
    const reused = await send(path, { ...first, amount: { minor: 1, currency: 'CNY' } });
    expect(reused).toMatchObject({ status: 422, body: { type: 'urn:weir:problem:event-refused' } });
  });

  it('an event far ahead is stored, dead-lettered by route, and its caller told so', async () => {
    harness = await startHarness();
    const { send, log } = harness;
    await foldWith(log, 'transfers', (read) => refusalOf(read, 'too_far_ahead', 'It lies more than a day ahead.'));
    const answer = await send(
      '/v1/transfers?wait=decision&timeoutMs=30000',
      transferJson({ at: '2199-12-31T00:00:00Z' }),
    );
    expect(answer).toMatchObject({ status: 422, body: { detail: 'too-far-ahead: It lies more than a day ahead.' } });
  });

  it('the greatest amount that can be carried is', async () => {
    harness = await startHarness();
    const { send, log } = harness;
    expect((await send('/v1/transfers', amountRaw(String(MAX - 1)))).status).toBe(202);
    expect(stored(log, 'transfers')[0]?.amount.minor).toBe(MAX - 1);
  });
});
