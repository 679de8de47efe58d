/**
 * Checkpoints: what changed since the last one, as of exactly one committed position. Written by a
 * task between two blocks, so no subject changes while it is encoded; loaded once, at restart.
 */
import type { CheckpointStore, CheckpointWrite } from '../../runtime/store/checkpoint-store.ts';
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
const FACTS = Buffer.from('facts');
const CONTROL = Buffer.from('control');
const ORDINARY = Buffer.from('ordinary');

/** Encodes all that changed and starts the next collection. The caller writes it once its position is committed. */
export function encodeCheckpoint(
  state: TaskState,
  stored: { readonly ids: number; readonly counterparties: number },
  at: Pick<CheckpointFacts, 'build' | 'position' | 'outputs' | 'final'>,
): { readonly write: CheckpointWrite; readonly facts: CheckpointFacts; readonly bytes: number } {
  const puts: { key: Buffer; value: Buffer }[] = [];
  for (const place of state.changed) {
    puts.push({ key: numbered('s', place), value: encodeSubject(state.subjects.all[place]!) });
  }
  state.changed = [];
  state.checkpoint++;
  const { ids, counterparties } = state;
  if (ids.count > stored.ids) puts.push({ key: numbered('i', stored.ids), value: encodeIds(state, stored.ids) });
  if (counterparties.count > stored.counterparties) {
    puts.push({ key: numbered('p', stored.counterparties), value: encodePairs(state, stored.counterparties) });
  }
  const facts: CheckpointFacts = {
    layout: SUBJECT_LAYOUT,
    ...at,
    ordinal: state.ordinal,
    digest: state.outputs.digest.toString('hex'),
    ids: ids.count,
    counterparties: counterparties.count,
  };
  puts.push({ key: CONTROL, value: Buffer.from(JSON.stringify(state.control.toJson())) });
  puts.push({ key: ORDINARY, value: Buffer.from(state.ordinary.bins.slice().buffer) });
  puts.push({ key: FACTS, value: Buffer.from(JSON.stringify(facts)) });
  const bytes = puts.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  return {
    write: { puts: puts.sort((left, right) => Buffer.compare(left.key, right.key)), removes: [] },
    facts,
    bytes,
  };
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

function numbered(letter: string, number: number): Buffer {
  const key = Buffer.alloc(5);
  key.write(letter);
  key.writeUInt32BE(number, 1);
  return key;
}

function encodeIds(state: TaskState, from: number): Buffer {
  const parts: Buffer[] = [];
  for (let number = from; number < state.ids.count; number++) {
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

function encodePairs(state: TaskState, from: number): Buffer {
  const { counterparties } = state;
  const pairs = new Int32Array((counterparties.count - from) * 2);
  for (let number = from; number < counterparties.count; number++) {
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
