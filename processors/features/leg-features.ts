/** Features that look at single legs: only rules that already have cause to ask pay for the walk. */
import { TRANSFER_KINDS } from '../../schemas/events/transfer.ts';
import {
  BEYOND_LATENESS,
  BUCKET,
  type Chunk,
  KIND_SHIFT,
  MAY_PASS,
  OUTCOME_MASK,
  OUTCOME_SHIFT,
  SIDE_INCOMING,
  upperBound,
} from './legs.ts';
import type { Feature, Scope, Side, Unit } from './scope.ts';

/** A feature that is computed when it is read, from the scope alone. */
function direct<T>(unit: Unit, read: (scope: Scope) => T, fromLegs = false, reachMs = 0): Feature<T> {
  return { unit, window: null, reachMs, fromLegs, bind: () => read };
}

/** The same, computed once a judgement however many rules or readings ask. */
function remembered<T>(unit: Unit, read: (scope: Scope) => T, fromLegs: boolean, reachMs: number): Feature<T> {
  return {
    unit,
    window: null,
    reachMs,
    fromLegs,
    bind: () => {
      let judgement = -1;
      let value: T;
      return (scope) => {
        if (judgement !== scope.judgement) {
          judgement = scope.judgement;
          value = read(scope);
        }
        return value;
      };
    },
  };
}

/** Amount of the event, base minor units. */
export function amount(): Feature {
  return direct('money', (scope) => scope.amount, true);
}

/** Id of the counterparty. */
export function counterparty(): Feature<string> {
  return direct('text', (scope) => scope.names.partyText(scope.counterparty));
}

/** Id of the payer that the transfer had before an amendment; empty where it had none. */
export function payerBefore(): Feature<string> {
  return direct('text', (scope) => (scope.payerBefore < 0 ? '' : scope.names.partyText(scope.payerBefore)));
}

/** True while no fresh rate converts the amount. */
export function rateMissing(): Feature<boolean> {
  return direct('text', (scope) => scope.rateMissing);
}

/** True where the instruction names its maker. */
export function hasMaker(): Feature<boolean> {
  return direct('text', (scope) => scope.maker);
}

/** Decision that the transfer had before the status that is judged: 0 none, 1 accept, 2 hold, 3 reject. */
export function outcomeBefore(): Feature {
  return direct('count', (scope) => scope.outcomeBefore);
}

/**
 * The longest time without a transfer that ended within `wakingMs` before this one, ms: whoever wakes an
 * account often feeds it first. Before the first leg that is kept, the time since the customer’s file came:
 * so long we have watched it and seen nothing. −1 where nothing is known.
 */
export function idle(wakingMs: number): Feature {
  return direct('ms', (scope) => {
    let chunk: Chunk | null = scope.chunk;
    let { index } = scope;
    if (isOutlier(scope)) {
      chunk = chunkAt(scope);
      index = upperBound(chunk, scope.at);
    }
    let longest = -1;
    let later = scope.at;
    while (scope.at - later <= wakingMs) {
      index--;
      while (index < 0 && chunk.previous !== null) {
        chunk = chunk.previous;
        index = chunk.count - 1;
      }
      if (index < 0) return Math.max(longest, watched(scope, later));
      longest = Math.max(longest, later - chunk.at(index));
      later = chunk.at(index);
    }
    return longest;
  });
}

/** Time since the customer’s file came, at a time; −1 without a file, or where legs stand apart. */
function watched({ subject }: Scope, at: number): number {
  const { profile, history } = subject;
  return profile === null || history.outliers.count > 0 ? -1 : Math.max(-1, at - profile.knownFrom);
}

/** A leg beyond lateness stands in no chain: what was before it is found by its time. */
function isOutlier(scope: Scope): boolean {
  return (scope.chunk.flags(scope.index) & BEYOND_LATENESS) !== 0;
}

/** The chunk of the last leg at or before the judged one's time. */
function chunkAt(scope: Scope): Chunk {
  let chunk = scope.subject.history.chain.tail;
  while (chunk.previous !== null && (chunk.count === 0 || chunk.at(0) > scope.at)) chunk = chunk.previous;
  return chunk;
}

