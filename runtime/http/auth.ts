/**
 * Who is calling, and whether they may: `Authorization: Bearer weir_…`. Device and session, where the
 * caller's system knows them, come as `Weir-Device` and `Weir-Session`: two people on one device count
 * as one when a transfer needs two.
 */
import type { FastifyRequest } from 'fastify';
import { id } from '../../schemas/declare.ts';
import { WeirError } from '../errors.ts';
import type { Holder, KeyStore, Role } from './keys.ts';

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

export function callerOf(keys: KeyStore, request: FastifyRequest): Caller | null {
  const token = /^Bearer ([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const holder = token === undefined ? null : keys.holderOf(token);
  if (holder === null) return null;
  return { ...holder, device: headerId(request, 'weir-device'), session: headerId(request, 'weir-session') };
}

function headerId(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  if (value === undefined || value === '') return null;
  const result = ANY_ID.safeParse(value);
  if (result.success) return result.data;
  throw new WeirError('REQUEST_INVALID', `The header ${name} must be visible ASCII without spaces, 128 at most.`);
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
      throw new WeirError('UNAUTHENTICATED', 'Send a key that is in force as “Authorization: Bearer weir_…”.');
    }
    if (mayAct(caller, roles)) return;
    throw new WeirError(
      'FORBIDDEN',
      `This needs the role ${roles.join(' or ')}; the key of ${caller.name} has ${caller.roles.join(', ')}.`,
    );
  };
}

/** The caller of a request behind `requireRole`. */
export function knownCaller(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error(`${request.url} is not behind requireRole`);
  return request.caller;
}
