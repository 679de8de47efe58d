/** A receiver of traces as OpenTelemetry sends them: OTLP in JSON over real HTTP. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

export interface ReceivedSpan {
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly traceId: string;
  readonly spanId: string;
  /** Null where it begins a trace. */
  readonly parentSpanId: string | null;
  readonly traceState: string | null;
  readonly durationMs: number;
  readonly failed: boolean;
  readonly attributes: { readonly [name: string]: unknown };
  readonly resource: { readonly [name: string]: unknown };
}

export interface OtlpReceiver {
  /** What the environment names. */
  readonly url: string;
  readonly spans: ReceivedSpan[];
  /** Requests as they came, to look for what must not be in them. */
  readonly bodies: string[];
  readonly paths: string[];
  /** How it answers from now on. */
  status: number;
}

interface Value {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
}

interface Attribute {
  readonly key: string;
  readonly value: Value;
}

interface OtlpSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status?: { readonly code?: number };
  readonly attributes: readonly Attribute[];
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

const KINDS = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUS_ERROR = 2;

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      receiver.paths.push(request.url ?? '');
      if (receiver.status === 200) {
        receiver.bodies.push(body);
        receiver.spans.push(...spansOf(JSON.parse(body) as OtlpRequest));
      }
      response.writeHead(receiver.status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const receiver: OtlpReceiver = { url, spans: [], bodies: [], paths: [], status: 200 };
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return receiver;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8');
}

function spansOf({ resourceSpans }: OtlpRequest): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map((span) => receivedOf(span, named(resource.attributes)))),
  );
}

function receivedOf(span: OtlpSpan, resource: ReceivedSpan['resource']): ReceivedSpan {
  const { name, traceId, spanId, parentSpanId, traceState, startTimeUnixNano, endTimeUnixNano } = span;
  return {
    ...{ name, traceId, spanId, resource },
    kind: KINDS[span.kind] as ReceivedSpan['kind'],
    parentSpanId: parentSpanId || null,
    traceState: traceState || null,
    durationMs: Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6,
    failed: span.status?.code === STATUS_ERROR,
    attributes: named(span.attributes),
  };
}

function named(attributes: readonly Attribute[]): { [name: string]: unknown } {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.intValue === undefined
        ? (value.stringValue ?? value.doubleValue ?? value.boolValue)
        : Number(value.intValue),
    ]),
  );
}
