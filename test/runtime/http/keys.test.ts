import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openEmbeddedLog } from '../../../runtime/log/embedded.ts';
import { openAccess, openAdministered, told } from '../../support/access.ts';
import { temporaryFolder } from '../../support/folder.ts';

const now = () => Date.UTC(2026, 2, 1);

async function openedLog() {
  const folder = join(temporaryFolder(), 'log');
  const log = await openEmbeddedLog({ folder, partitions: 1 });
  onTestFinished(() => log.close());
  return { log, folder };
}

describe('API keys', () => {
  it('make an administrator at the first start, and none at the next', async () => {
    const { log } = await openedLog();
    const first = await openAdministered({ log, now });
    expect(first.adminKey).toMatch(/^weir_[0-9a-f]{12}_[\w-]{43}$/);
    expect(first.access.keys.holderOf(first.adminKey)).toMatchObject({ name: 'admin', roles: ['admin'] });

    const second = await openAccess({ log, now });
    expect(await second.makeFirstAdmin()).toBeNull();
    expect(second.keys.holderOf(first.adminKey)).toMatchObject({ roles: ['admin'] });
  });

  it('take the key that the operator set, make no other, and write it nowhere', async () => {
    const { log } = await openedLog();
    const access = await openAccess({ log, now, adminKey: 'chosen-by-the-operator' });
    expect(await access.makeFirstAdmin()).toBeNull();
    const { keys } = access;
    expect(keys.holderOf('chosen-by-the-operator')).toMatchObject({ name: 'admin', roles: ['admin'] });
    expect(keys.holderOf('chosen-by-the-operator ')).toBeNull();
    await keys.create({ name: 'core-bank', roles: ['intake'] }, 'admin');
    expect(told(log, 'access')).toContain('core-bank');
    expect(told(log, 'access')).not.toContain('chosen-by-the-operator');
  });

  it('keep the hash of a secret alone, in a folder for the owner alone', async () => {
    const { log, folder } = await openedLog();
    const { keys } = await openAccess({ log, now });
    const wanted = { name: 'u-li', roles: ['approver' as const], departments: ['finance'] };
    const { key, facts } = await keys.create(wanted, 'admin');
    expect(told(log, 'access')).toContain(facts.id);
    expect(told(log, 'access')).not.toContain(key.split('_').slice(2).join('_'));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(facts).toEqual({
      id: key.split('_')[1],
      name: 'u-li',
      roles: ['approver'],
      departments: ['finance'],
      createdAt: '2026-03-01T00:00:00.000Z',
      createdBy: 'admin',
      revokedAt: null,
    });
  });

  it('stay narrow for the owner where the folder was open to others', async () => {
    const folder = join(temporaryFolder(), 'log');
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    const log = await openEmbeddedLog({ folder, partitions: 1 });
    onTestFinished(() => log.close());
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('end for good when revoked, across restarts, and stay on the list', async () => {
    const { log } = await openedLog();
    const { keys } = await openAccess({ log, now });
    const { key, facts } = await keys.create({ name: 'u-li', roles: ['viewer'] }, null);
    expect(keys.holderOf(key)).not.toBeNull();
    await keys.revoke(facts.id, null);
    expect(keys.holderOf(key)).toBeNull();
    const { keys: reopened } = await openAccess({ log, now });
    expect(reopened.holderOf(key)).toBeNull();
    expect(reopened.list()).toContainEqual({ ...facts, revokedAt: '2026-03-01T00:00:00.000Z' });
  });

  it('are known by the whole secret', async () => {
    const { keys } = await openAccess({ now });
    const { key } = await keys.create({ name: 'u-li', roles: ['viewer'] }, null);
    const last = key.endsWith('A') ? 'B' : 'A';
    const [, id] = key.split('_');
    for (const wrong of ['', 'weir_', `weir_${id}_`, key.slice(0, -1), key.slice(0, -1) + last, `${key}A`]) {
      expect(keys.holderOf(wrong), wrong).toBeNull();
    }
    expect(keys.holderOf(key.replace(id as string, '000000000000'))).toBeNull();
  });

  it.each([
    ['a name with a space', { name: 'u li', roles: ['viewer' as const] }],
    ['a look-alike name', { name: 'аdmin', roles: ['viewer' as const] }],
    ['no role', { name: 'u-li', roles: [] }],
  ])('refuse %s', async (_, wanted) => {
    const { access } = await openAdministered({ now });
    await expect(access.keys.create(wanted, null)).rejects.toThrow();
    expect(access.keys.list()).toHaveLength(1);
  });

  it('refuse to go on without what was kept', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'keys.json'), '{"version": 1, "keys": [');
    await expect(openAccess({ folder, now })).rejects.toThrow('not a file of keys; put it back from a backup');
  });
});
