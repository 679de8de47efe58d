/** How far the sink is behind, as a whole and by partition. */
import { type Log, type Reader, recordsBehind } from '../../runtime/log/port.ts';
import type { Ledger } from './ledger.ts';
import type { PartitionLag } from './pipeline.ts';
import type { Taken } from './spans.ts';

export interface SinkLag {
  /** Records still to insert. */
  readonly records: number;
  readonly byTopic: { readonly [topic: string]: number };
  /** Age of the oldest record of the insert under way, or of the last one; 0 where nothing is left. */
  readonly ms: number;
  /** What the last try failed with; null while inserts go well. */
  readonly failing: string | null;
}

export class LagMeter {
  readonly #log: Log;
  readonly #ledger: Ledger;
  readonly #readers: readonly Reader[];
  #logged: number | null = null;
  /** Append time of what was taken last, by topic and partition. */
  readonly #seen = new Map<string, number>();

  constructor(log: Log, ledger: Ledger, readers: readonly Reader[]) {
    this.#log = log;
    this.#ledger = ledger;
    this.#readers = readers;
  }

  took({ span, batches }: Taken): void {
    this.#logged = span.logged;
    for (const { topic, partition, seen } of batches) this.#seen.set(`${topic}/${partition}`, seen);
  }

  lags(now: number): PartitionLag[] {
    return this.#readers.map(({ topic, partition }) => {
      const offset = this.#ledger.position(topic, partition);
      const records = recordsBehind(this.#log, { topic, partition, offset });
      return {
        stage: 'clickhouse',
        topic,
        partition,
        records,
        ms: age(now, records, this.#seen.get(`${topic}/${partition}`)),
      };
    });
  }

  lag(now: number): Omit<SinkLag, 'failing'> {
    const byTopic: { [topic: string]: number } = {};
    let all = 0;
    for (const { topic, records } of this.lags(now)) {
      byTopic[topic] = (byTopic[topic] ?? 0) + records;
      all += records;
    }
    return { records: all, byTopic, ms: age(now, all, this.#logged) };
  }
}

function age(now: number, records: number, seen: number | null | undefined): number {
  return records === 0 || seen === null || seen === undefined ? 0 : Math.max(0, now - seen);
}
