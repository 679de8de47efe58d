/**
 * A task: the fold over one journal partition. Blocks go in, outputs come out; what lies between is
 * state and nothing else: no clock, no random number, no environment, no network.
 *
 * The same class serves the worker, the replay and the tests' in-memory driver.
 */
import avro from 'avsc';
import { WeirError } from '../../runtime/errors.ts';
import type { Append } from '../../runtime/log/port.ts';
import { TRANSFER_STATUSES } from '../../schemas/events/transfer.ts';
import { eventIdOf } from '../../schemas/ids.ts';
import { BLOCKS, type Block, type Entry, EVENTS, type EventTopic } from '../../schemas/journal.ts';
import { SUBJECT_KINDS } from '../../schemas/subjects.ts';
import { type Profile, profileAfter, zoneAt } from '../books/profile.ts';
import type { Subject } from '../books/subject.ts';
import { calendarOf } from '../features/calendar.ts';
import { hashBytes, nameOf } from '../features/interner.ts';
import { EVENT, INTEGERS, MAY_PASS, STATUS_MASK, STATUS_SHIFT } from '../features/legs.ts';
import { parseSettings } from '../rules/settings.ts';
import { alertsDue, foldAlertAction, nextAlertDue } from './alert-actions.ts';
import { aboutReader } from './arrival.ts';
import { bookFailed } from './book-failed.ts';
import { setCounting } from './bookkeeping.ts';
import { debtsDue, debtsMoved, foldInvoice, foldPayment } from './debts.ts';
import { expireHolds, foldApproval } from './holds.ts';
import { tellFailures } from './judge.ts';
import { TaskState } from './state.ts';
import { TransferReader } from './transfer-reader.ts';
import { foldTransfer } from './transfers.ts';

/** Timers that one tick fires at most; the rest come with the next tick. */
const TIMERS_PER_TICK = 4_096;
/** Statuses that a void still finds something to take back from. */
const MAY_BE_TAKEN_BACK = new Set([
  TRANSFER_STATUSES.indexOf('submitted'),
  TRANSFER_STATUSES.indexOf('partially-settled'),
]);

const PARTITION = SUBJECT_KINDS.indexOf('partition');

const byFingerprint = new Map(Object.values(BLOCKS).map((block) => [block.fingerprint, block as Block]));

export class Task {
  readonly state: TaskState;
  readonly #reader = new TransferReader();
  /** Blocks of earlier schemas: fingerprint → how to read them with today's. */
  readonly #resolved = new Map<string, { block: Block; resolver: ReturnType<avro.Type['createResolver']> }>();
  readonly #schema: (fingerprint: string) => string | null;

  constructor(partition: number, schema: (fingerprint: string) => string | null, state = new TaskState(partition)) {
    this.state = state;
    this.#schema = schema;
  }

  /** Digest over all outputs so far. */
  get digest(): Buffer {
    return this.state.outputs.digest;
  }

  /** Entries folded so far. */
  get ordinal(): number {
    return this.state.ordinal;
  }

  /** Folds one journal record. */
  fold(record: Buffer, fingerprint: string): void {
    const known = byFingerprint.get(fingerprint);
    if (known === BLOCKS.transfers) this.#foldTransfers(record);
    else if (known !== undefined) this.#foldEntries(known.topic, known.type.fromBuffer(record) as Entry[]);
    else this.#foldEarlier(record, fingerprint);
    this.state.outputs.closeBlock();
  }

  /** Outputs since the last take. */
  take(): Append[] {
    return this.state.outputs.take(this.state.partition);
  }

