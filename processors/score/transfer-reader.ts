/**
 * Reads transfer entries of a journal block in place. Numbers are decoded, strings stay where they
 * are: most legs never need one, and decoding them all would cost more than all the rules
 * (`test/processors/score/transfer-reader.test.ts` holds this reader against avsc).
 *
 * The order of reads is the order of the fields in `schemas/journal.ts` and
 * `schemas/events/transfer.ts`. Blocks of another fingerprint are decoded by avsc and encoded again
 * with today's schema first, see `task.ts`.
 */
import { ID_LENGTH_MAX, INSTANT_MAX, INSTANT_MIN, LONG_MAX, LONG_MIN } from '../../schemas/declare.ts';
import { TRANSFER_KINDS, TRANSFER_STATUSES } from '../../schemas/events/transfer.ts';

/** Where an Avro string stands: `start` is its first byte, `end` one past its last; −1, −1 where it is absent. */
export interface Span {
  start: number;
  end: number;
}

/** Avro array of one: its count, and its end. */
const ONE_ENTRY = Buffer.from([2]);
const END_OF_ARRAY = Buffer.from([0]);

const ABSENT = 0;
const PRESENT = 2;
const absent = (): Span => ({ start: -1, end: -1 });

const OPTIONAL_SPANS = [
  'eventId',
  'debtorParty',
  'creditorParty',
  'debtorGroup',
  'creditorGroup',
  'device',
  'session',
  'maker',
  'batch',
  'channel',
] as const;

export class TransferReader {
  #buffer: Buffer = Buffer.alloc(0);
  #position = 0;
  /** Entries left in the current part of the Avro array. */
  #left = 0;
  /** False once a marker or length was met that Avro does not have. */
  #isSound = true;

  subjectKind = 0;
  readonly subject: Span = absent();
  role = 0;
  seen = 0;
  sourcePartition = 0;
  sourceOffset = 0;
  /** Where the entry begins, and the event's own bytes. */
  entryStart = 0;
  eventStart = 0;
  eventEnd = 0;
  readonly transferId: Span = absent();
  readonly eventId: Span = absent();
  at = 0;
  kind = 0;
  status = 0;
  readonly debtorParty: Span = absent();
  readonly debtorAccount: Span = absent();
  readonly creditorParty: Span = absent();
  readonly creditorAccount: Span = absent();
  readonly debtorGroup: Span = absent();
  readonly creditorGroup: Span = absent();
  amountMinor = 0;
  readonly currency: Span = absent();
  readonly channel: Span = absent();
  readonly device: Span = absent();
  readonly session: Span = absent();
  readonly maker: Span = absent();
  readonly batch: Span = absent();
  historical = false;

  get buffer(): Buffer {
    return this.#buffer;
  }

  open(block: Buffer): void {
    this.#buffer = block;
    this.#position = 0;
    this.#left = 0;
  }

  /**
   * Reads a transfer that stands alone, as its public record has it. Answers false where the bytes are
   * no transfer: public records come from anybody.
   */
  readEvent(record: Buffer, start = 0, end = record.length): boolean {
    this.#buffer = record;
    this.#position = start;
    this.#isSound = true;
    this.#readEvent();
    return this.#isSound && this.#position === end && this.#isWhole();
  }

