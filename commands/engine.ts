/**
 * The engine: log, fold threads and ClickHouse sink of one process, on a data folder that this process
 * holds. `start` puts intake, clock and demo around it; `import` and `evaluate` run it by itself.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { buildId } from '../runtime/build.ts';
import { type ClickHouse, openClickHouse } from '../runtime/clickhouse.ts';
import { openClickHouseServer } from '../runtime/clickhouse-server.ts';
import type { Now } from '../runtime/clock.ts';
import type { Config, LoadedConfig } from '../runtime/config.ts';
import { WeirError } from '../runtime/errors.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import { type LogSource, openLog, sourceForThreads } from '../runtime/log/open.ts';
import type { Log } from '../runtime/log/port.ts';
import { valueAt } from '../runtime/log/values.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { type ClickHouseService, clickhouseService } from '../runtime/services.ts';
import { lockFolder } from '../runtime/store/folder-lock.ts';
import { type Declared, schemaOf } from '../schemas/declare.ts';
import { controlRecord } from '../schemas/events/control.ts';
import { BLOCKS } from '../schemas/journal.ts';
import { partitionsOf, TOPIC_NAMES, TOPICS, type TopicName } from '../schemas/topics.ts';
import { migrate } from '../sinks/clickhouse/migrate.ts';
import { type PartitionLag, type StageState, startPipeline } from '../sinks/clickhouse/pipeline.ts';
import { type ClickHouseSink, startClickHouseSink } from '../sinks/clickhouse/sink.ts';
import { ownLogSource } from './cli.ts';
import { SettingsKeeper } from './control.ts';
import { FoldThreads } from './fold-threads.ts';

export interface EngineOptions {
  readonly loaded: LoadedConfig;
  readonly version: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly now: Now;
  /** True where old data is the clock, in a folder of its own. */
  readonly evaluation: boolean;
}

export interface Engine {
  readonly log: Log;
  /** What a further thread opens the same log with. */
  readonly logSource: LogSource;
  readonly clickhouse: ClickHouse;
  readonly sink: ClickHouseSink;
  readonly settings: SettingsKeeper;
  /** Records that route and the tasks have still to read. */
  lag(): { readonly route: number; readonly score: number };
  /** The same and the sink’s, by partition. */
  lags(): readonly PartitionLag[];
  /** What time it is for days and overdue invoices: the real one, or, where old data is the clock, the last tick. */
  readonly dataNow: Now;
  /** Resolves when all that the log holds now is folded and in ClickHouse. */
  caughtUp(): Promise<void>;
}

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { loaded, logger, metrics, lifecycle, now, evaluation } = options;
  const { config } = loaded;
  const server = clickhouseService(config);
  await lifecycle.start(
    'folder',
    () => lockFolder(config.dataDir),
    (lock) => lock.release(),
  );
  claimFor(config.dataDir, evaluation);
  const source = ownLogSource(loaded);
  const log = await lifecycle.start(
    'log',
    () => openLog(source, (error) => logger.warn({ err: error }, 'Kafka is in trouble; it is tried again')),
    (open) => open.close(),
  );
  const logSource = sourceForThreads(source, log);
  await declareSchemas(log);
  metrics.set('weir_build_info', { version: options.version, build: buildId() }, 1);
  // Old data comes before whatever is the time now, and the settings before all of it.
  const settings = new SettingsKeeper(log, config.dataDir, evaluation ? () => 0 : now);
  await settings.applyAtStart(config.settings);
  // The threads restore what they remember while ClickHouse opens.
  const threads = await lifecycle.start(
    'fold',
    () => startThreads(options, log, logSource),
    (started) => started.stop(),
  );
  const clickhouse = await lifecycle.start(
    'clickhouse',
    () => (server === null ? openClickHouse({ folder: chdbFolder(config) }) : openClickHouseServer(server)),
    (open) => open.close(),
  );
  // A server that is away holds nothing up: the sink makes the tables when it first reaches it.
  if (server === null) await migrate(clickhouse.write);
  const sink = await lifecycle.start(
    'sink',
    () => startSink(options, log, clickhouse, server),
    (started) => started.stop(),
  );
  await threads.ready();
  await lifecycle.start(
    'pipeline samples',
    () => startPipeline({ client: clickhouse.write, stages: () => stagesOf(log, threads, sink), now, logger }),
    (started) => started.stop(),
  );
  logger.info({ dataDir: config.dataDir, build: buildId() }, 'the engine runs');
  const lag = () => lagOf(log, threads);
  const dataNow = evaluation ? () => lastControlAt(log) ?? now() : now;
  const lags = () => [...readLags(log, threads, now()), ...sink.lags()];
  return {
    log,
    logSource,
    clickhouse,
    sink,
    settings,
    lag,
    lags,
    dataNow,
    caughtUp: () => caughtUp(log, threads, sink),
  };
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

