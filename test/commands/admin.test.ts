/** The admin API: what commands ask of a running Weir, and what it makes of bad requests. */
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AdminClient } from '../../commands/admin/client.ts';
import { registerAdmin } from '../../commands/admin/routes.ts';
import { BATCH_HEADERS, packBody, unpackBody } from '../../commands/admin/wire.ts';
import { buildServer } from '../../runtime/http/server.ts';
import { openEmbeddedLog } from '../../runtime/log/embedded.ts';
import { packValues, valueAt } from '../../runtime/log/values.ts';
import { customerRecord } from '../../schemas/events/customer.ts';
import { openAdministered } from '../support/access.ts';
import { temporaryFolder } from '../support/folder.ts';

const TOKEN = 'a'.repeat(64);

async function admin() {
  const folder = temporaryFolder();
  const log = await openEmbeddedLog({ folder: join(folder, 'log'), partitions: 2 });
  const { access, adminKey } = await openAdministered({ log });
  const server = await buildServer({ access, version: '0', readiness: () => ({ ready: true, checks: {} }) });
  const actions = [
    { method: 'GET' as const, path: '/nothing', answer: async () => undefined },
    { method: 'POST' as const, path: '/echo/:name', answer: async (input: unknown) => input },
    { method: 'GET' as const, path: '/fault', answer: () => Promise.reject(new TypeError('a fault')) },
  ];
  await registerAdmin(server.app, { log, token: TOKEN, actions });
  const address = await server.listen({ port: 0 });
  onTestFinished(async () => {
    await server.close();
    await log.close();
  });
  const client = new AdminClient({ address, token: TOKEN, pid: 1 });
  const ask = (path: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${TOKEN}`, ...(init.headers as { [name: string]: string }) };
    return fetch(`${address}/admin${path}`, { ...init, headers });
  };
  return { log, client, address, ask, adminKey };
}

const values = packValues(['one', 'two', 'three'].map((name) => Buffer.from(name)));
const { fingerprint } = customerRecord;

describe('the admin API', () => {
  it('appends and reads batches as they lie in the log', async () => {
    const { client } = await admin();
    await client.declareSchema(fingerprint, '"bytes"');
    expect(await client.append({ topic: 'customers', partition: 0, fingerprint, values })).toEqual({ baseOffset: 0 });
    const batch = await client.read('customers', 0, 1, 0);
    expect(batch).toMatchObject({ topic: 'customers', partition: 0, baseOffset: 1, fingerprint });
    expect([0, 1].map((index) => valueAt(batch?.values as never, index).toString())).toEqual(['two', 'three']);
    expect(await client.read('customers', 0, 3, 0)).toBeNull();
    expect(await client.schema(fingerprint)).toBe('"bytes"');
    expect(await client.bounds()).toContainEqual({ topic: 'customers', partition: 0, start: 0, end: 3 });
  });

  it('answers a reader that waits as soon as there is something', async () => {
    const { client } = await admin();
    await client.declareSchema(fingerprint, '"bytes"');
    const waiting = client.read('customers', 0, 0, 20_000);
    await client.append({ topic: 'customers', partition: 0, fingerprint, values });
    expect((await waiting)?.values.count).toBe(3);
  });

  it('answers null to a reader that waited in vain', async () => {
    const { client } = await admin();
    expect(await client.read('customers', 0, 0, 50)).toBeNull();
  });

  it('takes its own token and nothing else, not even an administrator’s key', async () => {
    const { address, adminKey } = await admin();
    for (const token of ['', 'b'.repeat(64), adminKey]) {
      const response = await fetch(`${address}/admin/log`, { headers: { authorization: `Bearer ${token}` } });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });

  it('is left out of the public documentation', async () => {
    const { address } = await admin();
    expect(await (await fetch(`${address}/openapi.json`)).text()).not.toContain('/admin');
  });

  it.each([
    ['GET', '/log/nothing/0?from=0', undefined, 404, 'NOT_FOUND'],
    ['GET', '/log/customers/1?from=0', undefined, 404, 'NOT_FOUND'],
    ['GET', '/log/customers/x?from=0', undefined, 404, 'NOT_FOUND'],
    ['GET', '/log/customers/0?from=-1', undefined, 400, 'REQUEST_INVALID'],
    ['GET', '/log/customers/0', undefined, 400, 'REQUEST_INVALID'],
    ['GET', '/log/customers/0?from=0&waitMs=99999999', undefined, 400, 'REQUEST_INVALID'],
    ['POST', '/log/customers/0', Buffer.from('xx'), 400, 'REQUEST_INVALID'],
    ['POST', '/log/customers/0', packBody(values).subarray(0, 20), 400, 'REQUEST_INVALID'],
    ['POST', '/log/schemas/abc', undefined, 400, 'REQUEST_INVALID'],
  ])('answers %s %s with %j by a code', async (method, path, body, status, code) => {
    const { ask } = await admin();
    const headers = { 'content-type': 'application/octet-stream', [BATCH_HEADERS.fingerprint]: fingerprint };
    const response = await ask(path, {
      method,
      ...(body === undefined ? {} : { body: new Uint8Array(body), headers }),
    });
    expect([response.status, await response.json()]).toMatchObject([status, { code }]);
  });

  it('hands a fault of ours to the server, which says no more than that', async () => {
    const { ask } = await admin();
    const response = await ask('/fault');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('a fault');
  });

  it('passes what an action answers, and an empty object where it answers nothing', async () => {
    const { client } = await admin();
    expect(await client.ask('GET', '/nothing')).toEqual({});
    expect(await client.ask('POST', '/echo/x', { a: 1 })).toEqual({ params: { name: 'x' }, body: { a: 1 } });
  });

  it('is told from a Weir that is gone', async () => {
    const client = new AdminClient({ address: 'http://127.0.0.1:9', token: TOKEN, pid: 1 });
    await expect(client.bounds()).rejects.toMatchObject({ code: 'NOT_RUNNING' });
  });
});

describe('the body of a batch', () => {
  it('comes out as it went in, and is refused where it is cut or wrong', () => {
    const body = packBody(values);
    expect(unpackBody(body)?.ends).toEqual(values.ends);
    for (let length = 0; length < body.length; length++) expect(unpackBody(body.subarray(0, length))).toBeNull();
    expect(unpackBody(Buffer.concat([body, Buffer.from('x')]))).toBeNull();
    const falling = Buffer.from(body);
    falling.writeUInt32LE(99, 4);
    expect(unpackBody(falling)).toBeNull();
  });
});
