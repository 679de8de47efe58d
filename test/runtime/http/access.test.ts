/** Two processes that serve people, as far as keys, users and sessions go: two stores on one log. */
import { createHash, scryptSync } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Access } from '../../../runtime/http/access.ts';
import { openEmbeddedLog } from '../../../runtime/log/embedded.ts';
import { HOUR_MS, MINUTE_MS } from '../../../schemas/time.ts';
import { openAccess, told } from '../../support/access.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/folder.ts';

const LI = { name: 'li', roles: ['officer' as const], password: 'correct horse battery staple' };

async function twoProcesses() {
  const clock = { now: Date.UTC(2026, 2, 1) };
  const log = await openEmbeddedLog({ folder: join(temporaryFolder(), 'log'), partitions: 1 });
  onTestFinished(() => log.close());
  const start = () => openAccess({ log, now: () => clock.now });
  return { clock, log, start, one: await start(), other: await start() };
}

async function signIn({ users, sessions }: Access, password = LI.password) {
  const member = await users.check('li', password);
  if (member === null) throw new Error('li may not sign in');
  return sessions.open(member);
}

it('knows at once a key and a session that another process gave out, as does one that starts later', async () => {
  const { one, other, start } = await twoProcesses();
  const { key } = await one.keys.create({ name: 'core-bank', roles: ['intake'] }, 'admin');
  expect(await other.keyHolder(key)).toMatchObject({ name: 'core-bank', roles: ['intake'] });
  await one.users.create(LI, 'admin');
  const { token, csrf } = await signIn(other);
  expect(await one.sessionHolder(token)).toMatchObject({ name: 'li', csrf });
  const fresh = await start();
  expect(await fresh.keyHolder(key)).toMatchObject({ name: 'core-bank' });
  expect(await fresh.sessionHolder(token)).toMatchObject({ name: 'li', csrf });
});

it('refuses soon what was taken back elsewhere: a key, a session, a user', async () => {
  const { one, other } = await twoProcesses();
  const { key, facts } = await one.keys.create({ name: 'core-bank', roles: ['intake'] }, 'admin');
  await one.users.create(LI, 'admin');
  const [first, second] = [await signIn(one), await signIn(one)];
  expect(await other.keyHolder(key)).not.toBeNull();
  expect(await other.sessionHolder(second.token)).not.toBeNull();
  await one.keys.revoke(facts.id, 'admin');
  await eventually('the key is refused', async () => (await other.keyHolder(key)) === null);
  await one.sessions.end(first.token);
  await eventually('the session is over', async () => (await other.sessionHolder(first.token)) === null);
  expect(await other.sessionHolder(second.token)).not.toBeNull();
  await one.users.disable('li', 'admin');
  await eventually('the user is out', async () => (await other.sessionHolder(second.token)) === null);
});

it('ends with a password all sessions that it opened, but for the one that set another', async () => {
  const { one, other } = await twoProcesses();
  await one.users.create(LI, 'admin');
  const [own, elsewhere] = [await signIn(one), await signIn(other)];
  const holder = await one.sessionHolder(own.token);
  const renewed: boolean[] = [];
  await one.users.setPassword('li', 'another long password', 'li', async (credential) => {
    await one.sessions.renew('li', holder?.sessionId as string, credential);
    await eventually('the other has heard of it', async () => {
      renewed.push((await other.sessionHolder(own.token)) !== null);
      return renewed.length > 2;
    });
  });
  expect(renewed).not.toContain(false);
  await eventually('the other session is over', async () => (await other.sessionHolder(elsewhere.token)) === null);
  expect(await other.sessionHolder(own.token)).toMatchObject({ name: 'li' });
  expect(await other.users.check('li', LI.password)).toBeNull();
});

it('comes everywhere to the same where two set a password at once, and takes back no end that was told meanwhile', async () => {
  const { one, other, start } = await twoProcesses();
  await one.users.create(LI, 'admin');
  const passwords = ['the password of the one', 'the password of the other'];
  await Promise.all([
    one.users.setPassword('li', passwords[0] as string, 'admin'),
    other.users.setPassword('li', passwords[1] as string, 'admin'),
  ]);
  const inForce = async ({ users }: Access) => {
    await users.listAll();
    return users.inForce('li')?.credential;
  };
  const fits = await Promise.all(passwords.map((password) => other.users.check('li', password)));
  const [member, ...more] = fits.filter((fit) => fit !== null);
  expect(more).toEqual([]);
  for (const each of [one, other, await start()]) expect(await inForce(each)).toBe(member?.credential);
  await Promise.all([one.users.disable('li', 'admin'), other.users.setPassword('li', LI.password, 'admin')]);
  for (const each of [one, other, await start()]) expect(await inForce(each)).toBeUndefined();
});

it('lets a session rest at no process while it is used at another', async () => {
  const { one, other, clock, start } = await twoProcesses();
  await one.users.create(LI, 'admin');
  const { token } = await signIn(one);
  for (let minutes = 0; minutes < 40; minutes += 10) {
    clock.now += 10 * MINUTE_MS;
    expect(await one.sessionHolder(token)).not.toBeNull();
  }
  await eventually('the other has heard of it', async () => (await other.sessionHolder(token)) !== null);
  expect(await (await start()).sessionHolder(token)).not.toBeNull();
  clock.now += 31 * MINUTE_MS;
  for (const each of [one, other, await start()]) expect(await each.sessionHolder(token)).toBeNull();
  const { token: later } = await signIn(one);
  for (let hours = 0; hours < 11.9; hours += 0.4) {
    clock.now += 0.4 * HOUR_MS;
    await one.sessionHolder(later);
  }
  expect(await other.sessionHolder(later)).toBeNull();
});

