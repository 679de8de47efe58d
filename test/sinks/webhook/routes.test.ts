/** The HTTP API for subscriptions. */
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { ROLES } from '../../../runtime/http/keys.ts';
import { notificationRecord } from '../../../schemas/notification.ts';
import { webhookChangeRecord } from '../../../schemas/webhook.ts';
import { eventually } from '../../support/eventually.ts';
import { openWebhooks, type Received, type Receiver, recordsOf, startReceiver } from '../../support/webhooks.ts';

const NEW = { url: 'https://hooks.example.com/weir?token=abcdef', title: 'Cases', topics: ['alerts'] };

describe('subscriptions', () => {
  it('are made with defaults, listed, changed and removed; address and secrets are told once or never', async () => {
    const bench = await openWebhooks();
    const made = await bench.ask('POST', '/v1/webhooks', {
      ...NEW,
      topics: ['alerts', 'credit-ratings'],
      signatures: ['v1', 'v1a'],
    });
    expect(made.status).toBe(201);
    const { subscription, secrets } = made.body;
    expect(subscription).toMatchObject({
      revision: 1,
      enabled: true,
      address: 'https://hooks.example.com/…cdef',
      topics: ['alerts', 'credit-ratings'],
      severity: 'info',
      content: 'thin',
      restricted: false,
      createdBy: 'u-admin',
    });
    expect(secrets).toMatchObject([
      { secret: expect.stringMatching(/^whsec_/) },
      { secret: expect.stringMatching(/^whpk_/) },
    ]);
    const listed = await bench.ask('GET', '/v1/webhooks');
    expect(listed.body.items).toMatchObject([{ id: subscription.id }]);
    expect(JSON.stringify(listed.body)).not.toMatch(/whsec_|token=/);
    const path = `/v1/webhooks/${subscription.id}`;
    const changed = await bench.ask('PATCH', path, { revision: 1, severity: 'high', content: 'full', reason: 'fewer' });
    expect(changed.body).toMatchObject({
      revision: 2,
      severity: 'high',
      content: 'full',
      topics: ['alerts', 'credit-ratings'],
      reason: 'fewer',
    });
    expect((await bench.ask('POST', `${path}/disable`, { reason: 'holiday' })).body).toMatchObject({
      revision: 3,
      enabled: false,
    });
    expect((await bench.ask('POST', `${path}/enable`, {})).body).toMatchObject({ revision: 4, enabled: true });
    expect((await bench.ask('DELETE', path)).status).toBe(204);
    expect((await bench.ask('GET', path)).status).toBe(404);
    const changes = recordsOf(bench.log, 'webhook-subscriptions', webhookChangeRecord);
    expect(changes.map(({ change }) => change)).toEqual(['created', 'changed', 'disabled', 'enabled', 'removed']);
    expect(JSON.stringify(changes.map((one) => webhookChangeRecord.render(one)))).not.toContain('token=');
    const told = await eventually('operations are told', () => {
      const all = recordsOf(bench.log, 'notifications', notificationRecord);
      return all.length > 0 ? all : null;
    });
    expect(told).toMatchObject([
      { audience: 'operations', kind: 'webhook-disabled', en: expect.stringContaining('holiday') },
    ]);
  });

  it.each([
    [{ url: 'ftp://hooks.example.com/' }, '/url'],
    [{ url: 'no address' }, '/url'],
    [{ url: 'http://hooks.example.com/' }, '/url'],
    [{ url: 'https://user:password@hooks.example.com/' }, '/url'],
    [{ url: 'https://hooks.example.com/#part' }, '/url'],
    [{ url: 'https://10.0.0.1/' }, '/url'],
    [{ url: 'https://0xa9fea9fe/' }, '/url'],
    [{ url: 'https://[::ffff:169.254.169.254]/' }, '/url'],
    [{ topics: [] }, '/topics'],
    [{ topics: ['journal'] }, '/topics/0'],
    [{ severity: 'grave' }, '/severity'],
    [{ segments: ['merchant'] }, '/segments/0'],
    [{ ratePerSecondMax: 0 }, '/ratePerSecondMax'],
    [{ surprise: true }, '/surprise'],
  ])('are refused with %o', async (wrong, path) => {
    const bench = await openWebhooks({ sends: false });
    const { status, body } = await bench.ask('POST', '/v1/webhooks', { ...NEW, ...wrong });
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ path }]);
    expect((await bench.ask('GET', '/v1/webhooks')).body.items).toEqual([]);
  });

  it('are changed by one of two who saw the same revision', async () => {
    const bench = await openWebhooks({ sends: false });
    const { id } = await bench.subscribe('https://hooks.example.com/');
    const answers = await Promise.all(
      ['one', 'two'].map((title) => bench.ask('PATCH', `/v1/webhooks/${id}`, { revision: 1, title })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { body } = await bench.ask('GET', `/v1/webhooks/${id}`);
    expect(body.title).toBe(answers[0]?.status === 200 ? 'one' : 'two');
  });

  it('are for compliance and administrators alone', async () => {
    const bench = await openWebhooks({ sends: false });
    const { id } = await bench.subscribe('https://hooks.example.com/');
    const path = `/v1/webhooks/${id}`;
    const requests = [
      ['GET', '/v1/webhooks', undefined],
      ['POST', '/v1/webhooks', NEW],
      ['GET', path, undefined],
      ['PATCH', path, { revision: 1, title: 'mine' }],
      ['POST', `${path}/disable`, {}],
      ['POST', `${path}/enable`, {}],
      ['POST', `${path}/secrets`, {}],
      ['POST', `${path}/test`, undefined],
      ['POST', `${path}/replays`, { from: '2026-01-01T00:00:00Z' }],
      ['DELETE', path, undefined],
    ] as const;
    for (const [method, address, body] of requests) {
      for (const role of [null, ...ROLES.filter((one) => one !== 'admin' && one !== 'compliance')]) {
        const { status } = await bench.ask(method, address, body, role);
        expect(status, `${method} ${address} as ${role}`).toBe(role === null ? 401 : 403);
      }
    }
    expect((await bench.ask('GET', path)).body.revision).toBe(1);
  });

  it('may be made by compliance, who may see restricted alerts, and say so', async () => {
    const bench = await openWebhooks();
    const receiver = await startReceiver();
    const wanted = { ...NEW, url: receiver.url, restricted: true, quieted: true };
    const { body } = await bench.ask('POST', '/v1/webhooks', wanted, 'compliance');
    expect(body.subscription).toMatchObject({ createdBy: 'u-compliance', restricted: true, quieted: true });
    await bench.raise({ restricted: true });
    const { json } = await eventually('it came', () => receiver.received[0]);
    expect(json.data.restricted).toBe(true);
    const path = `/v1/webhooks/${body.subscription.id}`;
    const changed = { revision: 1, quieted: false };
    expect((await bench.ask('PATCH', path, changed, 'compliance')).body).toMatchObject({ revision: 2, quieted: false });
  });
});

