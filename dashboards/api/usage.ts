/**
 * What a party has used of its limits: outgoing money of its own calendar day and month, by currency, from its entries
 * and decisions.
 *
 * An amount counts in the period of the transfer's first event, by how the transfer stands. What a backfill brought
 * never counts.
 */
import { z } from 'zod';
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import { COUNTED_MINOR, money, NOT_REFUSED } from './fields.ts';
import { select } from './select.ts';

export const usageBody = z
  .strictObject({
    zone: z.string().describe('Time zone of the party’s days.'),
    day: z.strictObject({ date: z.iso.date(), outgoing: z.array(money).describe('One a currency.') }),
    month: z.strictObject({ month: z.string().describe('YYYY-MM.'), outgoing: z.array(money) }),
  })
  .describe('Outgoing money that counts against the day and month limits (已用额度).');

interface UsageRow {
  readonly date: string;
  readonly month: string;
  readonly currency: string;
  readonly dayMinor: string;
  readonly monthMinor: string;
}

const USAGE = `
WITH
    toDate(fromUnixTimestamp64Milli({now:Int64}, {zone:String})) AS today,
    toDateTime64(toDateTime(toStartOfMonth(today), {zone:String}), 3, 'UTC') AS month_start,
    legs AS
    (
        SELECT *, event_id
        FROM entries AS e
        WHERE e.log_partition = {partition:UInt16} AND e.subject = {party:String} AND e.role = 'payer'
            AND e.at >= month_start - INTERVAL 31 DAY
            AND ${NOT_REFUSED}
        ORDER BY e.ordinal
        LIMIT 1 BY event_id
    ),
    transfers AS
    (
        SELECT
            l.transfer_id AS transfer_id,
            argMin(l.at, l.ordinal) AS first_at,
            argMax(l.currency, l.ordinal) AS currency,
            argMax(l.status, l.ordinal) AS last_status,
            argMaxIf(l.amount_minor, l.ordinal, l.status IN ('submitted', 'settled')) AS whole,
            argMaxIf(l.amount_minor, l.ordinal, l.status = 'partially_settled') AS part,
            argMaxIf(l.amount_minor, l.ordinal, l.status = 'returned') AS returned,
            max(l.historical) AS backfilled
        FROM legs AS l
        GROUP BY l.transfer_id
    ),
    outcomes AS
    (
        SELECT r.transfer_id AS transfer_id, argMax(r.outcome, r.revision) AS last_outcome
        FROM rejections AS r
        WHERE r.transfer_id IN (
            SELECT transfer_id FROM entries
            WHERE log_partition = {partition:UInt16} AND subject = {party:String} AND role = 'payer'
        )
        GROUP BY r.transfer_id
    ),
    amounts AS
    (
        SELECT
            transfers.currency AS currency,
            toDate(toTimeZone(first_at, {zone:String})) AS day,
            if(backfilled, 0, ${COUNTED_MINOR}) AS minor
        FROM transfers
        LEFT JOIN outcomes ON outcomes.transfer_id = transfers.transfer_id
        WHERE first_at >= month_start
    )
SELECT
    toString(today) AS date,
    formatDateTime(today, '%Y-%m') AS month,
    currency,
    toString(sumIf(toInt128(minor), day = today)) AS dayMinor,
    toString(sumIf(toInt128(minor), toStartOfMonth(day) = toStartOfMonth(today))) AS monthMinor
FROM amounts
GROUP BY currency
ORDER BY currency`;

export async function readUsage(
  client: ClickHouseClient,
  about: { readonly party: string; readonly partition: number; readonly zone: string; readonly now: number },
): Promise<z.infer<typeof usageBody>> {
  const rows = await select<UsageRow>(client, USAGE, about);
  const date = localDate(about.now, about.zone);
  const outgoing = (minorOf: (row: UsageRow) => string) =>
    rows.map((row) => ({ minor: Number(minorOf(row)), currency: row.currency })).filter(({ minor }) => minor !== 0);
  return {
    zone: about.zone,
    day: { date, outgoing: outgoing((row) => row.dayMinor) },
    month: { month: date.slice(0, 7), outgoing: outgoing((row) => row.monthMinor) },
  };
}

/** The calendar day of a time in a zone. */
export function localDate(at: number, zone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(at);
}
