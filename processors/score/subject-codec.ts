/**
 * A subject as bytes: a head of doubles, its typed arrays as they stand, and the books that few
 * subjects have as JSON. Legs keep their chunks, since what is evicted or coarsened together depends
 * on them and a restored task must do as the undisturbed one does.
 */

import { SUBJECT_KINDS } from '../../schemas/subjects.ts';
import type { OpenAlert } from '../books/alerts.ts';
import type { Hold } from '../books/approvals.ts';
import type { CreditState } from '../books/credit.ts';
import type { Profile } from '../books/profile.ts';
import { fromJson, type ReceivablesJson, toJson } from '../books/receivables.ts';
import type { Subject } from '../books/subject.ts';
import type { TransferDetail } from '../books/transfer-detail.ts';
import { Chunk, DOUBLES, INTEGERS } from '../features/legs.ts';

/**
 * Raised when the layout changes, or the alert record, whose bytes are part of it: a checkpoint of another
 * layout is folded again from the journal.
 */
export const SUBJECT_LAYOUT = 7;

const HEAD = 10;
const [KIND, NUMBER, CLOCK, DUE, COARSE, CHUNKS, OUTLIERS, DAYS, MONTHS, OWN_DAYS] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
] as const;

interface RareBooks {
  profile?: Profile;
  details?: [number, TransferDetail][];
  holds?: (Omit<Hold, 'event'> & { event: string })[];
  approvalsKnown?: [number, number][];
  receivables?: ReceivablesJson;
  credit?: CreditState;
  actionsKnown?: [number, number][];
  alerts?: [string, Omit<OpenAlert, 'told'> & { told: string }][];
}

export function encodeSubject(subject: Subject): Buffer {
  const { history, limits } = subject;
  const chunks: Chunk[] = [];
  for (let chunk: Chunk | null = history.chain.head; chunk !== null; chunk = chunk.next) chunks.push(chunk);
  chunks.push(history.outliers);
  const legs = chunks.reduce((sum, chunk) => sum + chunk.count, 0);
  const periods = [limits.days, limits.months, ...(limits.ownDays === null ? [] : [limits.ownDays])];
  const rows = periods.reduce((sum, one) => sum + one.count, 0);
  const rare = encodeRare(subject);
  const doublesCount = HEAD + chunks.length + legs * DOUBLES + rows * 3;
  const bytes = new ArrayBuffer(doublesCount * 8 + legs * INTEGERS * 4 + rare.length);
  const doubles = new Float64Array(bytes, 0, doublesCount);
  doubles[KIND] = SUBJECT_KINDS.indexOf(subject.kind);
  doubles[NUMBER] = subject.number;
  doubles[CLOCK] = history.clock;
  doubles[DUE] = subject.due;
  doubles[COARSE] = history.coarse ? 1 : 0;
  doubles[CHUNKS] = chunks.length - 1;
  doubles[OUTLIERS] = history.outliers.count;
  doubles[DAYS] = limits.days.count;
  doubles[MONTHS] = limits.months.count;
  doubles[OWN_DAYS] = limits.ownDays?.count ?? -1;
  let position = HEAD;
  for (const chunk of chunks) doubles[position++] = chunk.count;
  for (const chunk of chunks) {
    doubles.set(chunk.doubles.subarray(0, chunk.count * DOUBLES), position);
    position += chunk.count * DOUBLES;
  }
  for (const one of periods) {
    doubles.set(one.rows, position);
    position += one.count * 3;
  }
  const integers = new Int32Array(bytes, doublesCount * 8, legs * INTEGERS);
  let integer = 0;
  for (const chunk of chunks) {
    integers.set(chunk.integers.subarray(0, chunk.count * INTEGERS), integer);
    integer += chunk.count * INTEGERS;
  }
  const encoded = Buffer.from(bytes);
  rare.copy(encoded, encoded.length - rare.length);
  return encoded;
}

/** Head of an encoded subject: what it takes to make it. */
export function subjectHead(encoded: Buffer): { kind: number; number: number } {
  return { kind: encoded.readDoubleLE(KIND * 8), number: encoded.readDoubleLE(NUMBER * 8) };
}

/** Aligned for doubles, as what the store gives is not; grows with the largest subject, and is used again for each. */
let scratch = { bytes: Buffer.alloc(0), doubles: new Float64Array(0), integers: new Int32Array(0) };

function aligned(encoded: Buffer): typeof scratch {
  if (scratch.bytes.length < encoded.length) {
    const buffer = new ArrayBuffer(Math.ceil(encoded.length / 4_096) * 8_192);
    scratch = {
      bytes: Buffer.from(buffer),
      doubles: new Float64Array(buffer),
      integers: new Int32Array(buffer),
    };
  }
  encoded.copy(scratch.bytes);
  return scratch;
}

