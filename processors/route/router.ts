/**
 * What route does to one record: checks it, finds its subjects, re-keys it into the journal, or
 * dead-letters it with the reason. No state but the blocks that wait for the next commit.
 */
import type { Append } from '../../runtime/log/port.ts';
import { ValueWriter } from '../../runtime/log/values.ts';
import { deadLetterRecord, type Refusal } from '../../schemas/dead-letter.ts';
import type { Declared } from '../../schemas/declare.ts';
import { eventIdOf } from '../../schemas/ids.ts';
import { EVENTS, type EventOf, type EventTopic } from '../../schemas/journal.ts';
import {
  partitionOf,
  SUBJECT_KINDS,
  SUBJECT_ROLES,
  type SubjectKind,
  type SubjectRole,
} from '../../schemas/subjects.ts';
import { DAY_MS } from '../../schemas/time.ts';
import { Interner } from '../features/interner.ts';
import { type Span, TransferReader } from '../score/transfer-reader.ts';
import { type Addressee, JournalWriter } from './journal-writer.ts';

/** An event so far ahead of its append time is no clock's error any more. */
const AHEAD_MAX_MS = DAY_MS;
/** Partitions are remembered for so many ids, some 50 bytes each; then the memory starts anew. */
const IDS_MAX = 1_000_000;

export interface Source {
  readonly topic: EventTopic;
  partition: number;
  offset: number;
  /** Append time of the record, ms. */
  seen: number;
}

/** A record that has been looked at once: when it belongs in the merge, and what it says. */
export interface Peeked {
  /** `min(at, seen)`: what inputs are merged by. */
  readonly time: number;
  /** The decoded event, for all but transfers; null where it could not be decoded, or is not as declared. */
  readonly event: object | null;
  /** Why there is no event. */
  readonly problem: string;
}

export interface RouterOptions {
  readonly partitions: number;
  /** Kinds of subject, besides parties, that an installed rule names. */
  readonly kinds: ReadonlySet<SubjectKind>;
}

/** A role in a transfer, and the kind of subject that has it, by their numbers. */
interface Role {
  readonly kind: number;
  readonly role: number;
}

function declareRole(kind: SubjectKind, role: SubjectRole): Role {
  return { kind: SUBJECT_KINDS.indexOf(kind), role: SUBJECT_ROLES.indexOf(role) };
}

const PAYER = declareRole('party', 'payer');
const PAYEE = declareRole('party', 'payee');
const DEVICE = declareRole('device', 'device');
const OPERATOR = declareRole('operator', 'operator');

