/** Spans on their way to a receiver over HTTP: where the environment names one, as it says, and without harm where none is. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../runtime/config.ts';
import { messagingSpan, spanned, startTracing, type Tracing } from '../../runtime/tracing.ts';
import { eventually } from '../support/eventually.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const SAMPLED = { trace: `00-${TRACE_ID}-${PARENT}-01`, traceState: 'congo=t61rcWkgMzE' };
const UNSAMPLED = { trace: `00-${TRACE_ID}-${PARENT}-00` };

interface Told {
  readonly level: 'warn' | 'info';
  readonly message: string;
}

async function begin(environment: { readonly [name: string]: string }) {
  const told: Told[] = [];
  const tell = (level: Told['level']) => (_facts: unknown, message: string) => void told.push({ level, message });
  const logger = { warn: tell('warn'), info: tell('info') } as unknown as Parameters<typeof startTracing>[0]['logger'];
  const { config } = loadConfig({ environment });
  const tracing = await startTracing({ config, version: '1.2.3', logger });
  onTestFinished(() => tracing?.stop());
  return { tracing, told };
}

async function traced(environment: { readonly [name: string]: string }) {
  const { tracing, told } = await begin(environment);
  if (tracing === null) throw new Error('nothing is traced');
  return { tracing, told };
}

const plain = (name: string, parent = {}) => ({ name, kind: 'internal' as const, parent, attributes: {} });

function make(tracing: Tracing, name: string, parent = {}): void {
  tracing.begin(plain(name, parent)).end();
}

describe('nothing is traced', () => {
  it.each([
    ['without an endpoint', {}],
    ['where the SDK is switched off', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' }],
    [
      'where traces are not exported',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_TRACES_EXPORTER: 'none' },
    ],
  ])('%s', async (_, environment) => {
    const { tracing, told } = await begin(environment);
    expect(tracing).toBeNull();
    expect(told).toEqual([]);
  });

  it('by a protocol that is not spoken, and that is told', async () => {
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    const { tracing, told } = await begin(environment);
    expect(tracing).toBeNull();
    expect(told).toMatchObject([{ level: 'warn' }]);
  });
});

describe('a span', () => {
  it('arrives with its service, its parent, its kind and its end', async () => {
    const receiver = await startOtlpReceiver();
    const { tracing } = await traced({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/`,
      OTEL_SERVICE_NAME: 'weir-shanghai',
      WEIR_KAFKA_BROKERS: 'localhost:9092',
      WEIR_KAFKA_PREFIX: 'east.',
    });
    const server = tracing.begin({ ...plain('GET /v1/alerts', SAMPLED), kind: 'server' });
    const span = { ...messagingSpan(tracing.messaging, 'send', 'transfers', 3), parent: server.context };
    const given = await spanned(tracing, span, async (context) => context);
    server.end({ attributes: { 'http.response.status_code': 503 }, error: '503' });
    await tracing.stop();
    const [sent, served] = receiver.spans;
    expect(receiver.paths).toEqual(['/v1/traces']);
    expect(served).toMatchObject({
      ...{ name: 'GET /v1/alerts', kind: 'server', traceId: TRACE_ID, parentSpanId: PARENT, failed: true },
      traceState: 'congo=t61rcWkgMzE',
      attributes: { 'http.response.status_code': 503, 'error.type': '503' },
      resource: { 'service.name': 'weir-shanghai', 'service.version': '1.2.3' },
    });
    expect(sent).toMatchObject({
      ...{
        name: 'send east.transfers',
        kind: 'producer',
        traceId: TRACE_ID,
        parentSpanId: served?.spanId,
        failed: false,
      },
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.name': 'send',
        'messaging.operation.type': 'send',
        'messaging.destination.name': 'east.transfers',
        'messaging.batch.message_count': 3,
      },
    });
    expect(given).toEqual({ trace: `00-${TRACE_ID}-${sent?.spanId}-01`, traceState: 'congo=t61rcWkgMzE' });
  });

  it('lies where it was, if it is told of later', async () => {
    const receiver = await startOtlpReceiver();
    const { tracing } = await traced({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/custom` });
    tracing.begin({ ...plain('process'), beganAt: 1_767_225_600_000 }).end({ endedAt: 1_767_225_600_250 });
    await tracing.stop();
    expect(receiver.paths).toEqual(['/custom']);
    expect(receiver.spans).toMatchObject([{ durationMs: 250, resource: { 'service.name': 'weir' } }]);
  });

  it('ends with the work, and tells the kind of its error and no more', async () => {
    const receiver = await startOtlpReceiver();
    const { tracing } = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    const failing = spanned(tracing, plain('fails'), async () => {
      throw new TypeError('the account 6222020200112233 is unknown');
    });
    await expect(failing).rejects.toThrow('6222020200112233');
    await tracing.stop();
    expect(receiver.spans).toMatchObject([{ failed: true, attributes: { 'error.type': 'TypeError' } }]);
    expect(receiver.bodies.join()).not.toContain('6222020200112233');
  });
});

describe('the sampler', () => {
  it.each([
    [{}, ['root', 'sampled']],
    [{ OTEL_TRACES_SAMPLER: 'always_on' }, ['root', 'sampled', 'unsampled']],
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, []],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, ['sampled']],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }, []],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '1' }, ['root', 'sampled']],
  ])('is as the environment says: %o', async (environment, kept) => {
    const receiver = await startOtlpReceiver();
    const { tracing, told } = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...environment });
    make(tracing, 'root');
    make(tracing, 'sampled', SAMPLED);
    make(tracing, 'unsampled', UNSAMPLED);
    await tracing.stop();
    expect(receiver.spans.map(({ name }) => name)).toEqual(kept);
    expect(told).toEqual([]);
  });

  it.each([
    { OTEL_TRACES_SAMPLER: 'jaeger_remote' },
    { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: 'many' },
  ])('that is not known is told, and all is kept: %o', async (environment) => {
    const receiver = await startOtlpReceiver();
    const { tracing, told } = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...environment });
    make(tracing, 'root');
    await tracing.stop();
    expect(receiver.spans).toHaveLength(1);
    expect(told).toMatchObject([{ level: 'warn' }]);
  });

  it('hands on that a trace is not kept', async () => {
    const receiver = await startOtlpReceiver();
    const { tracing } = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    const { context } = tracing.begin(plain('unsampled', UNSAMPLED));
    expect(context.trace).toMatch(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-00$`));
    expect(context.trace).not.toBe(UNSAMPLED.trace);
  });
});

describe('a receiver that refuses', () => {
  it('is told once, and once more when it takes spans again', async () => {
    const receiver = await startOtlpReceiver();
    receiver.status = 400;
    const { tracing, told } = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    // So many fill a batch, which is sent at once.
    const fill = () => {
      for (let index = 0; index < 512; index++) make(tracing, 'filler');
    };
    fill();
    await eventually('the first batch is refused', () => told.length > 0);
    fill();
    await eventually('the second is refused', () => receiver.paths.length > 1);
    receiver.status = 200;
    fill();
    await eventually('the third is taken', () => receiver.spans.length > 0);
    await eventually('it is told', () => told.length > 1);
    expect(told.map(({ level }) => level)).toEqual(['warn', 'info']);
  });
});

describe('a receiver that is not there', () => {
  it('holds up neither the work nor the stop', async () => {
    // Port 9 is for discarding, and nobody listens there.
    const { tracing } = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    const worked = await spanned(tracing, plain('lost'), async () => 'done');
    await tracing.stop();
    make(tracing, 'after the end');
    expect(worked).toBe('done');
  });
});
