/**
 * Decisions of the payer's side: the first one, and the revisions that approvals, expiry and status
 * add. Late data adds none.
 */
import type { Decision, Outcome } from '../../schemas/decision.ts';
import {
  TRANSFER_KINDS,
  TRANSFER_STATUSES,
  type TransferKind,
  type TransferStatus,
} from '../../schemas/events/transfer.ts';
import type { Void } from '../../schemas/events/void.ts';
import type { Reason } from '../../schemas/reason.ts';
import { approvalsMissing, type Demand, type Hold } from '../books/approvals.ts';
import type { LegPlace } from '../books/history.ts';
import type { TransferDetail } from '../books/transfer-detail.ts';
import { COUNTERPARTY, DETAILED, EVENT, INTEGERS, MAY_PASS, OUTCOME_MASK, OUTCOME_SHIFT } from '../features/legs.ts';
import { type Arrival, aboutReader, detailOf, eventIdOf, isOwnTransfer, mayPass } from './arrival.ts';
import { beyondLatenessNote } from './beyond-lateness.ts';
import { BOOK_FAILED, bookFailed } from './book-failed.ts';
import { setCounting } from './bookkeeping.ts';
import { writeAcceptance } from './decision-writer.ts';
import { type Finding, judge, raiseAlerts, reasonsOf } from './judge.ts';
import type { TaskState } from './state.ts';
import type { TransferReader } from './transfer-reader.ts';

export const OUTCOME_NUMBERS = { accept: 1, hold: 2, reject: 3 } as const;
const OUTCOME_NAMES: readonly (Outcome | null)[] = [null, 'accept', 'hold', 'reject'];

/** The strictest outcome of findings. Shadow rules have no effect. */
function strictest(findings: readonly Finding[]): Outcome {
  const kinds = findings.filter(({ bound }) => !bound.shadow).map(({ outcome }) => outcome.kind);
  return kinds.includes('reject') ? 'reject' : kinds.includes('hold') ? 'hold' : 'accept';
}

/** What the holds among findings ask for: for each choice of roles the most people. */
export function termsOf(findings: readonly Finding[]): Pick<Hold, 'demands' | 'rules'> {
  const demands = new Map<string, Demand>();
  const rules: string[] = [];
  for (const { bound, outcome } of findings) {
    if (bound.shadow || outcome.kind !== 'hold') continue;
    rules.push(bound.rule.id);
    const roles = [...outcome.roles].sort();
    const known = demands.get(roles.join());
    if (known === undefined) demands.set(roles.join(), { approvals: outcome.approvals, roles });
    else known.approvals = Math.max(known.approvals, outcome.approvals);
  }
  return { demands: [...demands.values()], rules };
}

/** Decides a submitted transfer. The scope and its totals are set; the leg is reserved. */
export function decideTransfer(
  state: TaskState,
  reader: TransferReader,
  arrival: Arrival,
  place: LegPlace,
  revision: number,
): void {
  const { subject } = arrival;
  let findings = judge(state.rulesOf(subject), 'outgoing', isOwnTransfer(state, arrival), mayPass(place));
  if (state.failures.length > 0) findings = [...(findings ?? []), ...failuresHeld(state)];
  if (state.scope.beyondLateness) findings ??= [];
  if (findings === null) {
    setOutcome(place, 'accept');
    noteRevision(arrival, place, revision, 'accept');
    if (revision === 1) writeAcceptance(state.outputs.acceptances, reader, arrival.baseMinor);
    else state.outputs.decision(decisionOf(reader, arrival.baseMinor, { revision, outcome: 'accept', reasons: [] }));
    return;
  }
  const outcome = strictest(findings);
  const reasons = reasonsOf(state, findings);
  if (state.scope.beyondLateness) reasons.push(beyondLatenessNote(state, subject, reader.at));
  raiseAlerts(state, subject, findings, aboutReader(reader));
  setOutcome(place, outcome);
  noteRevision(arrival, place, revision, outcome);
  if (outcome === 'reject') takeBack(state, reader, arrival, place, revision);
  const hold =
    outcome === 'hold' ? openHold(state, reader, arrival, { revision, reasons, ...termsOf(findings) }) : null;
  state.outputs.decision(
    decisionOf(reader, arrival.baseMinor, {
      revision,
      outcome,
      reasons,
      beyondLateness: state.scope.beyondLateness || null,
      ...(hold === null ? {} : standingOf(state, hold)),
    }),
  );
}

/** Books that failed so far: somebody must look before the transfer may pass. */
function failuresHeld(state: TaskState): Finding[] {
  return state.failures.splice(0).map((values) => ({
    bound: BOOK_FAILED,
    outcome: { kind: 'hold', approvals: 1, roles: [], severity: 'critical', values: { ...values } },
  }));
}

