/** Trace context of a request (W3C Trace Context, what OpenTelemetry sends): read, and taken where it is valid. */
import type { FastifyRequest } from 'fastify';
import type { OpenSpan, TraceContext } from '../tracing.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What takes the whole of the request; only where spans are made. */
    span?: OpenSpan;
  }
}

/** Version 00 alone has a form that is known to its end; ids of zeros are no ids. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** What the standard wants handed on at least. More would be stored with each event of a list. */
const TRACESTATE = /^[\x20-\x7e]{1,512}$/;

/** Empty where the request has none, or one that is not valid: such a one is to be ignored, not refused. */
export function traceHeadersOf({ headers }: Pick<FastifyRequest, 'headers'>): TraceContext {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== 'string' || !TRACEPARENT.test(traceparent)) return {};
  const isValid = typeof tracestate === 'string' && TRACESTATE.test(tracestate);
  return { trace: traceparent, ...(isValid ? { traceState: tracestate } : {}) };
}

/** What is done for the request belongs there: to its span, or, where none is made, to whatever its sender traces. */
export function traceContextOf(request: FastifyRequest): TraceContext {
  return request.span?.context ?? traceHeadersOf(request);
}
