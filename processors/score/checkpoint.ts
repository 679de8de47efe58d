/**
 * Checkpoints: what changed since the last one, as of exactly one committed position. Begun by a task between
 * two blocks, and encoded while it folds on; loaded once, at restart.
 */
import type { CheckpointStore, CheckpointWrite } from '../../runtime/store/checkpoint-store.ts';
import type { Subject } from '../books/subject.ts';
import type { OutputEnds } from './outputs.ts';
import { TaskState } from './state.ts';
import { decodeSubject, encodeSubject, SUBJECT_LAYOUT, subjectHead } from './subject-codec.ts';

export interface CheckpointFacts {
  readonly layout: number;
  /** Build that wrote it, see `runtime/build.ts`. */
  readonly build: string;
  /** Next journal offset to fold. */
  readonly position: number;
  readonly ordinal: number;
  readonly digest: string;
  /** Where its outputs ended in the log: offsets, which need not count them. */
  readonly outputs: OutputEnds;
  /** Interned ids and counterparties that are stored. */
  readonly ids: number;
  readonly counterparties: number;
  /** True where a graceful stop wrote it at the committed position: the tail is empty. */
  readonly final: boolean;
}

const SUBJECTS_PER_STEP = 512;
/** Encoded in one step, some half a millisecond; a larger subject is one of its own. */
const STEP_BYTES = 128 << 10;
/** Ids or pairs that one step encodes, and one record holds, at most. */
const NAMES_PER_RECORD = 2_048;
/** `Subject.changedSince` of one that is encoded and did not change since. */
const ENCODED = -1;
const FACTS = Buffer.from('facts');
const CONTROL = Buffer.from('control');
const ORDINARY = Buffer.from('ordinary');

type Put = CheckpointWrite['puts'][number];

/**
 * All that changed up to one position, encoded by steps while its task folds on. Small things are encoded at once,
 * names are only ever added, and a subject that is about to change is encoded just before, see `TaskState.touch`.
 */
export class CheckpointDraft {
  readonly #state: TaskState;
  readonly #facts: Omit<CheckpointFacts, 'outputs'>;
  readonly #head: readonly Put[];
  readonly #names: Put[] = [];
  #ids: number;
  #pairs: number;
  readonly #number: number;
  /** Rising, so that the store is given its keys in order. */
  readonly #places: Int32Array;
  readonly #subjects: Buffer[];
  #next = 0;
  #bytes = 0;

