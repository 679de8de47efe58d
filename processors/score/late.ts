/**
 * Late legs. A late leg is judged by the windows of its own time, and the later windows that now
 * contain it are judged again, once a rule and leg: an alert may come late and is never missed. Late
 * data never changes a decision.
 */
import type { Subject } from '../books/subject.ts';
import {
  BUCKET,
  type Chunk,
  COUNTERPARTY,
  FIRED,
  INTEGERS,
  KIND_SHIFT,
  MAY_PASS,
  REPLACED,
  SIDE_INCOMING,
  upperBound,
} from '../features/legs.ts';
import { Sweep } from '../features/windows.ts';
import type { Occasion } from '../rules/contract.ts';
import type { BoundRule, RuleSet } from '../rules/rule-set.ts';
import { aboutReader, isOwnTransfer } from './arrival.ts';
import { aimAt, ask, isQuietFor, raise } from './judge.ts';
import type { TaskState } from './state.ts';
import type { TransferReader } from './transfer-reader.ts';

/** Windows as of the late leg's own time. */
export function ownWindows(state: TaskState, subject: Subject, at: number): Sweep {
  const { history } = subject;
  return new Sweep(history.windows.plan, history.chain, at, state.counterparties.partyOf);
}

export function judgeLaterWindows(
  state: TaskState,
  subject: Subject,
  set: RuleSet,
  late: { readonly place: { readonly chunk: Chunk; readonly index: number }; readonly at: number },
  reader: TransferReader,
): void {
  if (set.reachMs === 0) return;
  const { chunk: lateChunk, index: lateIndex } = late.place;
  const sweep = ownWindows(state, subject, late.at);
  const until = late.at + set.reachMs;
  // Legs of the same time that came before stand in front of the late one: their windows contain it too.
  const first = firstOfTime(lateChunk, late.at);
  let chunk: Chunk | null = first.chunk;
  let index = first.index;
  let end = late.at;
  for (; chunk !== null; chunk = chunk.next, index = 0) {
    for (; index < chunk.count; index++) {
      const at = chunk.at(index);
      if (at >= until) return;
      if (chunk === lateChunk && index === lateIndex) continue;
      if (at > end) {
        sweep.moveTo(at);
        end = at;
      }
      judgeAgain(state, subject, set, chunk, index, late.at, sweep, reader);
    }
  }
}

function judgeAgain(
  state: TaskState,
  subject: Subject,
  set: RuleSet,
  chunk: Chunk,
  index: number,
  lateAt: number,
  sweep: Sweep,
  reader: TransferReader,
): void {
  const flags = chunk.flags(index);
  if ((flags & MAY_PASS) === 0 || (flags & (BUCKET | REPLACED)) !== 0) return;
  const occasion = occasionOf(subject, flags);
  const bound = set[occasion];
  const fired = chunk.integers[index * INTEGERS + FIRED]!;
  const { scope } = state;
  for (const one of bound) {
    if (one.bit === 0 || (fired & one.bit) !== 0 || chunk.at(index) >= lateAt + one.reachMs) continue;
    const counterparty = chunk.integers[index * INTEGERS + COUNTERPARTY]!;
    if (isQuietFor(one, isOwnTransfer(state, { subject, counterparty }))) continue;
    aimAt(state, subject, chunk, index);
    scope.totals = sweep.totals;
    scope.amount = chunk.amount(index);
    scope.kind = (flags >> KIND_SHIFT) & 7;
    scope.counterparty = counterparty;
    scope.late = true;
    const outcome = askAgain(one, occasion);
    if (outcome === null) continue;
    chunk.integers[index * INTEGERS + FIRED]! |= one.bit;
    raise(state, subject, one, outcome.severity, outcome.values, aboutReader(reader));
  }
  scope.late = false;
}

/** Only what alerts matters here: a decision is never changed by late data. */
function askAgain(bound: BoundRule, occasion: Occasion) {
  const outcome = ask(bound, occasion);
  if (outcome.kind === 'pass' || outcome.severity === null) return null;
  return { severity: outcome.severity, values: outcome.values };
}

function occasionOf(subject: Subject, flags: number): 'outgoing' | 'incoming' | 'device' | 'operator' {
  if (subject.kind === 'device' || subject.kind === 'operator') return subject.kind;
  return (flags & SIDE_INCOMING) === 0 ? 'outgoing' : 'incoming';
}

function firstOfTime(from: Chunk, at: number): { chunk: Chunk; index: number } {
  let chunk = from;
  while (chunk.previous !== null && chunk.previous.count > 0 && chunk.previous.at(chunk.previous.count - 1) === at) {
    chunk = chunk.previous;
  }
  let index = upperBound(chunk, at);
  while (index > 0 && chunk.at(index - 1) === at) index--;
  return { chunk, index };
}
