/** What becomes of held transfers: approved, denied, expired; on release freezes and lists are asked again. */
import type { Approval } from '../../schemas/events/approval.ts';
import type { TransferStatus } from '../../schemas/events/transfer.ts';
import type { Reason } from '../../schemas/reason.ts';
import { approvalIdentity, type Hold, refuseApproval, reused } from '../books/approvals.ts';
import type { LegPlace } from '../books/history.ts';
import { accept, compare } from '../books/repeats.ts';
import type { Subject } from '../books/subject.ts';
import { tightenedPercent } from '../features/account-features.ts';
import { nameOf } from '../features/interner.ts';
import { STATUS_MASK, STATUS_SHIFT } from '../features/legs.ts';
import { type Arrival, aboutReader, isInOwnGroup, STATUSES } from './arrival.ts';
import { bookFailed } from './book-failed.ts';
import { decisionOf, missingOf, setOutcome, standingOf, takeBack, termsOf } from './decisions.ts';
import { aimAt, type Finding, judge, neutralReason, raiseAlerts, reasonsOf } from './judge.ts';
import type { TaskState } from './state.ts';
import { TransferReader } from './transfer-reader.ts';

/** What brought a revision: the time and person of an approval, or of an expiry. */
interface Cause {
  readonly at: number;
  readonly seen: number;
  readonly by: string | null;
}

const held = new TransferReader();
/** Approvals of a subject whose repeats are recognised. */
const APPROVALS_KNOWN = 64;

/** Folds an approval or denial. What does not count is refused with the reason. */
export function foldApproval(
  state: TaskState,
  place: number,
  approval: Approval,
  source: { readonly seen: number; readonly partition: number; readonly offset: number; readonly body: Buffer },
): void {
  const subject = state.touch(place);
  const repeat = repeatOf(subject, approval);
  if (repeat === 'repeat') return;
  const hold = subject.holds?.get(approval.transferId);
  const refused = repeat === 'reused' ? reused(approval) : refusedBy(state, hold, approval);
  if (refused === 'failed') return;
  if (refused !== null || hold === undefined) {
    state.outputs.deadLetter({
      topic: 'approvals',
      partition: source.partition,
      offset: source.offset,
      seen: source.seen,
      ...refused!,
      eventId: approval.approvalId,
      transferId: approval.transferId,
      body: source.body,
    });
    return;
  }
  const cause = { at: approval.at, seen: source.seen, by: approval.by };
  if (approval.action === 'deny') {
    close(state, subject, place, hold, 'reject', cause, [personal('denied', approval, 'denied', '拒绝')]);
    return;
  }
  const { by, roles, device, session } = approval;
  hold.given.push({ by, roles, device, session });
  const approved = personal('approved', approval, 'approved', '批准');
  if (missingOf(state, hold) === 0) release(state, subject, place, hold, cause, approved);
  else revise(state, subject, place, hold, cause, approved);
}

/** Why the approval does not count; where the book throws it does not, and the hold waits on. */
function refusedBy(
  state: TaskState,
  hold: Hold | undefined,
  approval: Approval,
): ReturnType<typeof refuseApproval> | 'failed' {
  try {
    return refuseApproval(hold, approval);
  } catch (error) {
    bookFailed(state, 'approvals', error);
    return 'failed';
  }
}

/** What the message is to the subject's latest approvals; a new one is remembered, counted or refused. */
function repeatOf(subject: Subject, approval: Approval): ReturnType<typeof compare> {
  subject.approvalsKnown ??= new Map();
  const identity = approvalIdentity(approval);
  const repeat = compare(subject.approvalsKnown, identity);
  if (repeat === 'new') accept(subject.approvalsKnown, identity, APPROVALS_KNOWN);
  return repeat;
}

/** Rejects what has expired by `now`, in order of time. */
export function expireHolds(state: TaskState, subject: Subject, place: number, now: number): void {
  if (subject.holds === null) return;
  const due = [...subject.holds.values()].filter((hold) => hold.expiresAt <= now);
  due.sort((left, right) => left.expiresAt - right.expiresAt || (left.transferId < right.transferId ? -1 : 1));
  for (const hold of due) {
    const reason: Reason = {
      code: 'expired',
      rule: null,
      outcome: 'reject',
      en: 'The hold expired without the approvals that it asked for.',
      zh: '待审超时，未获得所需审批。',
      evidence: [],
    };
    close(state, subject, place, hold, 'reject', { at: now, seen: now, by: null }, [reason]);
  }
}

/**
 * Enough approvals, and a last look at freezes, stops, tightened limits and lists: the first three reject whoever
 * approved, and what a list says since asks for approvals of its own.
 */
function release(state: TaskState, subject: Subject, place: number, hold: Hold, cause: Cause, approved: Reason): void {
  const { arrival, leg } = aim(state, subject, place, hold);
  state.scope.at = cause.at;
  const screened = judge(screeningOf(state, subject), 'outgoing', false) ?? [];
  const findings = [...screened, ...tightened(state, subject)];
  state.scope.at = cause.at;
  const inForce = findings.filter(({ bound }) => !bound.shadow);
  const rejects = inForce.filter(({ outcome }) => outcome.kind === 'reject');
  const fresh = inForce.filter(({ bound, outcome }) => outcome.kind === 'hold' && !hold.rules.includes(bound.rule.id));
  raiseAlerts(state, subject, rejects.length > 0 ? rejects : fresh, { ...aboutReader(held), seen: cause.seen });
  if (rejects.length > 0) {
    finish(state, hold, arrival, leg, 'reject', cause, [approved, neutralReason('blocked', null, 'reject')]);
  } else if (fresh.length > 0) {
    const { demands, rules } = termsOf(fresh);
    Object.assign(hold, { demands, rules: [...hold.rules, ...rules], given: [] });
    hold.reasons = [...hold.reasons, ...reasonsOf(state, fresh)];
    revise(state, subject, place, hold, cause, approved);
  } else finish(state, hold, arrival, leg, 'accept', cause, [approved]);
}

