/** What a handler answers, before it is written out: so that it can be kept and given again. */
import type { FastifyReply } from 'fastify';

export interface Answer {
  readonly status: number;
  /** JSON text, made once: a repeated request gets the same bytes. */
  readonly body: string;
}

export function answer(status: number, body: unknown): Answer {
  return { status, body: JSON.stringify(body) };
}

export function sendAnswer(reply: FastifyReply, { status, body }: Answer): FastifyReply {
  return reply.code(status).type('application/json; charset=utf-8').send(body);
}
