/**
 * What the task of a partition keeps on the cluster: its own partition of the compacted topic `state`, each
 * write one transaction by a producer of its own.
 */
import { isWeirError } from '../../errors.ts';
import type { Kept, KeptRecord } from '../port.ts';
import { packValues } from '../values.ts';
import type { KafkaClient } from './client.ts';
import { readThrough, settledBoundsOf } from './keyed.ts';
import type { Framed } from './record-batches.ts';
import type { Place } from './requests.ts';
import { type Transactions, takingOver } from './transactions.ts';

const TRIES = 3;
const NO_FRAME = Buffer.alloc(0);
const PART_BYTES = 256 << 10;

export class KafkaKept implements Kept {
  readonly #transactions: Transactions;
  readonly #place: Place;
  #client: KafkaClient | null = null;

  constructor(transactions: Transactions, place: Place) {
    this.#transactions = transactions;
    this.#place = place;
  }

  async fence(signal?: AbortSignal): Promise<void> {
    this.#client = await this.#transactions.fence(signal);
  }

  async read(
    from: number,
    take: (records: readonly KeptRecord[], left: number) => void | Promise<void>,
    signal?: AbortSignal,
  ): Promise<number> {
    const client = this.#client;
    if (client === null) throw new Error('what is kept is read before its fence');
    const patience = takingOver(signal);
    const { start, end } = await settledBoundsOf(client, this.#place, patience);
    const reading = readThrough(client, this.#place, Math.max(from, start), end, patience);
    for await (const { records, next } of reading) {
      await take(records, Math.max(0, end - next));
    }
    return end;
  }

  /** Writing the same again changes nothing, so a write that failed is simply done again, unless another took over. */
  async write(records: Iterable<KeptRecord>): Promise<number> {
    for (let left = TRIES - 1; ; left--) {
      try {
        return await this.#write(records);
      } catch (error) {
        if (left === 0 || !isWeirError(error, 'LOG_UNAVAILABLE')) throw error;
        await this.#transactions.fence();
      }
    }
  }

  async #write(records: Iterable<KeptRecord>): Promise<number> {
    const written = { count: 0 };
    const first = await this.#transactions.commitParts(this.#place, partsOf(records, written));
    return first + written.count;
  }
}

/** Records as parts of some milliseconds’ work each; a part carries values, or takes keys back. */
function* partsOf(records: Iterable<KeptRecord>, written: { count: number }): Generator<Framed> {
  let part: KeptRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const takesBack = record.value === null;
    if (part.length > 0 && (bytes >= PART_BYTES || takesBack !== (part[0]!.value === null))) {
      yield framed(part);
      part = [];
      bytes = 0;
    }
    part.push(record);
    bytes += record.key.length + (record.value?.length ?? 0);
    written.count++;
  }
  if (part.length > 0) yield framed(part);
}

function framed(records: readonly KeptRecord[]): Framed {
  return {
    keys: packValues(records.map(({ key }) => key)),
    frame: records[0]!.value === null ? null : NO_FRAME,
    values: packValues(records.map(({ value }) => value ?? NO_FRAME)),
    from: 0,
    to: records.length,
  };
}
