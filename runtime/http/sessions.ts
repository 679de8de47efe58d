/**
 * Sessions of people who signed in: a cookie that scripts cannot read and other sites cannot send. What changes
 * something needs besides the token that the session was told (`weir-csrf`), so that no page of somebody else
 * acts in a person's name. Sessions live in memory: a restart signs everybody out.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { HOUR_MS, MINUTE_MS } from '../../schemas/time.ts';
import { type Now, systemRandomBytes } from '../clock.ts';
import type { Holder } from './keys.ts';
import type { UserFacts, UserStore } from './users.ts';

export const SESSION_COOKIE = 'weir_session';
const LIFETIME_MS = 12 * HOUR_MS;
const IDLE_MS = 30 * MINUTE_MS;
/** Beyond so many, the oldest ends. */
const SESSIONS_MAX = 10_000;

interface Session {
  /** Names the session to others, in approvals: the cookie itself is told nobody. */
  readonly id: string;
  readonly name: string;
  readonly csrf: string;
  readonly endsAt: number;
  seenAt: number;
}

export interface Opened {
  /** Value of the cookie. */
  readonly token: string;
  readonly csrf: string;
  readonly endsAt: number;
}

/** Whom a session stands for. */
export interface SessionHolder extends Holder {
  readonly sessionId: string;
  readonly csrf: string;
  readonly endsAt: number;
}

export class Sessions {
  readonly #users: UserStore;
  readonly #now: Now;
  /** By the SHA-256 of the cookie's value. */
  readonly #sessions = new Map<string, Session>();

  constructor(users: UserStore, now: Now) {
    this.#users = users;
    this.#now = now;
  }

  open({ name }: UserFacts): Opened {
    const token = systemRandomBytes(32).toString('base64url');
    const csrf = systemRandomBytes(32).toString('base64url');
    const now = this.#now();
    const endsAt = now + LIFETIME_MS;
    const id = `s-${systemRandomBytes(8).toString('hex')}`;
    this.#sessions.set(digest(token), { id, name, csrf, endsAt, seenAt: now });
    if (this.#sessions.size > SESSIONS_MAX) this.#sessions.delete(this.#sessions.keys().next().value as string);
    return { token, csrf, endsAt };
  }

  /** Whom a cookie's value stands for, with the rights that the user has now; null where it is over. It is used by that. */
  holderOf(token: string): SessionHolder | null {
    return this.#holderOf(token, true);
  }

  /** The same for what goes on by itself while the person may be away: it keeps no session from ending. */
  holderStill(token: string): SessionHolder | null {
    return this.#holderOf(token, false);
  }

  #holderOf(token: string, used: boolean): SessionHolder | null {
    const key = digest(token);
    const session = this.#sessions.get(key);
    if (session === undefined) return null;
    const now = this.#now();
    const user = this.#users.inForce(session.name);
    if (user === null || now >= session.endsAt || now - session.seenAt >= IDLE_MS) {
      this.#sessions.delete(key);
      return null;
    }
    if (used) session.seenAt = now;
    const { name, roles, departments } = user;
    return {
      ...{ keyId: `session ${session.id}`, name, roles, departments },
      ...{ sessionId: session.id, csrf: session.csrf, endsAt: session.endsAt },
    };
  }

  end(token: string): void {
    this.#sessions.delete(digest(token));
  }

  /** Ends all sessions of a user, but one: of who is disabled, or has a new password. */
  endAll(name: string, but?: string): void {
    for (const [key, session] of this.#sessions) {
      if (session.name === name && session.id !== but) this.#sessions.delete(key);
    }
  }
}

export function isSameToken(given: string, expected: string): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', expected, 'buffer'));
}

function digest(token: string): string {
  return hash('sha256', token, 'hex');
}
