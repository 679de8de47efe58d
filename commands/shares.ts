/** What several processes share out among themselves, as far as it is this one’s: done by fold threads, or by stages. */

import type { ProcessedBatch } from '../runtime/batch-times.ts';
import { joinOwners, type LogSource } from '../runtime/log/open.ts';
import type { Ownership, OwnershipOptions, Share } from '../runtime/log/ownership.ts';
import type { Log } from '../runtime/log/port.ts';
import type { ProcessRole } from '../runtime/roles.ts';
import { messagingSpan, type Tracing } from '../runtime/tracing.ts';
import type { EngineOptions } from './engine.ts';
import { FoldThreads } from './fold-threads.ts';
import { instanceOf } from './instance.ts';
import { Stages } from './stages.ts';

export interface SharesOptions extends EngineOptions {
  readonly roles: ReadonlySet<ProcessRole>;
}

export interface Shares {
  /** Null where this process has nothing to fold. */
  readonly threads: FoldThreads | null;
  readonly stages: Stages;
  /** Resolves when this process has said that it is there; it may have been given nothing yet. */
  readonly joining: Promise<Ownership>;
}

export async function startShares(options: SharesOptions, log: Log, logSource: LogSource): Promise<Shares> {
  const { logger, lifecycle, roles } = options;
  let ownership: Ownership | null = null;
  const onFenced = (share: Share, error: unknown) => {
    logger.warn({ err: error, share }, 'another process took over; this one goes on without it');
    ownership?.giveUp(share, error);
  };
  const onTrouble = (error: unknown) => logger.warn({ err: error }, 'Kafka is in trouble; it is tried again');
  const stages = new Stages({ onFenced, onFault: (error) => lifecycle.fail(error) });
  const threads =
    roles.has('route') || roles.has('score')
      ? await lifecycle.start(
          'fold',
          () => startThreads(options, log, logSource, { onFenced, onTrouble }),
          (started) => started.stop(),
        )
      : null;
  const join = () => {
    ownership = joinOwners(logSource, {
      ...handing(options, threads, stages),
      instance: instanceOf(options.loaded.config.dataDir),
      sessionMs: options.loaded.config.kafkaSessionMs,
      stages: sharesOf(options, log.partitions),
      onFault: (error) => lifecycle.fail(error),
      onTrouble,
    });
    return ownership;
  };
  // Whoever has work hands it over at once: it must not then wait for threads that are only beginning.
  const joining = logSource.kind === 'kafka' && threads !== null ? threads.up().then(join) : Promise.resolve(join());
  joining.catch(() => {});
  return { threads, stages, joining };
}

/** What is given goes to work, and what is taken away comes to an end. */
function handing(
  { logger }: SharesOptions,
  threads: FoldThreads | null,
  stages: Stages,
): Pick<OwnershipOptions, 'onAssigned' | 'onRevoked'> {
  return {
    onAssigned: async (shares) => {
      const { folded, others } = sorted(shares);
      if (shares.length > 0) logger.info({ shares }, 'this process takes care of more');
      await Promise.all([threads?.take(folded), stages.take(others)]);
    },
    onRevoked: async (shares, lost) => {
      const { folded, others } = sorted(shares);
      logger.info({ shares, lost }, 'this process hands over');
      await Promise.all([threads?.giveBack(folded, lost), stages.giveBack(others, lost)]);
    },
  };
}

function sorted(shares: readonly Share[]): { readonly folded: readonly Share[]; readonly others: readonly string[] } {
  const isFolded = ({ stage }: Share) => stage === 'route' || stage === 'score';
  return {
    folded: shares.filter(isFolded),
    others: shares.filter((share) => !isFolded(share)).map(({ stage }) => stage),
  };
}

/** What this process can be given, and how many shares there are of each. Old data is for looking at: no time passes, and nobody is told. */
function sharesOf({ roles, evaluation }: SharesOptions, partitions: number): OwnershipOptions['stages'] {
  return {
    ...(roles.has('route') ? { route: 1 } : {}),
    ...(roles.has('score') ? { score: partitions } : {}),
    ...(roles.has('clickhouse') ? { clickhouse: 1 } : {}),
    ...(roles.has('http') && !evaluation ? { webhooks: 1 } : {}),
    ...(roles.has('clock') && !evaluation ? { clock: 1 } : {}),
  };
}

function startThreads(
  { loaded, metrics, lifecycle, roles, tracing = null }: SharesOptions,
  log: Log,
  logSource: LogSource,
  told: {
    readonly onFenced: (share: Share, error: unknown) => void;
    readonly onTrouble: (error: unknown) => void;
  },
): FoldThreads {
  const { dataDir, foldThreads, checkpointIntervalMs, checkpointBytes } = loaded.config;
  return new FoldThreads({
    folder: dataDir,
    log: logSource,
    partitions: log.partitions,
    threads: roles.has('score') ? foldThreads : 1,
    shares: [],
    checkpointIntervalMs,
    checkpointBytes,
    onTotals: (worker, totals) => metrics.merge(worker, totals),
    onGauges: (values) => metrics.setAll(values),
    ...(tracing === null ? {} : { onBatches: (batches) => tellBatches(tracing, batches) }),
    ...told,
    onFailed: (error) => lifecycle.fail(error),
  });
}

/** Route reads several topics, a task the journal alone. A batch is of many requests, and so belongs to none of them. */
function tellBatches(tracing: Tracing, batches: readonly ProcessedBatch[]): void {
  for (const { share, records, beganAt, endedAt } of batches) {
    const isRoute = share.stage === 'route';
    const { attributes, ...named } = messagingSpan(tracing.messaging, 'process', isRoute ? null : 'journal', records);
    const partition = isRoute ? {} : { 'messaging.destination.partition.id': String(share.partition) };
    const span = { ...named, attributes: { ...attributes, ...partition, 'weir.stage': share.stage }, beganAt };
    tracing.begin(span).end({ endedAt });
  }
}
