/**
 * API keys: who may call, and as whom. A key is `weir_<id>_<secret>`; of the 256-bit secret only its
 * SHA-256 is kept, which is enough because such a secret cannot be guessed. The name of a key is the
 * person or system that it stands for: approvals and control entries carry it as `by`.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { AccessChange } from '../../schemas/access.ts';
import { id } from '../../schemas/declare.ts';
import { type Now, systemRandomBytes } from '../clock.ts';
import { WeirError } from '../errors.ts';
import { type AccessLedger, accessChange } from './access-ledger.ts';

/**
 * intake sends events; viewer reads; officer takes steps on alerts; approver releases what is held; compliance
 * does what an officer does and sees what is restricted; admin does everything.
 */
export const ROLES = ['intake', 'viewer', 'officer', 'approver', 'compliance', 'admin'] as const;
export type Role = (typeof ROLES)[number];

const DEPARTMENTS_MAX = 8;

/** What a new key is to be. */
export const newKey = z.strictObject({
  name: id('The person or system that the key stands for.', 64).json,
  roles: z.array(z.enum(ROLES)).min(1).max(ROLES.length).describe('What it may do; admin may do everything.'),
  departments: z
    .array(id('A department.', 32).json)
    .max(DEPARTMENTS_MAX)
    .default([])
    .describe('Departments or ranks that rules may ask of who approves, such as finance.'),
});

export type NewKey = z.input<typeof newKey>;

/** A key as it is shown: everything but the secret. */
export interface KeyFacts {
  readonly id: string;
  readonly name: string;
  readonly roles: Role[];
  readonly departments: string[];
  readonly createdAt: string;
  readonly createdBy: string | null;
  readonly revokedAt: string | null;
}

/** Whom a presented key stands for. */
export interface Holder {
  readonly keyId: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly departments: readonly string[];
}

/** What is known of a key. Its parts come in any order, where a log dropped what was said twice. */
interface KnownKey {
  made: AccessChange | null;
  revokedAt: number | null;
}

export interface KeyStoreOptions {
  readonly ledger: AccessLedger;
  readonly now: Now;
  /** The administrator's key where the operator sets one; it is never written down. */
  readonly adminKey?: string | undefined;
}

export class KeyStore {
  readonly #options: KeyStoreOptions;
  readonly #setAdmin: { readonly hash: Buffer; readonly holder: Holder } | null;
  readonly #keys = new Map<string, KnownKey>();

  constructor(options: KeyStoreOptions) {
    this.#options = options;
    this.#setAdmin =
      options.adminKey === undefined
        ? null
        : {
            hash: sha256(options.adminKey),
            holder: { keyId: 'set', name: 'admin', roles: ['admin'], departments: [] },
          };
  }

  /** Takes what the log tells of a key. */
  take(change: AccessChange): void {
    const { subject, at } = change;
    const known = this.#keys.get(subject) ?? { made: null, revokedAt: null };
    if (change.change === 'key') known.made = change;
    if (change.change === 'revoked') known.revokedAt = at;
    this.#keys.set(subject, known);
  }

  /** Makes a key. The answer's `key` is the only time that it is seen. */
  async create(wanted: NewKey, by: string | null): Promise<{ readonly key: string; readonly facts: KeyFacts }> {
    const { name, roles, departments } = newKey.parse(wanted);
    const secret = systemRandomBytes(32).toString('base64url');
    const keyId = systemRandomBytes(6).toString('hex');
    const made = accessChange('key', keyId, this.#options.now(), by, {
      ...{ name, roles, departments },
      secretSha256: sha256(secret).toString('hex'),
    });
    await this.#options.ledger.tell([made]);
    return { key: `weir_${keyId}_${secret}`, facts: factsOf({ made, revokedAt: null }) as KeyFacts };
  }

  /** All keys as far as the log was read. */
  list(): KeyFacts[] {
    return [...this.#keys.values()].map(factsOf).filter((facts) => facts !== null);
  }

  /** The same, with all that others told until now. */
  async listAll(): Promise<KeyFacts[]> {
    await this.#options.ledger.catchUp();
    return this.list();
  }

  /** Ends a key at once and for ever; it stays on the list, for the audit. */
  async revoke(keyId: string, by: string | null): Promise<KeyFacts> {
    await this.#options.ledger.catchUp();
    const before = this.#keys.get(keyId);
    const facts = before === undefined ? null : factsOf(before);
    if (facts === null) throw new WeirError('NOT_FOUND', `There is no key ${keyId}.`, { zh: `没有密钥 ${keyId}。` });
    if (facts.revokedAt !== null) return facts;
    await this.#options.ledger.tell([accessChange('revoked', keyId, this.#options.now(), by)]);
    return factsOf(this.#keys.get(keyId) as KnownKey) as KeyFacts;
  }

  /** True where a key of that id was heard of. */
  knows(token: string): boolean {
    return this.#keys.has(FORM.exec(token)?.[1] ?? '');
  }

  /** True where it was not, so that another process may have made it a moment ago. */
  mayBeNew(token: string): boolean {
    return FORM.test(token) && !this.knows(token) && !this.#isSetAdmin(token);
  }

  /** Whom a presented token stands for; null where it is not known or revoked. */
  holderOf(token: string): Holder | null {
    if (this.#setAdmin !== null && this.#isSetAdmin(token)) return this.#setAdmin.holder;
    const parts = FORM.exec(token);
    if (parts === null) return null;
    const known = this.#keys.get(parts[1] as string);
    // An unknown id costs the same comparison, so that time does not tell which ids exist.
    const expected = Buffer.from(known?.made?.secretSha256 ?? NO_SECRET, 'hex');
    const matches = timingSafeEqual(sha256(parts[2] as string), expected);
    const facts = known === undefined || known.revokedAt !== null ? null : factsOf(known);
    if (!matches || facts === null) return null;
    return { keyId: facts.id, name: facts.name, roles: facts.roles, departments: facts.departments };
  }

  /** What the operator set stands in no log. */
  #isSetAdmin(token: string): boolean {
    return this.#setAdmin !== null && timingSafeEqual(sha256(token), this.#setAdmin.hash);
  }
}

const FORM = /^weir_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;
const NO_SECRET = '0'.repeat(64);

function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

function factsOf({ made, revokedAt }: KnownKey): KeyFacts | null {
  if (made === null) return null;
  const { subject, name, roles, departments, at, by } = made;
  return {
    id: subject,
    name: name as string,
    roles: knownRoles(roles),
    departments,
    createdAt: new Date(at).toISOString(),
    createdBy: by,
    revokedAt: revokedAt === null ? null : new Date(revokedAt).toISOString(),
  };
}

/** A role that a later build made means nothing here. */
export function knownRoles(roles: readonly string[]): Role[] {
  return roles.filter((role): role is Role => (ROLES as readonly string[]).includes(role));
}
