/**
 * Journal batches as rows. Blocks of transfers become `entries` as they are, undecoded. Entries of other
 * types are few; they are decoded and become `events` with a JSON body. Ticks are left out, and other control, which every
 * partition is told, stands once: in partition 0.
 */
import avro from 'avsc';
import { WeirError } from '../../runtime/errors.ts';
import type { Log, RecordBatch } from '../../runtime/log/port.ts';
import { ValueWriter, valueAt } from '../../runtime/log/values.ts';
import type { Control } from '../../schemas/events/control.ts';
import { eventIdOf } from '../../schemas/ids.ts';
import { BLOCKS, type Block, type Entry, EVENTS } from '../../schemas/journal.ts';
import { blockOfArray, type ContainerBlock } from './container.ts';
import type { Rows, Run } from './insert.ts';
import { type Taken, tokenOf } from './spans.ts';
import { ENTRIES, EVENT_ROW, EVENTS_TABLE } from './tables.ts';

type Known = { readonly block: Block; readonly resolver: unknown };

const eventRowType = avro.Type.forSchema(EVENT_ROW as avro.Schema);

export class JournalRows {
  readonly #log: Pick<Log, 'schema'>;
  readonly #known = new Map<string, Known>();

  constructor(log: Pick<Log, 'schema'>) {
    this.#log = log;
    for (const block of Object.values(BLOCKS)) {
      this.#known.set(block.fingerprint, { block: block as unknown as Block, resolver: undefined });
    }
  }

  /**
   * The inserts that a span of the journal needs, and the entries so far of each of its partitions after it.
   * `ordinals` says how many entries each partition held before.
   */
  rowsOf(
    { span, batches }: Taken,
    ordinals: ReadonlyMap<number, number>,
  ): { rows: Rows[]; ordinals: Map<number, number> } {
    const after = new Map(ordinals);
    const legs = new Legs();
    const events = new Events();
    for (const batch of batches) {
      const known = this.#known.get(batch.fingerprint) ?? this.#resolve(batch);
      let ordinal = after.get(batch.partition) ?? 0;
      for (let index = 0; index < batch.values.count; index++) {
        const array = valueAt(batch.values, index);
        if (known.block === (BLOCKS.transfers as unknown as Block)) {
          ordinal += legs.add(batch.partition, ordinal, known.resolver === undefined ? array : rewrite(known, array));
        } else {
          ordinal += events.add(batch.partition, ordinal, known.block, decode(known, array));
        }
      }
      after.set(batch.partition, ordinal);
    }
    const common = { token: tokenOf(span), logged: span.logged };
    const rows: Rows[] = [];
    if (events.count > 0) rows.push({ ...common, ...events.rows() });
    if (legs.count > 0) rows.push({ ...common, ...legs.rows() });
    return { rows, ordinals: after };
  }

  #resolve({ fingerprint, partition, baseOffset }: RecordBatch): Known {
    const place = `journal/${partition} at offset ${baseOffset}`;
    const schema = this.#log.schema(fingerprint);
    if (schema === null) throw new WeirError('RECORD_UNDECODABLE', `${place}: the log holds no schema ${fingerprint}.`);
    const writer = avro.Type.forSchema(JSON.parse(schema) as avro.Schema);
    const name = (writer as avro.types.ArrayType).itemsType.name?.split('.').at(-1);
    const block = Object.values(BLOCKS).find((one) => one.record.name === name) as Block | undefined;
    if (block === undefined) throw new WeirError('RECORD_UNDECODABLE', `${place}: ${name} is no entry of this build.`);
    const known = { block, resolver: block.type.createResolver(writer) };
    this.#known.set(fingerprint, known);
    return known;
  }
}

function decode({ block, resolver }: Known, array: Buffer): Entry[] {
  return block.type.fromBuffer(array, resolver as never) as Entry[];
}

/** What an earlier schema wrote, as today's would have. */
function rewrite(known: Known, array: Buffer): Buffer {
  return known.block.type.toBuffer(decode(known, array));
}

class Legs {
  readonly #blocks: ContainerBlock[] = [];
  readonly #runs: Run[] = [];
  count = 0;

  /** Adds a block whose first entry is the one after `ordinal`; answers how many it holds. */
  add(partition: number, ordinal: number, array: Buffer): number {
    const block = blockOfArray(array);
    if (block.count === 0) return 0;
    const last = this.#runs.at(-1);
    const follows =
      last !== undefined && last.partition === partition && last.number + (this.count - last.row) === ordinal + 1;
    if (!follows) this.#runs.push({ row: this.count, partition, number: ordinal + 1 });
    this.#blocks.push(block);
    this.count += block.count;
    return block.count;
  }

  rows(): Pick<Rows, 'table' | 'runs' | 'count' | 'blocks'> {
    return { table: ENTRIES, runs: this.#runs, count: this.count, blocks: this.#blocks };
  }
}

class Events {
  readonly #writer = new ValueWriter();

  get count(): number {
    return this.#writer.count;
  }

  add(partition: number, ordinal: number, block: Block, entries: readonly Entry[]): number {
    const { topic } = block;
    for (const [index, entry] of entries.entries()) {
      if (topic === 'control' && (partition !== 0 || (entry.event as Control).kind === 'tick')) continue;
      this.#writer.write(eventRowType, {
        logPartition: partition,
        ordinal: ordinal + index + 1,
        topic,
        subjectKind: entry.subjectKind,
        subject: entry.subject,
        role: entry.role,
        at: entry.event.at,
        seen: entry.seen,
        sourcePartition: entry.sourcePartition,
        sourceOffset: entry.sourceOffset,
        eventId: eventIdOf(topic, entry.event),
        body: JSON.stringify(EVENTS[topic].render(entry.event as never)),
      });
    }
    return entries.length;
  }

  rows(): Pick<Rows, 'table' | 'runs' | 'count' | 'blocks'> {
    const { count, body } = this.#writer.take();
    return { table: EVENTS_TABLE, runs: [], count, blocks: [{ count, body }] };
  }
}
