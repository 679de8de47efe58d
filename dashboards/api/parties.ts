/** `GET /v1/parties/{id}`: all that is known about a party, on one page, with its history paged. */
import { z } from 'zod';
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import { WeirError } from '../../runtime/errors.ts';
import type { App } from '../../runtime/http/app.ts';
import { knownCaller, seesRestricted } from '../../runtime/http/auth.ts';
import { type CreditRating, creditRatingRecord } from '../../schemas/credit-rating.ts';
import { customerRecord } from '../../schemas/events/customer.ts';
import { partitionOf } from '../../schemas/subjects.ts';
import { alertBody, listAlerts } from './alerts.ts';
import { cursorField, nextField, readCursor, writeCursor } from './cursor.ts';
import { LEG_COLUMNS, type LegRow, legBody, legOf, moneyField, NOT_REFUSED } from './fields.ts';
import type { QueryParts } from './parts.ts';
import { readAs } from './readings.ts';
import { select } from './select.ts';
import { localDate, readUsage, usageBody } from './usage.ts';

const HISTORY_MAX = 200;
const HISTORY_DEFAULT = 50;
const ALERTS_MAX = 50;
const INVOICES_MAX = 500;

const PROFILE = `
SELECT body
FROM events
WHERE topic = 'customers' AND subject = {party:String} AND role = 'holder'
ORDER BY at DESC, ordinal DESC
LIMIT 1`;

const RATING = `
SELECT
    customer,
    revision,
    toUnixTimestamp64Milli(at) AS at,
    toUnixTimestamp64Milli(seen) AS seen,
    grade,
    previous_grade AS previousGrade,
    overdue_days_max AS overdueDaysMax,
    overdue_minor AS overdueMinor,
    open_minor AS openMinor,
    utilisation_percent AS utilisationPercent,
    limit_scale_percent AS limitScalePercent
FROM ratings
WHERE customer = {party:String}
ORDER BY revision DESC
LIMIT 1`;

const INVOICES = `
SELECT
    invoice_id AS invoiceId,
    currency,
    amount_minor AS minor,
    paid_minor AS paidMinor,
    open_minor AS openMinor,
    toString(issued_on) AS issuedOn,
    toString(due_on) AS dueOn,
    status,
    if(open_minor > 0 AND status = 'open', greatest(0, dateDiff('day', due_on, {today:Date32})), 0) AS daysOverdue
FROM invoice_balances
WHERE customer = {party:String}
ORDER BY open_minor > 0 DESC, due_on, invoice_id
LIMIT ${INVOICES_MAX}`;

/**
 * Which legs a page shows, and how late each came. All legs of the party are looked through for that, and only what it
 * takes is read of them: the rest is read of those that are shown.
 */
const SHOWN = `
SELECT ordinal, behind_ms AS behindMs
FROM
(
    SELECT
        ordinal,
        event_id,
        role,
        max(least(at, seen)) OVER (ORDER BY ordinal ROWS UNBOUNDED PRECEDING) AS seen_up_to,
        greatest(0, dateDiff('millisecond', at, seen_up_to)) AS behind_ms
    FROM entries
    WHERE log_partition = {partition:UInt16} AND subject = {party:String} AND ordinal < {before:UInt64}
        AND ${NOT_REFUSED}
    ORDER BY ordinal
    LIMIT 1 BY event_id, role
)
ORDER BY ordinal DESC
LIMIT {limit:UInt32}`;

const SHOWN_LEGS = `
SELECT ${LEG_COLUMNS}
FROM entries
WHERE log_partition = {partition:UInt16} AND subject = {party:String} AND ordinal IN {ordinals:Array(UInt64)}
ORDER BY ordinal DESC`;

interface InvoiceRow {
  readonly invoiceId: string;
  readonly currency: string;
  readonly minor: number;
  readonly paidMinor: number;
  readonly openMinor: number;
  readonly issuedOn: string;
  readonly dueOn: string;
  readonly status: string;
  readonly daysOverdue: number;
}

const invoiceBody = z.strictObject({
  invoiceId: z.string(),
  amount: moneyField('Amount of the bill.'),
  paid: moneyField('Paid: by payments that name it, then by others, the oldest due first.'),
  open: moneyField('Still to pay.'),
  issuedOn: z.iso.date(),
  dueOn: z.iso.date().describe('Last day on which payment is in time.'),
  status: z.enum(['open', 'paid', 'cancelled', 'disputed']),
  daysOverdue: z.int().describe('Days since the due date, in the party’s zone; 0 where paid, in time or disputed.'),
});

const historyBody = z.strictObject({ items: z.array(legBody), next: nextField });

const ratingBody = z.object((creditRatingRecord.json as unknown as z.ZodObject).shape);

