/**
 * Asks the rules and tells what they found: fills the scope, collects outcomes, raises alerts. A rule
 * that throws never means silence: on the payer's side it holds the transfer, everywhere it alerts.
 */
import { type Alert, alertRecord } from '../../schemas/alert.ts';
import type { Reason, Severity } from '../../schemas/reason.ts';
import { alertAfter, alertAlone, louderThan, type OpenAlert, standingOf } from '../books/alerts.ts';
import type { Subject } from '../books/subject.ts';
import { FIRED, INTEGERS, SIDE_INCOMING } from '../features/legs.ts';
import type { Occasion, RuleOutcome, Values } from '../rules/contract.ts';
import { approximate, common, type Rendered, render } from '../rules/evidence.ts';
import type { BoundRule, RuleSet } from '../rules/rule-set.ts';
import { awaitAlert, quietLesser } from './alert-actions.ts';
import { BEYOND_LATENESS_EVIDENCE, markOf } from './beyond-lateness.ts';
import { BOOK_FAILED, bookFailed, failureOf } from './book-failed.ts';
import type { TaskState } from './state.ts';
import { failureSeries } from './tally.ts';

/** What is said of the transfer in an alert; null where there is none. */
export interface About {
  readonly transferId: string | null;
  readonly eventId: string | null;
  readonly seen: number;
  readonly historical: boolean;
}

export interface Finding {
  readonly bound: BoundRule;
  readonly outcome: Exclude<RuleOutcome, { kind: 'pass' }>;
}

/** Families that are about other people's money: a transfer between own accounts rings none of them. */
const QUIET_FOR_OWN_TRANSFERS = new Set(['aml', 'anomaly']);

/**
 * Asks all rules of an occasion; answers those that did not pass. The scope is filled already. `moves`
 * is false for a leg that is but an attempt.
 */
export function judge(set: RuleSet, occasion: Occasion, ownTransfer: boolean, moves = true): Finding[] | null {
  let findings: Finding[] | null = null;
  const bound = set[occasion];
  for (let index = 0; index < bound.length; index++) {
    const one = bound[index]!;
    if (isQuietFor(one, ownTransfer, moves)) continue;
    const outcome = ask(one, occasion);
    if (outcome.kind === 'pass') continue;
    findings ??= [];
    findings.push({ bound: one, outcome });
  }
  return findings;
}

/** True where a rule has nothing to say of a leg: windows of money have nothing new where none has moved. */
export function isQuietFor(bound: BoundRule, ownTransfer: boolean, moves: boolean): boolean {
  if (!moves && bound.bit !== 0 && !bound.ofAttempts) return true;
  return ownTransfer && QUIET_FOR_OWN_TRANSFERS.has(bound.rule.family);
}

/** The rule's outcome; where it throws, one that nobody overlooks. */
export function ask(bound: BoundRule, occasion: Occasion): RuleOutcome {
  try {
    return bound.rule.judge(bound.input);
  } catch (error) {
    const values: Values = { failure: failureOf(error) };
    return occasion === 'outgoing'
      ? { kind: 'hold', approvals: 1, roles: [], severity: 'critical', values }
      : { kind: 'alert', severity: 'critical', values };
  }
}

/** Raises the alerts among the findings about a subject, and marks the judged leg as having fired them. */
export function raiseAlerts(state: TaskState, subject: Subject, findings: readonly Finding[], about: About): void {
  const { scope } = state;
  // Critical ones first: they quiet the others before anybody hears of those.
  for (const { bound, outcome } of gravestFirst(findings)) {
    // A shadow hold or rejection has no decision to show in: its hits are counted as alerts of no weight.
    const severity = outcome.severity ?? (bound.shadow ? 'info' : null);
    if (severity === null) continue;
    if (bound.bit !== 0) scope.chunk.integers[scope.index * INTEGERS + FIRED]! |= bound.bit;
    raise(state, subject, bound, severity, outcome.values, about);
  }
}

function gravestFirst(findings: readonly Finding[]): readonly Finding[] {
  const isCritical = ({ outcome }: Finding) => outcome.severity === 'critical';
  if (findings.length === 1 || !findings.some(isCritical)) return findings;
  return [...findings.filter(isCritical), ...findings.filter((one) => !isCritical(one))];
}

export function raise(
  state: TaskState,
  subject: Subject,
  bound: BoundRule,
  severity: Severity,
  values: Values,
  about: About,
): void {
  const { rule } = bound;
  if ('failure' in values) state.outputs.tally.add(failureSeries(rule.id));
  const id = state.subjects.idOf(subject);
  const at = state.scope.at;
  subject.alerts ??= new Map();
  // A shadow rule's hits are counted apart, so that they never attach to an alert that was sent.
  const key = bound.shadow ? `${rule.id}!shadow` : rule.id;
  const before = subject.alerts.get(key);
  const open = openAlert(state, subject, {
    rule: key,
    subject: id,
    ordinal: state.ordinal,
    at,
    now: Math.max(state.control.tick, Math.min(at, about.seen)),
    severity,
    family: rule.family,
    restricted: rule.restricted,
    silent: about.historical || bound.shadow,
    transferId: about.transferId,
  });
  const { en, zh, evidence } = tell(state, bound, values);
  const told: Alert = {
    ...standingOf(open),
    rule: rule.id,
    ruleVersion: rule.version,
    family: rule.family,
    subjectKind: subject.kind,
    subject: id,
    at,
    seen: about.seen,
    transferId: about.transferId,
    eventId: about.eventId,
    late: state.scope.late,
    historical: about.historical,
    shadow: bound.shadow,
    restricted: rule.restricted,
    en,
    zh,
    evidence,
    beyondLateness: state.scope.beyondLateness || null,
    segments: segmentsOf(subject),
    step: before?.alertId === open.alertId && before.status === 'closed' ? 'reopen' : 'hit',
    by: null,
    stepAt: null,
    note: null,
  };
  state.outputs.alert(told);
  open.told = alertRecord.encode(told);
  awaitAlert(state, subject, open);
  if (open.severity === 'critical') quietLesser(state, subject, open, at, about.seen);
}

