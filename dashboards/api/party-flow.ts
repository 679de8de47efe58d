/** `GET /v1/parties/{id}/flow`: what came in and went out by day and currency, and the alerts of those days. */
import { z } from 'zod';
import type { App } from '../../runtime/http/app.ts';
import { knownCaller, seesRestricted } from '../../runtime/http/auth.ts';
import { SEVERITIES } from '../../schemas/reason.ts';
import { partitionOf } from '../../schemas/subjects.ts';
import { DAY_MS, isZone } from '../../schemas/time.ts';
import { listAlerts } from './alerts.ts';
import { COUNTED_MINOR, NOT_REFUSED, timeField } from './fields.ts';
import type { QueryParts } from './parts.ts';
import { select } from './select.ts';
import { localDate } from './usage.ts';

const DAYS_MAX = 92;
const DAYS_DEFAULT = 30;
const ALERTS_MAX = 200;
/** A transfer counts on the day of its first event, which may lie so long before one that is looked at. */
const FIRST_EVENT_BACK_MS = 7 * DAY_MS;

const FLOW = `
WITH
    legs AS
    (
        SELECT ordinal, transfer_id, event_id, role, at, status, amount_minor, currency
        FROM entries
        WHERE log_partition = {partition:UInt16} AND subject = {party:String} AND role IN ('payer', 'payee')
            AND at >= fromUnixTimestamp64Milli({from:Int64}) - toIntervalMillisecond({back:Int64})
            AND ${NOT_REFUSED}
        ORDER BY ordinal
        LIMIT 1 BY event_id, role
    ),
    transfers AS
    (
        SELECT
            transfer_id,
            role,
            argMin(at, ordinal) AS first_at,
            argMax(currency, ordinal) AS last_currency,
            argMax(status, ordinal) AS last_status,
            argMaxIf(amount_minor, ordinal, status IN ('submitted', 'settled')) AS whole,
            argMaxIf(amount_minor, ordinal, status = 'partially_settled') AS part,
            argMaxIf(amount_minor, ordinal, status = 'returned') AS returned
        FROM legs
        GROUP BY transfer_id, role
    ),
    outcomes AS
    (
        SELECT transfer_id, argMax(outcome, revision) AS last_outcome
        FROM rejections
        WHERE transfer_id IN (
            SELECT transfer_id FROM entries WHERE log_partition = {partition:UInt16} AND subject = {party:String}
        )
        GROUP BY transfer_id
    ),
    amounts AS
    (
        SELECT
            toDate(toTimeZone(first_at, {zone:String})) AS day,
            last_currency,
            role,
            ${COUNTED_MINOR} AS minor
        FROM transfers
        LEFT JOIN outcomes ON outcomes.transfer_id = transfers.transfer_id
        WHERE first_at >= fromUnixTimestamp64Milli({from:Int64})
    )
SELECT
    toString(day) AS date,
    last_currency AS currency,
    toString(sumIf(toInt128(minor), role = 'payee')) AS incoming,
    toString(sumIf(toInt128(minor), role = 'payer')) AS outgoing,
    toUInt32(countIf(minor > 0)) AS transfers
FROM amounts
GROUP BY date, currency
HAVING transfers > 0
ORDER BY date, currency`;

interface FlowRow {
  readonly date: string;
  readonly currency: string;
  readonly incoming: string;
  readonly outgoing: string;
  readonly transfers: number;
}

export const flowBody = z
  .strictObject({
    zone: z.string().describe('Time zone of the days.'),
    from: z.iso.date(),
    to: z.iso.date().describe('The last day, which may not be over.'),
    days: z
      .array(
        z.strictObject({
          date: z.iso.date(),
          currency: z.string(),
          incoming: z.number().describe('Minor units that came in, or may still.'),
          outgoing: z.number().describe('Minor units that went out, or may still.'),
          transfers: z.int(),
        }),
      )
      .describe('Days on which money moved, by currency.'),
    alerts: z
      .array(
        z.strictObject({
          id: z.string(),
          date: z.iso.date(),
          at: timeField('When it was raised first.'),
          rule: z.string(),
          severity: z.enum(SEVERITIES),
        }),
      )
      .describe(`Alerts of these days, the latest first; ${ALERTS_MAX} at most.`),
  })
  .describe('Money of a party over time.');

const flowQuery = z.strictObject({
  days: z.coerce.number().int().min(1).max(DAYS_MAX).default(DAYS_DEFAULT).describe('How many days back.'),
  zone: z
    .string()
    .refine(isZone, 'must be an IANA time zone like Asia/Shanghai')
    .optional()
    .describe('Of the days; the institution’s where absent.'),
});

export function addPartyFlowRoute(app: App, { clickhouse, mayRead, partitions, institution, now }: QueryParts): void {
  app.get(
    '/v1/parties/:id/flow',
    {
      onRequest: mayRead.parties,
      schema: {
        tags: ['queries'],
        summary: 'What came in and went out by day (每日收付)',
        params: z.strictObject({ id: z.string().min(1).max(128) }),
        querystring: flowQuery,
        response: { 200: flowBody },
      },
    },
    async (request) => {
      const { id: party } = request.params;
      const { days, zone = institution().zone } = request.query;
      const from = startOfDay(now() - (days - 1) * DAY_MS, zone);
      const about = { party, partition: partitionOf(party, partitions), zone, from, back: FIRST_EVENT_BACK_MS };
      const restricted = seesRestricted(knownCaller(request));
      const [rows, alerts] = await Promise.all([
        select<FlowRow>(clickhouse, FLOW, about),
        listAlerts(clickhouse, { subject: party, shadow: false, restricted, from, limit: ALERTS_MAX }),
      ]);
      return {
        zone,
        from: localDate(from, zone),
        to: localDate(now(), zone),
        days: rows.map(({ incoming, outgoing, ...day }) => ({
          ...day,
          incoming: Number(incoming),
          outgoing: Number(outgoing),
        })),
        alerts: alerts.items.map(({ id, openedAt, rule, severity }) => {
          return { id, date: localDate(Date.parse(openedAt), zone), at: openedAt, rule, severity };
        }),
      };
    },
  );
}

/** The first instant of the day in the zone that holds `at`: days there may be 23 or 25 hours long. */
function startOfDay(at: number, zone: string): number {
  const date = localDate(at, zone);
  let [before, within] = [at - 26 * 3_600_000, at];
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2);
    if (localDate(middle, zone) === date) within = middle;
    else before = middle;
  }
  return within;
}