it('makes one administrator where several processes start at once', async () => {
  const { one, other } = await twoProcesses();
  const keys = await Promise.all([one.makeFirstAdmin(), other.makeFirstAdmin()]);
  const shown = keys.filter((key) => key !== null);
  expect(shown).toHaveLength(1);
  expect(await other.keyHolder(shown[0] as string)).toMatchObject({ roles: ['admin'] });
  expect((await one.keys.listAll()).filter(({ revokedAt }) => revokedAt === null)).toHaveLength(1);
});

it('writes down nothing that opens anything', async () => {
  const { one, log } = await twoProcesses();
  const { key } = await one.keys.create({ name: 'core-bank', roles: ['intake'] }, 'admin');
  await one.users.create(LI, 'admin');
  const { token, csrf } = await signIn(one);
  const all = told(log, 'access') + told(log, 'sessions');
  expect(all).toContain('core-bank');
  for (const secret of [key.slice(18), LI.password, token, csrf]) expect(all).not.toContain(secret);
});

it('asks the log before it trusts what it knows for long, and lets nobody in where that does not answer', async () => {
  const { log, one } = await twoProcesses();
  const { key } = await one.keys.create({ name: 'core-bank', roles: ['intake'] }, 'admin');
  expect(await one.keyHolder(key)).not.toBeNull();
  const away = { reached: true };
  const far = new Proxy(log, {
    get: (target, name) => {
      if (name === 'askEnd' && !away.reached) return () => Promise.reject(new Error('no broker answers'));
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  let monotonic = 0;
  const cutOff = await openAccess({ log: far, monotonic: () => monotonic });
  away.reached = false;
  monotonic = MINUTE_MS;
  expect(await cutOff.keyHolder(key)).not.toBeNull();
  monotonic += 1;
  await expect(cutOff.keyHolder(key)).rejects.toThrow('no broker answers');
  away.reached = true;
  expect(await cutOff.keyHolder(key)).not.toBeNull();
});

it('asks the log of no key that the operator set, which stands in none', async () => {
  const { log } = await twoProcesses();
  const asked: string[] = [];
  const watched = new Proxy(log, {
    get: (target, name) => {
      if (name === 'askEnd') asked.push(name);
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const adminKey = `weir_0123456789ab_${'a'.repeat(43)}`;
  const access = await openAccess({ log: watched, adminKey });
  const before = asked.length;
  expect(await access.keyHolder(adminKey)).toMatchObject({ roles: ['admin'] });
  expect(asked).toHaveLength(before);
  expect(await access.keyHolder(`weir_0123456789ab_${'b'.repeat(43)}`)).toBeNull();
  expect(asked.length).toBeGreaterThan(before);
});

it('carries over what an earlier version kept in the folder, once, and takes nothing back by it', async () => {
  const { log, one } = await twoProcesses();
  const folder = temporaryFolder();
  const [secret, goneSecret] = ['s'.repeat(43), 'g'.repeat(43)];
  const created = { departments: ['finance'], createdAt: '2026-01-01T00:00:00.000Z', createdBy: 'admin' };
  const keyOf = (id: string, name: string, own: string, revokedAt: string | null) => {
    const secretSha256 = createHash('sha256').update(own).digest('hex');
    return { ...created, name, roles: ['viewer'], id, secretSha256, revokedAt };
  };
  const keys = [
    keyOf('0123456789ab', 'core-bank', secret, null),
    keyOf('ba9876543210', 'gone', goneSecret, '2026-01-02T00:00:00.000Z'),
  ];
  const salt = Buffer.alloc(16, 7);
  const hash = scryptSync(LI.password, salt, 32, { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1_024 ** 2 });
  const user = { ...created, name: 'li', roles: ['officer'], disabledAt: null };
  const users = [{ ...user, salt: salt.toString('base64'), hash: hash.toString('base64') }];
  const leave = () => {
    writeFileSync(join(folder, 'keys.json'), JSON.stringify({ version: 1, keys }));
    writeFileSync(join(folder, 'users.json'), JSON.stringify({ version: 1, users }));
  };
  leave();
  const heir = await openAccess({ log, folder });
  expect(existsSync(join(folder, 'keys.json'))).toBe(false);
  for (const each of [heir, one]) {
    expect(await each.keyHolder(`weir_0123456789ab_${secret}`)).toMatchObject({ name: 'core-bank', roles: ['viewer'] });
    expect(await each.keyHolder(`weir_ba9876543210_${goneSecret}`)).toBeNull();
  }
  expect((await one.users.check('li', LI.password))?.user).toEqual(user);
  expect(heir.keys.list()).toEqual(keys.map(({ secretSha256: _, ...facts }) => facts));
  await one.keys.revoke('0123456789ab', 'admin');
  await one.users.setPassword('li', 'another long password', 'admin');
  leave();
  const again = await openAccess({ log, folder });
  expect(await again.keyHolder(`weir_0123456789ab_${secret}`)).toBeNull();
  expect(await again.users.check('li', LI.password)).toBeNull();
});
