/**
 * Folds transfer entries: recognises repeats, applies the table of status changes, keeps legs and
 * limits in step, and has the payer's side decide.
 */
import type { Refusal } from '../../schemas/dead-letter.ts';
import { TRANSFER_STATUSES, type TransferStatus } from '../../schemas/events/transfer.ts';
import { mayFollow } from '../../schemas/statuses.ts';
import { SUBJECT_ROLES } from '../../schemas/subjects.ts';
import type { LegPlace } from '../books/history.ts';
import type { Subject } from '../books/subject.ts';
import type { TransferDetail } from '../books/transfer-detail.ts';
import { hashBytes, nameOf } from '../features/interner.ts';
import {
  BEYOND_LATENESS,
  CONTENT,
  DETAILED,
  EVENT,
  HISTORICAL,
  INTEGERS,
  KIND_SHIFT,
  MAY_PASS,
  type NewLeg,
  OUTCOME_MASK,
  OUTCOME_SHIFT,
  OWN_GROUP,
  SIDE_INCOMING,
  STATUS_MASK,
  STATUS_SHIFT,
} from '../features/legs.ts';
import type { Occasion } from '../rules/contract.ts';
import {
  type Arrival,
  aboutReader,
  convertWith,
  detailOf,
  eventIdOf,
  isInOwnGroup,
  isOwnTransfer,
  keepRate,
  mayPass,
  rateOf,
  SAME_CURRENCY,
  STATUSES,
} from './arrival.ts';
import { bookFailed } from './book-failed.ts';
import { addToBooks, addToOrdinary, setCounting } from './bookkeeping.ts';
import { decideTransfer, reviseForStatus, settledUnreleased, voidRefused, voidReplaced } from './decisions.ts';
import { aimAt, judge, raiseAlerts } from './judge.ts';
import { judgeLaterWindows, ownWindows } from './late.ts';
import type { TaskState } from './state.ts';
import { LATE_SERIES } from './tally.ts';
import type { Span, TransferReader } from './transfer-reader.ts';

const PAYER = SUBJECT_ROLES.indexOf('payer');
const PAYEE = SUBJECT_ROLES.indexOf('payee');
/** Whether a status may be the first that is heard of a transfer. */
const MAY_BE_FIRST = STATUSES.map((status) => mayFollow(null, status));
const SUBMITTED = TRANSFER_STATUSES.indexOf('submitted');
const SETTLED = TRANSFER_STATUSES.indexOf('settled');
const PARTIALLY_SETTLED = TRANSFER_STATUSES.indexOf('partially-settled');
const FAILED = TRANSFER_STATUSES.indexOf('failed');
const CANCELLED = TRANSFER_STATUSES.indexOf('cancelled');

/** Occasion by role, for roles that hear of transfers. */
const OCCASIONS: { readonly [role: number]: Occasion } = {
  [PAYER]: 'outgoing',
  [PAYEE]: 'incoming',
  [SUBJECT_ROLES.indexOf('device')]: 'device',
  [SUBJECT_ROLES.indexOf('operator')]: 'operator',
};

const leg: NewLeg = { at: 0, amount: 0, name: 0, counterparty: 0, flags: 0, event: 0, content: 0 };

/** Folds the entry that the reader stands on. */
export function foldTransfer(state: TaskState, reader: TransferReader, place: number): void {
  const subject = state.touch(place);
  const { buffer } = reader;
  const isPayer = reader.role === PAYER;
  const side = reader.role === PAYEE ? SIDE_INCOMING : 0;
  const name = nameOf(buffer, reader.transferId.start, reader.transferId.end);
  const event = eventHash(reader);
  const content = hashWords(buffer, reader.eventStart, reader.eventEnd);
  const known = subject.history.find(name, side);
  if (known === null) {
    if (!MAY_BE_FIRST[reader.status]) {
      if (isPayer)
        refuse(state, reader, 'transfer_unknown', 'is not known; a return or reversal needs the transfer before it');
      return;
    }
    newTransfer(state, reader, arrivalOf(state, reader, subject, place, side, isPayer, name, event, content));
    return;
  }
  const repeat = repeatOf(subject, known, name, side, event, content);
  if (repeat === 'same') return;
  if (repeat === 'other-content') {
    if (isPayer) {
      refuse(state, reader, 'event_id_reused', 'came again under the same eventId with other content');
      voidRefused(state, reader, known);
    }
    return;
  }
  const from = statusOf(known.chunk.flags(known.index));
  const to = STATUSES[reader.status]!;
  if (!mayFollow(from, to)) {
    if (isPayer) {
      refuse(state, reader, 'status_impossible', `is ${from}; ${to} cannot follow`);
      voidRefused(state, reader, known);
    }
    return;
  }
  const arrival = arrivalOf(state, reader, subject, place, side, isPayer, name, event, content);
  if (reader.status === SUBMITTED) amend(state, reader, arrival, known);
  else changeStatus(state, reader, arrival, known);
}

