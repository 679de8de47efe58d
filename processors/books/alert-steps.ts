/**
 * The steps that people may take on an alert (预警处置) and what each needs; which may follow from which status
 * stands in `schemas/alert-permits.ts`. A step that is not permitted is refused with the reason, and changes nothing.
 *
 *   open ─► assigned ─► investigating ─► closed
 *     └────────┴──────────────┴──► reporting ─► closed as reported, by a second person
 */
import type { AlertStep } from '../../schemas/alert.ts';
import { STEPS_PERMITTED } from '../../schemas/alert-permits.ts';
import type { Refusal } from '../../schemas/dead-letter.ts';
import type { AlertAction } from '../../schemas/events/alert-action.ts';
import { DAY_MS } from '../../schemas/time.ts';
import { hashBytes, nameOf } from '../features/interner.ts';
import { type AlertTerms, escalationAt, type OpenAlert, reopened } from './alerts.ts';

interface Refused {
  readonly refusal: Refusal;
  readonly detail: string;
}

/** An alert that rests for longer is one that nobody will look at again. */
const SNOOZE_MS_MAX = 90 * DAY_MS;
/** Roles that may see restricted alerts, and so may act on them. */
const MAY_SEE_RESTRICTED = ['compliance', 'admin'];

/** What makes a repeat known: the id, and what was said. When and from where it was sent again does not matter. */
export function actionIdentity(action: AlertAction): { name: number; content: number } {
  const { actionId, alertId, revision, action: kind, by, assignee, resolution, reason, until, note } = action;
  const name = Buffer.from(actionId, 'utf8');
  const said = [alertId, revision, kind, by, assignee, resolution, reason, until, note];
  const content = Buffer.from(JSON.stringify(said), 'utf8');
  return { name: nameOf(name, 0, name.length), content: hashBytes(content, 0, content.length) };
}

/** Answers why a step is not permitted; null where it is. */
export function refuseStep(alert: OpenAlert | undefined, action: AlertAction): Refused | null {
  const { alertId } = action;
  if (alert === undefined) {
    return {
      refusal: 'alert_unknown',
      detail: `${alertId} is no alert of ${action.subject}, or a later one took its place.`,
    };
  }
  if (alert.restricted && !action.roles.some((role) => MAY_SEE_RESTRICTED.includes(role))) {
    return { refusal: 'alert_role', detail: `Alert ${alertId} is restricted; ${action.by} is not of compliance.` };
  }
  if (action.revision !== null && action.revision !== alert.revision) {
    return {
      refusal: 'alert_outdated',
      detail: `Alert ${alertId} is at revision ${alert.revision}; the step speaks of revision ${action.revision}.`,
    };
  }
  if (!STEPS_PERMITTED[alert.status].includes(action.action)) {
    return notPermitted(`Alert ${alertId} is ${alert.status}; ${action.action} cannot follow.`);
  }
  return refuseClosing(alert, action) ?? refuseSnooze(alert, action) ?? refuseComment(action);
}

/** The alert after a step that is permitted, and the step as its revision names it. */
export function alertAfterStep(
  alert: OpenAlert,
  action: AlertAction,
  now: number,
  terms: AlertTerms & { readonly reportBy: (now: number) => number },
): { readonly alert: OpenAlert; readonly step: AlertStep } {
  const next = { ...alert, revision: alert.revision + 1 };
  switch (action.action) {
    case 'assign': {
      const status = alert.status === 'open' ? 'assigned' : alert.status;
      return { alert: { ...next, status, assignee: action.assignee ?? action.by }, step: 'assign' };
    }
    case 'investigate': {
      const withdrawn = { proposer: null, reportBy: null, resolution: null, closedFor: null };
      const assignee = alert.assignee ?? action.by;
      return { alert: { ...next, ...withdrawn, status: 'investigating', assignee }, step: 'investigate' };
    }
    case 'close':
      return closed(next, action, now, terms.reportBy);
    case 'reopen':
      return { alert: { ...next, ...reopened(alert, now, terms) }, step: 'reopen' };
    case 'snooze':
      return { alert: { ...next, snoozedUntil: action.until }, step: 'snooze' };
    case 'comment':
      return { alert: next, step: 'comment' };
  }
}

/** The alert after the critical one that quieted it was closed: it speaks for itself again. */
export function unquieted(alert: OpenAlert, now: number, terms: AlertTerms): OpenAlert {
  return { ...alert, revision: alert.revision + 1, quietedBy: null, escalatesAt: escalationAt(alert, now, terms) };
}

function closed(
  alert: OpenAlert,
  { resolution, reason, by, device, session }: AlertAction,
  now: number,
  reportBy: (now: number) => number,
): { readonly alert: OpenAlert; readonly step: AlertStep } {
  const said = { resolution, closedFor: reason, snoozedUntil: null, quietedBy: null };
  if (resolution === 'reported' && alert.status !== 'reporting') {
    const proposer = { by, device, session };
    return { alert: { ...alert, ...said, status: 'reporting', proposer, reportBy: reportBy(now) }, step: 'report' };
  }
  return { alert: { ...alert, ...said, status: 'closed', closedAt: now, escalatesAt: null }, step: 'close' };
}

function refuseClosing(
  alert: OpenAlert,
  { action, resolution, reason, by, device, session }: AlertAction,
): Refused | null {
  if (action !== 'close') return null;
  if (resolution === null || reason === null) {
    return notPermitted(`Alert ${alert.alertId} is closed with a resolution and a reason; one is missing.`);
  }
  if (alert.status !== 'reporting') return null;
  if (resolution !== 'reported') {
    return notPermitted(`Alert ${alert.alertId} is to be reported; to close it otherwise, investigate it first.`);
  }
  const { proposer } = alert;
  const isSame =
    proposer !== null &&
    (proposer.by === by ||
      (device !== null && device === proposer.device) ||
      (session !== null && session === proposer.session));
  if (!isSame) return null;
  return {
    refusal: 'alert_same_person',
    detail: `${by} asked for the report on ${alert.alertId}, or shares a device or session with who did; somebody else must confirm it.`,
  };
}

function refuseSnooze(alert: OpenAlert, { action, until, at }: AlertAction): Refused | null {
  if (action !== 'snooze') return null;
  if (alert.family === 'screening') {
    return notPermitted(`Alert ${alert.alertId} is a hit on a list or freeze, which never rests.`);
  }
  if (until !== null && until > at && until - at <= SNOOZE_MS_MAX) return null;
  return notPermitted(`Alert ${alert.alertId} can rest until a time within the next 90 days; none such is said.`);
}

function refuseComment({ action, alertId, note }: AlertAction): Refused | null {
  return action === 'comment' && note === null ? notPermitted(`The comment on ${alertId} says nothing.`) : null;
}

function notPermitted(detail: string): Refused {
  return { refusal: 'alert_step', detail };
}
