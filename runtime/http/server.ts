/**
 * The HTTP server that all roles of a process share: keys, limits, problems, documentation, health.
 * Roles register their routes on `app`; nothing here knows what they are.
 *
 * Request parts are validated by the zod schemas of their route. Response schemas are documentation:
 * what is sent is made by us, and validating it again would cost more than making it.
 */
import type { Socket } from 'node:net';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { WeirError } from '../errors.ts';
import type { Tracing } from '../tracing.ts';
import type { Access } from './access.ts';
import type { App } from './app.ts';
import { callerOf } from './auth.ts';
import { readJsonBodies } from './body.ts';
import { Connections } from './connections.ts';
import { describeRoutes } from './openapi.ts';
import { languageAskedFor, PROBLEM_TYPE, type RenderedProblem, renderProblem } from './problem.ts';
import { traceRequests } from './request-spans.ts';
import { validateParts } from './validation.ts';

/** What `/readyz` tells: each part that must be there, with a word on it. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: { readonly [part: string]: string };
}

/** One answered request: for metrics. */
export interface Answered {
  readonly method: string;
  /** The route's pattern, never the address itself: ids must not become labels. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

export interface ServerOptions {
  /** Who may call; null where nobody is known, and no key opens anything. */
  readonly access: Access | null;
  readonly version: string;
  readonly readiness: () => Readiness;
  /** Body of `/metrics`; there is no such route without it. */
  readonly metrics?: () => Promise<{ readonly contentType: string; readonly body: string }>;
  readonly bodyBytesMax?: number;
  /** Requests a key, or an address without one, may send in a second. */
  readonly requestsPerSecondMax?: number;
  readonly logger?: FastifyBaseLogger;
  /** Where each request has a span; none is made without it. */
  readonly tracing?: Tracing | null;
  readonly onAnswered?: (answered: Answered) => void;
  readonly onRefused?: (code: RenderedProblem['code']) => void;
  /** An error that is none of the closed set: a fault of ours. The caller gets 500 and learns nothing more. */
  readonly onFault?: (error: unknown) => void;
}

