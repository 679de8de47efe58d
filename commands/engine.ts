/**
 * The engine: log, fold threads and ClickHouse sink of one process, on a data folder that this process
 * holds. `start` and `run` put intake, clock and demo around it; `import` and `evaluate` run it by itself.
 * What several processes share out among themselves runs here while it is this one’s to run.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildId } from '../runtime/build.ts';
import { type ClickHouse, openClickHouse } from '../runtime/clickhouse.ts';
import { openClickHouseServer } from '../runtime/clickhouse-server.ts';
import type { Now } from '../runtime/clock.ts';
import type { Config, LoadedConfig } from '../runtime/config.ts';
import { WeirError } from '../runtime/errors.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import { type LogSource, sourceForThreads } from '../runtime/log/open.ts';
import type { Log } from '../runtime/log/port.ts';
import { valueAt } from '../runtime/log/values.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { PROCESS_ROLES, type ProcessRole } from '../runtime/roles.ts';
import { clickhouseService } from '../runtime/services.ts';
import { lockFolder } from '../runtime/store/folder-lock.ts';
import type { Tracing } from '../runtime/tracing.ts';
import { type Declared, schemaOf } from '../schemas/declare.ts';
import { controlRecord } from '../schemas/events/control.ts';
import { BLOCKS } from '../schemas/journal.ts';
import { TOPIC_NAMES, TOPICS } from '../schemas/topics.ts';
import { migrate } from '../sinks/clickhouse/migrate.ts';
import { type PartitionLag, startPipeline } from '../sinks/clickhouse/pipeline.ts';
import { ownLogSource } from './cli.ts';
import { SettingsKeeper } from './control.ts';
import { caughtUp, type FoldLag, lagOf, readLags, stagesOf } from './lags.ts';
import { followSettings, noteLatestSettings } from './latest-settings.ts';
import { openPatiently } from './patient-log.ts';
import { startShares } from './shares.ts';
import { SinkStage } from './sink-stage.ts';
import type { Stages } from './stages.ts';

export interface EngineOptions {
  readonly loaded: LoadedConfig;
  readonly version: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly now: Now;
  /** Where batches and inserts have spans; none are made without it. */
  readonly tracing?: Tracing | null;
  /** True where old data is the clock, in a folder of its own. */
  readonly evaluation: boolean;
  /** Whether it waits for a log that is elsewhere and does not answer yet, as long as the settings say. */
  readonly waits?: boolean;
  /** What this process takes care of; everything unless said. */
  readonly roles?: ReadonlySet<ProcessRole>;
}

/** What each process has of the river, whatever its roles. */
export interface River {
  readonly roles: ReadonlySet<ProcessRole>;
  readonly log: Log;
  /** What a further thread opens the same log with. */
  readonly logSource: LogSource;
  /** Null where no role of this process needs it. */
  readonly clickhouse: ClickHouse | null;
  readonly sink: Pick<SinkStage, 'lag' | 'lags' | 'caughtUp'>;
  readonly stages: Stages;
  /** Records that route and the tasks of this process have still to read. */
  lag(): FoldLag;
  /** The same and the sink’s, by partition. */
  lags(): readonly PartitionLag[];
  /** What time it is for days and overdue invoices: the real one, or, where old data is the clock, the last tick. */
  readonly dataNow: Now;
  /** Resolves when all that the log holds now, and that is this process’s to do, is folded and in ClickHouse. */
  caughtUp(): Promise<void>;
}

/** The river with what those need who speak to people. */
export interface Engine extends River {
  readonly clickhouse: ClickHouse;
  readonly settings: SettingsKeeper;
}

const ALL_ROLES: ReadonlySet<ProcessRole> = new Set(PROCESS_ROLES);

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const river = await startRiver(options);
  if (!isEngine(river)) throw new Error('an engine without ClickHouse or settings was asked for as a whole one');
  return river;
}

export function isEngine(river: River): river is Engine {
  return river.clickhouse !== null && 'settings' in river;
}

export async function startRiver(options: EngineOptions): Promise<River | Engine> {
  const { loaded, logger, metrics, lifecycle, now, evaluation, version, roles = ALL_ROLES } = options;
  const { config } = loaded;
  const source = ownLogSource(loaded);
  refuseSpread(config, source, roles);
  await lifecycle.start(
    'folder',
    () => lockFolder(config.dataDir),
    (lock) => lock.release(),
  );
  claimFor(config.dataDir, evaluation);
  const deadlineMs = options.waits === true ? config.startDeadlineMs : 0;
  const log = await lifecycle.start(
    'log',
    () => openPatiently(source, { deadlineMs, logger, now }, declareSchemas),
    (open) => open.close(),
  );
  const logSource = sourceForThreads(source, log);
  metrics.set('weir_build_info', { version, build: buildId() }, 1);
  const settings = roles.has('http') ? await applySettings(options, log, logSource) : null;
  // The threads begin, and restore what they remember, while ClickHouse opens.
  const { threads, stages, joining } = await startShares({ ...options, roles }, log, logSource);
  const clickhouse = roles.has('http') || roles.has('clickhouse') ? await startClickHouse(options) : null;
  const ownership = await joining;
  const sink = new SinkStage();
  await lifecycle.start(
    'stages',
    () =>
      clickhouse === null || !roles.has('clickhouse') ? undefined : attachSink(options, log, clickhouse, stages, sink),
    () => ownership.leave(),
  );
  await ownership.ready;
  if (clickhouse !== null && roles.has('clickhouse')) {
    await lifecycle.start(
      'pipeline samples',
      () =>
        startPipeline({
          client: clickhouse.write,
          stages: () => (sink.runs ? stagesOf(log, threads, sink) : []),
          now,
          logger,
        }),
      (started) => started.stop(),
    );
  }
  logger.info({ dataDir: config.dataDir, build: buildId(), roles: [...roles] }, 'the engine runs');
  return {
    roles,
    log,
    logSource,
    clickhouse,
    sink,
    stages,
    ...(settings === null ? {} : { settings }),
    lag: () => lagOf(log, threads),
    lags: () => [...readLags(log, threads, now()), ...sink.lags()],
    dataNow: evaluation ? () => lastControlAt(log) ?? now() : now,
    caughtUp: () => (threads === null ? sink.caughtUp() : caughtUp(log, threads, sink)),
  };
}

