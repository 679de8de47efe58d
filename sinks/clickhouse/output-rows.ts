/** Batches of an output topic as rows: the values as they are, since a record is a row. */
import { RecordDecoder } from '../../runtime/log/decoder.ts';
import type { Log, RecordBatch } from '../../runtime/log/port.ts';
import { packValues } from '../../runtime/log/values.ts';
import type { ContainerBlock } from './container.ts';
import type { Rows, Run } from './insert.ts';
import { type Taken, tokenOf } from './spans.ts';
import { OUTPUT_RECORDS, OUTPUT_TABLES, type OutputTopic } from './tables.ts';

export class OutputRows {
  readonly #topic: OutputTopic;
  readonly #decoder: RecordDecoder<unknown>;

  constructor(log: Pick<Log, 'schema'>, topic: OutputTopic) {
    this.#topic = topic;
    this.#decoder = new RecordDecoder(log, OUTPUT_RECORDS[topic]);
  }

  rowsOf({ span, batches }: Taken): Rows {
    const blocks: ContainerBlock[] = [];
    const runs: Run[] = [];
    let count = 0;
    for (const batch of batches) {
      const last = runs.at(-1);
      const follows = last?.partition === batch.partition && last.number + count - last.row === batch.baseOffset;
      if (!follows) runs.push({ row: count, partition: batch.partition, number: batch.baseOffset });
      blocks.push(this.#block(batch));
      count += batch.values.count;
    }
    return { table: OUTPUT_TABLES[this.#topic], token: tokenOf(span), logged: span.logged, runs, count, blocks };
  }

  /** What an earlier schema wrote is written anew, since a container has one schema. */
  #block(batch: RecordBatch): ContainerBlock {
    const record = OUTPUT_RECORDS[this.#topic];
    if (batch.fingerprint === record.fingerprint) return batch.values;
    const values = Array.from({ length: batch.values.count }, (_, index) =>
      record.encode(this.#decoder.decode(batch, index)),
    );
    return packValues(values);
  }
}
