/** Where stores of keys, users and sessions tell what changed; they then learn of it as of whatever others told. */
import type { AccessChange, SessionChange } from '../../schemas/access.ts';

export interface Ledger<T> {
  /** Resolves when it is on disk, and known here. */
  tell(changes: readonly T[]): Promise<void>;
  /** Resolves when all is known here that anybody had told until now. */
  catchUp(): Promise<void>;
}

export type AccessLedger = Ledger<AccessChange>;
export type SessionLedger = Ledger<SessionChange>;

const NOTHING = {
  name: null,
  roles: [],
  departments: [],
  secretSha256: null,
  salt: null,
  hash: null,
  credential: null,
} as const;

type Said = Partial<Pick<AccessChange, keyof typeof NOTHING>>;

export function accessChange(
  change: AccessChange['change'],
  subject: string,
  at: number,
  by: string | null,
  said: Said = {},
): AccessChange {
  return { entry: `${change}:${subject}`, change, subject, at, by, ...NOTHING, roles: [], departments: [], ...said };
}
