/**
 * `GET /v1/decisions/{transferId}`, `GET /v1/decisions?waiting=true`, and the look-up of decisions that intake
 * falls back to.
 */
import { z } from 'zod';
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import { WeirError } from '../../runtime/errors.ts';
import type { App } from '../../runtime/http/app.ts';
import { type Caller, knownCaller, mayAct } from '../../runtime/http/auth.ts';
import { masked, seesPersonalData } from '../../runtime/http/masking.ts';
import { type Decision, decisionRecord } from '../../schemas/decision.ts';
import { cursorField, nextField, readCursor, writeCursor } from './cursor.ts';
import { moneyField } from './fields.ts';
import type { QueryParts } from './parts.ts';
import { select } from './select.ts';

/** Columns in the form of the record, times in milliseconds. */
const COLUMNS = `
    transfer_id AS transferId,
    revision,
    event_id AS eventId,
    outcome,
    toUnixTimestamp64Milli(at) AS at,
    toUnixTimestamp64Milli(seen) AS seen,
    kind,
    status,
    debtor,
    creditor,
    amount_minor AS amountMinor,
    currency,
    base_minor AS baseMinor,
    approvals_required AS approvalsRequired,
    approvals_given AS approvalsGiven,
    toUnixTimestamp64Milli(expires_at) AS expiresAt,
    by,
    reasons,
    beyond_lateness AS beyondLateness,
    maker,
    batch`;

const DECISIONS = `
SELECT ${COLUMNS}
FROM decisions
WHERE transfer_id IN {transferIds:Array(String)}
ORDER BY transfer_id, revision DESC
LIMIT 1 BY transfer_id, revision`;

/** What waits for an approval, those first that expire first. */
const WAITING = `
SELECT ${COLUMNS}
FROM holds_open
WHERE ({debtor:String} = '' OR debtor = {debtor:String})
    AND ({batch:String} = '' OR batch = {batch:String})
    AND (holds_open.expires_at, transfer_id) > (fromUnixTimestamp64Milli({expiresAt:Int64}), {transferId:String})
ORDER BY holds_open.expires_at, transfer_id
LIMIT {limit:UInt32}`;

const PAGE_MAX = 200;
const PAGE_DEFAULT = 50;

/** All revisions of the decisions on some transfers, the latest of each first. */
export async function lookUpDecisions(client: ClickHouseClient, transferIds: readonly string[]): Promise<Decision[]> {
  const rows = await select<Decision>(client, DECISIONS, { transferIds });
  return rows.map(fromRow);
}

/** What waits of a batch, as it stands: `limit` at most. */
export async function lookUpWaiting(client: ClickHouseClient, batch: string, limit: number): Promise<Decision[]> {
  const rows = await select<Decision>(client, WAITING, { debtor: '', batch, expiresAt: 0, transferId: '', limit });
  return rows.map(fromRow);
}

/** ClickHouse keeps absent text as empty text. */
function fromRow(row: Decision): Decision {
  const reasons = row.reasons.map((reason) => ({
    ...reason,
    rule: reason.rule || null,
    evidence: reason.evidence.map((one) => ({ ...one, text: one.text || null, unit: one.unit || null })),
  }));
  return {
    ...row,
    by: row.by || null,
    reasons,
    beyondLateness: row.beyondLateness || null,
    maker: row.maker || null,
    batch: row.batch || null,
  };
}

const decisionBody = z.object({
  ...(decisionRecord.json as unknown as z.ZodObject).shape,
  amount: moneyField('The amount.'),
  base: moneyField('The amount in the base currency.'),
  waiting: z
    .boolean()
    .describe('True while it waits for approvals; a hold that upstream settled, failed or cancelled waits no more.'),
});

const waitingQuery = z.strictObject({
  waiting: z.literal('true').describe('Only transfers that wait for approvals are listed.'),
  debtor: z.string().min(1).max(128).optional().describe('Of this payer.'),
  batch: z.string().min(1).max(128).optional().describe('Of this batch, which is approved as one unit.'),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
  cursor: cursorField,
});

const waitingAnswer = z.strictObject({ items: z.array(decisionBody), next: nextField });

const cursorValues = z.tuple([z.int(), z.string().max(128)]);

const decisionAnswer = decisionBody
  .extend({ earlier: z.array(decisionBody).describe('Earlier revisions, the latest first.') })
  .describe('The decision in force, and how it came about.');

export function addDecisionRoute(app: App, { clickhouse, mayRead, institution }: QueryParts): void {
  app.get(
    '/v1/decisions/:transferId',
    {
      onRequest: mayRead.decisions,
      schema: {
        tags: ['queries'],
        summary: 'Decision on a transfer (决定)',
        description:
          'The revision in force, with earlier ones. For restricted rules a reason is its neutral code alone.',
        params: z.strictObject({ transferId: z.string().min(1).max(128) }),
        response: { 200: decisionAnswer },
      },
    },
    async (request) => {
      const { transferId } = request.params;
      const { baseCurrency } = institution();
      const revisions = await lookUpDecisions(clickhouse, [transferId]);
      const [current, ...earlier] = revisions.map((decision) => bodyOf(decision, baseCurrency));
      if (current === undefined) {
        throw new WeirError(
          'NOT_FOUND',
          `There is no decision on transfer ${transferId}, or it is not in ClickHouse yet.`,
          { zh: `没有转账 ${transferId} 的决定，或尚未入库。` },
        );
      }
      return asSeenBy(knownCaller(request), {
        ...current,
        earlier: earlier.map((one) => ({ ...one, waiting: false })),
      });
    },
  );
  app.get(
    '/v1/decisions',
    {
      onRequest: mayRead.decisions,
      schema: {
        tags: ['queries'],
        summary: 'Transfers that wait for approvals (待审)',
        description: 'Those first that expire first.',
        querystring: waitingQuery,
        response: { 200: waitingAnswer },
      },
    },
    async (request) => {
      const { debtor = '', batch = '', limit, cursor } = request.query;
      const [expiresAt, transferId] = cursor === undefined ? [0, ''] : readCursor(cursor, cursorValues);
      const rows = await select<Decision>(clickhouse, WAITING, {
        debtor,
        batch,
        expiresAt,
        transferId,
        limit: limit + 1,
      });
      const { baseCurrency } = institution();
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      return asSeenBy(knownCaller(request), {
        items: shown.map((row) => bodyOf(fromRow(row), baseCurrency)),
        next: last !== undefined && rows.length > limit ? writeCursor([last.expiresAt!, last.transferId]) : null,
      });
    },
  );
}

/** Upstream knows whose money it sent; who only looks on is shown no accounts. */
function asSeenBy<T>(caller: Caller, answer: T): T {
  return mayAct(caller, ['intake']) || seesPersonalData(caller) ? answer : masked(answer);
}

function bodyOf(decision: Decision, baseCurrency: string): z.infer<typeof decisionBody> {
  return {
    ...decisionRecord.render(decision),
    amount: { minor: decision.amountMinor, currency: decision.currency },
    base: { minor: decision.baseMinor, currency: baseCurrency },
    waiting: decision.outcome === 'hold' && decision.expiresAt !== null,
  };
}
