/** The subjects of a partition, by kind and interned id, in order of first appearance. */

import { SUBJECT_KINDS, type SubjectKind } from '../../schemas/subjects.ts';
import { Subject } from '../books/subject.ts';
import type { Counterparties } from '../features/counterparties.ts';
import type { Interner } from '../features/interner.ts';
import type { WindowPlan } from '../features/windows.ts';

/** Until its rules are chosen, a subject counts no windows. */
const NO_WINDOWS: WindowPlan = { sizesMs: [], distinct: [] };

const PARTY = SUBJECT_KINDS.indexOf('party');

export class Subjects {
  readonly #ids: Interner;
  readonly #counterparties: Counterparties;
  /** Interned id → place + 1, for parties: the common kind. */
  #parties = new Int32Array(256);
  /** Kind × 2²⁶ + interned id → place, for the others. */
  readonly #others = new Map<number, number>();
  readonly all: Subject[] = [];

  constructor(ids: Interner, counterparties: Counterparties) {
    this.#ids = ids;
    this.#counterparties = counterparties;
  }

  /** The place of a subject; −1 where nothing is known of it. */
  find(kind: number, number: number): number {
    if (kind === PARTY) return number < this.#parties.length ? this.#parties[number]! - 1 : -1;
    return this.#others.get(kind * 67_108_864 + number) ?? -1;
  }

  /** Also used to fill from a checkpoint, in order. */
  add(kind: number, number: number): number {
    const place = this.all.length;
    this.all.push(new Subject(SUBJECT_KINDS[kind] as SubjectKind, number, NO_WINDOWS, this.#counterparties.partyOf));
    if (kind === PARTY) {
      if (number >= this.#parties.length) {
        const larger = new Int32Array(Math.max(number + 1, this.#parties.length * 2));
        larger.set(this.#parties);
        this.#parties = larger;
      }
      this.#parties[number] = place + 1;
    } else this.#others.set(kind * 67_108_864 + number, place);
    return place;
  }

  idOf(subject: Subject): string {
    return this.#ids.text(subject.number);
  }
}
