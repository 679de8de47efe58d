/**
 * Traces, as OpenTelemetry has them: what a request, a batch, an insert or a webhook attempt took, and what it
 * belonged to. Nothing is traced unless the environment names an endpoint; then this file alone is loaded, and whoever
 * could make a span is given null in place of a `Tracing`.
 *
 * A span says how long and how it ended, never about whom: no party, account, amount, name, address of a request or
 * message of an error goes into one. Contexts are handed on by hand, as the W3C headers write them, so that nothing
 * follows asynchronous calls where nothing is traced.
 */
import type { Attributes } from '@opentelemetry/api';
import type { Config } from './config.ts';
import { isWeirError } from './errors.ts';
import type { Logger } from './logger.ts';

/** Where in a trace something belongs. */
export interface TraceContext {
  /** W3C `traceparent`. */
  readonly trace?: string;
  /** W3C `tracestate`, which means nothing without the other. */
  readonly traceState?: string;
}

export interface NewSpan {
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** What it is part of; a trace of its own where nothing is given. */
  readonly parent?: TraceContext;
  readonly attributes: Attributes;
  /** Milliseconds since 1970; now unless said. */
  readonly beganAt?: number;
}

export interface SpanEnd {
  readonly attributes?: Attributes;
  /** What kind of error it ended with: a code or a class, never a message. */
  readonly error?: string | null;
  readonly endedAt?: number;
}

export interface OpenSpan {
  /** For what happens on its behalf. */
  readonly context: TraceContext;
  end(end?: SpanEnd): void;
}

export interface Tracing {
  /** What the log is to outsiders. */
  readonly messaging: MessagingSystem;
  begin(span: NewSpan): OpenSpan;
  /** Sends what is still to be sent, for a moment at most. */
  stop(): Promise<void>;
}

export interface MessagingSystem {
  readonly system: 'kafka' | 'weir';
  /** Stands before the names of all topics. */
  readonly prefix: string;
}

export interface TracingOptions {
  readonly config: Config;
  readonly version: string;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
}

/** Null where no endpoint is named, or the environment says otherwise that nothing is to be traced. */
export async function startTracing(options: TracingOptions): Promise<Tracing | null> {
  const { config, logger } = options;
  const url = tracesUrl(config);
  if (url === null) return null;
  if (!SPOKEN.has(config.otelProtocol)) {
    logger.warn({ protocol: config.otelProtocol }, 'nothing is traced: Weir exports traces over HTTP alone');
    return null;
  }
  const { startOtlp } = await import('./tracing/otlp.ts');
  return startOtlp({ ...options, url });
}

/** Receivers of OTLP over HTTP take JSON at the address at which they take protobuf. */
const SPOKEN: ReadonlySet<string> = new Set(['http/json', 'http/protobuf']);

/** The address for all signals has the path of traces put behind it, one for traces alone is taken as it is. */
function tracesUrl({ otelEndpoint, otelTracesEndpoint, otelDisabled, otelTracesExporter }: Config): string | null {
  if (otelDisabled || otelTracesExporter !== 'otlp') return null;
  return otelTracesEndpoint ?? (otelEndpoint === undefined ? null : `${otelEndpoint}/v1/traces`);
}

/** Does the work within a span, where spans are made; `attributesOf` tells what is known when it is done. */
export async function spanned<T>(
  tracing: Tracing | null,
  span: NewSpan,
  work: (context: TraceContext) => Promise<T>,
  attributesOf: (result: T) => Attributes = () => ({}),
): Promise<T> {
  if (tracing === null) return work(span.parent ?? {});
  const open = tracing.begin(span);
  try {
    const result = await work(open.context);
    open.end({ attributes: attributesOf(result) });
    return result;
  } catch (error) {
    open.end({ error: kindOf(error) });
    throw error;
  }
}

function kindOf(error: unknown): string {
  if (isWeirError(error)) return error.code;
  return error instanceof Error ? error.name : 'unknown';
}

/** A span of sending to a topic or working on what was read; without a topic where it is several. */
export function messagingSpan(
  { system, prefix }: MessagingSystem,
  operation: 'send' | 'process',
  topic: string | null,
  messages: number,
): Pick<NewSpan, 'name' | 'kind'> & { readonly attributes: Attributes } {
  const destination = topic === null ? null : `${prefix}${topic}`;
  return {
    name: destination === null ? operation : `${operation} ${destination}`,
    kind: operation === 'send' ? 'producer' : 'consumer',
    attributes: {
      'messaging.system': system,
      'messaging.operation.name': operation,
      'messaging.operation.type': operation,
      'messaging.batch.message_count': messages,
      ...(destination === null ? {} : { 'messaging.destination.name': destination }),
    },
  };
}