  #foldTransfers(record: Buffer): void {
    const { state } = this;
    const reader = this.#reader;
    reader.open(record);
    while (reader.next()) {
      state.ordinal++;
      const number = state.ids.intern(record, reader.subject.start, reader.subject.end);
      const place = state.placeOf(reader.subjectKind, number);
      this.#fireDue(place);
      foldTransfer(state, reader, place);
      if (state.failures.length > 0) {
        tellFailures(state, state.subjects.all[place]!, reader.at, aboutReader(reader));
      }
    }
  }

  /** A block that was written with an earlier schema: read with it, given today's defaults. */
  #foldEarlier(record: Buffer, fingerprint: string): void {
    let known = this.#resolved.get(fingerprint);
    if (known === undefined) {
      const schema = this.#schema(fingerprint);
      if (schema === null) {
        throw new WeirError(
          'RECORD_UNDECODABLE',
          `journal block of partition ${this.state.partition}: schema ${fingerprint} is not known to the log`,
        );
      }
      const writer = avro.Type.forSchema(JSON.parse(schema) as avro.Schema);
      const name = (writer as avro.types.ArrayType).itemsType.name?.split('.').at(-1);
      const block = Object.values(BLOCKS).find((one) => one.record.name === name) as Block | undefined;
      if (block === undefined) {
        throw new WeirError(
          'RECORD_UNDECODABLE',
          `journal block of partition ${this.state.partition}: ${name} is no entry of this build`,
        );
      }
      known = { block, resolver: block.type.createResolver(writer) };
      this.#resolved.set(fingerprint, known);
    }
    const entries = known.block.type.fromBuffer(record, known.resolver) as Entry[];
    if (known.block.topic === 'transfers') this.#foldTransfers(known.block.type.toBuffer(entries));
    else this.#foldEntries(known.block.topic, entries);
  }

  #foldEntries(topic: EventTopic, entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.state.ordinal++;
      if (topic === 'control') this.#foldControl(entry as Entry<'control'>);
      else this.#foldEntry(topic, entry);
    }
  }

  #foldControl(entry: Entry<'control'>): void {
    const { state } = this;
    this.#applyControl(entry);
    if (entry.event.kind !== 'tick') return;
    const { tick } = state.control;
    for (let fired = 0; fired < TIMERS_PER_TICK; ) {
      const timer = state.timers.pop(tick);
      if (timer === null) return;
      // A timer that its subject has outlived is not counted: a restored task does not know of it.
      if (state.subjects.all[timer.place]!.due !== timer.due) continue;
      this.#fire(timer.place);
      fired++;
    }
  }

  /** Settings come over a topic that anybody may write: what no rule understands leaves those before in force. */
  #applyControl({ event, seen }: Entry<'control'>): void {
    const { state } = this;
    const before = state.control.settings;
    try {
      if (event.kind === 'settings') parseSettings(event.settings ?? '', 'settings');
      const { baseCurrency } = state.scope.institution;
      if (state.control.apply(event)) state.settingsChanged();
      // Rates are into the base currency: those into another one would convert wrongly, none holds the transfer.
      if (state.scope.institution.baseCurrency !== baseCurrency) state.control.rates.clear();
    } catch (error) {
      bookFailed(state, 'control', error);
      state.control.settings = before;
      state.settingsChanged();
      const place = state.placeOf(PARTITION, state.ids.internString(String(state.partition)));
      const about = { transferId: null, eventId: event.controlId, seen, historical: false };
      tellFailures(state, state.touch(place), event.at, about);
    }
  }

  #foldEntry(topic: EventTopic, entry: Entry): void {
    const { state } = this;
    const place = this.#foldFor(topic, entry);
    if (state.failures.length === 0) return;
    const { event, seen } = entry;
    const transferId = 'transferId' in event ? event.transferId : null;
    const about = { transferId, eventId: eventIdOf(topic, event as never), seen, historical: false };
    tellFailures(state, state.touch(place), event.at, about);
  }

  /** Folds an entry of a subject; answers the subject’s place. */
  #foldFor(topic: EventTopic, entry: Entry): number {
    const { state } = this;
    const number = state.ids.internString(entry.subject);
    const kind = SUBJECT_KINDS.indexOf(entry.subjectKind);
    if (topic === 'voids') {
      const place = state.subjects.find(kind, number);
      if (place >= 0) this.#foldVoid(state.touch(place), entry as Entry<'voids'>);
      return place;
    }
    const place = state.placeOf(kind, number);
    this.#fireDue(place);
    const source = {
      seen: entry.seen,
      partition: entry.sourcePartition,
      offset: entry.sourceOffset,
      body: bodyOf(topic, entry),
    };
    switch (topic) {
      case 'customers':
        this.#foldCustomer(state.touch(place), place, entry as Entry<'customers'>);
        break;
      case 'balances':
        this.#foldBalance(state.touch(place), entry as Entry<'balances'>);
        break;
      case 'approvals':
        foldApproval(state, place, (entry as Entry<'approvals'>).event, source);
        break;
      case 'alert-actions':
        foldAlertAction(state, place, (entry as Entry<'alert-actions'>).event, source);
        break;
      case 'invoices':
        foldInvoice(state, place, (entry as Entry<'invoices'>).event, source);
        break;
      case 'payments':
        foldPayment(state, place, (entry as Entry<'payments'>).event, source);
        break;
      default:
        // Profile changes, activity and statements have no book yet: the journal keeps them for those to come.
        break;
    }
    return place;
  }

  #foldCustomer(subject: Subject, place: number, entry: Entry<'customers'>): void {
    const { state } = this;
    const { zone } = state.scope.institution;
    const now = Math.max(state.control.tick, Math.min(entry.event.at, entry.seen));
    const calendar = calendarOf(zoneAt(subject.profile, now, zone));
    const nextMidnight = calendar.dayStart(calendar.day(now) + 1);
    const after = fileAfter(state, subject, entry, nextMidnight);
    if (after === null) return;
    subject.profile = after;
    subject.rulesStamp = -1;
    if (after.zones.some((one) => one.zone !== null && one.zone !== zone)) subject.limits.separate();
    debtsMoved(state, subject, place, { seen: entry.seen, at: entry.event.at, eventId: null });
  }

  #foldBalance(subject: Subject, entry: Entry<'balances'>): void {
    const { account, available, at } = entry.event;
    if (subject.profile === null) return;
    const known = subject.profile.balances.find((one) => one.account === account);
    if (known === undefined) subject.profile.balances.push({ account, available, at });
    else if (at >= known.at) Object.assign(known, { available, at });
  }

  /**
   * The payer's task took a transfer back: its leg here may no longer pass, unless it was settled or
   * amended since. Of what was settled in part that part counts on, as it does at the payer.
   */
  #foldVoid(subject: Subject, entry: Entry<'voids'>): void {
    const side = entry.role === 'payee' ? 1 : 0;
    const name = nameOfText(entry.event.transferId);
    const found = subject.history.find(name, side);
    if (found === null) return;
    const { chunk, index } = found;
    const flags = chunk.flags(index);
    // Of a refused event nothing holds, whatever its status said.
    const refused = entry.event.revision === 0;
    if (!refused && !MAY_BE_TAKEN_BACK.has((flags & STATUS_MASK) >> STATUS_SHIFT)) return;
    if ((flags & MAY_PASS) === 0) return;
    if (chunk.integers[index * INTEGERS + EVENT] !== (entry.event.replaced ?? hashText(entry.event.eventId))) return;
    const settled = refused ? 0 : (subject.details?.get(name * 2 + side)?.settledMinor ?? 0);
    setCounting(this.state, subject, found, settled);
  }

  /** Timers of a subject that are due by the last tick fire before its next entry is judged. */
  #fireDue(place: number): void {
    if (this.state.subjects.all[place]!.due <= this.state.control.tick) this.#fire(place);
  }

  #fire(place: number): void {
    const { state } = this;
    const { tick } = state.control;
    const subject = state.touch(place);
    expireHolds(state, subject, place, tick);
    alertsDue(state, subject, tick);
    subject.due = Number.POSITIVE_INFINITY;
    debtsMoved(state, subject, place, { seen: tick, at: tick, eventId: null });
    subject.due = Math.min(nextExpiry(subject), nextAlertDue(subject), debtsDue(state, subject, tick));
    if (subject.due < Number.POSITIVE_INFINITY) state.timers.push(subject.due, place);
    if (state.failures.length > 0) {
      tellFailures(state, subject, tick, { transferId: null, eventId: null, seen: tick, historical: false });
    }
  }
}

