/**
 * The alerts book (预警): one alert a rule and subject. A further hit adds an occurrence and raises the
 * revision, so a burst is one alert that grows and not a flood. A closed one is reopened by a hit within a
 * set time; after that a hit opens a new one, which takes its place. So a subject keeps one alert a rule at
 * most, about a kilobyte each.
 */
import type { Alert, AlertResolution, AlertStatus } from '../../schemas/alert.ts';
import type { Family, Severity } from '../../schemas/reason.ts';
import { SEVERITIES } from '../../schemas/reason.ts';

/** Who asked for a report: somebody else must confirm it. */
export interface Proposer {
  readonly by: string;
  readonly device: string | null;
  readonly session: string | null;
}

export interface OpenAlert {
  alertId: string;
  revision: number;
  severity: Severity;
  openedAt: number;
  lastAt: number;
  occurrences: number;
  family: Family;
  restricted: boolean;
  /** True of backfills and shadow rules: it neither escalates nor quiets another. */
  silent: boolean;
  /** Transfer of the last hit: what is of the same cause. */
  transferId: string | null;
  status: AlertStatus;
  assignee: string | null;
  resolution: AlertResolution | null;
  closedFor: string | null;
  closedAt: number | null;
  proposer: Proposer | null;
  reportBy: number | null;
  snoozedUntil: number | null;
  escalation: number;
  /** When it escalates next, ms; null where it does not. */
  escalatesAt: number | null;
  quietedBy: string | null;
  /** The record of the last hit, Avro bytes: what later revisions repeat. */
  told: Buffer;
}

export interface Hit {
  readonly rule: string;
  readonly subject: string;
  readonly ordinal: number;
  readonly at: number;
  /** What time the task has it, ms. */
  readonly now: number;
  readonly severity: Severity;
  readonly family: Family;
  readonly restricted: boolean;
  readonly silent: boolean;
  readonly transferId: string | null;
}

/** Settings that alerts live by, ms. */
export interface AlertTerms {
  readonly reopenWithin: number;
  readonly escalateAfter: { readonly [severity in Severity]?: number };
}

/** By age; beyond it stands a report that is late. */
const ESCALATIONS_MAX = 2;
const REPORT_LATE = 3;
const NOTHING = Buffer.alloc(0);

/**
 * The alert after a hit. A new one takes its id from rule, subject and the ordinal of the entry in its
 * partition: never random, never from a clock or an offset.
 */
export function alertAfter(known: OpenAlert | undefined, hit: Hit, terms: AlertTerms): OpenAlert {
  if (known === undefined || isOver(known, hit.now, terms)) return opened(hit, terms);
  const graver = SEVERITIES.indexOf(hit.severity) > SEVERITIES.indexOf(known.severity);
  const grown: OpenAlert = {
    ...known,
    revision: known.revision + 1,
    severity: graver ? hit.severity : known.severity,
    openedAt: Math.min(known.openedAt, hit.at),
    lastAt: Math.max(known.lastAt, hit.at),
    occurrences: known.occurrences + 1,
    transferId: hit.transferId,
    silent: known.silent && hit.silent,
    quietedBy: null,
  };
  if (known.status === 'closed') return { ...grown, ...reopened(known, hit.now, terms) };
  if (!graver) return grown;
  // What is graver than it was when somebody let it rest rests no longer, and escalates sooner.
  return { ...grown, snoozedUntil: null, escalatesAt: sooner(known, escalationAt(grown, hit.now, terms)) };
}

/** What is known of an alert that nobody has come to an end with. */
const UNWORKED = {
  resolution: null,
  closedFor: null,
  closedAt: null,
  proposer: null,
  reportBy: null,
  snoozedUntil: null,
  escalation: 0,
} as const;

/** What a closed alert is once it is taken up again. */
export function reopened(alert: OpenAlert, now: number, terms: AlertTerms): Partial<OpenAlert> {
  const fresh: Partial<OpenAlert> = {
    ...UNWORKED,
    status: alert.assignee === null ? 'open' : 'assigned',
  };
  return { ...fresh, escalatesAt: escalationAt({ ...alert, ...fresh }, now, terms) };
}

/** When an alert that is looked at anew escalates next; null where it does not any more. */
export function escalationAt(
  { silent, severity, escalation }: Pick<OpenAlert, 'silent' | 'severity' | 'escalation'>,
  now: number,
  { escalateAfter }: AlertTerms,
): number | null {
  const after = escalateAfter[severity];
  return silent || after === undefined || escalation >= ESCALATIONS_MAX ? null : now + after;
}