/** Some of the roles alone need what other processes reach, too. */
function refuseSpread({ clickhouseUrl }: Config, source: LogSource, roles: ReadonlySet<ProcessRole>): void {
  if (roles.size === PROCESS_ROLES.length) return;
  const missing = PROCESS_ROLES.filter((role) => !roles.has(role)).join(', ');
  if (source.kind === 'embedded') {
    const message = `The embedded log serves one process, which must have all roles; here it lacks ${missing}. Set WEIR_KAFKA_BROKERS, or leave out the roles.`;
    throw new WeirError('CONFIG_INVALID', message);
  }
  const alone = roles.has('http') !== roles.has('clickhouse');
  if (!alone || clickhouseUrl !== undefined) return;
  const message = `The roles http and clickhouse stand in two processes, and the ClickHouse of one process is not reached by another: set WEIR_CLICKHOUSE_URL, or put both roles in one process.`;
  throw new WeirError('CONFIG_INVALID', message);
}

/** Settings are told by those who speak to people. Old data comes before whatever is the time now, and the settings before all of it. */
async function applySettings({ loaded, now, evaluation, lifecycle }: EngineOptions, log: Log, logSource: LogSource) {
  const { dataDir, settings: file } = loaded.config;
  const settings = new SettingsKeeper(log, dataDir, evaluation ? () => 0 : now);
  const isShared = logSource.kind === 'kafka';
  // Others may have told some since, or this folder is new and the log is not.
  const end = isShared ? await noteLatestSettings(log, settings) : 0;
  await settings.applyAtStart(file);
  if (isShared) followSettings(log, settings, end).catch((error) => lifecycle.fail(error));
  return settings;
}

/** Whoever reads the log finds in it what its bytes were written with. */
export async function declareSchemas(log: Log): Promise<void> {
  for (const topic of TOPIC_NAMES) {
    const record = TOPICS[topic].record as Declared<unknown> | null;
    if (record !== null) await log.declareSchema(record.fingerprint, JSON.stringify(schemaOf(record)));
  }
  for (const { fingerprint, record } of Object.values(BLOCKS)) {
    const items = schemaOf(record as unknown as Declared<unknown>);
    await log.declareSchema(fingerprint, JSON.stringify({ type: 'array', items }));
  }
}

function chdbFolder({ dataDir }: Config): string {
  return join(dataDir, 'clickhouse');
}

async function startClickHouse({ loaded, lifecycle }: EngineOptions): Promise<ClickHouse> {
  const server = clickhouseService(loaded.config);
  const clickhouse = await lifecycle.start(
    'clickhouse',
    () => (server === null ? openClickHouse({ folder: chdbFolder(loaded.config) }) : openClickHouseServer(server)),
    (open) => open.close(),
  );
  if (server === null) await migrate(clickhouse.write);
  return clickhouse;
}

async function attachSink(
  { loaded, logger, metrics, tracing = null }: EngineOptions,
  log: Log,
  clickhouse: ClickHouse,
  stages: Stages,
  sink: SinkStage,
): Promise<void> {
  const server = clickhouseService(loaded.config);
  const folder = server === null ? chdbFolder(loaded.config) : null;
  const replicate = server?.replicated ?? false;
  await sink.attach(stages, { log, clickhouse, folder, replicate, logger, metrics, tracing });
}

/** The time that the last control entry tells; null where there is none. */
function lastControlAt(log: Log): number | null {
  const end = log.end('control', 0);
  if (end === 0) return null;
  const batch = log.reader('control', 0, end - 1, { durable: false }).poll();
  if (batch === null || batch.fingerprint !== controlRecord.fingerprint) return null;
  return controlRecord.decode(valueAt(batch.values, batch.values.count - 1)).at;
}

const EVALUATION_FILE = 'evaluation';

/** True where old data is, or may become, the clock of this folder: it is marked as such, or holds nothing yet. */
export function mayBeEvaluation(dataDir: string): boolean {
  return isEvaluation(dataDir) || !existsSync(join(dataDir, 'log'));
}

export function isEvaluation(dataDir: string): boolean {
  return existsSync(join(dataDir, EVALUATION_FILE));
}

function claimFor(dataDir: string, evaluation: boolean): void {
  if (!evaluation) return;
  if (!mayBeEvaluation(dataDir)) {
    throw new WeirError(
      'FOLDER_MISMATCH',
      `${dataDir} holds live data, whose clock is the real one; give an evaluation a folder of its own with WEIR_DATA_DIR`,
    );
  }
  writeFileSync(join(dataDir, EVALUATION_FILE), 'Old data is the clock of this folder.\n');
}
