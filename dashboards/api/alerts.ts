/** `GET /v1/alerts` and `GET /v1/alerts/{id}`: what rules found, as it stands, and the legs behind it. */
import { z } from 'zod';
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import { WeirError } from '../../runtime/errors.ts';
import type { App } from '../../runtime/http/app.ts';
import { knownCaller, seesRestricted } from '../../runtime/http/auth.ts';
import { masked, seesPersonalData } from '../../runtime/http/masking.ts';
import { ALERT_RESOLUTIONS, ALERT_STATUSES, ALERT_STEPS, type Alert, alertRecord } from '../../schemas/alert.ts';
import { FAMILIES, SEVERITIES } from '../../schemas/reason.ts';
import { SUBJECT_KINDS, type SubjectKind } from '../../schemas/subjects.ts';
import { DAY_MS } from '../../schemas/time.ts';
import { cursorField, nextField, readCursor, writeCursor } from './cursor.ts';
import { LEG_COLUMNS, type LegRow, legBody, legOf, NOT_REFUSED, timeField } from './fields.ts';
import type { QueryParts } from './parts.ts';
import { readAs } from './readings.ts';
import { select } from './select.ts';

const PAGE_MAX = 200;
const PAGE_DEFAULT = 50;
/** Legs that are shown with an alert: the latest before its last hit, of the time that windows reach back. */
const LEGS_MAX = 200;
const LEGS_BACK_MS = 31 * DAY_MS;

const COLUMNS = `
    log_partition AS partition,
    alert_id AS alertId,
    revision,
    rule,
    rule_version AS ruleVersion,
    family,
    severity,
    subject_kind AS subjectKind,
    subject,
    status,
    toUnixTimestamp64Milli(opened_at) AS openedAt,
    toUnixTimestamp64Milli(at) AS at,
    toUnixTimestamp64Milli(seen) AS seen,
    occurrences,
    transfer_id AS transferId,
    event_id AS eventId,
    late,
    historical,
    shadow,
    restricted,
    en,
    zh,
    evidence,
    beyond_lateness AS beyondLateness,
    step,
    by,
    toUnixTimestamp64Milli(step_at) AS stepAt,
    note,
    assignee,
    resolution,
    closed_for AS closedFor,
    toUnixTimestamp64Milli(report_by) AS reportBy,
    toUnixTimestamp64Milli(snoozed_until) AS snoozedUntil,
    escalation,
    quieted_by AS quietedBy`;

/** A part of where an alert stands by its last revision. */
const now = (part: string): string => `argMax(s.standing.${part}, s.standing.revision)`;

/**
 * Pages go by when an alert was first raised, which no later hit of it changes. The rows lie by alert, so they are
 * grouped as they come; what no filter asks for is not read.
 */
const PAGE = `
SELECT alert_id AS alertId, toUnixTimestamp64Milli(first_seen) AS raised
FROM
(
    SELECT
        alert_id,
        min(s.raised) AS first_seen,
        min(s.opened_at) AS opened,
        max(s.restricted) AS hidden,
        ${now('severity')} AS severity_now,
        ${now('status')} AS status_now,
        ${now('assignee')} AS assignee_now,
        ${now('quieted')} AS quieted_now,
        ${now('escalated')} AS escalated_now
    FROM alert_standings AS s
    WHERE shadow = {shadow:Bool}
        AND ({rule:String} = '' OR rule = {rule:String})
        AND ({family:String} = '' OR toString(family) = {family:String})
        AND ({subject:String} = '' OR subject = {subject:String})
    GROUP BY alert_id
)
WHERE ({restricted:Bool} OR hidden = 0)
    AND ({severity:String} = '' OR toString(severity_now) = {severity:String})
    AND ({status:String} = '' OR toString(status_now) = {status:String})
    AND ({closed:String} = '' OR (status_now = 'closed') = ({closed:String} = 'true'))
    AND ({assignee:String} = '' OR assignee_now = {assignee:String})
    AND ({quieted:String} = '' OR quieted_now = ({quieted:String} = 'true'))
    AND ({escalated:String} = '' OR escalated_now = ({escalated:String} = 'true'))
    AND opened >= fromUnixTimestamp64Milli({from:Int64})
    AND opened < fromUnixTimestamp64Milli({to:Int64})
    AND (raised, alertId) < ({raised:Int64}, {alertId:String})
ORDER BY raised DESC, alertId DESC
LIMIT {limit:UInt32}
SETTINGS optimize_aggregation_in_order = 1`;

