/**
 * The life of a transfer after it was submitted: settled at once or the next morning, now and then
 * failed, cancelled, settled in two parts or returned; some events late, some sent twice. Planted
 * transfers live the same lives as ordinary ones.
 */
import type { Transfer, TransferStatus } from '../../schemas/events/transfer.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../schemas/time.ts';
import { dayStart, localDay } from './calendar.ts';
import { type Draft, transferOf } from './draft.ts';
import type { Arrival, GeneratedEvent } from './events.ts';
import { hashOf, Random } from './random.ts';

/** Of a thousand transfers. */
const FATES = { fails: 14, cancelled: 8, partly: 5, returned: 6 } as const;
const LATE_CHANCE = 0.01;
const REPEAT_CHANCE = 0.004;

/** No event arrives later than this after its transfer was submitted. */
export const LONGEST_LIFE_MS = 7 * DAY_MS;
const LATEST_MS = 20 * HOUR_MS;

const STREAM = 70;

/** Gives all events of a transfer, each with its arrival; a status never arrives before the one it follows. */
export function live(seed: number, transferId: string, draft: Draft, give: (arrival: Arrival) => void): void {
  const submitted = transferOf(transferId, draft);
  const random = new Random(seed, STREAM, hashOf(draft.at, draft.minor), lastWord(transferId));
  const heard = deliver(submitted, draft.at, random, give);
  // Who pays a bill tries until it is paid.
  const fate = draft.invoiceId === undefined ? random.below(1_000) : 999;
  const settledAt = settlementTime(draft, random);
  if (fate < FATES.fails) {
    follow(submitted, 'failed', draft.at + random.below(10 * SECOND_MS), heard, random, give);
  } else if (fate < FATES.fails + FATES.cancelled) {
    follow(submitted, 'cancelled', draft.at + random.below(5 * MINUTE_MS), heard, random, give);
  } else {
    settle(submitted, draft, { settledAt, heard, fate: fate - FATES.fails - FATES.cancelled }, random, give);
  }
}

interface Settlement {
  readonly settledAt: number;
  readonly heard: number;
  readonly fate: number;
}

function settle(
  submitted: Transfer,
  draft: Draft,
  { settledAt, heard, fate }: Settlement,
  random: Random,
  give: (arrival: Arrival) => void,
): void {
  let known = heard;
  let at = settledAt;
  if (fate < FATES.partly && draft.minor >= 2) {
    const part = Math.floor(draft.minor / 2);
    known = follow(submitted, 'partially_settled', at, known, random, give, part);
    at += random.below(2 * HOUR_MS);
  }
  known = follow(submitted, 'settled', at, known, random, give);
  if (draft.invoiceId !== undefined) give(receipt(submitted, draft.invoiceId, at, known));
  if (fate >= FATES.partly && fate < FATES.partly + FATES.returned) {
    const part = random.chance(0.7) ? draft.minor : Math.max(1, Math.floor(draft.minor / 3));
    follow(submitted, 'returned', at + random.whole(HOUR_MS, DAY_MS), known, random, give, part);
  }
}

/** Money moves within seconds; between companies often with the next morning's clearing. */
function settlementTime(draft: Draft, random: Random): number {
  if (draft.origin.maker !== null && draft.invoiceId === undefined && random.chance(0.4)) {
    return dayStart(localDay(draft.at) + 1) + 5 * HOUR_MS + random.below(HOUR_MS);
  }
  return draft.at + random.whole(SECOND_MS, 90 * SECOND_MS);
}

function follow(
  submitted: Transfer,
  status: TransferStatus,
  at: number,
  notBefore: number,
  random: Random,
  give: (arrival: Arrival) => void,
  minor = submitted.amount.minor,
): number {
  const partial = status === 'partially_settled' || status === 'returned';
  const event: Transfer = {
    ...submitted,
    at,
    status,
    amount: { minor, currency: submitted.amount.currency },
    eventId: partial ? `${submitted.transferId}#${status.replace('_', '-')}-1` : null,
  };
  return deliver(event, Math.max(at, notBefore + 1), random, give);
}

/** One in a hundred comes late, one in two hundred and fifty twice. Answers when it was first heard of. */
function deliver(event: Transfer, ready: number, random: Random, give: (arrival: Arrival) => void): number {
  const late = random.chance(LATE_CHANCE) ? Math.round(random.logBetween(MINUTE_MS, LATEST_MS)) : 0;
  const arrivesAt = ready + random.below(400) + late;
  give({ topic: 'transfers', event, arrivesAt });
  if (random.chance(REPEAT_CHANCE)) {
    give({ topic: 'transfers', event, arrivesAt: arrivesAt + random.whole(SECOND_MS, 10 * MINUTE_MS) });
  }
  return arrivesAt;
}

function receipt(transfer: Transfer, invoiceId: string, at: number, known: number): Arrival {
  const event: Extract<GeneratedEvent, { topic: 'payments' }>['event'] = {
    paymentId: `PAY-${transfer.transferId}`,
    eventId: null,
    at,
    customer: transfer.debtor.party as string,
    invoiceId,
    amount: transfer.amount,
    status: 'received',
    transferId: transfer.transferId,
    method: 'transfer',
  };
  return { topic: 'payments', event, arrivesAt: known + 1 };
}

function lastWord(transferId: string): number {
  return Number.parseInt(transferId.slice(-7), 36);
}