function newTransfer(state: TaskState, reader: TransferReader, arrival: Arrival): void {
  judgeAdded(state, reader, arrival, addLeg(state, reader, arrival, arrival.baseMinor), 1);
  if (arrival.side === SIDE_INCOMING && arrival.baseMinor > 0) addToOrdinary(state, arrival.baseMinor);
}

interface Added {
  place: LegPlace;
  at: number;
  beyond: boolean;
}

/** Adds the leg and reserves its amount. */
function addLeg(state: TaskState, reader: TransferReader, arrival: Arrival, amount: number): Added {
  const { subject, side } = arrival;
  const { terms } = state;
  // A plan of windows that is out of date must not meet a new leg.
  state.rulesOf(subject);
  const attempted = reader.status === FAILED || reader.status === CANCELLED;
  const counts = attempted ? 0 : amount;
  const beyond = subject.history.isBeyondLateness(reader.at, reader.seen, terms) && !reader.historical;
  leg.at = reader.at;
  leg.amount = counts;
  leg.name = arrival.name;
  leg.counterparty = arrival.counterparty;
  leg.flags =
    side |
    (reader.status << STATUS_SHIFT) |
    (counts > 0 ? MAY_PASS : 0) |
    (reader.kind << KIND_SHIFT) |
    (reader.historical ? HISTORICAL : 0) |
    (beyond ? BEYOND_LATENESS : 0) |
    (arrival.ownGroup ? OWN_GROUP : 0);
  leg.event = arrival.event;
  leg.content = arrival.content;
  const place = addToBooks(state, subject, leg, reader.seen);
  if (arrival.rate !== SAME_CURRENCY) keepRate(arrival, place);
  return { place, at: reader.at, beyond };
}

/** Judges a leg by the windows of its own time, and those that a late one has joined again. */
function judgeAdded(state: TaskState, reader: TransferReader, arrival: Arrival, added: Added, revision: number): void {
  const { subject } = arrival;
  aimAtEvent(state, reader, arrival, added.place);
  const isLate = added.at < subject.history.chain.lastAt;
  state.scope.totals = isLate ? ownTotals(state, subject, added.at) : subject.history.windows.totals;
  judgeArrival(state, reader, arrival, added.place, revision);
  if (!isLate || added.beyond) return;
  state.outputs.tally.add(LATE_SERIES);
  try {
    judgeLaterWindows(state, subject, state.rulesOf(subject), added.at, reader);
  } catch (error) {
    bookFailed(state, 'history', error);
  }
}

/** Totals of the windows of an earlier time; those of now where the book cannot tell. */
function ownTotals(state: TaskState, subject: Subject, at: number): readonly number[] {
  try {
    return ownWindows(state, subject, at).totals;
  } catch (error) {
    bookFailed(state, 'history', error);
    return subject.history.windows.totals;
  }
}

function judgeArrival(
  state: TaskState,
  reader: TransferReader,
  arrival: Arrival,
  place: LegPlace,
  revision: number,
): void {
  if (arrival.isPayer && reader.status === SUBMITTED && !reader.historical) {
    decideTransfer(state, reader, arrival, place, revision);
    return;
  }
  const occasion = OCCASIONS[reader.role];
  if (occasion === undefined) return;
  ask(state, reader, arrival, occasion, mayPass(place));
  if (reader.status === SETTLED || reader.status === PARTIALLY_SETTLED) judgeSettlement(state, reader, arrival);
}

/** Money moved. The scope is on its leg; only parties settle, devices and operators do not. */
function judgeSettlement(state: TaskState, reader: TransferReader, arrival: Arrival): void {
  if (reader.role === PAYER || reader.role === PAYEE) ask(state, reader, arrival, 'settlement', true);
}

/** Asks the rules of an occasion that only alert. */
function ask(state: TaskState, reader: TransferReader, arrival: Arrival, occasion: Occasion, moves: boolean): void {
  const findings = judge(state.rulesOf(arrival.subject), occasion, isOwnTransfer(state, arrival), moves);
  if (findings !== null) raiseAlerts(state, arrival.subject, findings, aboutReader(reader));
}