const CURRENT = `
SELECT ${COLUMNS}
FROM alerts
WHERE alert_id IN {alertIds:Array(String)}
ORDER BY alert_id, revision DESC
LIMIT 1 BY alert_id`;

const REVISIONS = `
SELECT ${COLUMNS}
FROM alerts
WHERE alert_id = {alertId:String}
ORDER BY revision DESC
LIMIT 1 BY revision`;

const LEGS = `
SELECT ${LEG_COLUMNS}, has({hits:Array(String)}, eventId) AS hit
FROM
(
    SELECT *, event_id
    FROM entries
    WHERE log_partition = {partition:UInt16} AND subject = {subject:String}
        AND entries.at > fromUnixTimestamp64Milli({from:Int64}) AND entries.at <= fromUnixTimestamp64Milli({to:Int64})
        AND ${NOT_REFUSED}
    ORDER BY ordinal
    LIMIT 1 BY event_id, role
)
ORDER BY hit DESC, ordinal DESC
LIMIT {limit:UInt32}`;

type AlertRow = Alert & { readonly partition: number };

const evidenceBody = z.strictObject({
  name: z.string(),
  number: z.int().optional(),
  text: z.string().optional(),
  unit: z.string().optional().describe('ms, percent, days, count, or the currency of minor units.'),
});

export const alertBody = z
  .strictObject({
    id: z.string().describe('Made of rule, subject and the ordinal of the entry that opened it.'),
    revision: z.int(),
    rule: z.string(),
    ruleVersion: z.int(),
    family: z.enum(FAMILIES),
    severity: z.enum(SEVERITIES).describe('Highest of its occurrences.'),
    subjectKind: z.enum(SUBJECT_KINDS),
    subject: z.string().describe('Whom it is about.'),
    status: z.enum(ALERT_STATUSES).describe('reporting waits for the second person who is to confirm the report.'),
    openedAt: timeField('Event time of the earliest hit.'),
    at: timeField('Event time of the last hit.'),
    seen: timeField('When Weir got what hit last.'),
    occurrences: z.int().describe('Hits so far.'),
    transferId: z.string().optional(),
    eventId: z.string().optional(),
    late: z.boolean().describe('True where a late event made an earlier window fire.'),
    historical: z.boolean(),
    shadow: z.boolean(),
    restricted: z.boolean().describe('True where the subject must not learn of it (不得告知).'),
    beyondLateness: z
      .boolean()
      .describe('True where the transfer that hit came beyond lateness: it is in no window (超出迟到容限).'),
    step: z.enum(ALERT_STEPS).optional().describe('What brought this revision; a hit where absent.'),
    by: z.string().optional().describe('Person whose step it was.'),
    stepAt: timeField('When the step was taken, or time took it.').optional(),
    note: z.string().optional().describe('What that person noted.'),
    assignee: z.string().optional().describe('Who works on it.'),
    resolution: z.enum(ALERT_RESOLUTIONS).optional().describe('What it was closed as, or is to be.'),
    closedFor: z.string().optional().describe('Why it was closed, or is to be.'),
    reportBy: timeField('By when the report must be with the authority.').optional(),
    snoozedUntil: timeField('It rests until then.').optional(),
    escalation: z.int().optional().describe('Times that it has escalated by age; 3 where its report is late.'),
    quietedBy: z
      .string()
      .optional()
      .describe('The critical alert of the same subject and transfer that says it louder.'),
    reason: z.strictObject({ en: z.string(), zh: z.string() }),
    evidence: z.array(evidenceBody),
  })
  .describe('An alert as it stands.');

