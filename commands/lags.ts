/** How far the stages of this process are behind. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Log, recordsBehind } from '../runtime/log/port.ts';
import { partitionsOf, TOPICS, type TopicName } from '../schemas/topics.ts';
import type { PartitionLag, StageState } from '../sinks/clickhouse/pipeline.ts';
import type { FoldThreads } from './fold-threads.ts';
import type { SinkStage } from './sink-stage.ts';

/** Records that route and the tasks have still to read. */
export interface FoldLag {
  readonly route: number;
  readonly score: number;
}

export function lagOf(log: Log, threads: FoldThreads | null): FoldLag {
  const lag = { route: 0, score: 0 };
  for (const position of threads?.positions() ?? []) {
    lag[position.topic === 'journal' ? 'score' : 'route'] += recordsBehind(log, position);
  }
  return lag;
}

export function readLags(log: Log, threads: FoldThreads | null, now: number): PartitionLag[] {
  return (threads?.positions() ?? []).map((position) => {
    const { topic, partition, seen } = position;
    const records = recordsBehind(log, position);
    const ms = records === 0 || seen === 0 ? 0 : Math.max(0, now - seen);
    return { stage: topic === 'journal' ? 'score' : 'route', topic, partition, records, ms };
  });
}

/** Where the stages of this process stand, for the table `pipeline`; nothing of what others do. */
export function stagesOf(log: Log, threads: FoldThreads | null, sink: SinkStage): StageState[] {
  const behind = lagOf(log, threads);
  const read = new Map<'route' | 'score', number>();
  for (const { topic, offset } of threads?.positions() ?? []) {
    const stage = topic === 'journal' ? 'score' : 'route';
    read.set(stage, (read.get(stage) ?? 0) + offset);
  }
  const { byTopic, ms } = sink.lag();
  return [
    ...[...read].map(([stage, records]) => ({ stage, topic: '', lagRecords: behind[stage], lagMs: null, records })),
    ...Object.entries(byTopic).map(([topic, lagRecords]) => {
      const ends = Array.from({ length: partitionsOf(TOPICS[topic as TopicName], log.partitions) }, (_, partition) =>
        log.end(topic, partition),
      );
      const records = ends.reduce((sum, end) => sum + end, 0) - lagRecords;
      return { stage: 'clickhouse', topic, lagRecords, lagMs: lagRecords === 0 ? 0 : ms, records };
    }),
  ];
}

const SETTLE_MS = 50;

/**
 * Folding may bring voids, which are routed and folded again; so all is through only where nothing lags
 * behind in two reports of every thread one after the other, and the log did not grow between them.
 */
export async function caughtUp(log: Log, threads: FoldThreads, sink: Pick<SinkStage, 'caughtUp'>): Promise<void> {
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
