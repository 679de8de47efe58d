/**
 * What bad input gets. Each case is refused with a problem that says what was wrong, nothing is stored,
 * and the server answers the next good request as if nothing had been.
 */
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { decisionOn, foldWith, type Harness, refusalOf, startHarness, stored, transferJson } from './harness.ts';
import { amountRaw, CASES, rawTransfer } from './hostile-bodies.ts';

/** Amounts end one below 2^53 − 1, since Avro's library carries no greater. */
const GREATEST = Number.MAX_SAFE_INTEGER - 1;

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

describe('an amount that is too large or too small', () => {
  it.each([
    ['9007199254740991', 'Too big: expected number to be <=9007199254740990'],
    ['9223372036854775808', 'Too big: expected number to be <=9007199254740990'],
    ['-1', 'Too small: expected number to be >=0'],
    ['1.5', 'Invalid input: expected int, received number'],
  ])('%s is told in one sentence', async (minor, message) => {
    harness = await startHarness();
    const { body } = await harness.send('/v1/transfers', amountRaw(minor));
    expect(body).toMatchObject({ errors: [{ path: '/amount/minor', message }] });
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
    const revoked = await keys.create({ name: 'gone', roles: ['admin'] }, null);
    await keys.revoke(revoked.facts.id, null);
    const before = ends();
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
    expect((await send('/v1/transfers', amountRaw(String(GREATEST)))).status).toBe(202);
    expect(stored(log, 'transfers')[0]?.amount.minor).toBe(GREATEST);
  });
});
