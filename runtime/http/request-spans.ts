/** A span for each request, from its first header to the end of its answer, by the route’s pattern and not the address. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Tracing } from '../tracing.ts';
import type { App } from './app.ts';
import { traceHeadersOf } from './trace-headers.ts';

/** To be called before any other hook, so that a request that is refused has a span, too. */
export function traceRequests(app: App, tracing: Tracing, untraced: ReadonlySet<string>): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (!untraced.has(request.routeOptions.url ?? '')) begin(tracing, request, reply);
    done();
  });
}

function begin(tracing: Tracing, request: FastifyRequest, { raw }: FastifyReply): void {
  const { method, routeOptions, protocol } = request;
  const { url: route } = routeOptions;
  const span = tracing.begin({
    name: route === undefined ? method : `${method} ${route}`,
    kind: 'server',
    parent: traceHeadersOf(request),
    attributes: {
      'http.request.method': method,
      'url.scheme': protocol,
      ...(route === undefined ? {} : { 'http.route': route }),
    },
  });
  request.span = span;
  // It comes however the answer ends, and also where its reader went away before.
  raw.once('close', () => {
    const { statusCode } = raw;
    if (!raw.headersSent) span.end({ error: 'connection_closed' });
    else {
      const attributes = { 'http.response.status_code': statusCode };
      span.end({ attributes, error: statusCode >= 500 ? String(statusCode) : null });
    }
  });
}