  /** Moves to the next entry; false at the end of the block. */
  next(): boolean {
    while (this.#left === 0) {
      if (this.#position >= this.#buffer.length) return false;
      const count = this.#long();
      if (count === 0) return false;
      this.#left = count;
    }
    this.#left--;
    this.#read();
    return true;
  }

  /** The entry that is read, as a block of its own. */
  entryBlock(): Buffer {
    return Buffer.concat([ONE_ENTRY, this.#buffer.subarray(this.entryStart, this.eventEnd), END_OF_ARRAY]);
  }

  /** The string of a span, null where it is absent. */
  text(span: Span): string | null {
    return span.start < 0 ? null : this.#buffer.toString('utf8', span.start, span.end);
  }

  #read(): void {
    this.entryStart = this.#position;
    this.subjectKind = this.#long();
    this.#string(this.subject);
    this.role = this.#long();
    this.seen = this.#long();
    this.sourcePartition = this.#long();
    this.sourceOffset = this.#long();
    this.#readEvent();
  }

  #readEvent(): void {
    this.eventStart = this.#position;
    this.#string(this.transferId);
    this.#optional(this.eventId);
    this.at = this.#long();
    this.kind = this.#long();
    this.status = this.#long();
    this.#optional(this.debtorParty);
    this.#string(this.debtorAccount);
    this.#skipOptional();
    this.#skipOptional();
    this.#optional(this.debtorGroup);
    this.#optional(this.creditorParty);
    this.#string(this.creditorAccount);
    this.#skipOptional();
    this.#skipOptional();
    this.#optional(this.creditorGroup);
    this.amountMinor = this.#long();
    this.#string(this.currency);
    this.#optional(this.channel);
    this.#optional(this.device);
    this.#optional(this.session);
    this.#skipOptional();
    this.#optional(this.maker);
    this.#optional(this.batch);
    this.#skipOptional();
    this.historical = this.#isPresent() && this.#flag();
    this.eventEnd = this.#position;
  }

  /** Guards what follows against bytes that only look like a transfer, and values that the declaration refuses. */
  #isWhole(): boolean {
    return (
      this.kind >= 0 &&
      this.kind < TRANSFER_KINDS.length &&
      this.status >= 0 &&
      this.status < TRANSFER_STATUSES.length &&
      this.at >= INSTANT_MIN &&
      this.at <= INSTANT_MAX &&
      this.amountMinor >= LONG_MIN &&
      this.amountMinor <= LONG_MAX &&
      this.#isId(this.transferId) &&
      this.#isId(this.debtorAccount) &&
      this.#isId(this.creditorAccount) &&
      this.#isId(this.currency) &&
      this.currency.end - this.currency.start === 3 &&
      OPTIONAL_SPANS.every((span) => this[span].start < 0 || this.#isId(this[span]))
    );
  }

  /** Visible ASCII, not too long: what ids are declared to be. */
  #isId({ start, end }: Span): boolean {
    if (start < 0 || end <= start || end - start > ID_LENGTH_MAX || end > this.#buffer.length) return false;
    for (let index = start; index < end; index++) {
      const byte = this.#buffer[index]!;
      if (byte < 0x21 || byte > 0x7e) return false;
    }
    return true;
  }

  /** Zigzag varint of at most 64 bits whose value is a safe integer. */
  #long(): number {
    const buffer = this.#buffer;
    let position = this.#position;
    let byte = buffer[position++]!;
    let low = byte & 0x7f;
    if (byte < 0x80) {
      this.#position = position;
      return (low >>> 1) ^ -(low & 1);
    }
    byte = buffer[position++]!;
    low |= (byte & 0x7f) << 7;
    if (byte >= 0x80) {
      byte = buffer[position++]!;
      low |= (byte & 0x7f) << 14;
      if (byte >= 0x80) {
        byte = buffer[position++]!;
        low |= (byte & 0x7f) << 21;
        if (byte >= 0x80) return this.#longTail(low, position);
      }
    }
    this.#position = position;
    return (low >>> 1) ^ -(low & 1);
  }

  /** The rest of a varint of more than 28 bits: beyond 32-bit integers, so by multiplication. */
  #longTail(low: number, start: number): number {
    const buffer = this.#buffer;
    let position = start;
    let byte = 0x80;
    // The value's half, since a zigzag of a safe integer has up to 54 bits and its lowest is only the sign.
    let scale = 134_217_728;
    let half = low >>> 1;
    while (byte >= 0x80) {
      byte = buffer[position++]!;
      half += (byte & 0x7f) * scale;
      scale *= 128;
    }
    this.#position = position;
    return (low & 1) === 0 ? half : -half - 1;
  }

  #string(span: Span): void {
    const length = this.#length();
    span.start = this.#position;
    this.#position += length;
    span.end = this.#position;
  }

  #optional(span: Span): void {
    if (this.#isPresent()) this.#string(span);
    else {
      span.start = -1;
      span.end = -1;
    }
  }

  #skipOptional(): void {
    if (!this.#isPresent()) return;
    // Not `+=`: that would read the position before the length moves it.
    const length = this.#length();
    this.#position += length;
  }

  #length(): number {
    const length = this.#long();
    if (length < 0) this.#isSound = false;
    return length;
  }

  /** The marker of a field that may be absent: 0 for null, the zigzag form of 1 for a value. */
  #isPresent(): boolean {
    const marker = this.#buffer[this.#position++];
    if (marker !== ABSENT && marker !== PRESENT) this.#isSound = false;
    return marker === PRESENT;
  }

  #flag(): boolean {
    const byte = this.#buffer[this.#position++]!;
    if (byte > 1) this.#isSound = false;
    return byte === 1;
  }
}
