/** Trace context of a request (W3C Trace Context, what OpenTelemetry sends): read, checked, and handed on as it is. */
import type { FastifyRequest } from 'fastify';

/** Version 00 alone has a form that is known to its end; ids of zeros are no ids. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Undefined where the request has none, or one that is not valid: such a one is to be ignored, not refused. */
export function traceOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const { traceparent } = headers;
  return typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? traceparent : undefined;
}