/** Where a walk back from the judged leg begins. */
export function newestAt(scope: Scope): { chunk: Chunk; index: number } {
  if (!isOutlier(scope)) return scope;
  const chunk = chunkAt(scope);
  return { chunk, index: upperBound(chunk, scope.at) - 1 };
}

/**
 * Calls back for each leg of a side that may pass in `(at − reach, at]`, newest first, until it answers
 * false. It begins with the judged leg: those of the same time behind it came later.
 */
export function eachLeg(
  scope: Scope,
  side: number,
  reachMs: number,
  visit: (chunk: Chunk, index: number) => boolean,
): void {
  const cut = scope.at - reachMs;
  const place = newestAt(scope);
  let { index } = place;
  let chunk: Chunk | null = place.chunk;
  while (chunk !== null) {
    for (; index >= 0; index--) {
      if (chunk.at(index) <= cut) return;
      const flags = chunk.flags(index);
      if ((flags & (SIDE_INCOMING | MAY_PASS | BUCKET)) === (side | MAY_PASS) && !visit(chunk, index)) return;
    }
    chunk = chunk.previous;
    index = chunk === null ? -1 : chunk.count - 1;
  }
}

/** True for cash that is paid in or drawn. */
export function isCash(): Feature<boolean> {
  return direct('text', (scope) => isCashKind(scope.kind), true);
}

function isCashKind(kind: number): boolean {
  return kind === WITHDRAWAL || kind === DEPOSIT;
}

const WITHDRAWAL = TRANSFER_KINDS.indexOf('withdrawal');
const DEPOSIT = TRANSFER_KINDS.indexOf('deposit');

/** Transfers within the window whose amount lies in `[from, to)`, base minor units: of cash, of all others, or of both. */
export function countInBand(side: Side, windowMs: number, from: number, to: number, cash?: boolean): Feature {
  const wanted = side === 'incoming' ? 1 : 0;
  return remembered(
    'count',
    (scope) => {
      let counted = 0;
      eachLeg(scope, wanted, windowMs, (chunk, index) => {
        const value = chunk.amount(index);
        if (value >= from && value < to && isOf(chunk, index, cash)) counted++;
        return true;
      });
      return counted;
    },
    true,
    windowMs,
  );
}

function isOf(chunk: Chunk, index: number, cash: boolean | undefined): boolean {
  return cash === undefined || isCashKind((chunk.flags(index) >> KIND_SHIFT) & 7) === cash;
}

/** Sum of what `countInBand` counts, base minor units. */
export function sumInBand(side: Side, windowMs: number, from: number, to: number, cash?: boolean): Feature {
  const wanted = side === 'incoming' ? 1 : 0;
  return remembered(
    'money',
    (scope) => {
      let summed = 0;
      eachLeg(scope, wanted, windowMs, (chunk, index) => {
        const value = chunk.amount(index);
        if (value >= from && value < to && isOf(chunk, index, cash)) summed += value;
        return true;
      });
      return summed;
    },
    true,
    windowMs,
  );
}

/**
 * 0 the payee was not paid before within the history, 1 paid on this account before, 2 paid, but on other
 * accounts only. What is held does not count: nobody has looked at it yet.
 */
export function payeeAccount(): Feature {
  return remembered(
    'count',
    (scope) => {
      const party = scope.names.partyOf(scope.counterparty);
      let known = 0;
      eachLeg(scope, 0, Number.POSITIVE_INFINITY, (chunk, index) => {
        if ((chunk === scope.chunk && index === scope.index) || isHeld(chunk.flags(index))) return true;
        const other = chunk.counterparty(index);
        if (other === scope.counterparty) {
          known = 1;
          return false;
        }
        if (scope.names.partyOf(other) === party) known = 2;
        return true;
      });
      return known;
    },
    false,
    0,
  );
}

function isHeld(flags: number): boolean {
  return (flags & OUTCOME_MASK) >> OUTCOME_SHIFT === HELD;
}

const HELD = 2;