export interface Server {
  readonly app: App;
  /** Answers `/readyz` with 503 from now on, so that nobody new is sent here. */
  drain(): void;
  /** Listens, on this machine alone unless told otherwise; answers the address. */
  listen(where: { readonly host?: string; readonly port: number }): Promise<string>;
  /** Answers what is under way, then closes. */
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 1_024 ** 2;
const REQUESTS_PER_SECOND_MAX = 5_000;
/** Ids are up to 128 characters long, and an alert’s is made of several. */
const PARAM_LENGTH_MAX = 512;
/** A request must have come in whole by then; a slower one would hold its connection for nothing. */
const REQUEST_TIMEOUT_MS = 60_000;
/** Probes of an orchestrator must not be shut out by a noisy neighbour, and tell nothing that is worth a span. */
const PROBES = new Set(['/livez', '/readyz', '/metrics']);

/** Answers are data of persons: kept by nobody on the way, and shown by no browser as what they are not. */
const GUARDS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

export async function buildServer(options: ServerOptions): Promise<Server> {
  const app: App = fastify({
    ...(options.logger === undefined ? { logger: false } : { loggerInstance: options.logger }),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyBytesMax ?? BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    clientErrorHandler: refuseBrokenRequest,
    frameworkErrors: (error, request, reply) => sendProblem(options, error, request, reply),
  }).withTypeProvider<ZodTypeProvider>();
  answerProblems(app, options);
  app.setValidatorCompiler(validateParts);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  readJsonBodies(app);
  if (options.tracing) traceRequests(app, options.tracing, PROBES);
  await knowCallers(app, options);
  await describeRoutes(app, options.version);
  const health = { draining: false };
  addHealth(app, options, health);
  observe(app, options);
  const connections = new Connections(app.server);
  return {
    app,
    drain: () => {
      health.draining = true;
    },
    listen: ({ host = '127.0.0.1', port }) => app.listen({ host, port }),
    close: async () => {
      const closed = app.close();
      connections.close();
      await closed;
    },
  };
}

function answerProblems(app: App, options: ServerOptions): void {
  app.setErrorHandler((error, request, reply) => sendProblem(options, error, request, reply));
  app.setNotFoundHandler((request) => {
    throw new WeirError('NOT_FOUND', `There is no ${request.method} ${pathOf(request.url)}.`, {
      zh: `没有 ${request.method} ${pathOf(request.url)}。`,
    });
  });
}

function sendProblem(options: ServerOptions, error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { code, problem, headers } = renderProblem(
    error,
    pathOf(request.url),
    languageAskedFor(request.headers['accept-language']),
  );
  if (code === 'FAULT') {
    request.log.error({ err: error, route: request.routeOptions.url }, 'a request met a fault');
    options.onFault?.(error);
  }
  options.onRefused?.(code);
  reply.code(problem.status).headers(headers).send(JSON.stringify(problem));
}

/** What is no HTTP has no request to answer through: the problem is written to the socket itself. */
function refuseBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const refusal = new WeirError('REQUEST_INVALID', 'The request is not HTTP as it should be.', {
    cause: error,
    zh: '请求不符合 HTTP 规范。',
  });
  const body = JSON.stringify(renderProblem(refusal, '/').problem);
  const head = `HTTP/1.1 400 Bad Request\r\ncontent-type: ${PROBLEM_TYPE}\r\nconnection: close\r\n`;
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** Keys first, then limits: so each key has its own, and strangers share one by address. */
async function knowCallers(app: App, options: ServerOptions): Promise<void> {
  app.decorateRequest('caller', null);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(GUARDS);
    // Whether the log answers must not matter to whoever asks how the process is.
    if (!isProbe(request)) request.caller = await callerOf(options.access, request);
  });
  await app.register(rateLimit, {
    global: false,
    max: options.requestsPerSecondMax ?? REQUESTS_PER_SECOND_MAX,
    timeWindow: 1_000,
    keyGenerator: ({ caller, ip }) => (caller === null ? ip : `key ${caller.keyId}`),
    allowList: isProbe,
    errorResponseBuilder: (_, { max }) =>
      new WeirError('RATE_LIMITED', `At most ${max} requests a second are answered; try again in a second.`, {
        zh: `每秒最多处理 ${max} 个请求，请稍后再试。`,
      }),
  });
  app.addHook('onRequest', app.rateLimit());
}

function isProbe({ routeOptions }: FastifyRequest): boolean {
  return PROBES.has(routeOptions.url ?? '');
}

const healthBody = z.strictObject({
  status: z.enum(['alive', 'ready', 'not-ready', 'draining']),
  checks: z.record(z.string(), z.string()).describe('Each part that must be there, with a word on it.'),
});

type Health = z.infer<typeof healthBody>;

function addHealth(app: App, options: ServerOptions, health: { readonly draining: boolean }): void {
  const tags = ['health'];
  app.get(
    '/livez',
    { schema: { tags, summary: 'Whether the process lives', response: { 200: healthBody } } },
    (): Health => ({ status: 'alive', checks: {} }),
  );
  app.get(
    '/readyz',
    { schema: { tags, summary: 'Whether it takes work', response: { 200: healthBody, 503: healthBody } } },
    (_, reply): Health => {
      const { ready, checks } = options.readiness();
      const status = health.draining ? 'draining' : ready ? 'ready' : 'not-ready';
      reply.code(status === 'ready' ? 200 : 503);
      return { status, checks };
    },
  );
  const { metrics } = options;
  if (metrics === undefined) return;
  app.get('/metrics', { schema: { tags, summary: 'Metrics for Prometheus' } }, async (_, reply) => {
    const { contentType, body } = await metrics();
    return reply.type(contentType).send(body);
  });
}

function observe(app: App, { onAnswered }: ServerOptions): void {
  if (onAnswered === undefined) return;
  app.addHook('onResponse', async (request, reply) =>
    onAnswered({
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
    }),
  );
}
