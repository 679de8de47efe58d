import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSecretKey, SecretKey } from '../../runtime/secret-key.ts';
import { temporaryFolder } from '../support/folder.ts';

const KEY = Buffer.alloc(32, 3);

describe('a sealed secret', () => {
  it('opens with the same key at the same place alone', () => {
    const key = new SecretKey(KEY);
    const sealed = key.seal(Buffer.from('秘密'), 'here');
    expect(sealed.includes('秘密')).toBe(false);
    expect(key.unseal(sealed, 'here').toString()).toBe('秘密');
    expect(key.seal(Buffer.from('秘密'), 'here').equals(sealed)).toBe(false);
    expect(() => key.unseal(sealed, 'there')).toThrow(/there does not decrypt/);
    const changed = Buffer.from(sealed);
    changed[changed.length - 1]! ^= 1;
    expect(() => key.unseal(changed, 'here')).toThrow(/does not decrypt/);
    expect(() => new SecretKey(Buffer.alloc(32, 4)).unseal(sealed, 'here')).toThrow(
      /was encrypted with the key [0-9a-f]{8}/,
    );
  });
});

describe('the key', () => {
  it('is made at the first start, for its owner alone, and kept', () => {
    const dataDir = temporaryFolder();
    const none = { dataDir, secretKey: undefined, secretKeyFile: undefined };
    const sealed = loadSecretKey(none).seal(Buffer.from('x'), 'here');
    expect(statSync(join(dataDir, 'secret.key')).mode & 0o777).toBe(0o600);
    expect(loadSecretKey(none).unseal(sealed, 'here').toString()).toBe('x');
  });

  it.each([
    ['base64', KEY.toString('base64')],
    ['hex', KEY.toString('hex')],
  ])('is taken from the settings or a file, as %s', (_form, written) => {
    const dataDir = temporaryFolder();
    const file = join(dataDir, 'given');
    writeFileSync(file, `${written}\n`);
    chmodSync(file, 0o400);
    const sealed = new SecretKey(KEY).seal(Buffer.from('x'), 'here');
    const bySetting = loadSecretKey({ dataDir, secretKey: written, secretKeyFile: undefined });
    const byFile = loadSecretKey({ dataDir, secretKey: undefined, secretKeyFile: file });
    expect([bySetting, byFile].map((key) => key.unseal(sealed, 'here').toString())).toEqual(['x', 'x']);
    expect(() => readFileSync(join(dataDir, 'secret.key'))).toThrow('ENOENT');
  });

  it('is refused where it is none, cannot be read, or is given twice', () => {
    const dataDir = temporaryFolder();
    expect(() => loadSecretKey({ dataDir, secretKey: 'x'.repeat(32), secretKeyFile: undefined })).toThrow(/32 bytes/);
    expect(() => loadSecretKey({ dataDir, secretKey: undefined, secretKeyFile: join(dataDir, 'no') })).toThrow(
      /cannot be read/,
    );
    expect(() => loadSecretKey({ dataDir, secretKey: 'a', secretKeyFile: 'b' })).toThrow(/both are set/);
    writeFileSync(join(dataDir, 'secret.key'), 'short\n');
    expect(() => loadSecretKey({ dataDir, secretKey: undefined, secretKeyFile: undefined })).toThrow(/32 bytes/);
  });
});
