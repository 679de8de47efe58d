/** The HTTP side of a process that speaks to people and systems: intake, queries, the console, webhooks. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lookUpAlerts } from '../dashboards/api/alerts.ts';
import { lookUpDecisions, lookUpWaiting } from '../dashboards/api/decisions.ts';
import { addQueryRoutes } from '../dashboards/api/routes.ts';
import { addRuleRoutes } from '../dashboards/api/rules.ts';
import { addSettingRoutes } from '../dashboards/api/settings.ts';
import { addWorkplaceRoutes } from '../dashboards/api/workplace.ts';
import { addConsole } from '../dashboards/console-pages.ts';
import { generalDifferences } from '../processors/rules/general-settings.ts';
import { RULES } from '../processors/rules/index.ts';
import { parseSettings } from '../processors/rules/settings.ts';
import { differencesBetween } from '../processors/rules/settings-edit.ts';
import { DecisionIndex } from '../producers/http/decision-index.ts';
import { addIntakeRoutes } from '../producers/http/routes.ts';
import { Intake } from '../producers/intake.ts';
import { systemRandomBytes } from '../runtime/clock.ts';
import { Access } from '../runtime/http/access.ts';
import { callerStill } from '../runtime/http/auth.ts';
import type { RecordBatch } from '../runtime/log/port.ts';
import { LatencyRows } from '../sinks/clickhouse/latency.ts';
import type { AdminAction } from './admin/routes.ts';
import type { Engine } from './engine.ts';
import { evaluateAction } from './evaluate.ts';
import { FlowMeter } from './flow.ts';
import { listenAndTell, openServer, type ProcessParts } from './http-server.ts';
import { keyActions } from './keys.ts';
import { startLive } from './live.ts';
import { replayActions } from './replay.ts';
import { settingsActions } from './rules.ts';
import { userActions } from './users.ts';
import { Versions } from './versions.ts';
import { startWebhooks } from './webhooks.ts';
import { exemptionsFacts, institutionOf, rulesFacts, settingsFacts, systemFacts } from './workplace.ts';

export interface ServeOptions extends ProcessParts {
  readonly engine: Engine;
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
  const { config, engine, metrics, lifecycle, now, version, tracing } = options;
  const latencies = await lifecycle.start(
    'latencies',
    () => new LatencyRows({ client: engine.clickhouse.write, now, logger: options.logger }),
    (rows) => rows.stop(),
  );
  const flow = new FlowMeter(metrics, engine, now, (latencyMs, count) => latencies.add(latencyMs, count));
  const listeners = [(batch: RecordBatch) => flow.decided(batch)];
  const access = await openAccess(options);
  const { keys, users } = access;
  const firstAdminKey = await access.makeFirstAdmin();
  const intake = new Intake(engine.log, {
    onAccepted: (topic, count) => metrics.count('weir_events_accepted_total', { topic }, count),
    tracing,
  });
  const index = await lifecycle.start(
    'decision index',
    () => startIndex(options, listeners),
    (started) => started.close(),
  );
  const server = await openServer(options, access, flow);
  addIntakeRoutes(server.app, {
    intake,
    index,
    access,
    newId,
    now,
    lookUpWaiting: (batch, limit) => lookUpWaiting(engine.clickhouse.read, batch, limit),
    lookUpAlerts: (alertIds) => lookUpAlerts(engine.clickhouse.read, alertIds),
    validateSettings: (written) => parseSettings(written, 'settings'),
    onControl: (control, receipt) => engine.settings.note(control, receipt.offset),
    settings: engine.settings,
  });
  const institution = () => institutionOf(engine.settings.inForce());
  addQueryRoutes(server.app, {
    clickhouse: engine.clickhouse.read,
    partitions: engine.log.partitions,
    institution,
    now: engine.dataNow,
    noteReading: async ({ what, ...reading }) => {
      const about = { activityId: newId(), at: now(), kind: 'data_read', location: null, detail: what } as const;
      await intake.append('activity', [{ ...reading, ...about }]);
    },
    restrictedRules: RULES.filter(({ restricted }) => restricted).map(({ id }) => id),
  });
  const versions = new Versions({
    ...{ version, now, log: engine.logSource.kind, clickhouse: engine.clickhouse.read },
    isServer: config.clickhouseUrl !== undefined,
  });
  addWorkplaceRoutes(server.app, {
    institution,
    version,
    // The position of the demo marks a folder that holds demo traffic.
    demo: () => existsSync(join(config.dataDir, 'demo.json')),
    system: () => systemFacts(engine, flow, versions),
    people: () => [...keys.list().filter(({ revokedAt }) => revokedAt === null), ...users.listInForce()],
  });
  addRuleRoutes(server.app, {
    clickhouse: engine.clickhouse.read,
    rules: () => rulesFacts(engine.settings.inForce()),
    exemptions: (rule) => exemptionsFacts(engine.settings.inForce(), rule),
    differencesBetween,
  });
  addSettingRoutes(server.app, {
    clickhouse: engine.clickhouse.read,
    settings: () => settingsFacts(engine.settings.inForce()),
    generalDifferences,
  });
  const live = startLive(engine, server.app, {
    callerNow: (request) => callerStill(access, request),
    onFault: (error) => lifecycle.fail(error),
  });
  listeners.push((batch) => live.decided(batch));
  await addConsole(server.app);
  await startWebhooks(options, server);
  const actions = [
    ...options.actions,
    ...keyActions(keys),
    ...userActions({ users, intake, now, newId }),
    ...settingsActions(engine.settings),
    ...replayActions(engine, config.dataDir),
    evaluateAction(engine.clickhouse.read, config.dataDir),
  ];
  const address = await listenAndTell(options, server, actions);
  const onDecisions: Serving['onDecisions'] = (listener) => void listeners.push(listener);
  return { address, intake, index, flow, onDecisions, firstAdminKey };
}

/** An id that no event had before. */
function newId(): string {
  return systemRandomBytes(12).toString('hex');
}

async function openAccess({ config, engine, lifecycle, now }: ServeOptions): Promise<Access> {
  const { dataDir: folder, adminKey } = config;
  const access = new Access({ log: engine.log, now, adminKey, folder, onFault: (error) => lifecycle.fail(error) });
  await access.open();
  return access;
}

function startIndex(
  { engine, lifecycle, tracing }: ServeOptions,
  listeners: readonly ((batch: RecordBatch) => void)[],
): DecisionIndex {
  const index = new DecisionIndex(engine.log, {
    lookUp: (transferIds) => lookUpDecisions(engine.clickhouse.read, transferIds),
    onFault: (error) => lifecycle.fail(error),
    tracing,
    onDecisions: (batch) => {
      for (const listener of listeners) listener(batch);
    },
  });
  index.start();
  return index;
}
