/**
 * Who may call: keys, users and their sessions, as the log tells them to every process that serves people. Of a
 * secret no record holds more than what verifies it.
 *
 * What is said of one key or user is said in parts, each under a name of its own: of two that say the same part the
 * later counts, and whoever sets a password takes back no end that somebody else told at the same moment.
 */
import { choice, type Inner, id, instant, list, maybe, record } from './declare.ts';

export const ACCESS_CHANGES = ['key', 'revoked', 'user', 'password', 'disabled'] as const;

export const accessChangeRecord = record(
  'AccessChange',
  'One part of what is known of a key or a user: that there is one, its password, its end.',
  {
    entry: id('Names the part: what is said, a colon, and of which key or user.', 80),
    change: choice('What is said.', 'AccessChangeKind', ACCESS_CHANGES),
    subject: id('Id of the key, or name of the user.', 64),
    at: instant('When.'),
    by: maybe(id('Who did it; absent where Weir itself did.', 64)),
    name: maybe(id('key: the person or system that it stands for.', 64)),
    roles: list(id('key, user: what it may do.', 32), 16),
    departments: list(id('key, user: departments or ranks.', 32), 8),
    secretSha256: maybe(id('key: SHA-256 of its secret, which has 256 random bits, in hex.', 64)),
    salt: maybe(id('password: what it was hashed with, base64.', 64)),
    hash: maybe(id('password: its scrypt hash, base64.', 64)),
    credential: maybe(id('password: names it among those of the user; a session says by which it was opened.', 32)),
  },
  {
    entry: 'key:1f0c2a9d7b3e',
    change: 'key',
    subject: '1f0c2a9d7b3e',
    at: '2026-03-01T08:00:00Z',
    by: 'chen',
    name: 'core-bank',
    roles: ['intake'],
    secretSha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  },
);

export const SESSION_CHANGES = ['opened', 'used', 'renewed', 'ended'] as const;

export const sessionChangeRecord = record(
  'SessionChange',
  'Something that happened to a session of a person who signed in.',
  {
    digest: id('SHA-256 of what the cookie holds, which has 256 random bits, in hex.', 64),
    change: choice('What happened; used is told once a minute at most.', 'SessionChangeKind', SESSION_CHANGES),
    at: instant('When.'),
    session: maybe(id('opened: what the session is named by, in approvals.', 64)),
    name: maybe(id('opened: the user.', 64)),
    credential: maybe(id('opened, renewed: the password that it holds by.', 32)),
    endsAt: maybe(instant('opened: when it is over, however busy.')),
  },
  {
    digest: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
    change: 'opened',
    at: '2026-03-01T08:00:00Z',
    session: 's-1f0c2a9d7b3e8a55',
    name: 'li',
    credential: '8a551f0c2a9d7b3e',
    endsAt: '2026-03-01T20:00:00Z',
  },
);

export type AccessChange = Inner<typeof accessChangeRecord>;
export type SessionChange = Inner<typeof sessionChangeRecord>;