/** By what a customer is told apart, in the words that settings have for it. */
function segmentsOf({ profile, credit }: Subject): string | null {
  const told = [
    ...(profile === null ? [] : [`kind:${profile.kind}`, ...profile.tags.map((tag) => `tag:${tag}`)]),
    ...(credit === null ? [] : [`grade:${credit.grade}`]),
  ];
  return told.length === 0 ? null : told.join(' ');
}

/** The alert that a hit belongs to; where the book throws, one that stands alone. */
function openAlert(state: TaskState, subject: Subject, hit: Parameters<typeof alertAfter>[1]): OpenAlert {
  try {
    const open = alertAfter(subject.alerts!.get(hit.rule), hit, state.rules.settings.alerts);
    open.quietedBy = louderThan(subject.alerts!.values(), open)?.alertId ?? null;
    subject.alerts!.set(hit.rule, open);
    return open;
  } catch (error) {
    bookFailed(state, 'alerts', error);
    return alertAlone(hit);
  }
}

/** Tells of the books that threw since this was last asked, as alerts about the subject of the entry. */
export function tellFailures(state: TaskState, subject: Subject, at: number, about: About): void {
  const { scope } = state;
  scope.subject = subject;
  scope.at = at;
  scope.late = false;
  for (const values of state.failures.splice(0)) raise(state, subject, BOOK_FAILED, 'critical', { ...values }, about);
  // The alerts book may have thrown for these too: it was told of by then.
  state.failures.length = 0;
}

/** The reasons of a decision: of restricted rules, and of rules that failed, only the neutral code is told. */
export function reasonsOf(state: TaskState, findings: readonly Finding[]): Reason[] {
  const reasons: Reason[] = [];
  for (const { bound, outcome } of findings) {
    if (bound.shadow) continue;
    const { rule } = bound;
    if (rule.restricted) {
      // An alert about money laundering is no reason that the outside may read.
      if (outcome.kind !== 'alert') reasons.push(neutralReason(rule.code, null, outcome.kind));
    } else if ('failure' in outcome.values) reasons.push(neutralReason('data', rule.id, outcome.kind));
    else {
      const { en, zh, evidence } = tell(state, bound, outcome.values);
      reasons.push({ code: rule.code, rule: rule.id, outcome: outcome.kind, en, zh, evidence });
    }
  }
  return reasons;
}

/** A reason that says no more than its code. */
export function neutralReason(code: Reason['code'], rule: string | null, outcome: Reason['outcome']): Reason {
  return { code, rule, outcome, ...(code === 'blocked' ? BLOCKED : UNDER_REVIEW), evidence: [] };
}

const BLOCKED = { en: 'Blocked.', zh: '已拦截。' };
const UNDER_REVIEW = { en: 'Under review.', zh: '审核中。' };

/** What a rule found, in words; and how exact that is, where the subject has more legs than are kept one by one. */
function tell(state: TaskState, bound: BoundRule, values: Values): Rendered {
  const { subject, at, institution, beyondLateness } = state.scope;
  const rendered = renderSafely(bound, values, institution.baseCurrency);
  const coarseness = bound.reachMs > 0 ? subject.history.coarseness(at - bound.reachMs, at) : null;
  const evidence = [...rendered.evidence];
  if (coarseness !== null) evidence.push(approximate(coarseness));
  if (beyondLateness) evidence.push(BEYOND_LATENESS_EVIDENCE);
  return { ...rendered, evidence };
}

function renderSafely(bound: BoundRule, values: Values, baseCurrency: string): Rendered {
  if (!('failure' in values) || bound === BOOK_FAILED) return render(bound, values, baseCurrency);
  return {
    en: `Rule ${bound.rule.id} failed and could not judge: ${values.failure}`,
    zh: `规则 ${bound.rule.id} 执行失败，无法判断：${values.failure}`,
    evidence: [common('failure', { text: String(values.failure) })],
  };
}

/** Fills the scope with a leg of the subject. Totals are set by the caller. */
export function aimAt(
  state: TaskState,
  subject: Subject,
  chunk: Subject['history']['chain']['head'],
  index: number,
): void {
  const { scope } = state;
  scope.judgement++;
  scope.subject = subject;
  scope.chunk = chunk;
  scope.index = index;
  scope.at = chunk.at(index);
  const flags = chunk.flags(index);
  scope.side = flags & SIDE_INCOMING;
  scope.beyondLateness = markOf(flags) === true;
  scope.payerBefore = -1;
  scope.tick = state.control.tick;
}