export const listBody = z.strictObject({ items: z.array(alertBody), next: nextField });

export const detailBody = alertBody.extend({
  revisions: z
    .array(alertBody)
    .describe('Earlier revisions, the latest first: each hit and each step, with who took it.'),
  legs: z
    .array(legBody.extend({ hit: z.boolean().describe('True where it brought a revision of the alert.') }))
    .describe(
      `Transfers of the subject up to the last hit: those that hit first, then the latest; ${LEGS_MAX} at most.`,
    ),
});

function flagField(doc: string) {
  return z.enum(['true', 'false']).optional().describe(doc);
}

const listQuery = z.strictObject({
  rule: z.string().min(1).max(64).optional().describe('Alerts of this rule.'),
  family: z.enum(FAMILIES).optional().describe('Alerts of rules of this family.'),
  subject: z.string().min(1).max(128).optional().describe('Alerts on this party, device, operator, account or group.'),
  severity: z.enum(SEVERITIES).optional(),
  status: z.enum(ALERT_STATUSES).optional(),
  closed: flagField('true: closed ones; false: all others.'),
  assignee: z.string().min(1).max(128).optional().describe('Those that this person works on.'),
  quieted: flagField('Whether a critical alert of the same cause quiets them.'),
  escalated: flagField('Whether they have escalated.'),
  from: timeField('Opened at this event time or later.').optional(),
  to: timeField('Opened before this event time.').optional(),
  shadow: z
    .enum(['true', 'false'])
    .default('false')
    .describe('Alerts of rules that run as shadow, instead of the others.'),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
  cursor: cursorField,
});

const cursorValues = z.tuple([z.int(), z.string().max(512)]);
/** Behind any time that a record may have. */
const END_MS = Date.UTC(2200, 0, 2);

export interface AlertFilter {
  readonly rule?: string | undefined;
  readonly family?: string | undefined;
  readonly subject?: string | undefined;
  readonly severity?: string | undefined;
  readonly status?: string | undefined;
  readonly closed?: 'true' | 'false' | undefined;
  readonly assignee?: string | undefined;
  readonly quieted?: 'true' | 'false' | undefined;
  readonly escalated?: 'true' | 'false' | undefined;
  /** Whether restricted ones are among them: for those alone who may see them. */
  readonly restricted: boolean;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly shadow: boolean;
  readonly limit: number;
  readonly after?: readonly [raised: number, alertId: string] | undefined;
}

/** A page of alerts as they stand, those first that were raised last. */
export async function listAlerts(client: ClickHouseClient, filter: AlertFilter): Promise<z.infer<typeof listBody>> {
  const { rule = '', family = '', subject = '', severity = '', status = '', shadow, from = 0, to = END_MS } = filter;
  const { limit, closed = '', assignee = '', quieted = '', escalated = '', restricted } = filter;
  const [raised, alertId] = filter.after ?? [END_MS, ''];
  const page = await select<{ alertId: string; raised: number }>(client, PAGE, {
    ...{ rule, family, subject, severity, status, shadow, from, to, raised, alertId },
    ...{ closed, assignee, quieted, escalated, restricted },
    limit: limit + 1,
  });
  const shown = page.slice(0, limit);
  if (shown.length === 0) return { items: [], next: null };
  const rows = await select<AlertRow>(client, CURRENT, { alertIds: shown.map((one) => one.alertId) });
  const byId = new Map(rows.map((row) => [row.alertId, row]));
  const last = shown[shown.length - 1];
  return {
    items: shown.map((one) => bodyOf(byId.get(one.alertId) as AlertRow)),
    next: page.length > limit ? writeCursor([last.raised, last.alertId]) : null,
  };
}

