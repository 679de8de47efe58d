import { describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../schemas/time.ts';
import { type HarnessOptions, type SendOptions, startHarness, stored, transferJson } from './harness.ts';

const PASSWORD = 'correct horse battery staple';
const LI = { name: 'li', password: PASSWORD, roles: ['compliance'] };

async function start(options: HarnessOptions = {}) {
  let clock = Date.UTC(2026, 2, 1, 4);
  const harness = await startHarness({ now: () => clock, ...options });
  const { send } = harness;
  expect((await send('/v1/users', LI)).status).toBe(201);
  const signIn = (name = 'li', password = PASSWORD) => send('/v1/session', { name, password }, { key: null });
  /** Signs in; answers how to send as that person. */
  const session = async (name?: string) => {
    const { headers, body } = await signIn(name);
    const cookie = (headers.get('set-cookie') ?? '').split(';')[0] as string;
    const own = { cookie, 'weir-csrf': body.csrf as string };
    const as = (path: string, json?: unknown, sent: SendOptions = {}) =>
      send(path, json, { key: null, ...sent, headers: { ...own, ...sent.headers } });
    return { as, cookie, csrf: body.csrf as string };
  };
  const advance = (ms: number) => {
    clock += ms;
  };
  return { ...harness, signIn, session, advance };
}

const kinds = (log: Parameters<typeof stored>[0]) =>
  stored(log, 'activity').map(({ kind, party }) => `${kind} ${party}`);

describe('signing in', () => {
  it('gives a cookie that scripts cannot read and other sites cannot send, and is written down', async () => {
    const { signIn, log } = await start();
    const { status, headers, body } = await signIn();
    expect([status, body.name, body.roles]).toEqual([200, 'li', ['compliance']]);
    const cookie = headers.get('set-cookie') ?? '';
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=43200'])
      expect(cookie).toContain(attribute);
    expect(JSON.stringify(body)).not.toContain(cookie.split('=')[1]?.split(';')[0]);
    expect(kinds(log)).toEqual(['credential_change staff:li', 'login staff:li']);
  });

  it('says the same to a wrong password and to a name that nobody has, and writes both down', async () => {
    const { signIn, log } = await start();
    const [wrong, nobody] = [await signIn('li', 'not the password'), await signIn('nobody')];
    expect([wrong.status, nobody.status]).toEqual([401, 401]);
    expect(wrong.body.detail).toBe(nobody.body.detail);
    expect(wrong.headers.get('set-cookie')).toBe(null);
    expect(kinds(log).slice(1)).toEqual(['login_failed staff:li', 'login_failed staff:nobody']);
  });

  it('lets a name rest that was tried too often, even with the right password', async () => {
    const { signIn, advance } = await start();
    for (let tries = 0; tries < 5; tries++) expect((await signIn('li', 'guess')).status).toBe(401);
    expect((await signIn()).status).toBe(429);
    advance(15 * MINUTE_MS);
    expect((await signIn()).status).toBe(200);
  });

  it('keeps no password, and no two hashes alike', async () => {
    const { send, users } = await start();
    await send('/v1/users', { ...LI, name: 'wang' });
    expect(JSON.stringify((await send('/v1/users')).body)).not.toMatch(/hash|salt|horse/);
    expect(users.list().map(({ name }) => name)).toEqual(['li', 'wang']);
    expect((await send('/v1/users', LI)).status).toBe(409);
    expect((await send('/v1/users', { ...LI, name: 'short', password: 'short' })).status).toBe(400);
  });
});

describe('a session', () => {
  it('stands for its person and needs no key', async () => {
    const { session } = await start();
    const { as } = await session();
    expect((await as('/v1/session')).body).toMatchObject({ name: 'li', roles: ['compliance'] });
    const frozen = await as('/v1/control', { kind: 'freeze', party: 'C-1', reason: '法院' });
    expect(frozen.status).toBe(202);
    expect((await as('/v1/keys')).status).toBe(403);
    expect((await as('/v1/transfers', transferJson())).status).toBe(403);
  });

  it('changes nothing without its token: another site’s page cannot act for it', async () => {
    const { session, ends } = await start();
    const { as, cookie } = await session();
    const other = await session();
    const before = ends();
    for (const csrf of ['', 'guess', other.csrf]) {
      const { status } = await as(
        '/v1/control',
        { kind: 'freeze', party: 'C-1', reason: 'x' },
        { headers: { cookie, 'weir-csrf': csrf } },
      );
      expect(status).toBe(403);
    }
    expect(ends()).toEqual(before);
    expect((await as('/v1/session', undefined, { headers: { 'weir-csrf': '' } })).status).toBe(200);
  });

  it('ends when its person signs out, rests for half an hour, or after twelve hours', async () => {
    const { session, advance } = await start();
    const first = await session();
    expect((await first.as('/v1/session', undefined, { method: 'DELETE' })).status).toBe(204);
    expect((await first.as('/v1/session')).status).toBe(401);
    const second = await session();
    advance(30 * MINUTE_MS - 1);
    expect((await second.as('/v1/session')).status).toBe(200);
    advance(30 * MINUTE_MS);
    expect((await second.as('/v1/session')).status).toBe(401);
    const third = await session();
    for (let half = 0; half < 24; half++) {
      expect((await third.as('/v1/session')).status).toBe(200);
      advance(HOUR_MS / 2 - 1);
    }
    advance(1_000);
    expect((await third.as('/v1/session')).status).toBe(401);
  });

  it('ends with its user, and with a new password; the one that set it goes on', async () => {
    const { send, session } = await start();
    const [one, other] = [await session(), await session()];
    const change = { current: PASSWORD, password: 'another long password' };
    expect((await one.as('/v1/session/password', { ...change, current: 'wrong' })).status).toBe(403);
    expect((await one.as('/v1/session/password', change)).status).toBe(204);
    expect([(await one.as('/v1/session')).status, (await other.as('/v1/session')).status]).toEqual([200, 401]);
    expect((await send('/v1/users/li', undefined, { method: 'DELETE' })).status).toBe(200);
    expect((await one.as('/v1/session')).status).toBe(401);
  });

  it('cannot be made up', async () => {
    const { send } = await start();
    for (const cookie of ['weir_session=', 'weir_session=x', `weir_session=${'a'.repeat(43)}`]) {
      expect((await send('/v1/keys', undefined, { key: null, headers: { cookie } })).status).toBe(401);
    }
  });
});