function startSink(
  { loaded, logger, metrics, lifecycle }: EngineOptions,
  log: Log,
  { write }: ClickHouse,
  server: ClickHouseService | null,
) {
  const replicate = server?.replicated ?? false;
  return startClickHouseSink({
    log,
    client: write,
    ...(server === null
      ? { folder: chdbFolder(loaded.config) }
      : { folder: null, prepare: () => migrate(write, { replicate }) }),
    logger,
    onProgress: ({ table, rows, durationMs }) => {
      metrics.count('weir_sink_rows_total', { table }, rows);
      metrics.observe('weir_sink_insert_seconds', { table }, durationMs / 1_000);
    },
    onFailure: () => metrics.count('weir_sink_failures_total', {}),
    onFault: (error) => lifecycle.fail(error),
  });
}

async function startThreads(
  { loaded, metrics, lifecycle }: EngineOptions,
  log: Log,
  logSource: LogSource,
): Promise<FoldThreads> {
  const { dataDir, foldThreads, checkpointIntervalMs, checkpointBytes } = loaded.config;
  return new FoldThreads({
    folder: dataDir,
    log: logSource,
    partitions: log.partitions,
    threads: foldThreads,
    checkpointIntervalMs,
    checkpointBytes,
    onTotals: (worker, totals) => metrics.merge(worker, totals),
    onGauges: (values) => metrics.setAll(values),
    onFailed: (error) => lifecycle.fail(error),
  });
}

function lagOf(log: Log, threads: FoldThreads): { readonly route: number; readonly score: number } {
  const lag = { route: 0, score: 0 };
  for (const { topic, partition, offset } of threads.positions()) {
    lag[topic === 'journal' ? 'score' : 'route'] += log.end(topic, partition) - offset;
  }
  return lag;
}

function readLags(log: Log, threads: FoldThreads, now: number): PartitionLag[] {
  return threads.positions().map(({ topic, partition, offset, seen }) => {
    const records = log.end(topic, partition) - offset;
    const ms = records === 0 || seen === 0 ? 0 : Math.max(0, now - seen);
    return { stage: topic === 'journal' ? 'score' : 'route', topic, partition, records, ms };
  });
}

/** Where the stages stand, for the table `pipeline`. */
function stagesOf(log: Log, threads: FoldThreads, sink: ClickHouseSink): StageState[] {
  const behind = lagOf(log, threads);
  const read = { route: 0, score: 0 };
  for (const { topic, offset } of threads.positions()) read[topic === 'journal' ? 'score' : 'route'] += offset;
  const { byTopic, ms } = sink.lag();
  return [
    ...(['route', 'score'] as const).map((stage) => {
      return { stage, topic: '', lagRecords: behind[stage], lagMs: null, records: read[stage] };
    }),
    ...Object.entries(byTopic).map(([topic, lagRecords]) => {
      const ends = Array.from({ length: partitionsOf(TOPICS[topic as TopicName], log.partitions) }, (_, partition) =>
        log.end(topic, partition),
      );
      const records = ends.reduce((sum, end) => sum + end, 0) - lagRecords;
      return { stage: 'clickhouse', topic, lagRecords, lagMs: lagRecords === 0 ? 0 : ms, records };
    }),
  ];
}

/** The time that the last control entry tells; null where there is none. */
function lastControlAt(log: Log): number | null {
  const end = log.end('control', 0);
  if (end === 0) return null;
  const batch = log.reader('control', 0, end - 1, { durable: false }).poll();
  if (batch === null || batch.fingerprint !== controlRecord.fingerprint) return null;
  return controlRecord.decode(valueAt(batch.values, batch.values.count - 1)).at;
}

const SETTLE_MS = 50;

/**
 * Folding may bring voids, which are routed and folded again; so all is through only where nothing lags
 * behind in two reports of every thread one after the other, and the log did not grow between them.
 */
async function caughtUp(log: Log, threads: FoldThreads, sink: ClickHouseSink): Promise<void> {
  let before: string | null = null;
  for (;;) {
    const mark = threads.mark();
    while (!threads.toldSince(mark)) await pause(SETTLE_MS);
    const { route, score } = lagOf(log, threads);
    const ends = threads.positions().map(({ topic, partition }) => log.end(topic, partition));
    const here = route + score === 0 ? ends.join() : null;
    if (here !== null && here === before) break;
    before = here;
  }
  await sink.caughtUp();
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
