/**
 * People who sign in with a password. Of a password only its scrypt hash is kept, with a salt of its own; a
 * name that nobody has costs as much time as a wrong password. A name that is tried too often rests a while, at
 * the process where it was tried.
 */
import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { AccessChange } from '../../schemas/access.ts';
import { id } from '../../schemas/declare.ts';
import { MINUTE_MS } from '../../schemas/time.ts';
import { type Now, systemRandomBytes } from '../clock.ts';
import { WeirError } from '../errors.ts';
import { type AccessLedger, accessChange } from './access-ledger.ts';
import { knownRoles, newKey, type Role } from './keys.ts';

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

/** A user as it is shown: everything but what a password could be guessed by. */
export interface UserFacts {
  readonly name: string;
  readonly roles: Role[];
  readonly departments: string[];
  readonly createdAt: string;
  readonly createdBy: string | null;
  readonly disabledAt: string | null;
}

/** Whoever may sign in, with what names the password that is in force. */
export interface Member {
  readonly user: UserFacts;
  readonly credential: string;
}

/** What is known of a user. Its parts come in any order, where a log dropped what was said twice. */
interface KnownUser {
  made: AccessChange | null;
  password: AccessChange | null;
  disabledAt: number | null;
}

export interface UserStoreOptions {
  readonly ledger: AccessLedger;
  readonly now: Now;
}

export class UserStore {
  readonly #ledger: AccessLedger;
  readonly #now: Now;
  readonly #tried = new Map<string, { count: number; restsUntil: number }>();
  readonly #users = new Map<string, KnownUser>();

  constructor({ ledger, now }: UserStoreOptions) {
    this.#ledger = ledger;
    this.#now = now;
  }

  /** Takes what the log tells of a user. */
  take(change: AccessChange): void {
    const { subject, at } = change;
    const known = this.#users.get(subject) ?? { made: null, password: null, disabledAt: null };
    if (change.change === 'user') known.made = change;
    if (change.change === 'disabled') known.disabledAt = at;
    if (change.change === 'password') {
      known.password = change;
      this.#tried.delete(subject);
    }
    this.#users.set(subject, known);
  }

  /** All users as far as the log was read. */
  list(): UserFacts[] {
    return [...this.#users.values()].map(factsOf).filter((facts) => facts !== null);
  }

  /** The same, with all that others told until now. */
  async listAll(): Promise<UserFacts[]> {
    await this.#ledger.catchUp();
    return this.list();
  }

  /** Those who may sign in. */
  listInForce(): UserFacts[] {
    return this.list().filter(({ disabledAt }) => disabledAt === null);
  }

  /** The user of a name that may sign in; null where there is none, or it is disabled. */
  inForce(name: string): Member | null {
    const known = this.#users.get(name);
    const user = known === undefined ? null : factsOf(known);
    const credential = known?.password?.credential ?? null;
    return user === null || user.disabledAt !== null || credential === null ? null : { user, credential };
  }

  async create(wanted: NewUser, by: string | null): Promise<UserFacts> {
    const { password: chosen, name, roles, departments } = newUser.parse(wanted);
    await this.#refuseKnown(name);
    const hashed = await hashOf(chosen);
    // While the password was hashed, the same name may have been made.
    await this.#refuseKnown(name);
    const at = this.#now();
    const made = accessChange('user', name, at, by, { roles, departments });
    await this.#ledger.tell([made, accessChange('password', name, at, by, hashed)]);
    return this.#known(name);
  }

  /**
   * Sets another password. `beforehand` is told what it will be named by: a session that is to outlast the change
   * must hold by both.
   */
  async setPassword(
    name: string,
    chosen: string,
    by: string | null,
    beforehand?: (credential: string) => Promise<void>,
  ): Promise<UserFacts> {
    const hashed = await hashOf(chosen);
    await this.#ledger.catchUp();
    this.#known(name);
    await beforehand?.(hashed.credential);
    await this.#ledger.tell([accessChange('password', name, this.#now(), by, hashed)]);
    return this.#known(name);
  }

  /** Ends a user for good; it stays on the list, for the audit. */
  async disable(name: string, by: string | null): Promise<UserFacts> {
    await this.#ledger.catchUp();
    const before = this.#known(name);
    if (before.disabledAt !== null) return before;
    await this.#ledger.tell([accessChange('disabled', name, this.#now(), by)]);
    return this.#known(name);
  }

  /** The user where name and password are right and it is in force; null otherwise. */
  async check(name: string, tried: string): Promise<Member | null> {
    this.#refuseResting(name);
    // Counted before it is looked at, so that many tries at once are as many.
    this.#note(name);
    // Whatever the name, so that time does not tell which there are.
    await this.#ledger.catchUp();
    const password = this.#users.get(name)?.password ?? null;
    const hash = await derive(tried, password?.salt ?? NO_SALT);
    const matches = timingSafeEqual(hash, Buffer.from(password?.hash ?? NO_HASH, 'base64'));
    const member = this.inForce(name);
    // Another password may have been set while this one was hashed.
    if (!matches || member === null || member.credential !== password?.credential) return null;
    this.#tried.delete(name);
    return member;
  }

  #refuseResting(name: string): void {
    const tries = this.#tried.get(name);
    if (tries === undefined || tries.count < TRIES_MAX || tries.restsUntil <= this.#now()) return;
    throw new WeirError(
      'RATE_LIMITED',
      'This name was tried too often with a wrong password; try again in 15 minutes.',
      { zh: '该用户名密码错误次数过多，请 15 分钟后再试。' },
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

  #known(name: string): UserFacts {
    const known = this.#users.get(name);
    const facts = known === undefined ? null : factsOf(known);
    if (facts === null) throw new WeirError('NOT_FOUND', `There is no user ${name}.`, { zh: `没有用户 ${name}。` });
    return facts;
  }

  async #refuseKnown(name: string): Promise<void> {
    await this.#ledger.catchUp();
    if (this.#users.has(name))
      throw new WeirError('CONFLICT', `There is a user ${name} already.`, { zh: `用户 ${name} 已存在。` });
  }
}

const NO_SALT = Buffer.alloc(16).toString('base64');
const NO_HASH = Buffer.alloc(HASH_BYTES).toString('base64');

async function hashOf(chosen: string): Promise<{ salt: string; hash: string; credential: string }> {
  const salt = systemRandomBytes(16).toString('base64');
  const hash = (await derive(chosen, salt)).toString('base64');
  return { salt, hash, credential: newCredential() };
}

export function newCredential(): string {
  return systemRandomBytes(8).toString('hex');
}

/** Written in another way the same password is the same: NFKC, as keyboards differ. */
function derive(text: string, salt: string): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  scrypt(text.normalize('NFKC'), Buffer.from(salt, 'base64'), HASH_BYTES, COST, (error, key) =>
    error === null ? resolve(key) : reject(error),
  );
  return promise;
}

function factsOf({ made, disabledAt }: KnownUser): UserFacts | null {
  if (made === null) return null;
  const { subject, roles, departments, at, by } = made;
  return {
    name: subject,
    roles: knownRoles(roles),
    departments,
    createdAt: new Date(at).toISOString(),
    createdBy: by,
    disabledAt: disabledAt === null ? null : new Date(disabledAt).toISOString(),
  };
}
