/** Readings of personal data: each is told, as an `activity` event, before the answer is given. */
import type { FastifyRequest } from 'fastify';
import { knownCaller } from '../../runtime/http/auth.ts';
import { masked, seesPersonalData } from '../../runtime/http/masking.ts';

export interface Reading {
  readonly party: string;
  readonly by: string;
  readonly device: string | null;
  readonly session: string | null;
  /** What was read, such as `GET /v1/parties/C-1`. */
  readonly what: string;
}

export type NoteReading = (reading: Reading) => Promise<void>;

/** The answer as the caller may see it: whole and noted, or masked. What cannot be noted is not told. */
export async function readAs<T>(
  request: FastifyRequest,
  noteReading: NoteReading,
  party: string,
  answer: T,
): Promise<T> {
  const caller = knownCaller(request);
  if (!seesPersonalData(caller)) return masked(answer);
  const { name: by, device, session } = caller;
  await noteReading({
    party,
    by,
    device,
    session,
    what: `${request.method} ${request.routeOptions.url}`.slice(0, 200),
  });
  return answer;
}
