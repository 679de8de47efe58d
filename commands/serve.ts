/** The HTTP side of a running process: intake, queries, health, metrics, and the admin API for commands. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lookUpDecisions } from '../dashboards/api/decisions.ts';
import { addQueryRoutes } from '../dashboards/api/routes.ts';
import { addWorkplaceRoutes } from '../dashboards/api/workplace.ts';
import { addConsole } from '../dashboards/console-pages.ts';
import { parseSettings, readSettings } from '../processors/rules/settings.ts';
import { DecisionIndex } from '../producers/http/decision-index.ts';
import { addIntakeRoutes } from '../producers/http/routes.ts';
import { Intake } from '../producers/intake.ts';
import { type Now, systemRandomBytes } from '../runtime/clock.ts';
import type { Config } from '../runtime/config.ts';
import { WeirError } from '../runtime/errors.ts';
import { KeyStore } from '../runtime/http/keys.ts';
import { buildServer, type Server } from '../runtime/http/server.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import type { RecordBatch } from '../runtime/log/port.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { ADMIN_FILE, type AdminFile } from './admin/client.ts';
import { type AdminAction, registerAdmin } from './admin/routes.ts';
import type { Engine } from './engine.ts';
import { evaluateAction } from './evaluate.ts';
import { FlowMeter } from './flow.ts';
import { keyActions } from './keys.ts';
import { replayActions } from './replay.ts';
import { settingsActions } from './rules.ts';
import { startWebhooks } from './webhooks.ts';
import { rulesFacts, systemFacts } from './workplace.ts';

export interface ServeOptions {
  readonly config: Config;
  readonly version: string;
  readonly engine: Engine;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
  readonly now: Now;
  readonly actions: readonly AdminAction[];
}

export interface Serving {
  readonly address: string;
  readonly intake: Intake;
  readonly index: DecisionIndex;
  readonly flow: FlowMeter;
  /** Has each batch of decisions told from now on, when it can be read. */
  readonly onDecisions: (listener: (batch: RecordBatch) => void) => void;
  /** The administrator’s key, if this start had to make one: to be shown once. */
  readonly firstAdminKey: string | null;
}

export async function serve(options: ServeOptions): Promise<Serving> {
  const { config, engine, metrics, lifecycle, now, version } = options;
  const flow = new FlowMeter(metrics, engine, now);
  const listeners = [(batch: RecordBatch) => flow.decided(batch)];
  const keys = openKeys(options);
  const intake = new Intake(engine.log, {
    onAccepted: (topic, count) => metrics.count('weir_events_accepted_total', { topic }, count),
  });
  const index = await lifecycle.start(
    'decision index',
    () => startIndex(options, listeners),
    (started) => started.close(),
  );
  const server = await lifecycle.start('http', () => build(options, keys, flow), stopServer);
  addIntakeRoutes(server.app, {
    intake,
    index,
    keys,
    now,
    validateSettings: (written) => parseSettings(written, 'settings'),
    onControl: (control, receipt) => engine.settings.note(control, receipt.offset),
  });
  const { zone, baseCurrency } = readSettings(engine.settings.inForce()?.settings ?? '{}').institution;
  addQueryRoutes(server.app, {
    clickhouse: engine.clickhouse.read,
    partitions: engine.log.partitions,
    zone,
    baseCurrency,
    now: engine.dataNow,
  });
  addWorkplaceRoutes(server.app, {
    zone,
    baseCurrency,
    version,
    // The position of the demo marks a folder that holds demo traffic.
    demo: () => existsSync(join(config.dataDir, 'demo.json')),
    rules: () => rulesFacts(engine.settings.inForce()),
    system: () => systemFacts(engine, flow, version),
  });
  await addConsole(server.app);
  await startWebhooks(options, server);
  const token = systemRandomBytes(32).toString('hex');
  const actions = [
    ...options.actions,
    ...keyActions(keys),
    ...settingsActions(engine.settings),
    ...replayActions(engine, config.dataDir),
    evaluateAction(engine.clickhouse.read, config.dataDir),
  ];
  await registerAdmin(server.app, { log: engine.log, token, actions });
  const address = reachable(await listen(server, config));
  await lifecycle.start(
    'admin file',
    () => writeAdminFile(config.dataDir, { address, token, pid: process.pid }),
    (path) => rmSync(path, { force: true }),
  );
  const onDecisions: Serving['onDecisions'] = (listener) => void listeners.push(listener);
  return { address, intake, index, flow, onDecisions, firstAdminKey: keys.firstAdminKey };
}

function openKeys({ config, now }: ServeOptions): KeyStore {
  const set = config.adminKey === undefined ? {} : { adminKey: config.adminKey };
  return new KeyStore({ file: join(config.dataDir, 'keys.json'), now, ...set });
}

function startIndex(
  { engine, lifecycle }: ServeOptions,
  listeners: readonly ((batch: RecordBatch) => void)[],
): DecisionIndex {
  const index = new DecisionIndex(engine.log, {
    lookUp: (transferIds) => lookUpDecisions(engine.clickhouse.read, transferIds),
    onFault: (error) => lifecycle.fail(error),
    onDecisions: (batch) => {
      for (const listener of listeners) listener(batch);
    },
  });
  index.start();
  return index;
}

async function build(
  { config, version, metrics, engine, lifecycle, logger }: ServeOptions,
  keys: KeyStore,
  flow: FlowMeter,
): Promise<Server> {
  return buildServer({
    keys,
    version,
    logger,
    bodyBytesMax: config.bodyLimitBytes,
    requestsPerSecondMax: config.rateLimit,
    readiness: () => {
      const { failing } = engine.sink.lag();
      return { ready: !lifecycle.stopping, checks: { fold: 'folding', clickhouse: failing ?? 'inserting' } };
    },
    metrics: async () => {
      flow.tellLag();
      return { contentType: metrics.registry.contentType, body: await metrics.registry.metrics() };
    },
    onAnswered: ({ method, route, status, durationMs }) => {
      metrics.observe('weir_request_duration_seconds', { method, route, status: String(status) }, durationMs / 1_000);
    },
    onRefused: (code) => metrics.count('weir_requests_refused_total', { code }),
  });
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
