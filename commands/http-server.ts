/** The HTTP server that each process has, whatever its roles: health, metrics, and the admin API for commands. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIVE_ROUTE } from '../dashboards/api/live/route.ts';
import { type Now, systemRandomBytes } from '../runtime/clock.ts';
import type { Config } from '../runtime/config.ts';
import { WeirError } from '../runtime/errors.ts';
import type { Access } from '../runtime/http/access.ts';
import { buildServer, type Server } from '../runtime/http/server.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Tracing } from '../runtime/tracing.ts';
import { ADMIN_FILE, type AdminFile } from './admin/client.ts';
import { type AdminAction, registerAdmin } from './admin/routes.ts';
import type { River } from './engine.ts';
import { FlowMeter } from './flow.ts';

export interface ProcessParts {
  readonly config: Config;
  readonly version: string;
  readonly engine: River;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
  readonly now: Now;
  /** Null where nothing is traced. */
  readonly tracing: Tracing | null;
}

/** Of a process that serves nobody but its operators: no key opens more. */
export async function serveOperators(
  parts: ProcessParts,
  actionsOf: (flow: FlowMeter) => readonly AdminAction[],
): Promise<string> {
  const { engine, metrics, now } = parts;
  const flow = new FlowMeter(metrics, engine, now);
  const server = await openServer(parts, null, flow);
  return listenAndTell(parts, server, actionsOf(flow));
}

/** Routes may be added to it until it listens. */
export async function openServer(parts: ProcessParts, access: Access | null, flow: FlowMeter): Promise<Server> {
  return parts.lifecycle.start('http', () => build(parts, access, flow), stopServer);
}

/** Listens, and tells commands of the same user where; answers the address. */
export async function listenAndTell(
  { config, engine, lifecycle }: ProcessParts,
  server: Server,
  actions: readonly AdminAction[],
): Promise<string> {
  const token = systemRandomBytes(32).toString('hex');
  await registerAdmin(server.app, { log: engine.log, token, actions });
  const address = reachable(await listen(server, config));
  await lifecycle.start(
    'admin file',
    () => writeAdminFile(config.dataDir, { address, token, pid: process.pid }),
    (path) => rmSync(path, { force: true }),
  );
  return address;
}

async function build(
  { config, version, metrics, engine, lifecycle, logger, tracing }: ProcessParts,
  access: Access | null,
  flow: FlowMeter,
): Promise<Server> {
  return buildServer({
    access,
    version,
    logger,
    tracing,
    bodyBytesMax: config.bodyLimitBytes,
    requestsPerSecondMax: config.rateLimit,
    readiness: () => ({ ready: !lifecycle.stopping, checks: checksOf(engine) }),
    metrics: async () => {
      flow.tellLag();
      return { contentType: metrics.registry.contentType, body: await metrics.registry.metrics() };
    },
    onAnswered: ({ method, route, status, durationMs }) => {
      // An answer without an end says nothing about how fast answers are.
      if (route === LIVE_ROUTE) return;
      metrics.observe('weir_request_duration_seconds', { method, route, status: String(status) }, durationMs / 1_000);
    },
    onRefused: (code) => metrics.count('weir_requests_refused_total', { code }),
  });
}

function checksOf({ roles, sink }: River): { readonly [part: string]: string } {
  return {
    ...(roles.has('route') || roles.has('score') ? { fold: 'folding' } : {}),
    ...(roles.has('clickhouse') ? { clickhouse: sink.lag().failing ?? 'inserting' } : {}),
  };
}

async function stopServer(server: Server): Promise<void> {
  server.drain();
  await server.close();
}

async function listen(server: Server, { host, port }: Config): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = LISTEN_FAILURES[code ?? ''];
    if (why === undefined) throw cause;
    throw new WeirError('CONFIG_INVALID', `WEIR_HOST ${host}, WEIR_PORT ${port}: ${why}`, { cause });
  }
}

const LISTEN_FAILURES: { readonly [code: string]: string } = {
  EADDRINUSE: 'another process listens there; choose another port',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user may not listen there',
  ENOTFOUND: 'no machine has that name',
};

/** An address that listens on all interfaces is reached from this machine through the loopback one. */
function reachable(address: string): string {
  const url = new URL(address);
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.hostname === '[::]') url.hostname = '[::1]';
  return url.origin;
}

/** Readable by whoever started Weir alone: the token opens the whole log. */
function writeAdminFile(dataDir: string, file: AdminFile): string {
  const path = join(dataDir, ADMIN_FILE);
  rmSync(path, { force: true });
  writeFileSync(path, `${JSON.stringify(file)}\n`, { mode: 0o600 });
  return path;
}
