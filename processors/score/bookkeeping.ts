/** How the folds change a subject's history and limits, and what stands in where one of these books throws. */
import type { LegPlace } from '../books/history.ts';
import type { Subject } from '../books/subject.ts';
import { countsOf, HISTORICAL, type NewLeg, UNRESERVED } from '../features/legs.ts';
import { bookFailed } from './book-failed.ts';
import type { TaskState } from './state.ts';

/** Legs of which nothing is reserved: a backfill fills books alone. */
const NOT_RESERVED = HISTORICAL | UNRESERVED;

/** Puts a leg into the history, and reserves what counts of it. */
export function addToBooks(state: TaskState, subject: Subject, leg: NewLeg, seen: number): LegPlace {
  const place = addToHistory(state, subject, leg, seen);
  const { chunk, index } = place;
  if (leg.amount === 0 || reserve(state, subject, leg.at, leg.flags & 1, leg.amount, leg.flags)) return place;
  chunk.setFlags(index, chunk.flags(index) | UNRESERVED);
  return place;
}

function addToHistory(state: TaskState, subject: Subject, leg: NewLeg, seen: number): LegPlace {
  try {
    return subject.history.add(leg, seen, state.terms, subject.details);
  } catch (error) {
    bookFailed(state, 'history', error);
    return subject.history.addApart(leg, subject.details);
  }
}

/** Sets what counts of a leg, in its windows and in the periods that it was reserved in. */
export function setCounting(state: TaskState, subject: Subject, place: LegPlace, amount: number): void {
  const { chunk, index } = place;
  const [at, flags] = [chunk.at(index), chunk.flags(index)];
  reserve(state, subject, at, flags & 1, changeOf(state, subject, place, amount), flags);
}

function changeOf(state: TaskState, subject: Subject, place: LegPlace, amount: number): number {
  const before = countsOf(place.chunk, place.index);
  try {
    return subject.history.setAmount(place, amount);
  } catch (error) {
    bookFailed(state, 'history', error);
    return subject.history.forceAmount(place, amount, before);
  }
}

/** An amount begins or ceases to count in its periods. False where the book threw. */
function reserve(state: TaskState, subject: Subject, at: number, side: number, change: number, flags: number): boolean {
  if (change === 0 || (flags & NOT_RESERVED) !== 0 || subject.kind !== 'party') return true;
  try {
    subject.limits.add(at, side, change, subject.profile, state.scope.institution.zone);
    return true;
  } catch (error) {
    bookFailed(state, 'limits', error);
    return false;
  }
}

/** What is ordinary in the partition takes an amount in. */
export function addToOrdinary(state: TaskState, amount: number): void {
  try {
    state.ordinary.add(amount);
  } catch (error) {
    bookFailed(state, 'ordinary', error);
  }
}
