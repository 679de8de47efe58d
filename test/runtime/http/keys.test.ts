import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KeyStore } from '../../../runtime/http/keys.ts';
import { temporaryFolder } from '../../support/folder.ts';

const now = () => Date.UTC(2026, 2, 1);

function keyFile(): string {
  return join(temporaryFolder(), 'keys.json');
}

describe('API keys', () => {
  it('make an administrator at the first start, and none at the next', () => {
    const file = keyFile();
    const first = new KeyStore({ file, now });
    expect(first.firstAdminKey).toMatch(/^weir_[0-9a-f]{12}_[\w-]{43}$/);
    expect(first.holderOf(first.firstAdminKey as string)).toMatchObject({ name: 'admin', roles: ['admin'] });

    const second = new KeyStore({ file, now });
    expect(second.firstAdminKey).toBeNull();
    expect(second.holderOf(first.firstAdminKey as string)).toMatchObject({ roles: ['admin'] });
  });

  it('take the key that the operator set, make no other, and write it nowhere', () => {
    const file = keyFile();
    const keys = new KeyStore({ file, now, adminKey: 'chosen-by-the-operator' });
    expect(keys.firstAdminKey).toBeNull();
    expect(keys.holderOf('chosen-by-the-operator')).toMatchObject({ name: 'admin', roles: ['admin'] });
    expect(keys.holderOf('chosen-by-the-operator ')).toBeNull();
    keys.create({ name: 'core-bank', roles: ['intake'] }, 'admin');
    expect(readFileSync(file, 'utf8')).not.toContain('chosen-by-the-operator');
  });

  it('keep the hash of a secret alone, in a file for the owner alone', () => {
    const file = keyFile();
    const keys = new KeyStore({ file, now });
    const { key, facts } = keys.create({ name: 'u-li', roles: ['approver'], departments: ['finance'] }, 'admin');
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain(key.split('_').slice(2).join('_'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
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

  it('stay narrow for the owner when the file is replaced under an open mask', () => {
    const file = keyFile();
    const keys = new KeyStore({ file, now });
    chmodSync(file, 0o644);
    keys.create({ name: 'u-li', roles: ['viewer'] }, null);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('end for good when revoked, across restarts, and stay on the list', () => {
    const file = keyFile();
    const keys = new KeyStore({ file, now });
    const { key, facts } = keys.create({ name: 'u-li', roles: ['viewer'] }, null);
    expect(keys.holderOf(key)).not.toBeNull();
    keys.revoke(facts.id);
    expect(keys.holderOf(key)).toBeNull();
    const reopened = new KeyStore({ file, now });
    expect(reopened.holderOf(key)).toBeNull();
    expect(reopened.list()).toContainEqual({ ...facts, revokedAt: '2026-03-01T00:00:00.000Z' });
  });

  it('are known by the whole secret', () => {
    const keys = new KeyStore({ file: keyFile(), now });
    const { key } = keys.create({ name: 'u-li', roles: ['viewer'] }, null);
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
  ])('refuse %s', (_, wanted) => {
    const keys = new KeyStore({ file: keyFile(), now });
    expect(() => keys.create(wanted, null)).toThrow();
    expect(keys.list()).toHaveLength(1);
  });

  it('refuse to go on without what was kept', () => {
    const file = keyFile();
    writeFileSync(file, '{"version": 1, "keys": [');
    expect(() => new KeyStore({ file, now })).toThrow('not a file of keys; put it back from a backup');
  });
});