describe('the test button', () => {
  it('says how the endpoint took it, on or off', async () => {
    const bench = await openWebhooks();
    const receiver = await startReceiver((_, response, count) =>
      response.writeHead(count === 1 ? 200 : 500).end('broken'),
    );
    const { id, secrets } = await bench.subscribe(receiver.url);
    const good = await bench.ask('POST', `/v1/webhooks/${id}/test`);
    expect(good.body).toMatchObject({ outcome: 'delivered', status: 200, error: null });
    await bench.ask('POST', `/v1/webhooks/${id}/disable`, {});
    const bad = await bench.ask('POST', `/v1/webhooks/${id}/test`);
    expect(bad.body).toMatchObject({ outcome: 'failed', status: 500, detail: 'broken' });
    const [first] = receiver.received;
    expect(new Webhook(secrets[0]!.secret).verify(first!.body, first!.headers as Record<string, string>)).toMatchObject(
      {
        type: 'webhook.test',
        data: { reason: { zh: expect.stringContaining('测试') } },
      },
    );
    expect(bench.attempts().map(({ trigger, type }) => [trigger, type])).toEqual([
      ['test', 'webhook.test'],
      ['test', 'webhook.test'],
    ]);
  });

  it('says that nobody sends', async () => {
    const bench = await openWebhooks({ sends: false, testWaitMs: 100 });
    const { id } = await bench.subscribe('https://hooks.example.com/');
    expect((await bench.ask('POST', `/v1/webhooks/${id}/test`)).body).toMatchObject({ outcome: 'pending' });
  });
});