/** Fills a new subject. Its windows are counted when its rules are chosen. */
export function decodeSubject(encoded: Buffer, subject: Subject): void {
  const { doubles, integers } = aligned(encoded);
  const { history, limits } = subject;
  history.clock = doubles[CLOCK]!;
  subject.due = doubles[DUE]!;
  history.coarse = doubles[COARSE] === 1;
  const chunkCount = doubles[CHUNKS]! + 1;
  let legs = 0;
  for (let index = 0; index < chunkCount; index++) legs += doubles[HEAD + index]!;
  const [days, months, ownDays] = [doubles[DAYS]!, doubles[MONTHS]!, doubles[OWN_DAYS]!];
  const doublesCount = HEAD + chunkCount + legs * DOUBLES + (days + months + Math.max(0, ownDays)) * 3;
  let position = HEAD + chunkCount;
  let integer = doublesCount * 2;
  for (let index = 0; index < chunkCount; index++) {
    const count = doubles[HEAD + index]!;
    const chunk = index === chunkCount - 1 ? history.outliers : chunkFor(subject, index);
    // Most have no outliers, and few enough legs for what a new subject has room for.
    if (count > chunk.capacity) chunk.reserve(Math.max(4, count));
    copyInto(chunk.doubles, doubles, position, count * DOUBLES);
    copyInto(chunk.integers, integers, integer, count * INTEGERS);
    chunk.count = count;
    if (history.coarse) chunk.lookForBuckets();
    position += count * DOUBLES;
    integer += count * INTEGERS;
  }
  history.chain.count = legs - history.outliers.count;
  limits.days.rows = Array.from(doubles.subarray(position, position + days * 3));
  position += days * 3;
  limits.months.rows = Array.from(doubles.subarray(position, position + months * 3));
  position += months * 3;
  if (ownDays >= 0) {
    limits.separate();
    limits.ownDays!.rows = Array.from(doubles.subarray(position, position + ownDays * 3));
  }
  const rareAt = doublesCount * 8 + legs * INTEGERS * 4;
  if (rareAt < encoded.length) decodeRare(encoded.toString('utf8', rareAt), subject);
}

/** Few numbers are copied sooner than a view of them is made. */
function copyInto<A extends Float64Array | Int32Array>(target: A, source: A, from: number, count: number): void {
  if (count > 64) target.set(source.subarray(from, from + count));
  else for (let index = 0; index < count; index++) target[index] = source[from + index]!;
}

function chunkFor(subject: Subject, index: number): Chunk {
  const { chain } = subject.history;
  if (index === 0) return chain.head;
  const chunk = new Chunk(0);
  chunk.previous = chain.tail;
  chain.tail.next = chunk;
  chain.tail = chunk;
  return chunk;
}

function encodeRare(subject: Subject): Buffer {
  const rare: RareBooks = {};
  if (subject.profile !== null) rare.profile = subject.profile;
  if (subject.details !== null && subject.details.size > 0) rare.details = [...subject.details];
  if (subject.holds !== null && subject.holds.size > 0) {
    rare.holds = [...subject.holds.values()].map((hold) => ({ ...hold, event: hold.event.toString('base64') }));
  }
  if (subject.approvalsKnown !== null) rare.approvalsKnown = [...subject.approvalsKnown];
  if (subject.receivables !== null) rare.receivables = toJson(subject.receivables);
  if (subject.credit !== null) rare.credit = subject.credit;
  if (subject.actionsKnown !== null) rare.actionsKnown = [...subject.actionsKnown];
  if (subject.alerts !== null) {
    rare.alerts = [...subject.alerts].map(([key, alert]) => [key, { ...alert, told: alert.told.toString('base64') }]);
  }
  return Object.keys(rare).length === 0 ? NOTHING : Buffer.from(JSON.stringify(rare), 'utf8');
}

function decodeRare(text: string, subject: Subject): void {
  const rare = JSON.parse(text) as RareBooks;
  subject.profile = rare.profile ?? null;
  subject.details = rare.details === undefined ? null : new Map(rare.details);
  subject.holds =
    rare.holds === undefined
      ? null
      : new Map(rare.holds.map((hold) => [hold.transferId, { ...hold, event: Buffer.from(hold.event, 'base64') }]));
  subject.approvalsKnown = rare.approvalsKnown === undefined ? null : new Map(rare.approvalsKnown);
  subject.receivables = rare.receivables === undefined ? null : fromJson(rare.receivables);
  subject.credit = rare.credit ?? null;
  subject.actionsKnown = rare.actionsKnown === undefined ? null : new Map(rare.actionsKnown);
  subject.alerts =
    rare.alerts === undefined
      ? null
      : new Map(rare.alerts.map(([key, alert]) => [key, { ...alert, told: Buffer.from(alert.told, 'base64') }]));
}

const NOTHING = Buffer.alloc(0);
