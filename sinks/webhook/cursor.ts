/** Where an endpoint stands in one partition of a topic. It takes from the shared end, or reads for itself while it is behind. */
import { isWeirError } from '../../runtime/errors.ts';
import type { Reader } from '../../runtime/log/port.ts';
import type { WebhookTopic } from '../../schemas/webhook.ts';
import type { Place, Told } from './messages.ts';
import type { Source, SourceBatch } from './source.ts';

export interface CursorParts {
  readonly source: Source;
  /** Called when what it waited for has come. */
  readonly onMore: () => void;
  readonly onFault: (error: unknown) => void;
}

export class Cursor {
  readonly topic: WebhookTopic;
  readonly partition: number;
  /** Offset behind the last that it may take; a replay ends there. */
  readonly until: number;
  readonly #parts: CursorParts;
  #offset: number;
  #own: Reader | null = null;
  #held: SourceBatch | null = null;
  #waiting = false;

  constructor(topic: WebhookTopic, partition: number, offset: number, until: number, parts: CursorParts) {
    this.topic = topic;
    this.partition = partition;
    this.until = until;
    this.#offset = offset;
    this.#parts = parts;
  }

  /** Next offset to take. */
  get offset(): number {
    return this.#offset;
  }

  get done(): boolean {
    return this.#offset >= this.until;
  }

  /** Gives at most `count` records to `take`, and passes by whatever it refuses; answers how many it looked at. */
  advance(count: number, take: (place: Place, told: Told, seen: number) => boolean): number {
    let looked = 0;
    while (looked < count && !this.done) {
      const batch = this.#batch();
      if (batch === null) break;
      const end = Math.min(batch.baseOffset + batch.count, this.until);
      this.#offset = Math.max(this.#offset, batch.baseOffset);
      while (this.#offset < end && looked < count) {
        const told = batch.told(this.#offset - batch.baseOffset);
        const place = { topic: this.topic, partition: this.partition, offset: this.#offset };
        if (!take(place, told, batch.seen)) return looked;
        this.#offset++;
        looked++;
      }
      if (this.#offset >= end) this.#offset = batch.to;
    }
    return looked;
  }

  #batch(): SourceBatch | null {
    const held = this.#held;
    if (held !== null && this.#offset >= held.from && this.#offset < held.to) return held;
    const found = this.#parts.source.find(this.topic, this.partition, this.#offset);
    if (found !== 'before') {
      this.#own = null;
      this.#held = found === 'end' ? null : found;
      return this.#held;
    }
    return this.#waiting ? null : this.#read();
  }

  #read(): SourceBatch | null {
    const { source } = this.#parts;
    this.#own ??= source.open(this.topic, this.partition, this.#offset);
    const reader = this.#own;
    const from = reader.position;
    const batch = reader.poll();
    if (batch === null) {
      this.#wait(reader);
      return null;
    }
    this.#held = source.batchOf(batch, from, reader.position);
    return this.#held;
  }

  #wait(reader: Reader): void {
    const { source, onMore, onFault } = this.#parts;
    const from = reader.position;
    this.#waiting = true;
    reader.next().then(
      (batch) => {
        this.#waiting = false;
        this.#held = source.batchOf(batch, from, reader.position);
        onMore();
      },
      (error: unknown) => {
        // A log that closes ends all waits; the sender is told by its own.
        if (!isWeirError(error, 'LOG_CLOSED')) onFault(error);
      },
    );
  }
}