export const partyBody = z
  .strictObject({
    id: z.string(),
    profile: (customerRecord.json as z.ZodType<unknown>)
      .nullable()
      .describe('The customer’s file; null where it is no customer.'),
    limits: usageBody,
    rating: ratingBody.nullable().describe('Credit rating (信用评级); null where there is none.'),
    invoices: z.array(invoiceBody).describe(`Unpaid ones first, by due date; ${INVOICES_MAX} at most.`),
    alerts: z.array(alertBody).describe(`Alerts that are not closed, the latest first; ${ALERTS_MAX} at most.`),
    history: historyBody.describe('Transfers, the latest first.'),
  })
  .describe('A party as it stands.');

const partyQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(HISTORY_MAX).default(HISTORY_DEFAULT).describe('Transfers in the history.'),
  cursor: cursorField,
});

const cursorValues = z.tuple([z.int().min(0)]);

interface Reading {
  readonly client: ClickHouseClient;
  readonly party: string;
  readonly partition: number;
}

async function readProfile({ client, party }: Reading) {
  const [row] = await select<{ body: string }>(client, PROFILE, { party });
  return row === undefined ? null : (JSON.parse(row.body) as { readonly zone?: string });
}

async function readRating({ client, party }: Reading) {
  const [row] = await select<CreditRating>(client, RATING, { party });
  return row === undefined ? null : creditRatingRecord.render(row);
}

async function readInvoices({ client, party }: Reading, today: string): Promise<z.infer<typeof invoiceBody>[]> {
  const rows = await select<InvoiceRow>(client, INVOICES, { party, today });
  return rows.map(({ invoiceId, currency, minor, paidMinor, openMinor, issuedOn, dueOn, status, daysOverdue }) => ({
    invoiceId,
    amount: { minor, currency },
    paid: { minor: paidMinor, currency },
    open: { minor: openMinor, currency },
    issuedOn,
    dueOn,
    status: (status === 'cancelled' || openMinor > 0 ? status : 'paid') as 'open' | 'paid' | 'cancelled' | 'disputed',
    daysOverdue,
  }));
}

async function readHistory(
  { client, party, partition }: Reading,
  page: { readonly limit: number; readonly before: number },
): Promise<z.infer<typeof historyBody>> {
  const rows = await select<Pick<LegRow, 'ordinal' | 'behindMs'>>(client, SHOWN, {
    ...{ party, partition, before: page.before },
    limit: page.limit + 1,
  });
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  if (last === undefined) return { items: [], next: null };
  const behind = new Map(shown.map(({ ordinal, behindMs }) => [ordinal, behindMs]));
  const legs = await select<LegRow>(client, SHOWN_LEGS, { party, partition, ordinals: [...behind.keys()] });
  return {
    items: legs.map((leg) => legOf({ ...leg, behindMs: behind.get(leg.ordinal) ?? 0 })),
    next: rows.length > page.limit ? writeCursor([last.ordinal]) : null,
  };
}

export function addPartyRoute(app: App, parts: QueryParts): void {
  const { clickhouse: client, mayRead, partitions, institution, now, noteReading } = parts;
  app.get(
    '/v1/parties/:id',
    {
      onRequest: mayRead.parties,
      schema: {
        tags: ['queries'],
        summary: 'A party: profile, limits used, history, invoices, rating, alerts (客户概况)',
        params: z.strictObject({ id: z.string().min(1).max(128) }),
        querystring: partyQuery,
        response: { 200: partyBody },
      },
    },
    async (request) => {
      const { id: party } = request.params;
      const { limit, cursor } = request.query;
      const restricted = seesRestricted(knownCaller(request));
      const reading = { client, party, partition: partitionOf(party, partitions) };
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : readCursor(cursor, cursorValues)[0];
      const profile = await readProfile(reading);
      const ownZone = profile?.zone ?? institution().zone;
      const [limits, rating, invoices, alerts, history] = await Promise.all([
        readUsage(client, { party, partition: reading.partition, zone: ownZone, now: now() }),
        readRating(reading),
        readInvoices(reading, localDate(now(), ownZone)),
        listAlerts(client, { subject: party, closed: 'false', shadow: false, restricted, limit: ALERTS_MAX }),
        readHistory(reading, { limit, before }),
      ]);
      const unknown = profile === null && history.items.length === 0 && cursor === undefined;
      if (unknown && alerts.items.length === 0 && invoices.length === 0) {
        throw new WeirError('NOT_FOUND', `Nothing is known about ${party}, or it is not in ClickHouse yet.`, {
          zh: `没有 ${party} 的任何记录，或尚未入库。`,
        });
      }
      const answer = { id: party, profile, limits, rating, invoices, alerts: alerts.items, history };
      return readAs(request, noteReading, party, answer);
    },
  );
}
