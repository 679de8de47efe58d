/**
 * API keys: who may call, and as whom. A key is `weir_<id>_<secret>`; of the 256-bit secret only its
 * SHA-256 is kept, which is enough because such a secret cannot be guessed. The name of a key is the
 * person or system that it stands for: approvals and control entries carry it as `by`.
 *
 * Keys live in one file (mode 0600) that is replaced whole, so a crash leaves the old or the new one.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { id } from '../../schemas/declare.ts';
import { type Now, systemRandomBytes } from '../clock.ts';
import { WeirError } from '../errors.ts';
import { replacePrivateFile } from '../private-file.ts';

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

const keptKey = newKey.extend({
  id: z.string(),
  secretSha256: z.string().length(64),
  createdAt: z.iso.datetime(),
  createdBy: z.string().nullable(),
  revokedAt: z.iso.datetime().nullable(),
});

const keyFile = z.strictObject({ version: z.literal(1), keys: z.array(keptKey) });

type KeptKey = z.infer<typeof keptKey>;

/** A key as it is shown: everything but the secret. */
export type KeyFacts = Omit<KeptKey, 'secretSha256'>;

/** Whom a presented key stands for. */
export interface Holder {
  readonly keyId: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly departments: readonly string[];
}

export interface KeyStoreOptions {
  /** `<data>/keys.json`. */
  readonly file: string;
  readonly now: Now;
  /** The administrator's key where the operator sets one; it is never written down. */
  readonly adminKey?: string;
}

export class KeyStore {
  /** The administrator's key, if this start had to make one: to be shown once. */
  readonly firstAdminKey: string | null;
  readonly #options: KeyStoreOptions;
  readonly #setAdmin: { readonly hash: Buffer; readonly holder: Holder } | null;
  #keys: Map<string, KeptKey>;

  constructor(options: KeyStoreOptions) {
    this.#options = options;
    this.#keys = new Map(read(options.file).map((key) => [key.id, key]));
    this.#setAdmin =
      options.adminKey === undefined
        ? null
        : {
            hash: sha256(options.adminKey),
            holder: { keyId: 'set', name: 'admin', roles: ['admin'], departments: [] },
          };
    const hasAdmin = [...this.#keys.values()].some((key) => key.revokedAt === null && key.roles.includes('admin'));
    this.firstAdminKey =
      this.#setAdmin !== null || hasAdmin ? null : this.create({ name: 'admin', roles: ['admin'] }, null).key;
  }

  /** Makes a key. The answer's `key` is the only time that it is seen. */
  create(wanted: NewKey, by: string | null): { readonly key: string; readonly facts: KeyFacts } {
    const secret = systemRandomBytes(32).toString('base64url');
    const kept: KeptKey = {
      ...newKey.parse(wanted),
      id: systemRandomBytes(6).toString('hex'),
      secretSha256: sha256(secret).toString('hex'),
      createdAt: new Date(this.#options.now()).toISOString(),
      createdBy: by,
      revokedAt: null,
    };
    this.#replace(new Map(this.#keys).set(kept.id, kept));
    return { key: `weir_${kept.id}_${secret}`, facts: factsOf(kept) };
  }

  list(): KeyFacts[] {
    return [...this.#keys.values()].map(factsOf);
  }

  /** Ends a key at once and for ever; it stays on the list, for the audit. */
  revoke(keyId: string): KeyFacts {
    const key = this.#keys.get(keyId);
    if (key === undefined) throw new WeirError('NOT_FOUND', `There is no key ${keyId}.`);
    const revoked = { ...key, revokedAt: key.revokedAt ?? new Date(this.#options.now()).toISOString() };
    this.#replace(new Map(this.#keys).set(keyId, revoked));
    return factsOf(revoked);
  }

  /** Whom a presented token stands for; null where it is not known or revoked. */
  holderOf(token: string): Holder | null {
    if (this.#setAdmin !== null && timingSafeEqual(sha256(token), this.#setAdmin.hash)) return this.#setAdmin.holder;
    const parts = /^weir_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/.exec(token);
    if (parts === null) return null;
    const key = this.#keys.get(parts[1] as string);
    // An unknown id costs the same comparison, so that time does not tell which ids exist.
    const expected = Buffer.from(key?.secretSha256 ?? NO_SECRET, 'hex');
    const matches = timingSafeEqual(sha256(parts[2] as string), expected);
    if (!matches || key === undefined || key.revokedAt !== null) return null;
    return { keyId: key.id, name: key.name, roles: key.roles, departments: key.departments };
  }

  #replace(keys: Map<string, KeptKey>): void {
    const content: z.infer<typeof keyFile> = { version: 1, keys: [...keys.values()] };
    replacePrivateFile(this.#options.file, `${JSON.stringify(content, null, 2)}\n`);
    this.#keys = keys;
  }
}

const NO_SECRET = '0'.repeat(64);

function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

function factsOf({ secretSha256: _, ...facts }: KeptKey): KeyFacts {
  return facts;
}

function read(file: string): KeptKey[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new WeirError('CONFIG_INVALID', `${file}: the keys cannot be read`, { cause });
  }
  try {
    return keyFile.parse(JSON.parse(text)).keys;
  } catch (cause) {
    // Going on with no keys would make a new administrator and forget every revocation.
    throw new WeirError('CONFIG_INVALID', `${file}: not a file of keys; put it back from a backup`, { cause });
  }
}