export class Router {
  readonly journal: JournalWriter;
  readonly #options: RouterOptions;
  readonly #deadLetters = new ValueWriter();
  readonly #transfer = new TransferReader();
  #ids = new Interner(4_096);
  /** Interned id → partition, for the first `#known` ids. */
  #partitions = new Uint16Array(4_096);
  #known = 0;
  readonly #to: Addressee = { partition: 0, kind: 0, role: 0, source: Buffer.alloc(0), start: 0, end: 0 };
  readonly #tellsDevices: boolean;
  readonly #tellsOperators: boolean;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.journal = new JournalWriter(options.partitions);
    this.#tellsDevices = options.kinds.has('device');
    this.#tellsOperators = options.kinds.has('operator');
  }

  /** Reads what the merge needs of a record. */
  peek(source: Source, record: Buffer, start = 0, end = record.length): Peeked {
    if (source.topic === 'transfers') {
      return this.#transfer.readEvent(record, start, end)
        ? { time: Math.min(this.#transfer.at, source.seen), event: TRANSFER, problem: '' }
        : { time: source.seen, event: null, problem: notDecoded(source.topic, end - start) };
    }
    const { event, problem } = checked(source.topic, record.subarray(start, end));
    return { time: event === null ? source.seen : Math.min(event.at, source.seen), event, problem };
  }

  /** Routes a record that was peeked at. */
  route(source: Source, record: Buffer, peeked: Peeked, start = 0, end = record.length): void {
    if (peeked.event === TRANSFER) this.#routeTransfer(source, record, start, end);
    else if (peeked.event === null)
      this.#refuse(source, record.subarray(start, end), 'undecodable', peeked.problem, null);
    else this.#routeEvent(source, record.subarray(start, end), peeked.event as EventOf<EventTopic>);
  }

  /** Bytes that wait for the next commit. */
  get bytes(): number {
    return this.journal.bytes + this.#deadLetters.length;
  }

  /** Everything since the last take; dead letters go to route's own partition, the last one. */
  take(): Append[] {
    const appends = this.journal.take();
    if (this.#deadLetters.count > 0) {
      const { fingerprint } = deadLetterRecord;
      const partition = this.#options.partitions;
      appends.push({ topic: 'dead-letters', partition, fingerprint, values: this.#deadLetters.take() });
    }
    return appends;
  }

  #routeTransfer(source: Source, record: Buffer, start: number, end: number): void {
    const transfer = this.#transfer;
    if (transfer.buffer !== record || transfer.eventStart !== start) transfer.readEvent(record, start, end);
    if (transfer.at - source.seen > AHEAD_MAX_MS) {
      this.#refuseTransfer(source, 'too_far_ahead', aheadOf(transfer.at, source.seen));
      return;
    }
    if (transfer.amountMinor < 0) {
      const detail = `Amount ${transfer.amountMinor} is negative; a transfer has a payer and a payee instead of a sign.`;
      this.#refuseTransfer(source, 'amount_out_of_range', detail);
      return;
    }
    const { debtorParty, debtorAccount, creditorParty, creditorAccount, device, maker } = transfer;
    this.#tell(source, record, debtorParty.start < 0 ? debtorAccount : debtorParty, PAYER);
    this.#tell(source, record, creditorParty.start < 0 ? creditorAccount : creditorParty, PAYEE);
    if (this.#tellsDevices && device.start >= 0) this.#tell(source, record, device, DEVICE);
    if (this.#tellsOperators && maker.start >= 0) this.#tell(source, record, maker, OPERATOR);
  }

  #tell(source: Source, record: Buffer, span: Span, role: Role): void {
    const to = this.#to;
    to.partition = this.#partitionOf(record, span);
    to.kind = role.kind;
    to.role = role.role;
    to.source = record;
    to.start = span.start;
    to.end = span.end;
    const { eventStart, eventEnd } = this.#transfer;
    this.journal.add('transfers', to, source.seen, source.partition, source.offset, record, eventStart, eventEnd);
  }

  #refuseTransfer(source: Source, refusal: Refusal, detail: string): void {
    const { buffer, eventStart, eventEnd, transferId } = this.#transfer;
    this.#refuse(source, buffer.subarray(eventStart, eventEnd), refusal, detail, this.#transfer.text(transferId));
  }

  #partitionOf(record: Buffer, span: Span): number {
    const number = this.#ids.intern(record, span.start, span.end);
    if (number < this.#known) return this.#partitions[number]!;
    return this.#learn(number);
  }

  #learn(number: number): number {
    const partition = partitionOf(this.#ids.text(number), this.#options.partitions);
    if (number >= IDS_MAX) {
      this.#ids = new Interner(4_096);
      this.#known = 0;
      return partition;
    }
    if (number === this.#partitions.length) {
      const larger = new Uint16Array(this.#partitions.length * 2);
      larger.set(this.#partitions);
      this.#partitions = larger;
    }
    this.#partitions[number] = partition;
    this.#known = number + 1;
    return partition;
  }

  #address(kind: SubjectKind, subject: string, role: SubjectRole): Addressee {
    const source = Buffer.from(subject, 'utf8');
    return {
      partition: partitionOf(subject, this.#options.partitions),
      kind: SUBJECT_KINDS.indexOf(kind),
      role: SUBJECT_ROLES.indexOf(role),
      source,
      start: 0,
      end: source.length,
    };
  }

  #routeEvent(source: Source, record: Buffer, event: EventOf<EventTopic>): void {
    const { topic, seen, partition, offset } = source;
    if (event.at - seen > AHEAD_MAX_MS) {
      this.#refuse(source, record, 'too_far_ahead', aheadOf(event.at, seen), null);
      return;
    }
    for (const addressee of this.#addresseesOf(topic, event)) {
      this.journal.add(topic, addressee, seen, partition, offset, record, 0, record.length);
    }
  }

  #addresseesOf(topic: EventTopic, event: EventOf<EventTopic>): Addressee[] {
    if (topic === 'control') {
      return Array.from({ length: this.#options.partitions }, (_none, partition) => ({
        ...this.#address('partition', String(partition), 'all'),
        partition,
      }));
    }
    if (topic === 'voids') {
      const told = ({ subjectKind }: { subjectKind: SubjectKind }) =>
        subjectKind === 'party' || this.#options.kinds.has(subjectKind);
      const targets = (event as EventOf<'voids'>).targets.filter(told);
      return targets.map((target) => this.#address(target.subjectKind, target.subject, target.role));
    }
    if (topic === 'alert-actions') return [this.#addressOfAction(event as EventOf<'alert-actions'>)];
    return [this.#address('party', holderOf(topic, event), 'holder')];
  }

  /** An alert may be about any kind of subject; one about a partition lies in that partition. */
  #addressOfAction({ subjectKind, subject }: EventOf<'alert-actions'>): Addressee {
    const address = this.#address(subjectKind, subject, 'holder');
    const own = subjectKind === 'partition' && /^\d{1,4}$/.test(subject) ? Number(subject) : address.partition;
    return { ...address, partition: Math.min(own, this.#options.partitions - 1) };
  }

  #refuse(source: Source, record: Buffer, refusal: Refusal, detail: string, transferId: string | null): void {
    this.#deadLetters.write(deadLetterRecord.type, {
      topic: source.topic,
      partition: source.partition,
      offset: source.offset,
      seen: source.seen,
      refusal,
      detail,
      eventId: refusal === 'undecodable' ? null : eventIdOf(source.topic, EVENTS[source.topic].decode(record) as never),
      transferId,
      body: Buffer.from(record),
    });
  }
}

/** Stands for a transfer that was read in place. */
const TRANSFER = {};

function notDecoded(topic: EventTopic, bytes: number): string {
  return `${bytes} bytes do not decode as a whole and valid ${EVENTS[topic].name}.`;
}

/**
 * Decodes a record and checks what Avro does not: ids, ranges, lengths. Public topics are written by
 * anybody, and what passes here is folded. Voids are the tasks' own word.
 */
function checked(topic: EventTopic, record: Buffer): { event: { at: number } | null; problem: string } {
  const declared = EVENTS[topic] as unknown as Declared<{ at: number }>;
  try {
    const event = declared.decode(record);
    const issue = topic === 'voids' ? undefined : declared.json.safeParse(declared.render(event)).error?.issues[0];
    if (issue === undefined) return { event, problem: '' };
    return { event: null, problem: `${declared.name}: ${issue.path.join('.')}: ${issue.message}`.slice(0, 1_000) };
  } catch {
    // avsc, and a time that is no date: neither says more than that the bytes are no such record.
    return { event: null, problem: notDecoded(topic, record.length) };
  }
}

/** Whose own event it is. */
function holderOf(topic: EventTopic, event: EventOf<EventTopic>): string {
  switch (topic) {
    case 'customers':
      return (event as EventOf<'customers'>).customerId;
    case 'approvals':
      return (event as EventOf<'approvals'>).subject;
    case 'invoices':
    case 'payments':
      return (event as EventOf<'invoices'>).customer;
    case 'statements': {
      const { party, account } = event as EventOf<'statements'>;
      return party ?? account;
    }
    default:
      return (event as EventOf<'balances'>).party;
  }
}

function aheadOf(at: number, seen: number): string {
  return `Event time ${new Date(at).toISOString()} is more than a day after ${new Date(seen).toISOString()}, when the record was stored.`;
}
