/** A whole Weir that is traced: from the request over the fold to the tables and the webhooks, flushed when it stops. */
import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { DECIDED, startWeir } from '../support/running-weir.ts';
import { startReceiver } from '../support/webhooks.ts';

const PARTY = 'C-traced-4711';
const ACCOUNT = '6222020200112233';

function transferOf(transferId: string) {
  return {
    transferId,
    kind: 'transfer',
    status: 'submitted',
    at: new Date().toISOString(),
    amount: { minor: 12_345_678, currency: 'CNY' },
    debtor: { party: PARTY, account: ACCOUNT, name: 'Zhang Wei' },
    creditor: { party: 'C-2', account: '6217000010099887', name: 'Li Na' },
  };
}

it('tells of the request, the batches, the inserts and the attempts, and of nobody’s data', async () => {
  const otlp = await startOtlpReceiver();
  const hook = await startReceiver();
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url, WEIR_WEBHOOK_ALLOW: 'localhost' };
  const weir = await startWeir({ dataDir: temporaryFolder(), environment });
  const subscribed = await weir.ask('/v1/webhooks', {
    url: `${hook.url}?token=s3cret`,
    title: 'Test',
    topics: ['decisions'],
  });
  expect(subscribed.status).toBe(201);
  const decided = await weir.ask(DECIDED, transferOf('T-1'));
  expect(decided).toMatchObject({ status: 200, body: { outcome: 'accept' } });
  const [message] = await eventually('the webhook came', () => (hook.received.length > 0 ? hook.received : null));
  await eventually('the row is there', async () => (await weir.ask('/v1/decisions/T-1')).status === 200);
  expect(await weir.end('SIGTERM')).toBe(0);
  const spansOf = (name: string) => otlp.spans.filter((span) => span.name === name);
  expect(spansOf('POST /v1/transfers')).toHaveLength(1);
  expect(spansOf('await decision')).toMatchObject([{ attributes: { 'weir.decision.outcome': 'accept' } }]);
  expect(spansOf('process')[0]).toMatchObject({ kind: 'consumer', attributes: { 'weir.stage': 'route' } });
  const [batch] = spansOf('process journal');
  expect(batch).toMatchObject({ kind: 'consumer', parentSpanId: null, attributes: { 'weir.stage': 'score' } });
  expect(batch?.durationMs).toBeGreaterThan(0);
  expect(spansOf('INSERT decisions')[0]).toMatchObject({
    kind: 'client',
    attributes: { 'db.system.name': 'clickhouse', 'db.operation.batch.size': 1 },
  });
  const [attempt] = spansOf('POST');
  expect(attempt).toMatchObject({
    kind: 'client',
    attributes: { 'server.address': 'localhost', 'http.response.status_code': 204 },
  });
  expect(message?.headers.traceparent).toBe(`00-${attempt?.traceId}-${attempt?.spanId}-01`);
  for (const secret of [PARTY, ACCOUNT, 'Zhang Wei', 'Li Na', 'T-1', '12345678', 's3cret']) {
    expect(otlp.bodies.join()).not.toContain(secret);
  }
});
