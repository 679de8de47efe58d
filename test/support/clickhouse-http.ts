/** A ClickHouse server in a process of its own, and a proxy in front of it that does harm on demand. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { ClickHouse } from '../../runtime/clickhouse.ts';
import { openClickHouseServer } from '../../runtime/clickhouse-server.ts';
import type { ClickHouseService } from '../../runtime/services.ts';
import type { ServerOptions } from './clickhouse-server.ts';
import { temporaryFolder } from './folder.ts';
import { freePorts } from './ports.ts';
import { ROOT } from './sources.ts';
import { layTables } from './tables.ts';

export interface ClickHouseServer {
  readonly port: number;
  /** SIGKILL; resolves when it is dead. */
  kill(): Promise<void>;
  /** On the same folder and port. */
  restart(): Promise<void>;
}

export async function startClickHouseServer({
  hasTables = false,
  ...given
}: Omit<Partial<ServerOptions>, 'port'> & { readonly hasTables?: boolean } = {}): Promise<ClickHouseServer> {
  const folder = given.folder ?? join(temporaryFolder(), 'server');
  if (hasTables) await layTables(folder);
  const [port] = (await freePorts(1)) as [number];
  let child: ChildProcess | null = null;
  const kill = async () => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  };
  onTestFinished(kill);
  const start = async () => {
    child = spawnServer({ ...given, folder, port });
    await listening(child);
  };
  await start();
  return {
    port,
    kill,
    restart: async () => {
      await kill();
      await start();
    },
  };
}

function spawnServer(options: ServerOptions): ChildProcess {
  const script = join(ROOT, 'test/support/clickhouse-server.ts');
  return spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Resolves when the server has said so. */
async function listening(child: ChildProcess): Promise<void> {
  let errors = '';
  child.stderr?.on('data', (data) => {
    errors += data;
  });
  const ended = once(child, 'close').then(() => null);
  const printed = await Promise.race([once(child.stdout as Readable, 'data'), ended]);
  if (printed === null) throw new Error(`the ClickHouse server ended before it listened: ${errors}`);
}

export function serviceAt(port: number, given: Partial<ClickHouseService> = {}): ClickHouseService {
  return {
    url: `http://127.0.0.1:${port}`,
    database: 'default',
    replicated: false,
    username: 'default',
    password: '',
    tls: null,
    timeoutMs: 10_000,
    compression: false,
    ...given,
  };
}

export function clientsOf(service: ClickHouseService, options: { readSecondsMax?: number } = {}): ClickHouse {
  const clickhouse = openClickHouseServer(service, options);
  onTestFinished(() => clickhouse.close());
  return clickhouse;
}

/**
 * What becomes of a request: it passes; it is run, and its answer is replaced by a failure or never comes;
 * half of it arrives and the connection ends; nothing of it arrives and nothing comes back; a gateway answers instead.
 */
export type Harm = 'pass' | 'run-then-500' | 'run-then-hang' | 'run-then-cut' | 'cut-half-way' | 'hang' | 'gateway';

export interface FaultyProxy {
  readonly port: number;
  /** How often each harm was done. */
  readonly done: { readonly [harm in Harm]: number };
}

/** Decides by the beginning of the request, its statement included. */
export async function startFaultyProxy(target: number, harmOf: (beginning: string) => Harm): Promise<FaultyProxy> {
  const done = {
    pass: 0,
    'run-then-500': 0,
    'run-then-hang': 0,
    'run-then-cut': 0,
    'cut-half-way': 0,
    hang: 0,
    gateway: 0,
  };
  const server = createServer((incoming, outgoing) => {
    relay(incoming, outgoing).catch(() => outgoing.destroy());
  });
  const relay = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const body = await bytesOf(incoming);
    const harm = harmOf(`${incoming.url} ${body.toString('latin1', 0, 4_096)}`);
    done[harm]++;
    if (harm === 'hang') return;
    if (harm === 'gateway') return void outgoing.writeHead(502).end('<html><h1>502 Bad Gateway</h1></html>');
    if (harm === 'cut-half-way') {
      await halfOf(body, incoming, target);
      return void outgoing.destroy();
    }
    const { status, headers, answer } = await forward(body, incoming, target);
    if (harm === 'run-then-hang') return;
    if (harm === 'run-then-cut') return void outgoing.destroy();
    if (harm === 'run-then-500') return void outgoing.writeHead(500).end('Internal error');
    outgoing.writeHead(status, headers).end(answer);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, done };
}

async function forward(body: Buffer, { method, url, headers }: IncomingMessage, port: number) {
  const sent = request({ host: '127.0.0.1', port, method, path: url, headers });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 500, headers: response.headers, answer: await bytesOf(response) };
}

/** In pieces without a length beforehand, as the client sends streams: only the end that is missing tells. */
async function halfOf(body: Buffer, { method, url, headers }: IncomingMessage, port: number): Promise<void> {
  const { 'content-length': _, ...rest } = headers;
  const path = url ?? '/';
  const sent = request({ host: '127.0.0.1', port, method, path, headers: { ...rest, 'transfer-encoding': 'chunked' } });
  const ended = new Promise<void>((resolve) => sent.once('close', resolve));
  sent.on('error', () => undefined);
  sent.write(body.subarray(0, body.length / 2), () => sent.destroy());
  await ended;
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