/** A changed amount, payee or time: the old leg stays as an attempt, the new one is decided afresh. */
function amend(state: TaskState, reader: TransferReader, arrival: Arrival, known: LegPlace): void {
  const { subject, side, name } = arrival;
  const { chunk, index } = known;
  const detail = detailOf(subject, known, name, side);
  detail.events.push(chunk.integers[index * INTEGERS + EVENT]!, chunk.integers[index * INTEGERS + CONTENT]!);
  const revisionBefore = detail.revision;
  const counterpartyBefore = chunk.counterparty(index);
  if (arrival.isPayer) {
    const transferId = reader.text(reader.transferId)!;
    voidReplaced(state, reader, arrival, known, subject.holds?.get(transferId) ?? null);
    // The payee may be the same subject: by then the hold is the amendment's own.
    subject.holds?.delete(transferId);
  }
  setCounting(state, subject, known, 0);
  subject.history.replaced(known);
  detail.numerator = arrival.rate.numerator;
  detail.denominator = arrival.rate.denominator;
  const fresh = addLeg(state, reader, arrival, arrival.baseMinor);
  fresh.place.chunk.setFlags(fresh.place.index, fresh.place.chunk.flags(fresh.place.index) | DETAILED);
  const payerBefore = reader.role === PAYEE ? counterpartyBefore : -1;
  judgeAdded(state, reader, { ...arrival, payerBefore }, fresh, revisionBefore + 1);
}

function changeStatus(state: TaskState, reader: TransferReader, arriving: Arrival, known: LegPlace): void {
  const { subject, side, name } = arriving;
  const { chunk, index } = known;
  const flags = chunk.flags(index);
  const detail = detailOf(subject, known, name, side);
  detail.events.push(arriving.event, arriving.content);
  const before = (flags & OUTCOME_MASK) >> OUTCOME_SHIFT;
  // The first rate that converts it is kept for all that follows.
  if (detail.numerator === 0) keepRate(arriving, known);
  const arrival = { ...arriving, baseMinor: convertWith(detail, reader.amountMinor) ?? 0 };
  const counts = countingAmount(detail, TRANSFER_STATUSES[reader.status]!, arrival.baseMinor, chunk.amount(index));
  setCounting(state, subject, known, counts);
  chunk.setFlags(index, (chunk.flags(index) & ~STATUS_MASK) | (reader.status << STATUS_SHIFT));
  const settles = reader.status === SETTLED || reader.status === PARTIALLY_SETTLED;
  if (!arrival.isPayer && !settles) return;
  aimAtEvent(state, reader, arrival, known);
  state.scope.totals = subject.history.windows.totals;
  state.scope.outcomeBefore = before;
  // The hit is the settlement, not the instruction of before.
  state.scope.at = reader.at;
  if (settles) judgeSettlement(state, reader, arrival);
  if (!arrival.isPayer) return;
  if (settledUnreleased(reader, before)) {
    const findings = judge(state.rulesOf(subject), 'status', false);
    if (findings !== null) raiseAlerts(state, subject, findings, aboutReader(reader));
  }
  if (before !== 0) reviseForStatus(state, reader, arrival, detail, before);
}

/**
 * What counts of a transfer after a status. A partial settlement keeps reserved what still is, until a
 * final status; a failure or cancellation gives back what was not settled; a return gives back its part.
 * Partial amounts are cumulative: a smaller one is an older one that came late.
 */
export function countingAmount(detail: TransferDetail, status: string, eventMinor: number, countsNow: number): number {
  switch (status) {
    case 'partially-settled':
      detail.settledMinor = Math.max(detail.settledMinor, eventMinor);
      return Math.max(countsNow, detail.settledMinor);
    case 'settled':
      detail.settledMinor = eventMinor;
      return eventMinor;
    case 'returned':
      detail.returnedMinor = Math.max(detail.returnedMinor, eventMinor);
      return Math.max(0, detail.settledMinor - detail.returnedMinor);
    case 'reversed':
      return 0;
    default:
      return detail.settledMinor;
  }
}