  /** Begins the next collection. */
  constructor(
    state: TaskState,
    stored: { readonly ids: number; readonly counterparties: number },
    at: Pick<CheckpointFacts, 'build' | 'position' | 'final'>,
  ) {
    this.#state = state;
    this.#facts = {
      layout: SUBJECT_LAYOUT,
      ...at,
      ordinal: state.ordinal,
      digest: state.outputs.digest.toString('hex'),
      ids: state.ids.count,
      counterparties: state.counterparties.count,
    };
    this.#head = [
      { key: CONTROL, value: Buffer.from(JSON.stringify(state.control.toJson())) },
      { key: ORDINARY, value: Buffer.from(state.ordinary.bins.slice().buffer) },
    ];
    this.#ids = stored.ids;
    this.#pairs = stored.counterparties;
    this.#places = Int32Array.from(state.changed).sort();
    this.#subjects = new Array<Buffer>(this.#places.length);
    this.#number = state.checkpoint++;
    state.changed = [];
    state.draft = this;
  }

  /** Interned ids and counterparties that are stored with it. */
  get stored(): { readonly ids: number; readonly counterparties: number } {
    return this.#facts;
  }

  /** Encodes some more; true once all is encoded. */
  step(): boolean {
    if (this.#encodeNames()) return false;
    const { all } = this.#state.subjects;
    const enough = this.#bytes + STEP_BYTES;
    while (this.#next < this.#places.length && this.#bytes < enough) {
      const index = this.#next++;
      const subject = all[this.#places[index]!]!;
      if (subject.changedSince !== this.#number) continue;
      this.#encode(index, subject);
      subject.changedSince = ENCODED;
    }
    if (this.#next < this.#places.length) return false;
    if (this.#state.draft === this) this.#state.draft = null;
    return true;
  }

  /** Encodes a subject that is about to change, where that is still to be done. */
  leave(place: number, subject: Subject): void {
    if (subject.changedSince === this.#number) this.#encode(indexOf(this.#places, place), subject);
  }

  /** What is to be written, once all is encoded, and the outputs up to its position ended there. */
  finish(outputs: OutputEnds): {
    readonly write: CheckpointWrite;
    readonly facts: CheckpointFacts;
    readonly bytes: number;
  } {
    const facts: CheckpointFacts = { ...this.#facts, outputs };
    const subjects = this.#subjects.map((value, index): Put => ({ key: numbered('s', this.#places[index]!), value }));
    const named = { key: FACTS, value: Buffer.from(JSON.stringify(facts)) };
    const puts = [...this.#head, named, ...this.#names].sort((left, right) => Buffer.compare(left.key, right.key));
    const bytes = puts.reduce((sum, { key, value }) => sum + key.length + value.length, this.#bytes);
    return { write: { puts: puts.concat(subjects), removes: [] }, facts, bytes };
  }

  #encode(index: number, subject: Subject): void {
    const encoded = encodeSubject(subject);
    this.#subjects[index] = encoded;
    this.#bytes += encoded.length + SUBJECT_KEY_BYTES;
  }

  /** False where all are encoded. */
  #encodeNames(): boolean {
    const { ids, counterparties } = this.#facts;
    if (this.#ids < ids) {
      const to = Math.min(ids, this.#ids + NAMES_PER_RECORD);
      this.#names.push({ key: numbered('i', this.#ids), value: encodeIds(this.#state, this.#ids, to) });
      this.#ids = to;
    } else if (this.#pairs < counterparties) {
      const to = Math.min(counterparties, this.#pairs + NAMES_PER_RECORD);
      this.#names.push({ key: numbered('p', this.#pairs), value: encodePairs(this.#state, this.#pairs, to) });
      this.#pairs = to;
    } else return false;
    return true;
  }
}

/** Where a place stands among rising ones. */
function indexOf(places: Int32Array, place: number): number {
  let low = 0;
  for (let high = places.length - 1; low < high; ) {
    const middle = (low + high) >>> 1;
    if (places[middle]! < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface LoadedCheckpoint {
  readonly state: TaskState;
  readonly facts: CheckpointFacts;
}

/** The state of the last checkpoint; null where there is none, or one of another layout. */
export function loadCheckpoint(store: CheckpointStore, partition: number): LoadedCheckpoint | null {
  const loading = loadBySteps(store, partition);
  for (;;) {
    const step = loading.next();
    if (step.done === true) return step.value;
  }
}

/** The same in steps of some milliseconds, so that whoever restores one partition can fold others in between. */
export function* loadBySteps(store: CheckpointStore, partition: number): Generator<void, LoadedCheckpoint | null> {
  const written = store.get(FACTS);
  if (written === null) return null;
  const facts = JSON.parse(written.toString('utf8')) as CheckpointFacts;
  if (facts.layout !== SUBJECT_LAYOUT) return null;
  const state = new TaskState(partition);
  state.control.fromJson(
    JSON.parse(store.get(CONTROL)!.toString('utf8')) as Parameters<typeof state.control.fromJson>[0],
  );
  state.settingsChanged();
  for (const { value } of store.entries('i')) decodeIds(state, value);
  for (const { value } of store.entries('p')) decodePairs(state, value);
  const bins = store.get(ORDINARY)!;
  state.ordinary.restore(new Int32Array(new Uint8Array(bins).buffer));
  let left = SUBJECTS_PER_STEP;
  for (const { key, value } of store.entries('s')) {
    const { kind, number } = subjectHead(value);
    const place = state.subjects.add(kind, number);
    if (key.readUInt32BE(1) !== place) throw new Error(`checkpoint of partition ${partition}: no subject ${place}`);
    const subject = state.subjects.all[place]!;
    decodeSubject(value, subject);
    subject.history.restored();
    if (subject.due < Number.POSITIVE_INFINITY) state.timers.push(subject.due, place);
    if (--left === 0) {
      left = SUBJECTS_PER_STEP;
      yield;
    }
  }
  state.ordinal = facts.ordinal;
  state.outputs.digest = Buffer.from(facts.digest, 'hex');
  return { state, facts };
}

const SUBJECT_KEY_BYTES = 5;

function numbered(letter: string, number: number): Buffer {
  const key = Buffer.alloc(SUBJECT_KEY_BYTES);
  key.write(letter);
  key.writeUInt32BE(number, 1);
  return key;
}

function encodeIds(state: TaskState, from: number, to: number): Buffer {
  const parts: Buffer[] = [];
  for (let number = from; number < to; number++) {
    const text = Buffer.from(state.ids.text(number), 'utf8');
    const length = Buffer.alloc(2);
    length.writeUInt16LE(text.length);
    parts.push(length, text);
  }
  return Buffer.concat(parts);
}

function decodeIds(state: TaskState, encoded: Buffer): void {
  for (let position = 0; position < encoded.length; ) {
    const length = encoded.readUInt16LE(position);
    state.ids.intern(encoded, position + 2, position + 2 + length);
    position += 2 + length;
  }
}

function encodePairs(state: TaskState, from: number, to: number): Buffer {
  const { counterparties } = state;
  const pairs = new Int32Array((to - from) * 2);
  for (let number = from; number < to; number++) {
    pairs[(number - from) * 2] = counterparties.parties[number]!;
    pairs[(number - from) * 2 + 1] = counterparties.accounts[number]!;
  }
  return Buffer.from(pairs.buffer);
}

function decodePairs(state: TaskState, encoded: Buffer): void {
  for (let position = 0; position < encoded.length; position += 8) {
    state.counterparties.add(encoded.readInt32LE(position), encoded.readInt32LE(position + 4));
  }
}
