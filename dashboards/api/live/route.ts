/**
 * `GET /v1/live`: server-sent events that say which kinds of rows changed, and nothing of what is in them. Whoever
 * shows such rows loads them again, through the routes that know what each role may see.
 */
import type { FastifyRequest } from 'fastify';
import type { App } from '../../../runtime/http/app.ts';
import { type Caller, knownCaller, mayAct, requireRole, STAFF, seesRestricted } from '../../../runtime/http/auth.ts';
import { HEARTBEAT_MS, type Listener, type LiveHub } from './hub.ts';
import { LIVE_KINDS } from './watch.ts';

export const LIVE_ROUTE = '/v1/live';

/** After a broken connection a browser waits so long. */
const RETRY_MS = 2_000;

export interface LiveRouteParts {
  readonly hub: LiveHub;
  /** Whom the key or session of the request stands for now; asking keeps no session alive. */
  readonly callerNow: (request: FastifyRequest) => Caller | null;
}

export function addLiveRoute(app: App, { hub, callerNow }: LiveRouteParts): void {
  // What is told here has no end: a stop need not wait for it.
  app.addHook('preClose', async () => hub.close());
  app.get(
    LIVE_ROUTE,
    {
      onRequest: requireRole(...STAFF),
      schema: {
        tags: ['console'],
        summary: 'What changed, as it changes (实时变更)',
        description: `Server-sent events: \`changed\` with a list of ${LIVE_KINDS.join(', ')}, at most twice a second; \`ended\` where the session is over; a comment every ${HEARTBEAT_MS / 1_000} seconds. Restricted alerts, freezes and webhooks are told of to those alone who may see them.`,
        produces: ['text/event-stream'],
      },
    },
    (request, reply) => {
      hub.admit(knownCaller(request).keyId);
      reply.hijack();
      const headers = {
        ...(reply.getHeaders() as { readonly [name: string]: string }),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // Proxies would otherwise collect it into larger pieces.
        'x-accel-buffering': 'no',
      };
      reply.raw.writeHead(200, headers);
      reply.raw.write(`retry: ${RETRY_MS}\nevent: hello\ndata: {"heartbeatMs":${HEARTBEAT_MS}}\n\n`);
      const listener = listenerOf(request, reply.raw, callerNow);
      hub.add(listener);
      reply.raw.on('close', () => hub.remove(listener));
    },
  );
}

function listenerOf(
  request: FastifyRequest,
  response: NodeJS.WritableStream & { readonly writableNeedDrain: boolean; destroy(): unknown },
  callerNow: LiveRouteParts['callerNow'],
): Listener {
  return {
    keyId: knownCaller(request).keyId,
    audience: () => {
      const caller = callerNow(request);
      if (caller === null || !mayAct(caller, STAFF)) return null;
      return { restricted: seesRestricted(caller) };
    },
    isReady: () => !response.writableNeedDrain,
    tell: (kinds) => void response.write(`event: changed\ndata: ${JSON.stringify(kinds)}\n\n`),
    beat: () => void response.write(': still here\n\n'),
    end: (why) => {
      if (why === 'slow') response.destroy();
      else if (why === 'over') response.end('event: ended\ndata: {}\n\n');
      else response.end();
    },
  };
}
