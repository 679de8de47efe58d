/** What becomes of alerts besides hits: steps of people, the passing of time, and a critical one that quiets others. */
import { type Alert, type AlertStep, alertRecord } from '../../schemas/alert.ts';
import type { AlertAction } from '../../schemas/events/alert-action.ts';
import { SUBJECT_KINDS } from '../../schemas/subjects.ts';
import { actionIdentity, alertAfterStep, refuseStep, unquieted } from '../books/alert-steps.ts';
import { alertAtDue, alertDue, isQuietedBy, type OpenAlert, standingOf } from '../books/alerts.ts';
import { accept, compare } from '../books/repeats.ts';
import type { Subject } from '../books/subject.ts';
import { calendarOf, workingDaysEnd } from '../features/calendar.ts';
import { bookFailed } from './book-failed.ts';
import type { TaskState } from './state.ts';

/** Steps of a subject whose repeats are recognised. */
const ACTIONS_KNOWN = 64;

/** What brought a revision that is no hit. */
interface Cause {
  readonly step: AlertStep;
  readonly at: number;
  readonly seen: number;
  readonly by: string | null;
  readonly note: string | null;
}

/** Folds a person's step. What is not permitted is refused with the reason. */
export function foldAlertAction(
  state: TaskState,
  place: number,
  action: AlertAction,
  source: { readonly seen: number; readonly partition: number; readonly offset: number; readonly body: Buffer },
): void {
  const subject = state.touch(place);
  const repeat = repeatOf(subject, action);
  if (repeat === 'repeat') return;
  const [key, alert] = find(subject, action.alertId);
  const refused =
    repeat === 'reused'
      ? ({ refusal: 'event_id_reused', detail: `Step ${action.actionId} came again with other content.` } as const)
      : refusedBy(state, alert, action);
  if (refused === 'failed') return;
  if (refused !== null || alert === undefined) {
    state.outputs.deadLetter({
      topic: 'alert-actions',
      partition: source.partition,
      offset: source.offset,
      seen: source.seen,
      ...refused!,
      eventId: action.actionId,
      transferId: null,
      body: source.body,
    });
    return;
  }
  const now = Math.max(state.control.tick, Math.min(action.at, source.seen));
  const { alerts: terms, institution } = state.rules.settings;
  const reportBy = (from: number) =>
    workingDaysEnd(calendarOf(institution.zone), from, terms.reportWithin, institution);
  const { alert: after, step } = alertAfterStep(alert, action, now, { ...terms, reportBy });
  const { at, by, note } = action;
  revise(state, subject, key, after, { step, at, seen: source.seen, by, note: note ?? noteOf(action) });
  if (after.status === 'closed') unquiet(state, subject, after, { at, seen: source.seen });
}

/** What time does to the alerts of a subject by `now`, in order of time. */
export function alertsDue(state: TaskState, subject: Subject, now: number): void {
  if (subject.alerts === null) return;
  const { alerts: terms } = state.rules.settings;
  for (;;) {
    const first = firstDue(subject, now);
    if (first === null) return;
    const [key, alert, due] = first;
    const { alert: after, step } = alertAtDue(alert, due, terms);
    revise(state, subject, key, after, { step, at: due, seen: now, by: null, note: null });
  }
}

/** When time next does something to an alert of the subject, ms. */
export function nextAlertDue(subject: Subject): number {
  let next = Number.POSITIVE_INFINITY;
  for (const alert of subject.alerts?.values() ?? []) next = Math.min(next, alertDue(alert));
  return next;
}

/** Sets the subject's timer where the alert is due before it. */
export function awaitAlert(state: TaskState, subject: Subject, alert: OpenAlert): void {
  const due = alertDue(alert);
  if (due >= subject.due) return;
  subject.due = due;
  state.timers.push(due, state.subjects.find(SUBJECT_KINDS.indexOf(subject.kind), subject.number));
}

/** A critical alert was hit: lesser ones of the same cause that nobody has taken up say so, and rest. */
export function quietLesser(state: TaskState, subject: Subject, critical: OpenAlert, at: number, seen: number): void {
  for (const [key, alert] of subject.alerts ?? []) {
    if (alert.quietedBy !== null || !isQuietedBy(alert, critical)) continue;
    const after = { ...alert, revision: alert.revision + 1, quietedBy: critical.alertId };
    revise(state, subject, key, after, { step: 'quiet', at, seen, by: null, note: null });
  }
}

function unquiet(
  state: TaskState,
  subject: Subject,
  critical: OpenAlert,
  { at, seen }: { readonly at: number; readonly seen: number },
): void {
  const now = Math.max(state.control.tick, Math.min(at, seen));
  for (const [key, alert] of subject.alerts ?? []) {
    if (alert.quietedBy !== critical.alertId) continue;
    const after = unquieted(alert, now, state.rules.settings.alerts);
    revise(state, subject, key, after, { step: 'unquiet', at, seen, by: null, note: null });
  }
}

/** Keeps the alert and tells of it: what the last hit said, and where the alert stands now. */
function revise(
  state: TaskState,
  subject: Subject,
  key: string,
  alert: OpenAlert,
  { step, at, seen, by, note }: Cause,
): void {
  subject.alerts!.set(key, alert);
  const told: Alert = alertRecord.decode(alert.told);
  state.outputs.alert({ ...told, ...standingOf(alert), seen, step, by, stepAt: at, note });
  awaitAlert(state, subject, alert);
}

/** Why it was reopened or let rest has no field of its own in the alert. */
function noteOf({ action, reason }: AlertAction): string | null {
  return action === 'close' ? null : reason;
}

function find(subject: Subject, alertId: string): [string, OpenAlert | undefined] {
  for (const [key, alert] of subject.alerts ?? []) if (alert.alertId === alertId) return [key, alert];
  return ['', undefined];
}

function firstDue(subject: Subject, now: number): [string, OpenAlert, number] | null {
  let first: [string, OpenAlert, number] | null = null;
  for (const [key, alert] of subject.alerts!) {
    const due = alertDue(alert);
    if (due <= now && (first === null || due < first[2])) first = [key, alert, due];
  }
  return first;
}

/** Where the book throws, nobody can say that the step is permitted: it is dropped, and told of. */
function refusedBy(
  state: TaskState,
  alert: OpenAlert | undefined,
  action: AlertAction,
): ReturnType<typeof refuseStep> | 'failed' {
  try {
    return refuseStep(alert, action);
  } catch (error) {
    bookFailed(state, 'alerts', error);
    return 'failed';
  }
}

function repeatOf(subject: Subject, action: AlertAction): ReturnType<typeof compare> {
  subject.actionsKnown ??= new Map();
  const identity = actionIdentity(action);
  const repeat = compare(subject.actionsKnown, identity);
  if (repeat === 'new') accept(subject.actionsKnown, identity, ACTIONS_KNOWN);
  return repeat;
}
