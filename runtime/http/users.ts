/**
 * People who sign in with a password. Of a password only its scrypt hash is kept, with a salt of its own; a
 * name that nobody has costs as much time as a wrong password. A name that is tried too often rests a while.
 *
 * Users live in one file (mode 0600) that is replaced whole, so a crash leaves the old or the new one.
 */
import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { id } from '../../schemas/declare.ts';
import { MINUTE_MS } from '../../schemas/time.ts';
import { type Now, systemRandomBytes } from '../clock.ts';
import { WeirError } from '../errors.ts';
import { replacePrivateFile } from '../private-file.ts';
import { newKey } from './keys.ts';

/** OWASP’s floor for scrypt: 32 MB and some 80 ms a guess. */
const COST: ScryptOptions = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1_024 ** 2 };
const HASH_BYTES = 32;
const TRIES_MAX = 5;
const REST_MS = 15 * MINUTE_MS;
/** Names that are remembered as tried; beyond, the oldest is forgotten. */
const TRIED_MAX = 10_000;

export const password = z.string().min(12).max(256).describe('At least 12 characters; long beats complicated.');

export const newUser = newKey
  .extend({ name: id('What the person signs in as, and is named by in approvals and steps.', 64).json, password })
  .describe('A person who signs in.');

export type NewUser = z.input<typeof newUser>;

const keptUser = newUser.omit({ password: true }).extend({
  salt: z.string(),
  hash: z.string(),
  createdAt: z.iso.datetime(),
  createdBy: z.string().nullable(),
  disabledAt: z.iso.datetime().nullable(),
});
const userFile = z.strictObject({ version: z.literal(1), users: z.array(keptUser) });
type KeptUser = z.infer<typeof keptUser>;

/** A user as it is shown: everything but what a password could be guessed by. */
export type UserFacts = Omit<KeptUser, 'salt' | 'hash'>;

export class UserStore {
  readonly #file: string;
  readonly #now: Now;
  readonly #tried = new Map<string, { count: number; restsUntil: number }>();
  #users: Map<string, KeptUser>;

  constructor({ file, now }: { readonly file: string; readonly now: Now }) {
    this.#file = file;
    this.#now = now;
    this.#users = new Map(read(file).map((user) => [user.name, user]));
  }

  list(): UserFacts[] {
    return [...this.#users.values()].map(factsOf);
  }

  /** Those who may sign in. */
  listInForce(): UserFacts[] {
    return this.list().filter(({ disabledAt }) => disabledAt === null);
  }

  /** The user of a name that may sign in; null where there is none, or it is disabled. */
  inForce(name: string): UserFacts | null {
    const user = this.#users.get(name);
    return user === undefined || user.disabledAt !== null ? null : factsOf(user);
  }

  async create(wanted: NewUser, by: string | null): Promise<UserFacts> {
    const { password: chosen, ...rest } = newUser.parse(wanted);
    if (this.#users.has(rest.name)) throw new WeirError('CONFLICT', `There is a user ${rest.name} already.`);
    const user: KeptUser = {
      ...rest,
      ...(await hashed(chosen)),
      createdAt: new Date(this.#now()).toISOString(),
      createdBy: by,
      disabledAt: null,
    };
    // While the password was hashed, the same name may have been made.
    if (this.#users.has(rest.name)) throw new WeirError('CONFLICT', `There is a user ${rest.name} already.`);
    this.#put(user);
    return factsOf(user);
  }

  async setPassword(name: string, chosen: string): Promise<UserFacts> {
    const fresh = await hashed(chosen);
    const user = { ...this.#known(name), ...fresh };
    this.#put(user);
    this.#tried.delete(name);
    return factsOf(user);
  }

  /** Ends a user for good; it stays on the list, for the audit. */
  disable(name: string): UserFacts {
    const user = this.#known(name);
    const disabled = { ...user, disabledAt: user.disabledAt ?? new Date(this.#now()).toISOString() };
    this.#put(disabled);
    return factsOf(disabled);
  }

  /** The user where name and password are right and it is in force; null otherwise. */
  async check(name: string, tried: string): Promise<UserFacts | null> {
    this.#refuseResting(name);
    // Counted before it is looked at, so that many tries at once are as many.
    this.#note(name);
    const user = this.#users.get(name);
    const hash = await derive(tried, user?.salt ?? NO_SALT);
    const matches = timingSafeEqual(hash, Buffer.from(user?.hash ?? NO_HASH, 'base64'));
    if (!matches || user === undefined || user.disabledAt !== null) return null;
    this.#tried.delete(name);
    return factsOf(user);
  }

  #refuseResting(name: string): void {
    const tries = this.#tried.get(name);
    if (tries === undefined || tries.count < TRIES_MAX || tries.restsUntil <= this.#now()) return;
    throw new WeirError(
      'RATE_LIMITED',
      'This name was tried too often with a wrong password; try again in 15 minutes.',
    );
  }

  #note(name: string): void {
    const now = this.#now();
    const before = this.#tried.get(name);
    const count = before === undefined || before.restsUntil <= now ? 1 : before.count + 1;
    this.#tried.delete(name);
    this.#tried.set(name, { count, restsUntil: now + REST_MS });
    if (this.#tried.size > TRIED_MAX) this.#tried.delete(this.#tried.keys().next().value as string);
  }

  #known(name: string): KeptUser {
    const user = this.#users.get(name);
    if (user === undefined) throw new WeirError('NOT_FOUND', `There is no user ${name}.`);
    return user;
  }

  #put(user: KeptUser): void {
    const users = new Map(this.#users).set(user.name, user);
    const content: z.infer<typeof userFile> = { version: 1, users: [...users.values()] };
    replacePrivateFile(this.#file, `${JSON.stringify(content, null, 2)}\n`);
    this.#users = users;
  }
}

const NO_SALT = Buffer.alloc(16).toString('base64');
const NO_HASH = Buffer.alloc(HASH_BYTES).toString('base64');

async function hashed(chosen: string): Promise<{ salt: string; hash: string }> {
  const salt = systemRandomBytes(16).toString('base64');
  return { salt, hash: (await derive(chosen, salt)).toString('base64') };
}

/** Written in another way the same password is the same: NFKC, as keyboards differ. */
function derive(text: string, salt: string): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  scrypt(text.normalize('NFKC'), Buffer.from(salt, 'base64'), HASH_BYTES, COST, (error, key) =>
    error === null ? resolve(key) : reject(error),
  );
  return promise;
}

function factsOf({ salt: _, hash: __, ...facts }: KeptUser): UserFacts {
  return facts;
}

function read(file: string): KeptUser[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new WeirError('CONFIG_INVALID', `${file}: the users cannot be read`, { cause });
  }
  try {
    return userFile.parse(JSON.parse(text)).users;
  } catch (cause) {
    throw new WeirError('CONFIG_INVALID', `${file}: not a file of users; put it back from a backup`, { cause });
  }
}
