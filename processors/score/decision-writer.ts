/**
 * Writes the one decision that is written a million times, a first acceptance without reasons, straight
 * from the entry's bytes: its strings are copied from Avro to Avro. All other decisions go through the
 * declared record, and `test/processors/score/decision-writer.test.ts` holds the two together.
 */
import type { ValueWriter } from '../../runtime/log/values.ts';
import { TRANSFER_STATUSES } from '../../schemas/events/transfer.ts';
import type { Span, TransferReader } from './transfer-reader.ts';

const OUTCOME_ACCEPT = 0;
/** `#submitted` and its like: the tail of an eventId that was not given. */
const STATUS_SUFFIXES = TRANSFER_STATUSES.map((status) => Buffer.from(`#${status.replaceAll('-', '_')}`));
/** Longs take at most 10 bytes each; there are twelve, and the enums and markers fit beside them. */
const FIXED_BYTES_MAX = 160;

export function writeAcceptance(writer: ValueWriter, reader: TransferReader, baseMinor: number): void {
  const source = reader.buffer;
  const debtor = reader.debtorParty.start < 0 ? reader.debtorAccount : reader.debtorParty;
  const creditor = reader.creditorParty.start < 0 ? reader.creditorAccount : reader.creditorParty;
  const suffix = STATUS_SUFFIXES[reader.status]!;
  const strings =
    length(reader.transferId) * 2 + suffix.length + length(reader.eventId) + length(debtor) + length(creditor) + 3;
  const target = writer.reserve(strings + FIXED_BYTES_MAX);
  let position = writer.length;
  position = copySpan(target, position, source, reader.transferId);
  position = writeLong(target, position, 1);
  if (reader.eventId.start >= 0) position = copySpan(target, position, source, reader.eventId);
  else {
    position = writeLong(target, position, length(reader.transferId) + suffix.length);
    position = copyBytes(target, position, source, reader.transferId.start, reader.transferId.end);
    position = copyBytes(target, position, suffix, 0, suffix.length);
  }
  position = writeLong(target, position, OUTCOME_ACCEPT);
  position = writeLong(target, position, reader.at);
  position = writeLong(target, position, reader.seen);
  position = writeLong(target, position, reader.kind);
  position = writeLong(target, position, reader.status);
  position = copySpan(target, position, source, debtor);
  position = copySpan(target, position, source, creditor);
  position = writeLong(target, position, reader.amountMinor);
  position = copySpan(target, position, source, reader.currency);
  position = writeLong(target, position, baseMinor);
  // Approvals required and given, expiresAt and by absent, no reasons, not beyond lateness, no maker, no batch.
  for (let index = 0; index < 8; index++) target[position++] = 0;
  writer.finish(position);
}

function length(span: Span): number {
  return span.end - span.start;
}

function copySpan(target: Buffer, start: number, source: Buffer, span: Span): number {
  const position = writeLong(target, start, span.end - span.start);
  return copyBytes(target, position, source, span.start, span.end);
}

/** Ids are short: a loop beats the call that a copy would be. */
function copyBytes(target: Buffer, start: number, source: Buffer, from: number, to: number): number {
  let position = start;
  for (let index = from; index < to; index++) target[position++] = source[index]!;
  return position;
}

/** Zigzag varint of a safe integer. Answers where it ended. */
export function writeLong(target: Buffer, start: number, value: number): number {
  let position = start;
  if (value >= -1_073_741_824 && value < 1_073_741_824) {
    let small = (value << 1) ^ (value >> 31);
    while ((small & ~0x7f) !== 0) {
      target[position++] = (small & 0x7f) | 0x80;
      small >>>= 7;
    }
    target[position++] = small;
    return position;
  }
  // Beyond 31 bits by halves: the zigzag's lowest bit is the sign, the rest is |value| or |value| − 1.
  const negative = value < 0;
  let rest = negative ? -(value + 1) : value;
  target[position++] = ((rest % 64) << 1) | (negative ? 1 : 0) | 0x80;
  rest = Math.floor(rest / 64);
  while (rest >= 128) {
    target[position++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  target[position++] = rest;
  return position;
}
