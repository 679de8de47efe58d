/**
 * What both sides must find: the seven rules by plain recomputation in event-time order, sharing no code
 * with either. After the peer's own `Verify.java`.
 */
import { DAILY_LIMIT_MINOR, FAN_IN, FAN_OUT, NEW_CREDITOR_MINOR, SPIKE, STRUCTURING, VELOCITY } from './rules.ts';

/** A transfer as the comparison reads it. */
export interface PeerTransfer {
  readonly id: string;
  /** ms. */
  readonly at: number;
  readonly debtor: string;
  readonly debtorAccount: string;
  readonly creditor: string;
  readonly creditorAccount: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly channel: string;
}

/** One hit: rule, subject, transfer. */
export function hitOf(rule: string, subject: string, transferId: string): string {
  return `${rule} ${subject} ${transferId}`;
}

/** Shanghai has had no other offset since 1991. */
const SHANGHAI_MS = 8 * 3_600_000;
const LONGEST_MS = STRUCTURING.windowMs;

/** All hits of all rules. `transfers` stand in order of time, then id. */
export function expectedHits(transfers: readonly PeerTransfer[]): Set<string> {
  const hits = new Set<string>();
  const outgoing = new Map<string, PeerTransfer[]>();
  const incoming = new Map<string, PeerTransfer[]>();
  const days = new Map<string, number>();
  const pairs = new Set<string>();
  const moments = new Map<string, { sum: number; squares: number }>();
  for (const transfer of transfers) {
    const { id, debtor, creditor } = transfer;
    const sent = listOf(outgoing, debtor);
    const before = sent.length;
    sent.push(transfer);
    const found = [
      ...(isOverDay(days, transfer) ? ['daily-limit'] : []),
      ...(isNewPair(pairs, transfer) ? ['new-creditor'] : []),
      ...(isSpike(moments, transfer, before) ? ['amount-spike'] : []),
      ...windowHits(sent, transfer),
    ];
    for (const rule of found) hits.add(hitOf(rule, debtor, id));
    const received = listOf(incoming, creditor);
    received.push(transfer);
    if (distinctSince(received, transfer.at - FAN_IN.windowMs, 'debtor') >= FAN_IN.count) {
      hits.add(hitOf('fan-in', creditor, id));
    }
  }
  return hits;
}

function listOf(lists: Map<string, PeerTransfer[]>, key: string): PeerTransfer[] {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const list: PeerTransfer[] = [];
  lists.set(key, list);
  return list;
}

function isOverDay(days: Map<string, number>, { debtor, at, amountMinor }: PeerTransfer): boolean {
  const key = `${debtor} ${Math.floor((at + SHANGHAI_MS) / 86_400_000)}`;
  const total = (days.get(key) ?? 0) + amountMinor;
  days.set(key, total);
  return total > DAILY_LIMIT_MINOR;
}

function isNewPair(pairs: Set<string>, { debtor, creditor, amountMinor }: PeerTransfer): boolean {
  const pair = `${debtor} ${creditor}`;
  if (pairs.has(pair)) return false;
  pairs.add(pair);
  return amountMinor > NEW_CREDITOR_MINOR;
}

function isSpike(
  moments: Map<string, { sum: number; squares: number }>,
  { debtor, amountMinor }: PeerTransfer,
  before: number,
): boolean {
  const own = moments.get(debtor) ?? { sum: 0, squares: 0 };
  moments.set(debtor, own);
  const mean = own.sum / before;
  const variance = (own.squares - own.sum * mean) / (before - 1);
  own.sum += amountMinor;
  own.squares += amountMinor * amountMinor;
  return before >= SPIKE.count && variance > 0 && (amountMinor - mean) / Math.sqrt(variance) >= SPIKE.deviations;
}

/** Hits of the rules that count what was sent lately, the transfer inside. */
function windowHits(sent: readonly PeerTransfer[], { at, amountMinor }: PeerTransfer): string[] {
  let attempts = 0;
  let inBand = 0;
  for (let index = sent.length - 1; index >= 0; index--) {
    const one = sent[index] as PeerTransfer;
    const ageMs = at - one.at;
    if (ageMs >= LONGEST_MS) break;
    if (ageMs < VELOCITY.windowMs) attempts++;
    if (isInBand(one.amountMinor)) inBand++;
  }
  return [
    ...(attempts >= VELOCITY.count ? ['velocity'] : []),
    ...(isInBand(amountMinor) && inBand >= STRUCTURING.count ? ['structuring'] : []),
    ...(distinctSince(sent, at - FAN_OUT.windowMs, 'creditor') >= FAN_OUT.count ? ['fan-out'] : []),
  ];
}

function isInBand(amountMinor: number): boolean {
  return amountMinor >= STRUCTURING.from && amountMinor < STRUCTURING.to;
}

function distinctSince(list: readonly PeerTransfer[], after: number, end: 'debtor' | 'creditor'): number {
  const ends = new Set<string>();
  for (let index = list.length - 1; index >= 0 && (list[index] as PeerTransfer).at > after; index--) {
    ends.add((list[index] as PeerTransfer)[end]);
  }
  return ends.size;
}