describe('rotating secrets', () => {
  it('signs with old and new for as long as they overlap', async () => {
    let now = Date.now();
    const bench = await openWebhooks({ now: () => now });
    const receiver = await startReceiver();
    const { id, secrets } = await bench.subscribe(receiver.url);
    const rotated = await bench.ask('POST', `/v1/webhooks/${id}/secrets`, { overlap: '60s' });
    expect(rotated.status).toBe(201);
    const [old, fresh] = [secrets[0]!.secret, rotated.body.secrets[0].secret];
    const expected = [
      [0, true, true],
      [61_000, false, true],
    ] as const;
    for (const [index, [laterMs, byOld, byNew]] of expected.entries()) {
      now += laterMs;
      await eventually(
        'it is taken over',
        async () => (await bench.ask('POST', `/v1/webhooks/${id}/test`)).body.outcome === 'delivered',
      );
      await bench.raise({ alertId: `a-${index}` });
      const message = await eventually('it came', () => alertsOf(receiver)[index]);
      expect(verifies(old, message)).toBe(byOld);
      expect(verifies(fresh, message)).toBe(byNew);
    }
  });
});

function alertsOf({ received }: Receiver): Received[] {
  return received.filter(({ json }) => json.type === 'alert.opened');
}

function verifies(secret: string, { body, headers }: { readonly body: string; readonly headers: object }): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}

describe('a replay', () => {
  it('sends what came in a time again, with the same ids', async () => {
    const bench = await openWebhooks();
    const receiver = await startReceiver();
    const { id } = await bench.subscribe(receiver.url, { severity: 'high' });
    const from = new Date().toISOString();
    for (let index = 0; index < 12; index++)
      await bench.raise({ alertId: `a-${index}`, severity: index % 3 === 0 ? 'low' : 'high' });
    await eventually('eight came', () => receiver.received.length === 8);
    const { status, body } = await bench.ask('POST', `/v1/webhooks/${id}/replays`, { from });
    expect(status).toBe(202);
    await eventually('eight came again', () => receiver.received.length === 16);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(8);
    expect([...ids.slice(8)].sort()).toEqual([...ids.slice(0, 8)].sort());
    const rows = await eventually('all are written down', () => {
      const replayed = bench.attempts().filter(({ trigger }) => trigger === 'replay');
      return replayed.length === 8 ? replayed : null;
    });
    expect(rows.every(({ commandId }) => commandId === body.commandId)).toBe(true);
    await bench.ask('POST', `/v1/webhooks/${id}/replays`, { from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' });
    await bench.raise({ alertId: 'a-last' });
    await eventually('only what is new came', () => receiver.received.length === 17);
  });

  it('sends single messages again, and no others than the subscription is for', async () => {
    const bench = await openWebhooks();
    const receiver = await startReceiver();
    const { id } = await bench.subscribe(receiver.url);
    await bench.raise({ alertId: 'a-1' }, { alertId: 'a-2', restricted: true }, { alertId: 'a-3' });
    await eventually('two came', () => receiver.received.length === 2);
    const messageIds = ['alerts-0-0', 'alerts-1-0', 'alerts-3-99', 'alerts-9-0'];
    expect((await bench.ask('POST', `/v1/webhooks/${id}/replays`, { messageIds })).status).toBe(202);
    await eventually('one came again', () => receiver.received.length === 3);
    expect(receiver.received[2]?.headers['webhook-id']).toBe('alerts-0-0');
    const refused = await bench.ask('POST', `/v1/webhooks/${id}/replays`, { messageIds: ['../etc'] });
    expect(refused.status).toBe(400);
    await bench.ask('POST', `/v1/webhooks/${id}/disable`, {});
    expect((await bench.ask('POST', `/v1/webhooks/${id}/replays`, { messageIds })).status).toBe(409);
  });

  it('gives back on request what came while the subscription was off', async () => {
    const bench = await openWebhooks();
    const receiver = await startReceiver();
    const { id } = await bench.subscribe(receiver.url);
    await bench.raise({ alertId: 'a-1' });
    await eventually('one came', () => receiver.received.length === 1);
    const from = new Date().toISOString();
    await bench.ask('POST', `/v1/webhooks/${id}/disable`, {});
    await bench.raise({ alertId: 'a-2' }, { alertId: 'a-3' });
    await bench.ask('POST', `/v1/webhooks/${id}/enable`, { from });
    await eventually('both came', () => receiver.received.length === 3);
  });
});