/** What limits say by now where somebody has tightened them; otherwise they are as they were when it was held. */
function tightened(state: TaskState, subject: Subject): Finding[] {
  const { scope } = state;
  if (tightenedPercent(scope) === 100) return [];
  const set = state.rulesOf(subject);
  scope.at = held.at;
  return judge({ ...set, outgoing: set.outgoing.filter(({ rule }) => rule.code === 'limit') }, 'outgoing', false) ?? [];
}

/** What may have come up while it waited: lists, freezes, stops. */
function screeningOf(state: TaskState, subject: Subject) {
  const set = state.rulesOf(subject);
  return {
    ...set,
    outgoing: set.outgoing.filter(({ rule }) => rule.family === 'screening' || rule.code === 'blocked'),
  };
}

/** Not released yet: the decision says what is missing, and later approvals must name that revision. */
function revise(state: TaskState, subject: Subject, place: number, hold: Hold, cause: Cause, approved: Reason): void {
  const { arrival, leg } = aim(state, subject, place, hold);
  hold.revision++;
  if (leg !== null) subject.details!.get(arrival.name * 2)!.revision = hold.revision;
  state.outputs.decision({
    ...decisionOf(held, arrival.baseMinor, {
      revision: hold.revision,
      outcome: 'hold',
      reasons: [...hold.reasons, approved],
      status: statusOf(leg),
      beyondLateness: state.scope.beyondLateness || null,
    }),
    ...standingOf(state, hold),
    seen: cause.seen,
    by: cause.by,
  });
}

function close(
  state: TaskState,
  subject: Subject,
  place: number,
  hold: Hold,
  outcome: 'accept' | 'reject',
  cause: Cause,
  reasons: Reason[],
): void {
  const { arrival, leg } = aim(state, subject, place, hold);
  finish(state, hold, arrival, leg, outcome, cause, reasons);
}

function finish(
  state: TaskState,
  hold: Hold,
  arrival: Arrival,
  leg: LegPlace | null,
  outcome: 'accept' | 'reject',
  cause: Cause,
  reasons: Reason[],
): void {
  const { subject } = arrival;
  const revision = hold.revision + 1;
  subject.holds!.delete(hold.transferId);
  if (leg !== null) {
    setOutcome(leg, outcome);
    const detail = subject.details?.get(arrival.name * 2);
    if (detail !== undefined) detail.revision = revision;
    if (outcome === 'reject') takeBack(state, held, arrival, leg, revision);
  }
  state.outputs.decision({
    ...decisionOf(held, arrival.baseMinor, {
      revision,
      outcome,
      reasons: [...hold.reasons, ...reasons],
      status: statusOf(leg),
      beyondLateness: state.scope.beyondLateness || null,
    }),
    ...standingOf(state, hold),
    expiresAt: null,
    seen: cause.seen,
    by: cause.by,
  });
}

/** The status that the transfer has by now: a part of it may have settled while it was held. */
function statusOf(leg: LegPlace | null): TransferStatus {
  return leg === null ? 'submitted' : STATUSES[(leg.chunk.flags(leg.index) & STATUS_MASK) >> STATUS_SHIFT]!;
}

/** Puts the reader on the held event and the scope on its leg; no leg where history has outlived it. */
function aim(
  state: TaskState,
  subject: Subject,
  place: number,
  hold: Hold,
): { arrival: Arrival; leg: LegPlace | null } {
  held.open(hold.event);
  held.next();
  const name = nameOf(held.buffer, held.transferId.start, held.transferId.end);
  const leg = subject.history.find(name, 0);
  const account = state.ids.intern(held.buffer, held.creditorAccount.start, held.creditorAccount.end);
  const { creditorParty } = held;
  const party =
    creditorParty.start < 0 ? account : state.ids.intern(held.buffer, creditorParty.start, creditorParty.end);
  const counterparty = state.counterparties.of(party, account);
  const baseMinor = leg === null ? 0 : leg.chunk.amount(leg.index);
  const { scope } = state;
  scope.beyondLateness = false;
  if (leg !== null) aimAt(state, subject, leg.chunk, leg.index);
  scope.at = held.at;
  scope.tick = state.control.tick;
  scope.amount = baseMinor;
  scope.counterparty = counterparty;
  scope.late = false;
  scope.totals = subject.history.windows.totals;
  scope.payerIsParty = held.debtorParty.start >= 0;
  scope.ownEnds = () => [state.subjects.idOf(subject), held.text(held.debtorAccount)!];
  const arrival: Arrival = {
    subject,
    place,
    side: 0,
    isPayer: true,
    name,
    event: 0,
    content: 0,
    counterparty,
    ownGroup: isInOwnGroup(held, subject, true),
    baseMinor,
    rate: { numerator: 1, denominator: 1 },
    payerBefore: -1,
  };
  return { arrival, leg };
}

function personal(code: 'approved' | 'denied', approval: Approval, en: string, zh: string): Reason {
  const note = approval.note === null ? '' : `: ${approval.note}`;
  return {
    code,
    rule: null,
    outcome: 'note',
    en: `${approval.by} ${en}${note}`,
    zh: `${approval.by} 已${zh}${note}`,
    evidence: [],
  };
}
