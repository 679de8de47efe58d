/**
 * How the browser is known to the server: by the session of somebody who signed in with name and password, or by an
 * API key. A session is a cookie that no script can read; what changes something bears the token that goes with it.
 */
import { refusalOf } from './refusal.ts';

/** The key lives in the tab alone: closing it signs out. */
const KEY = 'weir-key';
/** Tells other tabs, and this one after a reload, that there may be a cookie. */
const SIGNED_IN = 'weir-signed-in';
/** Whoever signs in again finds the name filled in. */
const NAME = 'weir-name';

let csrf: string | null = null;

export const session = {
  /** Whether there is something to be known by; it may be over. */
  get isOpen(): boolean {
    return sessionStorage.getItem(KEY) !== null || localStorage.getItem(SIGNED_IN) !== null;
  },
  get lastName(): string {
    return localStorage.getItem(NAME) ?? '';
  },
  get hasPassword(): boolean {
    return sessionStorage.getItem(KEY) === null;
  },
  /** What a request says of its sender. */
  async headers(method: string): Promise<{ readonly [name: string]: string }> {
    const key = sessionStorage.getItem(KEY);
    if (key !== null) return { authorization: `Bearer ${key}` };
    if (method === 'GET') return {};
    csrf ??= await tokenOfSession();
    return { 'weir-csrf': csrf };
  },
  async signInWithKey(key: string): Promise<void> {
    const response = await fetch('/v1/me', {
      headers: { authorization: `Bearer ${key}`, 'accept-language': document.documentElement.lang },
    });
    if (!response.ok) throw await refusalOf(response);
    sessionStorage.setItem(KEY, key);
  },
  async signIn(name: string, password: string): Promise<void> {
    const body = JSON.stringify({ name, password });
    const response = await fetch('/v1/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-language': document.documentElement.lang },
      body,
    });
    if (!response.ok) throw await refusalOf(response);
    csrf = ((await response.json()) as { readonly csrf: string }).csrf;
    sessionStorage.removeItem(KEY);
    localStorage.setItem(SIGNED_IN, 'yes');
    localStorage.setItem(NAME, name);
  },
  async signOut(): Promise<void> {
    const hadCookie = session.hasPassword;
    try {
      const response = hadCookie
        ? await fetch('/v1/session', { method: 'DELETE', headers: await session.headers('DELETE') })
        : null;
      if (response !== null && !response.ok && response.status !== 401) throw await refusalOf(response);
    } finally {
      session.forget();
    }
  },
  /** It is over. */
  forget(): void {
    csrf = null;
    sessionStorage.removeItem(KEY);
    localStorage.removeItem(SIGNED_IN);
  },
};

async function tokenOfSession(): Promise<string> {
  const response = await fetch('/v1/session');
  if (!response.ok) throw await refusalOf(response);
  return ((await response.json()) as { readonly csrf: string }).csrf;
}
