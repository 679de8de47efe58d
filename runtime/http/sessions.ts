/**
 * Sessions of people who signed in: a cookie that scripts cannot read and other sites cannot send. What changes
 * something needs besides the token that the session was told (`weir-csrf`), so that no page of somebody else
 * acts in a person's name. That token is made of the cookie, so any process can tell it to whoever holds the
 * cookie, and nothing that is written down can.
 *
 * A session holds by the password that it was opened with: another password ends it everywhere, with nothing said
 * of it. That it was used is told now and then, so that it rests at no process while it is used at another.
 */
import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { SessionChange } from '../../schemas/access.ts';
import { HOUR_MS, MINUTE_MS } from '../../schemas/time.ts';
import { type Now, systemRandomBytes } from '../clock.ts';
import type { SessionLedger } from './access-ledger.ts';
import type { Holder } from './keys.ts';
import type { Member, UserStore } from './users.ts';

export const SESSION_COOKIE = 'weir_session';
const LIFETIME_MS = 12 * HOUR_MS;
const IDLE_MS = 30 * MINUTE_MS;
/** A session that is used is told of so often: at another process it may seem to have rested as much longer. */
const TOLD_MS = MINUTE_MS;
/** Beyond so many, the oldest ends. */
const SESSIONS_MAX = 10_000;

interface Session {
  /** Names the session to others, in approvals: the cookie itself is told nobody. */
  readonly id: string;
  readonly name: string;
  readonly endsAt: number;
  /** Passwords that it holds by: that which opened it, and such as were set through it. */
  readonly credentials: string[];
  seenAt: number;
  toldAt: number;
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

export interface SessionsOptions {
  readonly users: UserStore;
  readonly ledger: SessionLedger;
  readonly now: Now;
  /** That a session was used could not be told, and nobody waits for it. */
  readonly onUntold: (error: unknown) => void;
}

export class Sessions {
  readonly #options: SessionsOptions;
  /** By the SHA-256 of the cookie's value, in the order of opening. */
  readonly #sessions = new Map<string, Session>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Takes what the log tells. What is kept depends on that alone, so that all processes keep the same. */
  take(change: SessionChange): void {
    const { digest, at, credential } = change;
    const session = this.#sessions.get(digest);
    if (change.change === 'opened') this.#takeOpened(change);
    else if (change.change === 'ended') this.#sessions.delete(digest);
    else if (session === undefined) return;
    else if (change.change === 'renewed') session.credentials.push(credential as string);
    else {
      session.seenAt = Math.max(session.seenAt, at);
      session.toldAt = Math.max(session.toldAt, at);
    }
  }

  #takeOpened({ digest, at, session, name, credential, endsAt }: SessionChange): void {
    const opened = { id: session as string, name: name as string, endsAt: endsAt as number };
    this.#sessions.set(digest, { ...opened, credentials: [credential as string], seenAt: at, toldAt: at });
    for (const [key, one] of this.#sessions) {
      if (one.endsAt > at && this.#sessions.size <= SESSIONS_MAX) break;
      this.#sessions.delete(key);
    }
  }

  async open({ user: { name }, credential }: Member): Promise<Opened> {
    const token = systemRandomBytes(32).toString('base64url');
    const endsAt = this.#options.now() + LIFETIME_MS;
    const session = `s-${systemRandomBytes(8).toString('hex')}`;
    await this.#tell('opened', digestOf(token), { session, name, credential, endsAt });
    return { token, csrf: csrfOf(token), endsAt };
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
    const digest = digestOf(token);
    const session = this.#sessions.get(digest);
    if (session === undefined) return null;
    const now = this.#options.now();
    const member = this.#options.users.inForce(session.name);
    const holds = member !== null && session.credentials.includes(member.credential);
    if (!holds || now >= session.endsAt || now - session.seenAt >= IDLE_MS) return null;
    if (used) this.#use(digest, session, now);
    const { name, roles, departments } = member.user;
    return {
      ...{ keyId: `session ${session.id}`, name, roles, departments },
      ...{ sessionId: session.id, csrf: csrfOf(token), endsAt: session.endsAt },
    };
  }

  #use(digest: string, session: Session, now: number): void {
    session.seenAt = now;
    if (now - session.toldAt < TOLD_MS) return;
    session.toldAt = now;
    this.#tell('used', digest).catch(this.#options.onUntold);
  }

  /** Ends the session of a cookie, where there is one. */
  async end(token: string): Promise<void> {
    const digest = digestOf(token);
    if (this.#sessions.has(digest)) await this.#tell('ended', digest);
  }

  /** Has a session of a user hold by another password, too. */
  async renew(name: string, sessionId: string, credential: string): Promise<void> {
    for (const [digest, session] of this.#sessions) {
      if (session.id === sessionId && session.name === name) await this.#tell('renewed', digest, { credential });
    }
  }

  #tell(change: SessionChange['change'], digest: string, said: Partial<SessionChange> = {}): Promise<void> {
    const at = this.#options.now();
    const nothing = { session: null, name: null, credential: null, endsAt: null };
    return this.#options.ledger.tell([{ digest, change, at, ...nothing, ...said }]);
  }
}

/** True for what may be the cookie of a session: 256 bits, base64url. */
export function isCookie(token: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(token);
}

export function isSameToken(given: string, expected: string): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', expected, 'buffer'));
}

function digestOf(token: string): string {
  return hash('sha256', token, 'hex');
}

function csrfOf(token: string): string {
  return createHmac('sha256', token).update(SESSION_COOKIE).digest('base64url');
}
