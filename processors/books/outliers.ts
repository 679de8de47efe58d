/**
 * Outliers: legs that stand in no window, because they came beyond lateness or the history threw on them.
 * They keep what makes a repeat known and what is reserved, in order of arrival.
 */
import {
  APART,
  BEYOND_LATENESS,
  type Chunk,
  CONTENT,
  DETAILED,
  EVENT,
  INTEGERS,
  type NewLeg,
  REPLACED,
  SIDE_INCOMING,
  writeLeg,
} from '../features/legs.ts';

/** They are seldom more than a handful; of a flood the latest are kept. */
const OUTLIERS_MAX = 1_024;

/** What is known of transfers beyond their legs: name × 2 + side → it. */
export type Details = Map<number, unknown> | null;

export function addOutlier(outliers: Chunk, leg: NewLeg, details: Details): { chunk: Chunk; index: number } {
  if (outliers.count >= OUTLIERS_MAX * 2) {
    const gone = outliers.count - OUTLIERS_MAX;
    for (let index = 0; index < gone; index++) forget(outliers, index, details);
    outliers.dropFirst(gone);
  }
  if (outliers.count === outliers.capacity) outliers.reserve(Math.max(4, outliers.capacity * 2));
  const index = outliers.count++;
  writeLeg(outliers, index, leg);
  return { chunk: outliers, index };
}

/** A leg of the chain, as it stands apart from it. */
export function apart(chunk: Chunk, index: number): NewLeg {
  return {
    at: chunk.at(index),
    amount: chunk.amount(index),
    name: chunk.name(index),
    counterparty: chunk.counterparty(index),
    flags: chunk.flags(index) | BEYOND_LATENESS | APART,
    event: chunk.integers[index * INTEGERS + EVENT]!,
    content: chunk.integers[index * INTEGERS + CONTENT]!,
  };
}

/** A leg goes, and with it what is known of its transfer. A replaced one leaves that to the one that took its place. */
export function forget(chunk: Chunk, index: number, details: Details): void {
  const flags = chunk.flags(index);
  if ((flags & (DETAILED | REPLACED)) === DETAILED) details?.delete(chunk.name(index) * 2 + (flags & SIDE_INCOMING));
}