/** The customer’s file after an event; null where it stays as it is. */
function fileAfter(
  state: TaskState,
  subject: Subject,
  { event, seen }: Entry<'customers'>,
  nextMidnight: number,
): Profile | null {
  try {
    return profileAfter(subject.profile, event, nextMidnight, subject.limits.days.count > 0, seen);
  } catch (error) {
    bookFailed(state, 'profile', error);
    return null;
  }
}

function nextExpiry(subject: Subject): number {
  let next = Number.POSITIVE_INFINITY;
  for (const hold of subject.holds?.values() ?? []) next = Math.min(next, hold.expiresAt);
  return next;
}

/** The event's bytes, for a dead letter; only of events that can be refused. */
function bodyOf(topic: EventTopic, entry: Entry): Buffer {
  if (!REFUSABLE.has(topic)) return NOTHING;
  return (EVENTS[topic].type as avro.Type).toBuffer(entry.event);
}

const REFUSABLE: ReadonlySet<EventTopic> = new Set(['approvals', 'alert-actions', 'invoices', 'payments']);
const NOTHING = Buffer.alloc(0);

function nameOfText(id: string): number {
  const bytes = Buffer.from(id, 'utf8');
  return nameOf(bytes, 0, bytes.length);
}

function hashText(id: string): number {
  const bytes = Buffer.from(id, 'utf8');
  return hashBytes(bytes, 0, bytes.length);
}
