/** Endpoints that do as they like: whatever they do ends in time, is written down, and is tried again. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WebhookAttempt } from '../../../schemas/webhook.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { freePorts } from '../../support/ports.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { type Answering, openWebhooks, startReceiver, type WebhookBench } from '../../support/webhooks.ts';

async function firstAttempt(bench: WebhookBench): Promise<WebhookAttempt> {
  return eventually('an attempt is written down', () => bench.attempts()[0]);
}

/** Soon over where nothing else ends the attempt, and long where what is looked for is the answer. */
const [SHORT_MS, MIDDLE_MS, LONG_MS] = [700, 4_000, 60_000];

const HOSTILE: readonly (readonly [what: string, answer: Answering, expected: object, timeoutMs?: number])[] = [
  [
    'answers 500',
    (_, response) => response.writeHead(500).end('out of order\u0007\n'),
    { outcome: 'failed', status: 500, error: 'status', detail: 'out of order' },
  ],
  ['answers 404 with nothing', (_, response) => response.writeHead(404).end(), { status: 404, detail: 'Not Found' }],
  [
    'redirects',
    (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    { outcome: 'failed', status: 302, error: 'redirect' },
  ],
  ['hangs up', (_, response) => response.socket?.destroy(), { status: null, error: 'connection' }],
  ['never answers', () => undefined, { status: null, error: 'timeout' }, SHORT_MS],
  [
    'answers 200 and never ends its body',
    (_, response) => {
      response.writeHead(200);
      response.write('and then');
    },
    { outcome: 'delivered', status: 200, error: null },
    MIDDLE_MS,
  ],
  [
    'answers 200 with a hundred megabytes',
    (_, response) => {
      response.on('error', () => undefined);
      response.writeHead(200).end(Buffer.alloc(100 * 1_024 ** 2));
    },
    { outcome: 'delivered', status: 200 },
  ],
  [
    'answers 500 with a hundred megabytes',
    (_, response) => {
      response.on('error', () => undefined);
      response.writeHead(500).end(Buffer.alloc(100 * 1_024 ** 2, 'x'));
    },
    { outcome: 'failed', status: 500, detail: 'x'.repeat(500) },
  ],
  [
    'breaks off in the middle of its answer',
    (_, response) => {
      response.writeHead(500, { 'content-length': '100' });
      response.write('half', () => response.socket?.destroy());
    },
    { outcome: 'failed', status: 500 },
  ],
  [
    'sends endless headers',
    (_, response) => response.socket?.write(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(100_000)}`),
    { outcome: 'failed', status: null },
  ],
  ['speaks something else', (_, response) => response.socket?.end('SSH-2.0-OpenSSH\r\n'), { error: 'not-http' }],
];

describe('an endpoint that', () => {
  for (const [what, answer, expected, timeoutMs = LONG_MS] of HOSTILE) {
    it(what, async () => {
      const bench = await openWebhooks({ timeoutMs });
      const receiver = await startReceiver(answer);
      await bench.subscribe(receiver.url);
      await bench.raise({});
      const row = await firstAttempt(bench);
      expect(row).toMatchObject(expected);
      expect(row.nextAt === null).toBe(row.outcome === 'delivered');
    });
  }

  it('is not there', async () => {
    const bench = await openWebhooks();
    const [port] = await freePorts(1);
    await bench.subscribe(`http://localhost:${port}/`);
    await bench.raise({});
    expect(await firstAttempt(bench)).toMatchObject({ outcome: 'failed', status: null, error: 'connection' });
  });

  it('has a name that nobody knows', async () => {
    const bench = await openWebhooks({
      resolve: async (name) => {
        throw Object.assign(new Error(`queryA ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
      },
    });
    await bench.subscribe('https://hooks.example.com/');
    await bench.raise({});
    expect(await firstAttempt(bench)).toMatchObject({ outcome: 'failed', error: 'dns' });
  });

  it('has a certificate of its own making', async () => {
    const folder = temporaryFolder();
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-days', '1', '-nodes'];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-keyout', key, '-out', cert, ...subject], {
      stdio: 'ignore',
    });
    const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const bench = await openWebhooks();
    await bench.subscribe(`https://localhost:${(server.address() as AddressInfo).port}/`);
    await bench.raise({});
    expect(await firstAttempt(bench)).toMatchObject({ outcome: 'failed', status: null, error: 'tls' });
  });
});

describe('a name that resolves to an internal address', () => {
  it('is refused when connecting, though it was public before', async () => {
    const answers = [['10.1.2.3'], ['::ffff:127.0.0.1', 'fd00::1'], ['64:ff9b::a01:203']];
    for (const addresses of answers) {
      const bench = await openWebhooks({ resolve: async () => addresses });
      await bench.subscribe('https://rebound.example.com/');
      await bench.raise({});
      const row = await firstAttempt(bench);
      expect(row).toMatchObject({ outcome: 'failed', status: null, error: 'address-refused' });
      expect(row.detail).toContain(addresses[0]);
      await bench.close();
    }
  });

  it('is refused where a host was taken off the list of those allowed', async () => {
    const bench = await openWebhooks({ sends: false });
    const receiver = await startReceiver();
    await bench.subscribe(receiver.url);
    await bench.sender({ allow: new Set() });
    await bench.raise({});
    expect(await firstAttempt(bench)).toMatchObject({ error: 'address-refused' });
    expect(receiver.received).toEqual([]);
  });
});

/** An endpoint that fails is left alone for no longer than this, whatever is due. */
const LEFT_ALONE_MS = 6 * 60_000;

describe('an endpoint that fails', () => {
  it('is tried again with the same id, another timestamp, and the same body', async () => {
    const clock = new VirtualClock();
    const bench = await openWebhooks({ now: clock.now, setTimer: clock.setTimer });
    const receiver = await startReceiver((_, response, count) => response.writeHead(count < 3 ? 503 : 200).end());
    await bench.subscribe(receiver.url);
    await bench.raise({});
    for (const [count, waitMs] of [
      [1, 7_000],
      [2, 400_000],
      [3, 0],
    ] as const) {
      await eventually(`attempt ${count}`, () => bench.attempts().length === count);
      clock.advance(waitMs);
    }
    const [first, second, third] = receiver.received;
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(3);
    expect([second?.body, third?.body]).toEqual([first?.body, first?.body]);
    const rows = bench.attempts();
    expect(rows).toMatchObject([
      { attempt: 1, trigger: 'event', outcome: 'failed', status: 503 },
      { attempt: 2, trigger: 'retry', outcome: 'failed', status: 503 },
      { attempt: 3, trigger: 'retry', outcome: 'delivered', status: 200, nextAt: null },
    ]);
    const waits = rows.slice(0, 2).map(({ nextAt, at }) => ((nextAt as number) - at) / 1_000);
    expect(waits[0]).toBeGreaterThanOrEqual(4);
    expect(waits[0]).toBeLessThanOrEqual(6.1);
    expect(waits[1]).toBeGreaterThanOrEqual(240);
    expect(waits[1]).toBeLessThanOrEqual(361);
  });

  it('is given the pause that it asks for', async () => {
    const clock = new VirtualClock();
    const bench = await openWebhooks({ now: clock.now, setTimer: clock.setTimer });
    const receiver = await startReceiver((_, response, count) =>
      count === 1 ? response.writeHead(429, { 'retry-after': '600' }).end() : response.writeHead(200).end(),
    );
    await bench.subscribe(receiver.url);
    await bench.raise({ alertId: 'a-1' });
    await eventually('it asked for a pause', () => bench.attempts().length === 1);
    expect((bench.attempts()[0]?.nextAt as number) - clock.now()).toBe(600_000);
    await bench.raise({ alertId: 'a-2' });
    clock.advance(590_000);
    await bench.raise({ alertId: 'a-3' });
    clock.advance(5_000);
    expect(receiver.received).toHaveLength(1);
    clock.advance(10_000);
    await eventually('all came', () => receiver.received.length === 4);
  });

  it('is switched off by 410 at once, and operations are told', async () => {
    const bench = await openWebhooks();
    const receiver = await startReceiver((_, response) => response.writeHead(410).end());
    const other = await startReceiver();
    await bench.subscribe(other.url, { topics: ['notifications'] });
    const { id } = await bench.subscribe(receiver.url);
    await bench.raise({}, {});
    await eventually('it is off', async () => (await bench.ask('GET', `/v1/webhooks/${id}`)).body.enabled === false);
    const { body } = await bench.ask('GET', `/v1/webhooks/${id}`);
    expect(body).toMatchObject({ changedBy: 'weir', health: null });
    expect(body.reason).toContain('410');
    const [told] = await eventually('operations are told', () => (other.received.length > 0 ? other.received : null));
    expect(told?.json).toMatchObject({
      type: 'notification.issued',
      data: { audience: 'operations', kind: 'webhook-disabled', party: id },
    });
    expect(told?.json.data.reason.zh).toContain('停用');
    expect(other.received).toHaveLength(1);
  });

  it('is switched off when a message has been tried in vain for its whole schedule', async () => {
    const clock = new VirtualClock();
    const bench = await openWebhooks({ now: clock.now, setTimer: clock.setTimer });
    const receiver = await startReceiver((_, response) => response.writeHead(500).end());
    const { id } = await bench.subscribe(receiver.url);
    await bench.raise({});
    const startedAt = clock.now();
    const isOff = async () => (await bench.ask('GET', `/v1/webhooks/${id}`)).body.enabled === false;
    for (let count = 0; ; count++) {
      const row = await eventually(`attempt ${count + 1} is written down`, () => bench.attempts()[count]);
      if (row.nextAt === null) break;
      clock.advance(Math.max(row.nextAt, row.at + LEFT_ALONE_MS) - clock.now());
    }
    await eventually('it is off', isOff);
    const rows = await eventually('the last attempt is written down', () => {
      const all = bench.attempts();
      return all.length === receiver.received.length ? all : null;
    });
    expect(rows.at(-1)).toMatchObject({ outcome: 'exhausted', nextAt: null });
    expect(rows.filter(({ outcome }) => outcome === 'failed').length).toBe(rows.length - 1);
    const hours = (clock.now() - startedAt) / 3_600_000;
    expect(hours).toBeGreaterThan(75.6 * 0.8);
    expect(hours).toBeLessThan(75.6 * 1.2 + 10);
  });
});
