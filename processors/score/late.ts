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
  OWN_GROUP,
  SIDE_INCOMING,
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
  lateAt: number,
  reader: TransferReader,
): void {
  if (set.reachMs === 0) return;
  const sweep = ownWindows(state, subject, lateAt);
  // The late leg is the last of its time: what the sweep finds next are the legs behind it.
  while (sweep.peek()) {
    const { chunk, index } = sweep;
    if (chunk.at(index) >= lateAt + set.reachMs) return;
    sweep.step();
    judgeAgain(state, subject, set, chunk, index, lateAt, sweep, reader);
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
  if ((flags & BUCKET) !== 0) return;
  const mayPass = (flags & MAY_PASS) !== 0;
  const occasion = occasionOf(subject, flags);
  const bound = set[occasion];
  const fired = chunk.integers[index * INTEGERS + FIRED]!;
  const { scope } = state;
  for (const one of bound) {
    if (one.bit === 0 || (fired & one.bit) !== 0 || chunk.at(index) >= lateAt + one.reachMs) continue;
    const counterparty = chunk.integers[index * INTEGERS + COUNTERPARTY]!;
    if (isQuietFor(one, isOwnTransfer(state, { subject, counterparty, ownGroup: (flags & OWN_GROUP) !== 0 }), mayPass))
      continue;
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
