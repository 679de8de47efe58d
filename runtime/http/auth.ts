/**
 * Who is calling, and whether they may: `Authorization: Bearer weir_…`, or the cookie of a session. Device and session, where the
 * caller's system knows them, come as `Weir-Device` and `Weir-Session`: two people on one device count
 * as one when a transfer needs two.
 */
import type { FastifyRequest } from 'fastify';
import { id } from '../../schemas/declare.ts';
import { WeirError } from '../errors.ts';
import type { Access } from './access.ts';
import type { Holder, Role } from './keys.ts';
import { isSameToken, SESSION_COOKIE, type SessionHolder } from './sessions.ts';

/** Roles of people who look at what was found and decided. */
export const STAFF = ['viewer', 'officer', 'approver', 'compliance'] as const satisfies readonly Role[];

export interface Caller extends Holder {
  readonly device: string | null;
  readonly session: string | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whom the request's key stands for; null without a valid key. */
    caller: Caller | null;
    /** The body as it came; null where there is none. */
    rawBody: Buffer | null;
  }
}

export async function callerOf(access: Access | null, request: FastifyRequest): Promise<Caller | null> {
  if (access === null) return null;
  const key = keyOf(request);
  if (key !== null) return asCaller(await access.keyHolder(key), request);
  const cookie = cookieOf(request, SESSION_COOKIE);
  return cookie === null ? null : asSignedIn(await access.sessionHolder(cookie), request);
}

/** Whom a request that is still being answered stands for, as far as is known by now; asking keeps no session alive. */
export function callerStill({ keys, sessions }: Access, request: FastifyRequest): Caller | null {
  const key = keyOf(request);
  if (key !== null) return asCaller(keys.holderOf(key), request);
  return asSignedIn(sessions.holderStill(cookieOf(request, SESSION_COOKIE) ?? ''), request);
}

/** The key that a request shows, empty where it shows something else; null where the cookie counts. */
function keyOf({ headers: { authorization } }: FastifyRequest): string | null {
  if (authorization === undefined) return null;
  return /^Bearer ([\x21-\x7e]+)$/i.exec(authorization)?.[1] ?? '';
}

function asCaller(holder: Holder | null, request: FastifyRequest): Caller | null {
  if (holder === null) return null;
  return { ...holder, device: headerId(request, 'weir-device'), session: headerId(request, 'weir-session') };
}

function asSignedIn(holder: SessionHolder | null, request: FastifyRequest): Caller | null {
  if (holder === null) return null;
  const { csrf, sessionId, keyId, name, roles, departments } = holder;
  if (!READS.has(request.method) && !isSameToken(String(request.headers['weir-csrf'] ?? ''), csrf)) {
    throw new WeirError('FORBIDDEN', 'The header weir-csrf is not that of the session: GET /v1/session tells it.', {
      zh: '请求头 weir-csrf 与会话不符；可由 GET /v1/session 获取。',
    });
  }
  return { keyId, name, roles, departments, device: headerId(request, 'weir-device'), session: sessionId };
}

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function cookieOf(request: FastifyRequest, name: string): string | null {
  for (const one of (request.headers.cookie ?? '').split(';')) {
    const at = one.indexOf('=');
    if (at > 0 && one.slice(0, at).trim() === name) return one.slice(at + 1).trim();
  }
  return null;
}

function headerId(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  if (value === undefined || value === '') return null;
  const result = ANY_ID.safeParse(value);
  if (result.success) return result.data;
  throw new WeirError('REQUEST_INVALID', `The header ${name} must be visible ASCII without spaces, 128 at most.`, {
    zh: `请求头 ${name} 须为不含空格的 ASCII 可见字符，最多 128 个。`,
  });
}

const ANY_ID = id('An id.').json;

export function mayAct(caller: Caller, roles: readonly Role[]): boolean {
  return caller.roles.includes('admin') || roles.some((role) => caller.roles.includes(role));
}

/** Whether the caller may know of restricted alerts (不得告知): to others they are not there. */
export function seesRestricted(caller: Caller): boolean {
  return mayAct(caller, ['compliance']);
}

/** A hook that lets only callers with one of the roles through; before the body is read, so strangers cost little. */
export function requireRole(...roles: readonly Role[]) {
  return async (request: FastifyRequest): Promise<void> => {
    const { caller } = request;
    if (caller === null) {
      throw new WeirError(
        'UNAUTHENTICATED',
        'Send a key that is in force as “Authorization: Bearer weir_…”, or sign in.',
        { zh: '请登录，或以“Authorization: Bearer weir_…”提供有效密钥。' },
      );
    }
    if (mayAct(caller, roles)) return;
    throw new WeirError(
      'FORBIDDEN',
      `This needs the role ${roles.join(' or ')}; ${caller.name} has ${caller.roles.join(', ')}.`,
      { zh: `此操作需要角色 ${roles.join(' 或 ')}；${caller.name} 的角色为 ${caller.roles.join('、')}。` },
    );
  };
}

/** The caller of a request behind `requireRole`. */
export function knownCaller(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error(`${request.url} is not behind requireRole`);
  return request.caller;
}
