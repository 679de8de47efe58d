/** Histories for tests of books and features: legs in short, and the scope that a feature reads them through. */
import type { History, HistoryTerms, LegPlace } from '../../processors/books/history.ts';
import { Ordinary } from '../../processors/books/ordinary.ts';
import { Subject } from '../../processors/books/subject.ts';
import { BEYOND_LATENESS, MAY_PASS } from '../../processors/features/legs.ts';
import type { Scope } from '../../processors/features/scope.ts';
import type { WindowPlan } from '../../processors/features/windows.ts';

/** What a test says of a leg; the rest is ordinary. */
export interface ShortLeg {
  at: number;
  amount?: number;
  side?: number;
  counterparty?: number;
  seen?: number;
  name?: number;
}

/** Counterparties 2n and 2n + 1 are two accounts of party n. */
export function partyOf(counterparty: number): number {
  return counterparty >> 1;
}

export function subjectWith(plan: WindowPlan): Subject {
  return new Subject('party', 0, plan, partyOf);
}

let names = 0;

/** Adds a leg; an amount of 0 is an attempt that moves nothing. */
export function addLeg(history: History, leg: ShortLeg, terms: HistoryTerms): LegPlace {
  const { at, amount = 100, side = 0, counterparty = 0, seen = at, name = ++names } = leg;
  const beyond = history.isBeyondLateness(at, seen, terms);
  const flags = side | (amount > 0 ? MAY_PASS : 0) | (beyond ? BEYOND_LATENESS : 0);
  return history.add({ at, amount, name, counterparty, flags, event: 0, content: 0 }, seen, terms);
}

/** The scope of a judgement on a leg. Features that remember take each as a new one. */
export function scopeOn(subject: Subject, place: LegPlace, more: Partial<Scope> = {}): Scope {
  const { chunk, index } = place;
  return {
    judgement: ++judgements,
    subject,
    totals: subject.history.windows.totals,
    chunk,
    index,
    at: chunk.at(index),
    side: chunk.flags(index) & 1,
    amount: chunk.amount(index),
    counterparty: chunk.counterparty(index),
    ordinary: new Ordinary(),
    names: {
      partyOf,
      partyText: (counterparty) => `party-${partyOf(counterparty)}`,
      accountText: (counterparty) => `account-${counterparty}`,
    },
    ...more,
  } as Scope;
}

let judgements = 0;