/** A first acceptance needs no detail; one that is there already (its amount was converted) must know of it. */
function noteRevision({ subject, name, side }: Arrival, place: LegPlace, revision: number, outcome: Outcome): void {
  const isDetailed = (place.chunk.flags(place.index) & DETAILED) !== 0;
  if (isDetailed || revision > 1 || outcome !== 'accept') detailOf(subject, place, name, side).revision = revision;
}

function openHold(
  state: TaskState,
  reader: TransferReader,
  arrival: Arrival,
  terms: Pick<Hold, 'revision' | 'reasons' | 'demands' | 'rules'>,
): Hold {
  const { subject } = arrival;
  const hold: Hold = {
    transferId: reader.text(reader.transferId)!,
    event: reader.entryBlock(),
    ...terms,
    given: [],
    maker: reader.text(reader.maker),
    device: reader.text(reader.device),
    session: reader.text(reader.session),
    batch: reader.text(reader.batch),
    expiresAt: Math.max(state.control.tick, Math.min(reader.at, reader.seen)) + state.rules.settings.holdExpiry,
    seen: reader.seen,
  };
  subject.holds ??= new Map();
  subject.holds.set(hold.transferId, hold);
  if (hold.expiresAt < subject.due) {
    subject.due = hold.expiresAt;
    state.timers.push(hold.expiresAt, arrival.place);
  }
  return hold;
}

/** Where a hold stands, as a decision tells it. */
export function standingOf(
  state: TaskState,
  hold: Hold,
): Pick<Decision, 'approvalsRequired' | 'approvalsGiven' | 'expiresAt' | 'maker' | 'batch'> {
  const approvalsGiven = hold.given.length;
  return {
    approvalsRequired: approvalsGiven + missingOf(state, hold),
    approvalsGiven,
    expiresAt: hold.expiresAt,
    maker: hold.maker,
    batch: hold.batch,
  };
}

/** People who must still approve; one more, where the book cannot tell. */
export function missingOf(state: TaskState, hold: Hold): number {
  try {
    return approvalsMissing(hold);
  } catch (error) {
    bookFailed(state, 'approvals', error);
    return 1;
  }
}

/** The amount no longer counts, here and on the other subjects that were told of it. */
export function takeBack(
  state: TaskState,
  reader: TransferReader,
  arrival: Arrival,
  place: LegPlace,
  revision: number,
): void {
  const { subject, side } = arrival;
  // What upstream has settled against our word counts on.
  const settled = subject.details?.get(arrival.name * 2 + side)?.settledMinor ?? 0;
  setCounting(state, subject, place, settled);
  state.outputs.void(voidOf(reader, revision));
}

/**
 * An amendment that names another payee, device or operator: the one before must hear that its leg is gone.
 * The event before is at hand only while it is held; of what was accepted the leg alone is kept, and it
 * knows the payee. The device of an accepted instruction was used, whatever became of it.
 */
export function voidReplaced(
  state: TaskState,
  reader: TransferReader,
  arrival: Arrival,
  replaced: LegPlace,
  hold: Hold | null,
): void {
  const { chunk, index } = replaced;
  if ((chunk.flags(index) & MAY_PASS) === 0) return;
  const { counterparties } = state;
  const party = counterparties.partyOf(chunk.integers[index * INTEGERS + COUNTERPARTY]!);
  const targets: Void['targets'] = [];
  if (party !== counterparties.partyOf(arrival.counterparty)) {
    targets.push({ subjectKind: 'party', subject: state.ids.text(party), role: 'payee' });
  }
  if (hold !== null) {
    const { device, maker } = hold;
    if (device !== null && device !== reader.text(reader.device)) {
      targets.push({ subjectKind: 'device', subject: device, role: 'device' });
    }
    if (maker !== null && maker !== reader.text(reader.maker)) {
      targets.push({ subjectKind: 'operator', subject: maker, role: 'operator' });
    }
  }
  if (targets.length === 0) return;
  state.outputs.void({
    transferId: reader.text(reader.transferId)!,
    eventId: eventIdOf(reader),
    replaced: chunk.integers[index * INTEGERS + EVENT]!,
    revision: arrival.subject.details!.get(arrival.name * 2 + arrival.side)!.revision + 1,
    at: chunk.at(index),
    targets,
  });
}

/**
 * A refused event that names another payee than the transfer has: to that payee it was the first it
 * heard of the transfer, so it must hear that there is none. Revision 0 says that nothing of it holds.
 */
