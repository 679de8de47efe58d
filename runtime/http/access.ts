/**
 * Who may call, as the log tells it: keys, users and sessions, the same to every process that serves people. A process
 * needs nothing of its own to know them; what one tells, the others know as soon as the log has brought it to them.
 *
 * What was given out elsewhere a moment ago is asked for before it is refused, so nobody who signs in at one process
 * is unknown at the next. What was taken back is refused as soon as that was read. A process that the log does not
 * reach cannot know: it trusts what it knows for so long, and then answers nobody until it has asked.
 */
import {
  type AccessChange,
  accessChangeRecord,
  type SessionChange,
  sessionChangeRecord,
} from '../../schemas/access.ts';
import { MINUTE_MS } from '../../schemas/time.ts';
import type { Now } from '../clock.ts';
import { isWeirError } from '../errors.ts';
import { FollowedTopic } from '../log/followed.ts';
import type { Log } from '../log/port.ts';
import { carryOver } from './carry-over.ts';
import { type Holder, KeyStore } from './keys.ts';
import { isCookie, type SessionHolder, Sessions } from './sessions.ts';
import { UserStore } from './users.ts';

/** After so long without having asked the log, it is asked before anybody is let in. */
export const TRUST_MS = MINUTE_MS;

export interface AccessOptions {
  readonly log: Log;
  readonly now: Now;
  /** The administrator's key where the operator sets one; it is never written down. */
  readonly adminKey?: string | undefined;
  /** Where an earlier version may have left keys and users; none where it cannot have. */
  readonly folder?: string;
  readonly onFault: (error: unknown) => void;
  /** Measures trust; the system’s unless said. */
  readonly monotonic?: Now;
}

export class Access {
  readonly keys: KeyStore;
  readonly users: UserStore;
  readonly sessions: Sessions;
  readonly #options: AccessOptions;
  readonly #said: FollowedTopic<AccessChange>;
  readonly #opened: FollowedTopic<SessionChange>;

  constructor(options: AccessOptions) {
    const { log, now, adminKey, onFault, monotonic } = options;
    this.#options = options;
    this.#said = new FollowedTopic({
      ...{ log, onFault, monotonic, topic: 'access', record: accessChangeRecord },
      take: (change) => {
        if (change.change === 'key' || change.change === 'revoked') this.keys.take(change);
        else this.users.take(change);
      },
    });
    this.#opened = new FollowedTopic({
      ...{ log, onFault, monotonic, topic: 'sessions', record: sessionChangeRecord },
      take: (change) => this.sessions.take(change),
    });
    this.keys = new KeyStore({ ledger: this.#said, now, adminKey });
    this.users = new UserStore({ ledger: this.#said, now });
    // The next use tells it, where the log could not take it; anything else is no matter of the log.
    const onUntold = (error: unknown) => (isWeirError(error) ? undefined : onFault(error));
    this.sessions = new Sessions({ users: this.users, ledger: this.#opened, now, onUntold });
  }

  /** Reads what there is, and what an earlier version left in the folder. */
  async open(): Promise<void> {
    await Promise.all([this.#said.open(), this.#opened.open()]);
    if (this.#options.folder !== undefined) await carryOver(this.#options.folder, this, this.#said);
  }

  /** Makes the first administrator where there is none: answers the key, to be shown once. */
  async makeFirstAdmin(): Promise<string | null> {
    if (this.#options.adminKey !== undefined || this.#administrators().length > 0) return null;
    const { key, facts } = await this.keys.create({ name: 'admin', roles: ['admin'] }, null);
    // Of several processes that start at once, the one whose key comes first in the log has made it.
    if (this.#administrators()[0]?.id === facts.id) return key;
    await this.keys.revoke(facts.id, null);
    return null;
  }

  /** Whom a key stands for; null where it is not known or revoked. */
  async keyHolder(token: string): Promise<Holder | null> {
    const asks = this.keys.mayBeNew(token) || (this.keys.knows(token) && this.#said.ageMs > TRUST_MS);
    if (asks) await this.#said.catchUp();
    return this.keys.holderOf(token);
  }

  /** Whom the cookie of a session stands for; null where it is over. It is used by that. */
  async sessionHolder(token: string): Promise<SessionHolder | null> {
    if (!isCookie(token)) return null;
    const trusted = Math.max(this.#said.ageMs, this.#opened.ageMs) <= TRUST_MS;
    const holder = trusted ? this.sessions.holderOf(token) : null;
    if (holder !== null) return holder;
    // Opened, used or renewed at another process a moment ago, perhaps.
    await Promise.all([this.#said.catchUp(), this.#opened.catchUp()]);
    return this.sessions.holderOf(token);
  }

  #administrators() {
    return this.keys.list().filter(({ roles, revokedAt }) => revokedAt === null && roles.includes('admin'));
  }
}
