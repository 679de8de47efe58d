/** The running side of the admin API: commands read and append through it what they may not open themselves. */
import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isWeirError, WeirError } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/log/port.ts';
import { partitionsOf, TOPIC_NAMES, TOPICS, type TopicName } from '../../schemas/topics.ts';
import { boundsOf, localAccess } from './access.ts';
import { ADMIN_PREFIX, BATCH_HEADERS, batchHeaders, packBody, unpackBody } from './wire.ts';

/** One thing a command may ask for, beside the log. Answers become JSON. */
export interface AdminAction {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly answer: (input: {
    readonly params: { readonly [name: string]: string };
    readonly body: unknown;
  }) => Promise<unknown>;
}

export interface AdminOptions {
  readonly log: Log;
  readonly token: string;
  readonly actions: readonly AdminAction[];
}

const BATCH_BYTES_MAX = 64 * 1_024 ** 2;
const WAIT_MS_MAX = 30_000;

const readQuery = z.object({
  from: z.coerce.number().int().min(0),
  waitMs: z.coerce.number().int().min(0).max(WAIT_MS_MAX).default(0),
});

const schemaBody = z.object({ schema: z.string().max(1_000_000) });

/** Registers the admin API; it is left out of the public documentation. */
export async function registerAdmin(app: FastifyInstance, options: AdminOptions): Promise<void> {
  const access = localAccess(options.log);
  await app.register(
    async (admin) => {
      admin.addHook('onRequest', async (request) => requireToken(request, options.token));
      admin.addHook('onRoute', (route) => {
        Object.assign(route, { schema: { ...route.schema, hide: true } });
      });
      admin.setErrorHandler((error, _request, reply) => sendProblem(error, reply));
      admin.addContentTypeParser(
        'application/octet-stream',
        { parseAs: 'buffer', bodyLimit: BATCH_BYTES_MAX },
        (_request, body, done) => done(null, body),
      );

      admin.get('/log', async () => boundsOf(options.log));
      admin.get('/log/schemas/:fingerprint', async (request) => {
        const { fingerprint } = request.params as { fingerprint: string };
        return { schema: await access.schema(fingerprint) };
      });
      admin.post('/log/schemas/:fingerprint', async (request) => {
        const { fingerprint } = request.params as { fingerprint: string };
        const { schema } = schemaBody.parse(request.body);
        await access.declareSchema(fingerprint, schema);
        return {};
      });
      admin.get('/log/:topic/:partition', async (request, reply) => {
        const { topic, partition } = place(request, options.log);
        const query = readQuery.parse(request.query);
        const batch = await access.read(topic, partition, query.from, query.waitMs);
        if (batch === null) return reply.code(204).send();
        return reply.headers(batchHeaders(batch)).type('application/octet-stream').send(packBody(batch.values));
      });
      admin.post('/log/:topic/:partition', { bodyLimit: BATCH_BYTES_MAX }, async (request) => {
        const { topic, partition } = place(request, options.log);
        const fingerprint = request.headers[BATCH_HEADERS.fingerprint];
        const values = Buffer.isBuffer(request.body) ? unpackBody(request.body) : null;
        if (values === null || typeof fingerprint !== 'string') {
          throw new WeirError(
            'REQUEST_INVALID',
            `${topic}/${partition}: expected a batch and the header ${BATCH_HEADERS.fingerprint}`,
          );
        }
        return access.append({ topic, partition, fingerprint, values });
      });
      for (const { method, path, answer } of options.actions) {
        admin.route({
          method,
          url: path,
          handler: async (request) =>
            (await answer({ params: request.params as { [name: string]: string }, body: request.body })) ?? {},
        });
      }
    },
    { prefix: ADMIN_PREFIX },
  );
}

function requireToken(request: FastifyRequest, token: string): void {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return;
  throw new WeirError('UNAUTHENTICATED', 'the admin API takes the token in the data folder of the running Weir');
}

function place(request: FastifyRequest, log: Log): { readonly topic: TopicName; readonly partition: number } {
  const { topic, partition } = request.params as { topic: string; partition: string };
  if (!(TOPIC_NAMES as string[]).includes(topic)) throw new WeirError('NOT_FOUND', `there is no topic ${topic}`);
  const count = partitionsOf(TOPICS[topic as TopicName], log.partitions);
  const number = Number(partition);
  if (!Number.isInteger(number) || number < 0 || number >= count) {
    throw new WeirError('NOT_FOUND', `${topic} has partitions 0 to ${count - 1}, and no ${partition}`);
  }
  return { topic: topic as TopicName, partition: number };
}

const STATUS: { readonly [code: string]: number } = {
  UNAUTHENTICATED: 401,
  NOT_FOUND: 404,
  LOG_FULL: 503,
  LOG_UNAVAILABLE: 503,
  LOG_CLOSED: 503,
};

/** Mistakes are answered with their code; a fault of the program goes on to the server's own handler. */
function sendProblem(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof z.ZodError)
    return reply.code(400).send({ code: 'REQUEST_INVALID', detail: z.prettifyError(error) });
  if (!isWeirError(error)) throw error;
  return reply.code(STATUS[error.code] ?? 400).send({ code: error.code, detail: error.message });
}
