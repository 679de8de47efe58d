/**
 * The HTTP interface of ClickHouse with chDB behind it: what a server’s clients ask for, and no more. It
 * runs as a process of its own, so that it can be killed: `clickhouse-server.ts OPTIONS`, where OPTIONS is
 * JSON. Prints its port when it listens.
 *
 * Each request has a session of its own, so settings of one never stick to the next. chDB takes no rows
 * with a statement that reads `input(…)`; it reads them from a file, which is the same plan in the engine.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

export interface ServerOptions {
  readonly folder: string;
  readonly port: number;
  /** Where it listens; to this machine alone where left out. */
  readonly host?: string;
  /** Made at the start, as the image of the real one makes it. */
  readonly database?: string;
  /** Who may ask; anybody where left out. */
  readonly user?: { readonly name: string; readonly password: string };
  /** PEM text; a client’s certificate that `ca` signed signs it on without a password. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
}

interface Native {
  CreateConnection(folder: string): unknown;
  CloseConnection(connection: unknown): void;
  QueryAsyncConnection(
    connection: unknown,
    query: string,
    format: string,
    params?: { readonly [name: string]: string },
  ): Promise<{ readonly bytes: Uint8Array }>;
}

const require = createRequire(import.meta.url);
const library = `@chdb/lib-${process.platform}-${process.arch}${process.platform === 'linux' ? '-gnu' : ''}`;
const chdb = createRequire(require.resolve('chdb'))(library) as Native;

const options = JSON.parse(process.argv[2] as string) as ServerOptions;
// Keeps the data open between requests.
const kept = chdb.CreateConnection(options.folder);
if (options.database !== undefined) {
  await chdb.QueryAsyncConnection(kept, `CREATE DATABASE IF NOT EXISTS \`${options.database}\``, 'TabSeparated');
}

const listener: RequestListener = (request, response) => {
  serve(request, response).catch((error: unknown) => {
    if (!response.destroyed && !response.headersSent) fail(response, error);
  });
};
const server = options.tls
  ? createSecureServer({ ...options.tls, requestCert: true, rejectUnauthorized: false }, listener)
  : createServer(listener);
server.keepAliveTimeout = 10_000;
server.listen(options.port, options.host ?? '127.0.0.1', () => console.log((server.address() as AddressInfo).port));

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const sent = await bodyOf(request);
  if (url.pathname === '/ping') return void response.end('Ok.\n');
  if (url.pathname !== '/') return void response.writeHead(404).end('There is no handle for it.\n');
  if (!isKnown(request)) throw new Error('Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)');
  const answer = await inSession(url.searchParams, sent);
  const packed = url.searchParams.get('enable_http_compression') === '1' && acceptsGzip(request);
  response.writeHead(200, {
    'Content-Type': 'text/plain; charset=UTF-8',
    'X-ClickHouse-Query-Id': url.searchParams.get('query_id') ?? '',
    'X-ClickHouse-Summary': '{"read_rows":"0","read_bytes":"0","written_rows":"0","written_bytes":"0"}',
    ...(packed ? { 'Content-Encoding': 'gzip' } : {}),
  });
  response.end(packed ? gzipSync(answer) : answer);
}

/** Throws where the connection ends before the body does, as the real one does: what is cut off is never run. */
async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

function isKnown({ headers, socket }: IncomingMessage): boolean {
  if (options.user === undefined) return true;
  const { name, password } = options.user;
  if (headers['x-clickhouse-ssl-certificate-auth'] === 'on') {
    return headers['x-clickhouse-user'] === name && (socket as { authorized?: boolean }).authorized === true;
  }
  return headers.authorization === `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

function acceptsGzip({ headers }: IncomingMessage): boolean {
  return /\bgzip\b/.test(headers['accept-encoding']?.toString() ?? '');
}

/** Parameters of the address that are neither settings nor understood by the engine without its HTTP interface. */
const NO_SETTINGS = new Set([
  ...['query', 'query_id', 'database', 'default_format', 'wait_end_of_query', 'enable_http_compression'],
  'cancel_http_readonly_queries_on_client_close',
]);

async function inSession(given: URLSearchParams, sent: Buffer): Promise<Uint8Array> {
  const session = chdb.CreateConnection(options.folder);
  const scratch = mkdtempSync(join(tmpdir(), 'weir-'));
  const run = async (query: string, params?: { readonly [name: string]: string }): Promise<Uint8Array> => {
    const format = given.get('default_format') ?? 'TabSeparated';
    return (await chdb.QueryAsyncConnection(session, query, format, params)).bytes;
  };
  try {
    const database = given.get('database');
    if (database !== null) await run(`USE \`${database}\``);
    const params: { [name: string]: string } = {};
    for (const [name, value] of given) {
      if (name.startsWith('param_')) params[name.slice('param_'.length)] = value;
      else if (!NO_SETTINGS.has(name)) await run(`SET ${name} = '${value.replaceAll("'", "''")}'`);
    }
    const query = given.get('query');
    const whole = query === null ? sent : Buffer.concat([Buffer.from(`${query}\n`), sent]);
    return await run(withRowsInFile(whole, scratch), Object.keys(params).length > 0 ? params : undefined);
  } finally {
    chdb.CloseConnection(session);
    rmSync(scratch, { recursive: true });
  }
}

const STATEMENT_BYTES_MAX = 262_144;

/** The text that chDB runs: an insert from `input` reads the rows behind it from a file. */
function withRowsInFile(whole: Buffer, scratch: string): string {
  const head = whole.toString('latin1', 0, STATEMENT_BYTES_MAX);
  const end = /^\s*INSERT\s[\s\S]*?\sFORMAT\s+(\w+)[ \t]*\n/.exec(head);
  if (end === null) return whole.toString('utf8');
  const statement = whole.toString('utf8', 0, end[0].length);
  const source = /\binput\(('(?:[^'\\]|\\.)*')\)/.exec(statement);
  if (source === null) return whole.toString('utf8');
  const path = join(scratch, 'rows');
  writeFileSync(path, whole.subarray(end[0].length));
  return statement
    .replace(source[0], () => `file('${path}', ${end[1]}, ${source[1]})`)
    .replace(/\sFORMAT\s+\w+\s*$/, '');
}

const STATUS: { readonly [code: string]: number } = { 60: 404, 62: 400, 81: 404, 516: 403 };

function fail(response: ServerResponse, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const code = /^Code: (\d+)\./.exec(message)?.[1];
  const headers = code === undefined ? {} : { 'X-ClickHouse-Exception-Code': code };
  response.writeHead(STATUS[code ?? ''] ?? 500, headers).end(`${message} (version 26.7.2.1)\n`);
}
