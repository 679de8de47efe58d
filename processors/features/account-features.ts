/** Features of calendar totals, of control, and of the customer's standing. */
import type { Feature, Scope, Side, Unit } from './scope.ts';

function direct<T>(unit: Unit, read: (scope: Scope) => T): Feature<T> {
  return { unit, window: null, reachMs: 0, fromLegs: false, bind: () => read };
}

/** True where the subject is a customer of ours: it has a file, or the event names it as a party. */
export function isCustomer(): Feature<boolean> {
  return direct('text', (scope) => scope.subject.profile !== null || scope.payerIsParty);
}

/** Outgoing total of the calendar day of the event, in the party's zone, the event inside; base minor units. */
export function dayTotal(): Feature {
  return direct('money', (scope) =>
    scope.subject.limits.dayTotal(scope.at, scope.subject.profile, scope.institution.zone),
  );
}

/** Outgoing total of the calendar month of the event, in the party's zone, the event inside; base minor units. */
export function monthTotal(): Feature {
  return direct('money', (scope) =>
    scope.subject.limits.monthTotal(scope.at, scope.subject.profile, scope.institution.zone),
  );
}

/** Total of one side on the institution's calendar day, the event inside; base minor units. */
export function reportDayTotal(side: Side): Feature {
  const wanted = side === 'incoming' ? 1 : 0;
  return direct('money', (scope) => scope.subject.limits.institutionDayTotal(scope.at, wanted, scope.institution.zone));
}

/** The side of the judged leg as a number: 0 outgoing, 1 incoming. */
export function side(): Feature {
  return direct('count', (scope) => scope.side);
}

/** The party or account that is frozen, of the two ends of the transfer; empty where none is. */
export function frozenEnd(): Feature<string> {
  return direct('text', (scope) =>
    firstEnd(scope, (id) => scope.control.isFrozen(id, Number.isFinite(scope.tick) ? scope.tick : scope.at)),
  );
}

/** The party or account that stands on a list, of the two ends of the transfer; empty where none does. */
export function listedEnd(): Feature<string> {
  return direct('text', (scope) =>
    scope.control.lists.size === 0 ? '' : firstEnd(scope, (id) => scope.control.isListed(id)),
  );
}

function firstEnd(scope: Scope, test: (id: string) => boolean): string {
  if (scope.control.freezes.size === 0 && scope.control.lists.size === 0) return '';
  const { names, counterparty, ownEnds } = scope;
  const ends = [...ownEnds(), names.partyText(counterparty), names.accountText(counterparty)];
  return ends.find(test) ?? '';
}
