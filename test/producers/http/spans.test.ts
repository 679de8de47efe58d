/** What a request to intake leaves in a trace: itself, what it sent, and what it waited for; and nothing of whom it was about. */
import { expect, it } from 'vitest';
import { loadConfig } from '../../../runtime/config.ts';
import type { Append } from '../../../runtime/log/port.ts';
import { startTracing, type Tracing } from '../../../runtime/tracing.ts';
import { eventually } from '../../support/eventually.ts';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { decisionOn, foldWith, refusalOf, startHarness, transferFrom, transferJson } from './harness.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const HEADERS = { traceparent: `00-${TRACE_ID}-${PARENT}-01`, tracestate: 'congo=t61rcWkgMzE' };

async function begin() {
  const receiver = await startOtlpReceiver();
  const { config } = loadConfig({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } });
  const tracing = (await startTracing({ config, version: '0', logger: { warn() {}, info() {} } })) as Tracing;
  const appended: Append[] = [];
  const harness = await startHarness({
    tracing,
    append: (one, log) => {
      appended.push(one);
      return log.append(one);
    },
  });
  return { receiver, tracing, appended, ...harness };
}

/** Once the answer is there the span of its request may still be open. */
async function spansOf(receiver: OtlpReceiver, tracing: Tracing, server: { close(): Promise<void> }) {
  await server.close();
  await tracing.stop();
  return (name: string) => receiver.spans.filter((span) => span.name === name) as [ReceivedSpan, ...ReceivedSpan[]];
}

it('is one trace, which the record carries on', async () => {
  const { receiver, tracing, appended, server, send, log } = await begin();
  await foldWith(log, 'transfers', ({ event }) => ({ decision: decisionOn(event, { outcome: 'hold' }) }));
  const transfer = transferJson();
  const { status } = await send('/v1/transfers?wait=decision&timeoutMs=20000', transfer, { headers: HEADERS });
  expect(status).toBe(200);
  const spans = await spansOf(receiver, tracing, server);
  const [request] = spans('POST /v1/transfers');
  expect(request).toMatchObject({
    ...{ kind: 'server', traceId: TRACE_ID, parentSpanId: PARENT, failed: false },
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/v1/transfers',
      'url.scheme': 'http',
      'http.response.status_code': 200,
    },
  });
  const within = { traceId: TRACE_ID, parentSpanId: request.spanId };
  const [sent] = spans('send transfers');
  expect(sent).toMatchObject({ ...within, kind: 'producer', attributes: { 'messaging.batch.message_count': 1 } });
  expect(spans('await decision')).toMatchObject([
    { ...within, kind: 'internal', attributes: { 'weir.await.events': 1, 'weir.decision.outcome': 'hold' } },
  ]);
  expect(appended.map(({ trace, traceState }) => [trace, traceState])).toEqual([
    [`00-${TRACE_ID}-${sent.spanId}-01`, HEADERS.tracestate],
  ]);
  const { debtor, creditor } = transferFrom(transfer);
  const personal = [transfer.transferId, debtor.party, debtor.account, creditor.party, creditor.account, debtor.name];
  for (const one of personal.filter((value) => typeof value === 'string')) {
    expect(receiver.bodies.join()).not.toContain(one);
  }
});

it('tells of a list how often each outcome came, also refusals and what nobody waited long enough for', async () => {
  const { receiver, tracing, server, send, log } = await begin();
  const outcomes = ['accept', 'refused', 'accept', 'timeout'];
  const transfers = outcomes.map(() => transferJson());
  await foldWith(log, 'transfers', (read) => {
    const place = transfers.findIndex(({ transferId }) => transferId === read.event.transferId);
    if (outcomes[place] === 'accept') return { decision: decisionOn(read.event) };
    return outcomes[place] === 'refused' ? refusalOf(read, 'amount_out_of_range', 'too large') : null;
  });
  await send('/v1/transfers?wait=decision&timeoutMs=3000', transfers);
  const spans = await spansOf(receiver, tracing, server);
  expect(spans('await decision')[0].attributes).toMatchObject({
    'weir.decision.outcome': 'mixed',
    'weir.decision.count.accept': 2,
    'weir.decision.count.refused': 1,
    'weir.decision.count.timeout': 1,
  });
});

it('begins a trace where the sender has none, of refused requests and unknown addresses too', async () => {
  const { receiver, tracing, server, send, tokens } = await begin();
  const refused = await send('/v1/transfers', transferJson(), { key: null });
  const forbidden = await send('/v1/control', { kind: 'freeze', party: 'C-9' }, { key: tokens.viewer });
  const unknown = await send('/v1/parties-of/C-9', undefined);
  expect([refused.status, forbidden.status, unknown.status]).toEqual([401, 403, 404]);
  for (const path of ['/livez', '/readyz']) await send(path);
  const spans = await spansOf(receiver, tracing, server);
  const [first] = spans('POST /v1/transfers');
  expect(first).toMatchObject({ parentSpanId: null, failed: false, attributes: { 'http.response.status_code': 401 } });
  expect(spans('POST /v1/control')[0].attributes).toMatchObject({ 'http.response.status_code': 403 });
  expect(spans('GET')[0].attributes).toMatchObject({ 'http.response.status_code': 404 });
  expect(receiver.spans).toHaveLength(3);
  expect(receiver.bodies.join()).not.toContain('C-9');
});

it('ends where the caller goes away before the answer', async () => {
  const { receiver, tracing, server, address, tokens, log, ends } = await begin();
  await foldWith(log, 'transfers', () => null);
  const leaving = new AbortController();
  const request = fetch(`${address}/v1/transfers?wait=decision&timeoutMs=20000`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens.intake}` },
    body: JSON.stringify(transferJson()),
    signal: leaving.signal,
  });
  await eventually('it is stored', () => ends().transfers === 1);
  leaving.abort();
  await expect(request).rejects.toThrow();
  const connections = () =>
    new Promise<number>((resolve) => server.app.server.getConnections((_, now) => resolve(now)));
  await eventually('the server knows', async () => (await connections()) === 0);
  const spans = await spansOf(receiver, tracing, server);
  expect(spans('POST /v1/transfers')).toMatchObject([
    { failed: true, attributes: { 'error.type': 'connection_closed' } },
  ]);
});
