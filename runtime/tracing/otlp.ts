/**
 * The OpenTelemetry SDK behind `Tracing`: samples as the environment says, and sends spans in batches over OTLP. Loaded
 * only where something is traced. A receiver that is away costs spans and one line in the log, nothing else: they wait
 * in a short queue, and what does not fit is dropped.
 */
import {
  type Attributes,
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { NewSpan, OpenSpan, SpanEnd, TraceContext, Tracing, TracingOptions } from '../tracing.ts';
import { samplerOf } from './sampler.ts';

export interface OtlpOptions extends TracingOptions {
  readonly url: string;
}

/** A stop has a deadline of its own, and traces are the least of it. */
const STOP_MAX_MS = 2_000;
const STOP_SHARE = 0.2;

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

export function startOtlp(options: OtlpOptions): Tracing {
  const { config, version, logger, url } = options;
  const exporter = toldExporter(new OTLPTraceExporter({ url }), options);
  const provider = new TracerProvider({
    resource: resourceOf(options),
    sampler: samplerOf(config, logger),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('weir', version);
  const system = config.kafkaBrokers === undefined ? 'weir' : 'kafka';
  return {
    messaging: { system, prefix: config.kafkaPrefix ?? '' },
    begin: (span) => beginSpan(tracer, span),
    stop: async () => {
      const deadline = Promise.withResolvers<void>();
      const timer = setTimeout(deadline.resolve, Math.min(STOP_MAX_MS, config.stopDeadlineMs * STOP_SHARE));
      // What could not be sent was told of by the exporter.
      await Promise.race([provider.shutdown().catch(() => undefined), deadline.promise]);
      clearTimeout(timer);
    },
  };
}

/** `OTEL_RESOURCE_ATTRIBUTES` goes before what is said here, and `OTEL_SERVICE_NAME` before both. */
function resourceOf({ config, version }: TracingOptions) {
  const named = config.otelServiceName === undefined ? {} : { 'service.name': config.otelServiceName };
  return defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'weir', 'service.version': version }))
    .merge(detectResources({ detectors: [resourceAttributesEnvDetector] }))
    .merge(resourceFromAttributes(named));
}

function beginSpan(tracer: Tracer, { name, kind, parent = {}, attributes, beganAt }: NewSpan): OpenSpan {
  const settings = { kind: KINDS[kind], attributes, ...(beganAt === undefined ? {} : { startTime: beganAt }) };
  const span = tracer.startSpan(name, settings, parentOf(parent, kind === 'server'));
  const context = contextOf(span);
  return { context, end: (end = {}) => endSpan(span, end) };
}

function endSpan(span: Span, { attributes, error = null, endedAt }: SpanEnd): void {
  if (attributes !== undefined) span.setAttributes(attributes);
  if (error !== null) {
    span.setAttributes({ 'error.type': error } satisfies Attributes);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end(endedAt);
}

function contextOf(span: Span): TraceContext {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  const state = traceState?.serialize() ?? '';
  return {
    trace: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
    ...(state === '' ? {} : { traceState: state }),
  };
}

function parentOf({ trace: written, traceState }: TraceContext, isRemote: boolean): Context {
  if (written === undefined) return ROOT_CONTEXT;
  const [, traceId = '', spanId = '', flags = ''] = written.split('-');
  const state = traceState === undefined ? {} : { traceState: createTraceState(traceState) };
  return trace.setSpanContext(ROOT_CONTEXT, {
    ...{ traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote },
    ...state,
  });
}

/** Of the codes of an export the one that means success. */
const EXPORTED = 0;

/** Says once that spans cannot be sent, and once that they can again. */
function toldExporter(exporter: SpanExporter, { logger, url }: OtlpOptions): SpanExporter {
  let failing = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const failed = result.code !== EXPORTED;
        if (failed && !failing) {
          logger.warn({ err: result.error, url }, 'traces cannot be sent, and are lost until they can');
        }
        if (!failed && failing) logger.info({ url }, 'traces are sent again');
        failing = failed;
        done(result);
      }),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
