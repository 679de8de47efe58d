/**
 * Keys and users of an earlier version, which kept them in two files of the data folder: told to the log, unless it
 * knows them, and the files put aside. Sessions were kept nowhere.
 */
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { AccessChange } from '../../schemas/access.ts';
import { WeirError } from '../errors.ts';
import { type AccessLedger, accessChange } from './access-ledger.ts';
import type { KeyStore } from './keys.ts';
import { newCredential, type UserStore } from './users.ts';

const shared = {
  roles: z.array(z.string()),
  departments: z.array(z.string()),
  createdAt: z.iso.datetime(),
  createdBy: z.string().nullable(),
};
const keyFile = z.strictObject({
  version: z.literal(1),
  keys: z.array(
    z.strictObject({
      ...shared,
      id: z.string(),
      name: z.string(),
      secretSha256: z.string().length(64),
      revokedAt: z.iso.datetime().nullable(),
    }),
  ),
});
const userFile = z.strictObject({
  version: z.literal(1),
  users: z.array(
    z.strictObject({
      ...shared,
      name: z.string(),
      salt: z.string(),
      hash: z.string(),
      disabledAt: z.iso.datetime().nullable(),
    }),
  ),
});

interface Known {
  readonly keys: Pick<KeyStore, 'list'>;
  readonly users: Pick<UserStore, 'list'>;
}

export async function carryOver(folder: string, { keys, users }: Known, ledger: AccessLedger): Promise<void> {
  const knownKeys = new Set(keys.list().map(({ id }) => id));
  await carry(join(folder, 'keys.json'), 'keys', keyFile, ledger, ({ keys: kept }) =>
    kept.filter(({ id }) => !knownKeys.has(id)).flatMap(changesOfKey),
  );
  const knownUsers = new Set(users.list().map(({ name }) => name));
  await carry(join(folder, 'users.json'), 'users', userFile, ledger, ({ users: kept }) =>
    kept.filter(({ name }) => !knownUsers.has(name)).flatMap(changesOfUser),
  );
}

async function carry<T>(
  file: string,
  what: string,
  form: z.ZodType<T>,
  ledger: AccessLedger,
  changesOf: (kept: T) => AccessChange[],
): Promise<void> {
  const kept = read(file, what, form);
  if (kept === null) return;
  const changes = changesOf(kept);
  if (changes.length > 0) await ledger.tell(changes);
  renameSync(file, `${file}.carried-over`);
}

function changesOfKey(key: z.infer<typeof keyFile>['keys'][number]): AccessChange[] {
  const { id, name, roles, departments, secretSha256, createdAt, createdBy, revokedAt } = key;
  const said = { name, roles, departments, secretSha256 };
  const made = accessChange('key', id, Date.parse(createdAt), createdBy, said);
  return revokedAt === null ? [made] : [made, accessChange('revoked', id, Date.parse(revokedAt), null)];
}

function changesOfUser(user: z.infer<typeof userFile>['users'][number]): AccessChange[] {
  const { name, roles, departments, salt, hash, createdAt, createdBy, disabledAt } = user;
  const at = Date.parse(createdAt);
  const made = accessChange('user', name, at, createdBy, { roles, departments });
  const password = accessChange('password', name, at, createdBy, { salt, hash, credential: newCredential() });
  return disabledAt === null
    ? [made, password]
    : [made, password, accessChange('disabled', name, Date.parse(disabledAt), null)];
}

function read<T>(file: string, what: string, form: z.ZodType<T>): T | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new WeirError('CONFIG_INVALID', `${file}: the ${what} cannot be read`, { cause });
  }
  try {
    return form.parse(JSON.parse(text));
  } catch (cause) {
    // Going on without them would make a new administrator and forget every end.
    throw new WeirError('CONFIG_INVALID', `${file}: not a file of ${what}; put it back from a backup`, { cause });
  }
}