/** The critical alert that says louder what this one says: same subject, same transfer. */
export function louderThan(alerts: Iterable<OpenAlert>, alert: OpenAlert): OpenAlert | null {
  for (const other of alerts) if (isQuietedBy(alert, other)) return other;
  return null;
}

/**
 * True where nobody needs to hear of the alert besides the critical one. What is restricted quiets nothing that
 * others see, and nothing quiets an alert of no weight: it tells of a report that is due whatever else is.
 */
export function isQuietedBy(alert: OpenAlert, critical: OpenAlert): boolean {
  return (
    alert.transferId !== null &&
    alert.transferId === critical.transferId &&
    critical.severity === 'critical' &&
    alert.severity !== 'critical' &&
    alert.severity !== 'info' &&
    critical.status !== 'closed' &&
    alert.status === 'open' &&
    !critical.silent &&
    !alert.silent &&
    (alert.restricted || !critical.restricted)
  );
}

/** When time next does something to the alert, ms; Infinity where it does nothing. */
export function alertDue(alert: OpenAlert): number {
  if (alert.status === 'closed' || alert.quietedBy !== null) return Number.POSITIVE_INFINITY;
  if (alert.snoozedUntil !== null) return alert.snoozedUntil;
  const ends = [alert.escalatesAt, isReportPending(alert) ? alert.reportBy : null];
  return Math.min(...ends.map((at) => at ?? Number.POSITIVE_INFINITY));
}

/** The alert after its time has come: awake again, or escalated. */
export function alertAtDue(
  alert: OpenAlert,
  due: number,
  terms: AlertTerms,
): { readonly alert: OpenAlert; readonly step: 'wake' | 'escalate' } {
  const revision = alert.revision + 1;
  if (alert.snoozedUntil !== null) {
    const woken = { ...alert, revision, snoozedUntil: null, escalatesAt: escalationAt(alert, due, terms) };
    return { alert: woken, step: 'wake' };
  }
  // A report that is late is as grave as it gets.
  const isLate = isReportPending(alert) && alert.reportBy! <= due;
  const escalation = isLate ? REPORT_LATE : alert.escalation + 1;
  const escalated = { ...alert, revision, escalation };
  return { alert: { ...escalated, escalatesAt: escalationAt(escalated, due, terms) }, step: 'escalate' };
}

/** What a record says of where the alert stands. */
export function standingOf(alert: OpenAlert) {
  return {
    alertId: alert.alertId,
    revision: alert.revision,
    severity: alert.severity,
    status: alert.status,
    openedAt: alert.openedAt,
    occurrences: alert.occurrences,
    assignee: alert.assignee,
    resolution: alert.resolution,
    closedFor: alert.closedFor,
    reportBy: alert.reportBy,
    snoozedUntil: alert.snoozedUntil,
    escalation: alert.escalation === 0 ? null : alert.escalation,
    quietedBy: alert.quietedBy,
  } satisfies Partial<Alert>;
}

/** An alert that nothing is known to attach to, and nothing will: it does not escalate. */
export function alertAlone(hit: Hit): OpenAlert {
  return opened({ ...hit, silent: true }, { reopenWithin: 0, escalateAfter: {} });
}

function opened(hit: Hit, terms: AlertTerms): OpenAlert {
  const { severity, family, restricted, silent, transferId } = hit;
  return {
    alertId: `${hit.rule}:${hit.subject}:${hit.ordinal}`,
    revision: 1,
    severity,
    openedAt: hit.at,
    lastAt: hit.at,
    occurrences: 1,
    family,
    restricted,
    silent,
    transferId,
    status: 'open',
    assignee: null,
    ...UNWORKED,
    escalatesAt: escalationAt({ silent, severity, escalation: 0 }, hit.now, terms),
    quietedBy: null,
    told: NOTHING,
  };
}

function isOver({ status, closedAt }: OpenAlert, now: number, { reopenWithin }: AlertTerms): boolean {
  return status === 'closed' && now - closedAt! > reopenWithin;
}

function isReportPending({ status, reportBy, escalation }: OpenAlert): boolean {
  return status === 'reporting' && reportBy !== null && escalation < REPORT_LATE;
}

function sooner({ escalatesAt, snoozedUntil }: OpenAlert, other: number | null): number | null {
  if (other === null || escalatesAt === null || snoozedUntil !== null) return other;
  return Math.min(escalatesAt, other);
}
