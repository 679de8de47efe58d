/** A ClickHouse server behind the same clients as chDB: what the client calls, as whom, and through what. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../runtime/clickhouse.ts';
import { clientsOf, serviceAt, startClickHouseServer } from '../support/clickhouse-http.ts';
import { temporaryFolder } from '../support/folder.ts';

const TABLE = 'CREATE TABLE t (a String, n UInt64) ENGINE = MergeTree ORDER BY a';

async function answer({ read }: ClickHouse, query: string, params: { [name: string]: unknown } = {}): Promise<unknown> {
  return (await read.query({ query, query_params: params, format: 'JSONEachRow' })).json();
}

describe('a ClickHouse server', () => {
  it('answers every call of the client', async () => {
    const { port } = await startClickHouseServer();
    const clickhouse = clientsOf(serviceAt(port));
    expect(await clickhouse.read.ping()).toEqual({ success: true });
    expect(await clickhouse.read.ping({ select: true })).toEqual({ success: true });
    await clickhouse.write.command({ query: TABLE });
    const odd = "it's {a:String} -- \\ \t\n '";
    await clickhouse.write.command({ query: 'INSERT INTO t VALUES ({odd:String}, 1)', query_params: { odd } });
    await clickhouse.write.insert({ table: 't', format: 'JSONEachRow', values: [{ a: 'b', n: 2 }] });
    const stream = Readable.from([{ a: 'c', n: 3 }]);
    await clickhouse.write.insert({ table: 't', format: 'JSONEachRow', values: stream });
    const executed = await clickhouse.write.exec({ query: 'SELECT count() FROM t FORMAT CSV' });
    expect(await text(executed.stream)).toBe('3\n');
    expect(
      await answer(clickhouse, 'SELECT n FROM t WHERE a IN {all:Array(String)} ORDER BY n', { all: [odd, 'c'] }),
    ).toEqual([{ n: 1 }, { n: 3 }]);
  });

  it.each([false, true])('keeps settings of one request out of the next, compression %s', async (compression) => {
    const { port } = await startClickHouseServer();
    const clickhouse = clientsOf(serviceAt(port, { compression }));
    const asked = await clickhouse.read.query({
      query: "SELECT getSetting('max_execution_time') AS seconds, getSetting('max_block_size') AS size",
      format: 'JSONEachRow',
      clickhouse_settings: { max_block_size: '123' },
    });
    expect(await asked.json()).toEqual([{ seconds: 10, size: 123 }]);
    expect(await answer(clickhouse, "SELECT getSetting('max_block_size') = 123 AS stuck")).toEqual([{ stuck: 0 }]);
  });

  it('tells a failure with its code', async () => {
    const { port } = await startClickHouseServer();
    const clickhouse = clientsOf(serviceAt(port), { readSecondsMax: 1 });
    await expect(answer(clickhouse, 'SELECT * FROM nowhere')).rejects.toMatchObject({
      code: '60',
      type: 'UNKNOWN_TABLE',
    });
    await expect(answer(clickhouse, TABLE)).rejects.toMatchObject({ code: '164' });
    await expect(answer(clickhouse, 'SELECT count() FROM numbers(1000000000000)')).rejects.toThrow(/Timeout exceeded/);
  });

  it('keeps what was written through a kill', async () => {
    const server = await startClickHouseServer();
    const clickhouse = clientsOf(serviceAt(server.port));
    await clickhouse.write.command({ query: TABLE });
    await clickhouse.write.command({ query: "INSERT INTO t VALUES ('x', 1)" });
    await server.kill();
    await expect(answer(clickhouse, 'SELECT a FROM t')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.restart();
    expect(await answer(clickhouse, 'SELECT a FROM t')).toEqual([{ a: 'x' }]);
  });

  it('is asked as a user, in a database', async () => {
    const user = { name: 'weir', password: 'p: ä' };
    const { port } = await startClickHouseServer({ user });
    const known = { username: user.name, password: user.password };
    await clientsOf(serviceAt(port, known)).write.command({ query: 'CREATE DATABASE risk' });
    const clickhouse = clientsOf(serviceAt(port, { ...known, database: 'risk' }));
    expect(await answer(clickhouse, 'SELECT currentDatabase() AS name')).toEqual([{ name: 'risk' }]);
    const stranger = clientsOf(serviceAt(port, { ...known, password: 'wrong' }));
    await expect(answer(stranger, 'SELECT 1')).rejects.toMatchObject({ code: '516' });
  });

  it('is asked through TLS: its certificate is checked, and one of ours signs us on', async () => {
    const pems = makeCertificates();
    const user = { name: 'weir', password: 'secret' };
    const { port } = await startClickHouseServer({ user, tls: { ...pems.server, ca: pems.ca } });
    const at = (tls: { [name: string]: string }, password: string) =>
      clientsOf(serviceAt(port, { url: `https://localhost:${port}`, username: 'weir', password, tls }));
    const one = [{ a: 1 }];
    expect(await answer(at({ ca: pems.ca }, 'secret'), 'SELECT 1 AS a')).toEqual(one);
    expect(await answer(at({ ca: pems.ca, ...pems.client }, 'secret'), 'SELECT 1 AS a')).toEqual(one);
    expect(await answer(at({ ca: pems.ca, ...pems.client }, ''), 'SELECT 1 AS a')).toEqual(one);
    await expect(answer(at({ ca: pems.ca }, ''), 'SELECT 1 AS a')).rejects.toMatchObject({ code: '516' });
    await expect(answer(at({}, 'secret'), 'SELECT 1 AS a')).rejects.toThrow(/certificate/);
  });
});

/** An authority and two certificates that it signed, made by openssl. */
function makeCertificates() {
  const folder = temporaryFolder();
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...fresh, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=authority');
  const signed = (name: string) => {
    const extension = ['-addext', 'subjectAltName=DNS:localhost'];
    openssl('req', ...fresh, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`, ...extension);
    openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-copy_extensions', 'copy', '-days', '2', '-out', `${name}.pem`],
    );
    return { cert: read(`${name}.pem`), key: read(`${name}.key`) };
  };
  return { ca: read('ca.pem'), server: signed('server'), client: signed('client') };
}
