/** `GET /v1/decisions/{transferId}`, and the look-up of decisions that intake falls back to. */
import { z } from 'zod';
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import { WeirError } from '../../runtime/errors.ts';
import type { App } from '../../runtime/http/app.ts';
import { type Decision, decisionRecord } from '../../schemas/decision.ts';
import { moneyField } from './fields.ts';
import type { QueryParts } from './parts.ts';
import { select } from './select.ts';

/** Columns in the form of the record, times in milliseconds. */
const DECISIONS = `
SELECT
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
    reasons
FROM decisions
WHERE transfer_id IN {transferIds:Array(String)}
ORDER BY transfer_id, revision DESC
LIMIT 1 BY transfer_id, revision`;

/** All revisions of the decisions on some transfers, the latest of each first. */
export async function lookUpDecisions(client: ClickHouseClient, transferIds: readonly string[]): Promise<Decision[]> {
  const rows = await select<Decision>(client, DECISIONS, { transferIds });
  return rows.map(fromRow);
}

/** ClickHouse keeps absent text as empty text. */
function fromRow(row: Decision): Decision {
  const reasons = row.reasons.map((reason) => ({
    ...reason,
    rule: reason.rule || null,
    evidence: reason.evidence.map((one) => ({ ...one, text: one.text || null, unit: one.unit || null })),
  }));
  return { ...row, by: row.by || null, reasons };
}

const decisionBody = z.object({
  ...(decisionRecord.json as unknown as z.ZodObject).shape,
  amount: moneyField('The amount.'),
  base: moneyField('The amount in the base currency.'),
});

const decisionAnswer = decisionBody
  .extend({ earlier: z.array(decisionBody).describe('Earlier revisions, the latest first.') })
  .describe('The decision in force, and how it came about.');

export function addDecisionRoute(app: App, { clickhouse, mayRead, baseCurrency }: QueryParts): void {
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
    async ({ params: { transferId } }) => {
      const [current, ...earlier] = (await lookUpDecisions(clickhouse, [transferId])).map((decision) => ({
        ...decisionRecord.render(decision),
        amount: { minor: decision.amountMinor, currency: decision.currency },
        base: { minor: decision.baseMinor, currency: baseCurrency },
      }));
      if (current === undefined) {
        throw new WeirError(
          'NOT_FOUND',
          `There is no decision on transfer ${transferId}, or it is not in ClickHouse yet.`,
        );
      }
      return { ...current, earlier };
    },
  );
}