/** To those who may not see it, a restricted alert is one that there is not. */
async function readAlert(
  client: ClickHouseClient,
  alertId: string,
  sees: boolean,
): Promise<z.infer<typeof detailBody>> {
  const rows = await select<AlertRow>(client, REVISIONS, { alertId });
  const [current, ...earlier] = rows;
  if (current === undefined || (current.restricted && !sees)) {
    throw new WeirError('NOT_FOUND', `There is no alert ${alertId}, or it is not in ClickHouse yet.`, {
      zh: `没有预警 ${alertId}，或尚未入库。`,
    });
  }
  const { partition, subject } = current;
  const legs = await select<LegRow & { hit: 0 | 1 }>(client, LEGS, {
    partition,
    subject,
    hits: rows.map(({ eventId }) => eventId ?? '').filter((eventId) => eventId !== ''),
    from: Math.min(...rows.map(({ at }) => at)) - LEGS_BACK_MS,
    to: Math.max(...rows.map(({ at }) => at)),
    limit: LEGS_MAX,
  });
  return {
    ...bodyOf(current),
    revisions: earlier.map(bodyOf),
    legs: legs.map((leg) => ({ ...legOf(leg), hit: leg.hit === 1 })),
  };
}

/** Whom alerts are about: what a step on one is routed by. */
export interface AlertFacts {
  readonly alertId: string;
  readonly subjectKind: SubjectKind;
  readonly subject: string;
  readonly restricted: boolean;
}

const FACTS = `
SELECT alert_id AS alertId, any(subject_kind) AS subjectKind, any(subject) AS subject, any(restricted) AS restricted
FROM alerts
WHERE alert_id IN {alertIds:Array(String)}
GROUP BY alert_id`;

export async function lookUpAlerts(client: ClickHouseClient, alertIds: readonly string[]): Promise<AlertFacts[]> {
  return select<AlertFacts>(client, FACTS, { alertIds });
}

/** The record's JSON form, with the reason in one place. ClickHouse keeps absent text as empty text. */
function bodyOf({ partition: _, ...row }: AlertRow): z.infer<typeof alertBody> {
  const { alertId, en, zh, ...rest } = alertRecord.render({
    ...row,
    transferId: row.transferId || null,
    eventId: row.eventId || null,
    by: row.by || null,
    note: row.note || null,
    assignee: row.assignee || null,
    closedFor: row.closedFor || null,
    quietedBy: row.quietedBy || null,
    evidence: row.evidence.map((one) => ({ ...one, text: one.text || null, unit: one.unit || null })),
  });
  return { id: alertId, ...rest, reason: { en, zh } } as z.infer<typeof alertBody>;
}

export function addAlertRoutes(app: App, { clickhouse, mayRead, noteReading }: QueryParts): void {
  const tags = ['queries'];
  app.get(
    '/v1/alerts',
    {
      onRequest: mayRead.alerts,
      schema: { tags, summary: 'Alerts (预警)', querystring: listQuery, response: { 200: listBody } },
    },
    async (request) => {
      const { from, to, shadow, cursor, ...filter } = request.query;
      const page = await listAlerts(clickhouse, {
        ...filter,
        restricted: seesRestricted(knownCaller(request)),
        shadow: shadow === 'true',
        from: from === undefined ? undefined : Date.parse(from),
        to: to === undefined ? undefined : Date.parse(to),
        after: cursor === undefined ? undefined : readCursor(cursor, cursorValues),
      });
      return seesPersonalData(knownCaller(request)) ? page : masked(page);
    },
  );
  app.get(
    '/v1/alerts/:id',
    {
      onRequest: mayRead.alerts,
      schema: {
        tags,
        summary: 'An alert with its evidence and the legs behind it (预警详情)',
        params: z.strictObject({ id: z.string().min(1).max(512) }),
        response: { 200: detailBody },
      },
    },
    async (request) => {
      const alert = await readAlert(clickhouse, request.params.id, seesRestricted(knownCaller(request)));
      return readAs(request, noteReading, alert.subject, alert);
    },
  );
}
