import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { requireRole } from '../../../runtime/http/auth.ts';
import { type Answered, buildServer, type ServerOptions } from '../../../runtime/http/server.ts';
import { openAdministered } from '../../support/access.ts';
import { eventually } from '../../support/eventually.ts';

async function start(options: Partial<ServerOptions> = {}) {
  const { access, adminKey } = await openAdministered();
  const server = await buildServer({
    access,
    version: '1.2.3',
    readiness: () => ({ ready: true, checks: { log: 'ok' } }),
    ...options,
  });
  server.app.post(
    '/things',
    { onRequest: requireRole('intake'), schema: { body: z.strictObject({ size: z.int().max(9) }) } },
    (request) => ({ size: request.body.size, by: request.caller?.name }),
  );
  server.app.get('/fault', () => {
    throw new TypeError('secret detail');
  });
  const address = await server.listen({ port: 0 });
  onTestFinished(() => server.close());
  const admin = { authorization: `Bearer ${adminKey}` };
  return { server, keys: access.keys, address, admin };
}

const json = { 'content-type': 'application/json' };

describe('the server', () => {
  it('listens on this machine alone unless told otherwise', async () => {
    const { address } = await start();
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('tells whether it lives and whether it takes work', async () => {
    const state = { ready: false };
    const { address, server } = await start({
      readiness: () => ({ ready: state.ready, checks: { fold: 'restoring' } }),
    });
    const readyz = async () => {
      const response = await fetch(`${address}/readyz`);
      return { status: response.status, body: await response.json() };
    };
    expect((await fetch(`${address}/livez`)).status).toBe(200);
    expect(await readyz()).toEqual({ status: 503, body: { status: 'not-ready', checks: { fold: 'restoring' } } });
    state.ready = true;
    expect(await readyz()).toMatchObject({ status: 200, body: { status: 'ready' } });
    server.drain();
    expect(await readyz()).toMatchObject({ status: 503, body: { status: 'draining' } });
    expect((await fetch(`${address}/livez`)).status).toBe(200);
  });

  it('stops though a connection is open on which nothing was asked', async () => {
    const { address, server } = await start();
    const socket = connect(Number(new URL(address).port), '127.0.0.1');
    await once(socket, 'connect');
    expect((await fetch(`${address}/livez`)).status).toBe(200);
    const closed = once(socket, 'close');
    await server.close();
    await closed;
  });

  it('answers what was asked before the stop, and then keeps no connection open', async () => {
    const answering = Promise.withResolvers<{ contentType: string; body: string }>();
    const asked = Promise.withResolvers<void>();
    const { address, server } = await start({
      metrics: () => {
        asked.resolve();
        return answering.promise;
      },
    });
    const response = fetch(`${address}/metrics`);
    await asked.promise;
    const closed = server.close();
    answering.resolve({ contentType: 'text/plain', body: 'weir_up 1' });
    expect(await (await response).text()).toBe('weir_up 1');
    await closed;
  });

  it('answers metrics as it is given them', async () => {
    const { address } = await start({ metrics: async () => ({ contentType: 'text/plain', body: 'weir_up 1\n' }) });
    expect(await (await fetch(`${address}/metrics`)).text()).toBe('weir_up 1\n');
  });

  it('describes its routes, with a page for people', async () => {
    const { address } = await start();
    const description = (await (await fetch(`${address}/openapi.json`)).json()) as {
      info: { version: string };
      paths: { [path: string]: { post: { requestBody: unknown; responses: { [status: string]: unknown } } } };
    };
    expect(description.info.version).toBe('1.2.3');
    expect(description.paths['/things']?.post.requestBody).toMatchObject({
      content: { 'application/json': { schema: { properties: { size: { type: 'integer', maximum: 9 } } } } },
    });
    expect(description.paths['/things']?.post.responses.default).toHaveProperty([
      'content',
      'application/problem+json',
    ]);
    const page = await fetch(`${address}/docs/`);
    expect(await page.text()).toContain('swagger-ui');
  });
});

describe('a refusal', () => {
  it.each([
    ['without a key', {}, 401, 'unauthenticated'],
    ['with an unknown key', { authorization: `Bearer weir_0123456789ab_${'A'.repeat(43)}` }, 401, 'unauthenticated'],
    ['with another scheme', { authorization: 'Basic YTpi' }, 401, 'unauthenticated'],
  ])('%s', async (_, headers: { [name: string]: string }, status, kind) => {
    const { address } = await start();
    const response = await fetch(`${address}/things`, { method: 'POST', body: '{}', headers: { ...json, ...headers } });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="weir"');
    expect(await response.json()).toMatchObject({ type: `urn:weir:problem:${kind}`, status, instance: '/things' });
  });

  it('names the role that is missing, and each wrong field, in both languages', async () => {
    const { address, admin, keys } = await start();
    const viewer = (await keys.create({ name: 'u-wang', roles: ['viewer'] }, null)).key;
    const send = (authorization: string) =>
      fetch(`${address}/things`, {
        method: 'POST',
        body: JSON.stringify({ size: 12, 'a/b': 1 }),
        headers: { ...json, authorization },
      });
    const forbidden = await send(`Bearer ${viewer}`);
    expect(forbidden.status).toBe(403);
    expect(await forbidden.json()).toMatchObject({
      detail: 'This needs the role intake; u-wang has viewer.',
    });

    const invalid = await send(admin.authorization);
    expect(await invalid.json()).toEqual({
      type: 'urn:weir:problem:request-invalid',
      title: 'The request is not valid',
      titleZh: '请求无效',
      status: 400,
      detail: 'The body is not valid.',
      instance: '/things',
      errors: [
        { path: '/size', message: 'Too big: expected number to be <=9' },
        { path: '/a~1b', message: 'is not a known field' },
      ],
    });
  });

  it('says what was wrong in Chinese to who asks for Chinese first', async () => {
    const { address, admin } = await start();
    const send = (language: string) =>
      fetch(`${address}/things`, {
        method: 'POST',
        body: JSON.stringify({ size: 12, 'a/b': 1 }),
        headers: { ...json, ...admin, 'accept-language': language },
      });
    const chinese = await send('zh-CN,zh;q=0.9,en;q=0.8');
    expect(chinese.headers.get('content-language')).toBe('zh');
    expect(await chinese.json()).toMatchObject({
      detail: '请求体无效。',
      errors: [
        { path: '/size', message: '不得大于 9' },
        { path: '/a~1b', message: '未知字段' },
      ],
    });
    for (const language of ['en', 'de,en;q=0.5,zh;q=0.1', 'fr', '*']) {
      const answer = await send(language);
      expect(answer.headers.get('content-language')).toBe('en');
      expect(await answer.json()).toMatchObject({ detail: 'The body is not valid.' });
    }
  });

  it('of a fault tells the caller nothing, and the operator all', async () => {
    const faults: unknown[] = [];
    const { address } = await start({ onFault: (error) => faults.push(error) });
    const response = await fetch(`${address}/fault`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret detail');
    expect(faults).toEqual([expect.objectContaining({ message: 'secret detail' })]);
  });

  it('is a problem even where the request is no HTTP, or its address none', async () => {
    const { address } = await start();
    expect(await (await fetch(`${address}/%zz`)).json()).toMatchObject({ status: 400 });
    expect(await (await fetch(`${address}/nowhere?secret=1`)).json()).toMatchObject({
      status: 404,
      instance: '/nowhere',
      detail: 'There is no GET /nowhere.',
    });
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(Number(new URL(address).port), '127.0.0.1', () => socket.write('NOT HTTP\r\n\r\n'));
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*application\/problem\+json.*urn:weir:problem:request-invalid/s);
  });

  it('comes with 429 and a time to wait where a key sends too much, and spares other keys and probes', async () => {
    const { address, admin, keys } = await start({ requestsPerSecondMax: 3 });
    const other = (await keys.create({ name: 'core-bank', roles: ['intake'] }, null)).key;
    const send = (authorization: string) => fetch(`${address}/nowhere`, { headers: { authorization } });
    const refused = await eventually('a refusal for too many requests', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => send(admin.authorization)));
      return answers.find(({ status }) => status === 429) ?? false;
    });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ type: 'urn:weir:problem:rate-limited' });
    expect((await send(`Bearer ${other}`)).status).toBe(404);
    const probes = await Promise.all(Array.from({ length: 20 }, () => fetch(`${address}/livez`)));
    expect(probes.map(({ status }) => status)).toEqual(probes.map(() => 200));
  });
});

describe('what was answered', () => {
  it('is told by the pattern of the route, never by its address', async () => {
    const answered: Answered[] = [];
    const refused: string[] = [];
    const { address } = await start({
      onAnswered: (one) => answered.push(one),
      onRefused: (code) => refused.push(code),
    });
    await fetch(`${address}/parties/C-1001`);
    await fetch(`${address}/livez`);
    await eventually('both to be told', () => answered.length === 2);
    expect(answered.map(({ route, status }) => [route, status])).toEqual([
      ['none', 404],
      ['/livez', 200],
    ]);
    expect(refused).toEqual(['NOT_FOUND']);
  });
});