function repeatOf(
  subject: Subject,
  known: LegPlace,
  name: number,
  side: number,
  event: number,
  content: number,
): 'same' | 'other-content' | 'new' {
  const { chunk, index } = known;
  if (chunk.integers[index * INTEGERS + EVENT] === event) {
    return chunk.integers[index * INTEGERS + CONTENT] === content ? 'same' : 'other-content';
  }
  if ((chunk.flags(index) & DETAILED) === 0) return 'new';
  const events = subject.details?.get(name * 2 + side)?.events ?? [];
  for (let position = 0; position < events.length; position += 2) {
    if (events[position] === event) return events[position + 1] === content ? 'same' : 'other-content';
  }
  return 'new';
}

function arrivalOf(
  state: TaskState,
  reader: TransferReader,
  subject: Subject,
  place: number,
  side: number,
  isPayer: boolean,
  name: number,
  event: number,
  content: number,
): Arrival {
  const rate = rateOf(state, reader);
  // A device or operator sees the payer as its counterparty; payer and payee see each other.
  const party = isPayer ? reader.creditorParty : reader.debtorParty;
  const account = intern(state, reader, isPayer ? reader.creditorAccount : reader.debtorAccount);
  const counterparty = state.counterparties.of(party.start < 0 ? account : intern(state, reader, party), account);
  const baseMinor = convertWith(rate, reader.amountMinor) ?? 0;
  const ownGroup = isInOwnGroup(reader, subject, isPayer);
  const who = { subject, place, side, isPayer, counterparty, ownGroup };
  return { ...who, name, event, content, baseMinor, rate, payerBefore: -1 };
}

function intern(state: TaskState, reader: TransferReader, span: Span): number {
  return state.ids.intern(reader.buffer, span.start, span.end);
}

/** Fills the scope from the event at hand. */
function aimAtEvent(state: TaskState, reader: TransferReader, arrival: Arrival, place: LegPlace): void {
  aimAt(state, arrival.subject, place.chunk, place.index);
  const { scope } = state;
  scope.amount = arrival.baseMinor;
  scope.kind = reader.kind;
  scope.counterparty = arrival.counterparty;
  scope.rateMissing = arrival.rate.numerator === 0;
  scope.maker = reader.maker.start >= 0;
  scope.payerIsParty = arrival.isPayer && reader.debtorParty.start >= 0;
  scope.outcomeBefore = 0;
  scope.payerBefore = arrival.payerBefore;
  scope.late = false;
  if (state.control.freezes.size > 0 || state.control.lists.size > 0) {
    scope.ownEnds = () => [state.subjects.idOf(arrival.subject), reader.text(reader.debtorAccount)!];
  }
}

/** Refuses an entry to dead-letters. Told by the payer's task alone, so that it is told once. */
function refuse(state: TaskState, reader: TransferReader, refusal: Refusal, detail: string): void {
  const transferId = reader.text(reader.transferId)!;
  state.outputs.deadLetter({
    topic: 'transfers',
    partition: reader.sourcePartition,
    offset: reader.sourceOffset,
    seen: reader.seen,
    refusal,
    detail: `Transfer ${transferId} ${detail}.`,
    eventId: eventIdOf(reader),
    transferId,
    body: Buffer.from(reader.buffer.subarray(reader.eventStart, reader.eventEnd)),
  });
}

function statusOf(flags: number): TransferStatus {
  return STATUSES[(flags & STATUS_MASK) >> STATUS_SHIFT]!;
}

const SUFFIXES = STATUSES.map((status) => Buffer.from(`#${status}`));

/** Hash of the message's identity: the same whether an eventId was given or is the made one. */
function eventHash(reader: TransferReader): number {
  const { buffer, eventId, transferId } = reader;
  if (eventId.start >= 0) return hashBytes(buffer, eventId.start, eventId.end);
  const suffix = SUFFIXES[reader.status]!;
  const length = transferId.end - transferId.start;
  const made = scratch.length < length + suffix.length ? Buffer.alloc(length + suffix.length) : scratch;
  for (let index = 0; index < length; index++) made[index] = buffer[transferId.start + index]!;
  for (let index = 0; index < suffix.length; index++) made[length + index] = suffix[index]!;
  return hashBytes(made, 0, length + suffix.length);
}

const scratch = Buffer.alloc(256);

/** Hash of an event's content, four bytes at a time. */
function hashWords(buffer: Buffer, start: number, end: number): number {
  let hash = end - start;
  let position = start;
  for (; position + 4 <= end; position += 4) {
    const word =
      buffer[position]! | (buffer[position + 1]! << 8) | (buffer[position + 2]! << 16) | (buffer[position + 3]! << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; position < end; position++) hash = Math.imul(hash ^ buffer[position]!, 0x01000193);
  return hash ^ (hash >>> 13);
}
