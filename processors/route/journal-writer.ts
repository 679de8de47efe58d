/**
 * Builds journal blocks: entries of one event type, one behind the other, as a plain Avro array. The
 * event's bytes are copied as they came; only the entry's head is written.
 */
import type { Append } from '../../runtime/log/port.ts';
import { packValues } from '../../runtime/log/values.ts';
import { BLOCKS, type EventTopic } from '../../schemas/journal.ts';
import { writeLong } from '../score/decision-writer.ts';

/** Whom an entry is for. */
export interface Addressee {
  partition: number;
  /** Positions in SUBJECT_KINDS and SUBJECT_ROLES. */
  kind: number;
  role: number;
  /** The subject's bytes: from `start` to `end` of `source`. */
  source: Uint8Array;
  start: number;
  end: number;
}

/** Two enums, and four longs of at most ten bytes. */
const HEAD_FIXED_MAX = 42;
const ENTRIES_PER_BLOCK_MAX = 32_768;

class PartitionBlocks {
  topic: EventTopic | null = null;
  #body = Buffer.allocUnsafeSlow(65_536);
  #length = 0;
  #count = 0;
  readonly done: { topic: EventTopic; block: Buffer }[] = [];

  add(
    topic: EventTopic,
    addressee: Addressee,
    seen: number,
    partition: number,
    offset: number,
    event: Buffer,
    start: number,
    end: number,
  ): void {
    if (this.topic !== topic || this.#count === ENTRIES_PER_BLOCK_MAX) this.close();
    this.topic = topic;
    const { source } = addressee;
    const subjectBytes = addressee.end - addressee.start;
    const needed = this.#length + HEAD_FIXED_MAX + subjectBytes + (end - start);
    if (needed > this.#body.length) this.#grow(needed);
    const body = this.#body;
    let position = this.#length;
    position = writeLong(body, position, addressee.kind);
    position = writeLong(body, position, subjectBytes);
    for (let index = addressee.start; index < addressee.end; index++) body[position++] = source[index]!;
    position = writeLong(body, position, addressee.role);
    position = writeLong(body, position, seen);
    position = writeLong(body, position, partition);
    position = writeLong(body, position, offset);
    event.copy(body, position, start, end);
    this.#length = position + (end - start);
    this.#count++;
  }

  close(): void {
    if (this.#count === 0) return;
    const block = Buffer.allocUnsafe(this.#length + 11);
    const start = writeLong(block, 0, this.#count);
    this.#body.copy(block, start, 0, this.#length);
    block[start + this.#length] = 0;
    this.done.push({ topic: this.topic!, block: block.subarray(0, start + this.#length + 1) });
    this.#length = 0;
    this.#count = 0;
  }

  #grow(needed: number): void {
    const body = Buffer.allocUnsafeSlow(Math.max(needed, this.#body.length * 2));
    this.#body.copy(body, 0, 0, this.#length);
    this.#body = body;
  }
}

export class JournalWriter {
  readonly #partitions: PartitionBlocks[];
  /** Entries since the last take. */
  entries = 0;
  bytes = 0;

  constructor(partitions: number) {
    this.#partitions = Array.from({ length: partitions }, () => new PartitionBlocks());
  }

  add(
    topic: EventTopic,
    addressee: Addressee,
    seen: number,
    partition: number,
    offset: number,
    event: Buffer,
    start: number,
    end: number,
  ): void {
    this.#partitions[addressee.partition]!.add(topic, addressee, seen, partition, offset, event, start, end);
    this.entries++;
    this.bytes += end - start + (addressee.end - addressee.start) + 12;
  }

  /** All blocks since the last take, in the order of each partition. */
  take(): Append[] {
    const appends: Append[] = [];
    for (const [partition, blocks] of this.#partitions.entries()) {
      blocks.close();
      for (const { topic, block } of joined(blocks.done)) {
        appends.push({
          topic: 'journal',
          partition,
          fingerprint: BLOCKS[topic].fingerprint,
          values: packValues(block),
        });
      }
      blocks.done.length = 0;
    }
    this.entries = 0;
    this.bytes = 0;
    return appends;
  }
}

/** Neighbouring blocks of one type go into one append. */
function joined(blocks: readonly { topic: EventTopic; block: Buffer }[]): { topic: EventTopic; block: Buffer[] }[] {
  const runs: { topic: EventTopic; block: Buffer[] }[] = [];
  for (const { topic, block } of blocks) {
    const last = runs.at(-1);
    if (last !== undefined && last.topic === topic) last.block.push(block);
    else runs.push({ topic, block: [block] });
  }
  return runs;
}