export function voidRefused(state: TaskState, reader: TransferReader, known: LegPlace): void {
  const { counterparties } = state;
  const payee = reader.text(reader.creditorParty) ?? reader.text(reader.creditorAccount)!;
  const counterparty = known.chunk.integers[known.index * INTEGERS + COUNTERPARTY]!;
  if (counterparties.partyText(counterparty) === payee) return;
  state.outputs.void({
    transferId: reader.text(reader.transferId)!,
    eventId: eventIdOf(reader),
    replaced: null,
    revision: 0,
    at: reader.at,
    targets: [{ subjectKind: 'party', subject: payee, role: 'payee' }],
  });
}

function voidOf(reader: TransferReader, revision: number): Void {
  const payee = reader.text(reader.creditorParty) ?? reader.text(reader.creditorAccount)!;
  const others = [
    { subjectKind: 'device', subject: reader.text(reader.device), role: 'device' },
    { subjectKind: 'operator', subject: reader.text(reader.maker), role: 'operator' },
  ] as const;
  return {
    transferId: reader.text(reader.transferId)!,
    eventId: eventIdOf(reader),
    replaced: null,
    revision,
    at: reader.at,
    targets: [
      { subjectKind: 'party', subject: payee, role: 'payee' },
      ...others.flatMap((one) => (one.subject === null ? [] : [{ ...one, subject: one.subject }])),
    ],
  };
}

/** A further status of a decided transfer: the decision gets a revision that says so. */
export function reviseForStatus(
  state: TaskState,
  reader: TransferReader,
  arrival: Arrival,
  detail: TransferDetail,
  before: number,
): void {
  detail.revision++;
  const transferId = reader.text(reader.transferId)!;
  const hold = arrival.subject.holds?.get(transferId) ?? null;
  // A hold ends with any final word of upstream; a part that settled leaves it standing, under the new revision.
  const stands = hold !== null && TRANSFER_STATUSES[reader.status] === 'partially-settled';
  if (stands) hold.revision = detail.revision;
  else arrival.subject.holds?.delete(transferId);
  state.outputs.decision(
    decisionOf(reader, arrival.baseMinor, {
      revision: detail.revision,
      outcome: OUTCOME_NAMES[before]!,
      reasons: stands ? hold.reasons : endedBy(reader, hold),
      beyondLateness: state.scope.beyondLateness || null,
      ...(stands ? standingOf(state, hold) : {}),
    }),
  );
}

/** Upstream had the last word on what waited: nobody needs to approve it any more. */
function endedBy(reader: TransferReader, hold: Hold | null): Reason[] {
  if (hold === null) return [];
  const { en, zh } = ENDINGS[TRANSFER_STATUSES[reader.status]!] ?? ENDINGS.settled!;
  return [
    {
      code: 'status',
      rule: null,
      outcome: 'note',
      en: `Upstream ${en} the transfer while it waited; it asks for no approval any more.`,
      zh: `待审期间上游已${zh}该交易，不再需要审批。`,
      evidence: [],
    },
  ];
}

const ENDINGS: { readonly [status: string]: { readonly en: string; readonly zh: string } } = {
  settled: { en: 'settled', zh: '结算' },
  failed: { en: 'failed', zh: '判定失败' },
  cancelled: { en: 'cancelled', zh: '撤销' },
};

/** True for a settlement, in whole or part, of a transfer that was held or rejected. */
export function settledUnreleased(reader: TransferReader, before: number): boolean {
  const status = TRANSFER_STATUSES[reader.status];
  return (status === 'settled' || status === 'partially-settled') && before > OUTCOME_NUMBERS.accept;
}

export function setOutcome(place: LegPlace, outcome: Outcome): void {
  const { chunk, index } = place;
  chunk.setFlags(index, (chunk.flags(index) & ~OUTCOME_MASK) | (OUTCOME_NUMBERS[outcome] << OUTCOME_SHIFT));
}

/** A decision on the transfer that the reader stands on. */
export function decisionOf(
  reader: TransferReader,
  baseMinor: number,
  said: Pick<Decision, 'revision' | 'outcome' | 'reasons'> & Partial<Decision>,
): Decision {
  return {
    transferId: reader.text(reader.transferId)!,
    eventId: eventIdOf(reader),
    at: reader.at,
    seen: reader.seen,
    kind: TRANSFER_KINDS[reader.kind] as TransferKind,
    status: TRANSFER_STATUSES[reader.status]!.replace('-', '_') as TransferStatus,
    debtor: reader.text(reader.debtorParty) ?? reader.text(reader.debtorAccount)!,
    creditor: reader.text(reader.creditorParty) ?? reader.text(reader.creditorAccount)!,
    amountMinor: reader.amountMinor,
    currency: reader.text(reader.currency)!,
    baseMinor,
    approvalsRequired: 0,
    approvalsGiven: 0,
    expiresAt: null,
    by: null,
    beyondLateness: null,
    maker: null,
    batch: null,
    ...said,
  };
}
