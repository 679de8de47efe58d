/**
 * The log as commands see it, whether they hold the data folder themselves or ask the Weir that does.
 */
import type { Append, Log, RecordBatch } from '../../runtime/log/port.ts';
import { partitionsOf, TOPIC_NAMES, TOPICS } from '../../schemas/topics.ts';
import type { Bounds } from './wire.ts';

export interface LogAccess {
  /** All partitions of all topics. */
  bounds(): Promise<readonly Bounds[]>;
  /** The batch that holds `from`, cut to begin there; null where none comes within `waitMs`, or before the signal. */
  read(
    topic: string,
    partition: number,
    from: number,
    waitMs: number,
    signal?: AbortSignal,
  ): Promise<RecordBatch | null>;
  append(append: Append): Promise<{ readonly baseOffset: number }>;
  schema(fingerprint: string): Promise<string | null>;
  declareSchema(fingerprint: string, schema: string): Promise<void>;
}

export function localAccess(log: Log): LogAccess {
  return {
    bounds: async () => boundsOf(log),
    read: (topic, partition, from, waitMs) => readOnce(log, topic, partition, from, waitMs),
    append: (append) => log.append(append),
    schema: async (fingerprint) => log.schema(fingerprint),
    declareSchema: (fingerprint, schema) => log.declareSchema(fingerprint, schema),
  };
}

export function boundsOf(log: Pick<Log, 'partitions' | 'start' | 'end'>): Bounds[] {
  return TOPIC_NAMES.flatMap((topic) =>
    Array.from({ length: partitionsOf(TOPICS[topic], log.partitions) }, (_, partition) => ({
      topic,
      partition,
      start: log.start(topic, partition),
      end: log.end(topic, partition),
    })),
  );
}

/** One read, with a deadline where nothing is there yet. */
async function readOnce(log: Log, topic: string, partition: number, from: number, waitMs: number) {
  const reader = log.reader(topic, partition, from, { durable: true });
  const batch = from < log.end(topic, partition) ? await reader.nextBefore(log.end(topic, partition)) : reader.poll();
  if (batch !== null || waitMs === 0) return batch;
  const expired = new Promise<void>((resolve) => setTimeout(resolve, waitMs));
  await Promise.race([log.awaitAny([reader]), expired]);
  return reader.poll();
}
