/**
 * `GET /v1/webhooks/{id}/attempts` and `GET /v1/webhook-figures`: what became of what was sent, one row an attempt,
 * and how much of it went through.
 */
import { z } from 'zod';
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import type { App } from '../../runtime/http/app.ts';
import { DAY_MS } from '../../schemas/time.ts';
import { ATTEMPT_OUTCOMES, ATTEMPT_TRIGGERS } from '../../schemas/webhook.ts';
import { cursorField, nextField, readCursor, writeCursor } from './cursor.ts';
import { timeField } from './fields.ts';
import type { QueryParts } from './parts.ts';
import { isoTime, select } from './select.ts';

const PAGE_MAX = 200;
const PAGE_DEFAULT = 50;
const FIGURES_MS = DAY_MS;
/** Behind any time that an attempt may have. */
const END_MS = Date.UTC(2200, 0, 2);

const ATTEMPTS = `
SELECT
    log_offset AS offset,
    message_id AS messageId,
    type,
    attempt,
    toString(trigger) AS trigger,
    toString(outcome) AS outcome,
    toUnixTimestamp64Milli(at) AS began,
    toUnixTimestamp64Milli(seen) AS recorded,
    duration_ms AS durationMs,
    status,
    error,
    detail,
    toUnixTimestamp64Milli(next_at) AS nextAt,
    command_id AS commandId
FROM webhook_attempts
WHERE subscription_id = {id:String}
    AND ({messageId:String} = '' OR message_id = {messageId:String})
    AND (NOT {failed:Bool} OR outcome != 'delivered')
    AND (webhook_attempts.at, log_offset) < (fromUnixTimestamp64Milli({before:Int64}), {offset:UInt64})
ORDER BY webhook_attempts.at DESC, log_offset DESC
LIMIT {limit:UInt32}`;

const FIGURES = `
SELECT
    subscription_id AS id,
    count() AS attempts,
    countIf(outcome = 'delivered') AS delivered,
    countIf(outcome = 'exhausted') AS exhausted,
    quantileExactIf(0.95)(duration_ms, outcome = 'delivered') AS p95Ms
FROM webhook_attempts
WHERE webhook_attempts.at >= fromUnixTimestamp64Milli({from:Int64})
GROUP BY subscription_id
ORDER BY id`;

const attemptBody = z.strictObject({
  messageId: z.string().describe('The webhook-id: the same at every attempt.'),
  type: z.string().describe('Type of the message, such as alert.opened.'),
  attempt: z.int().describe('1 for the first, then counting up.'),
  trigger: z.enum(ATTEMPT_TRIGGERS).describe('Why it was made.'),
  outcome: z.enum(ATTEMPT_OUTCOMES),
  at: timeField('When it began.'),
  seen: timeField('When the record came in that the message tells of.'),
  durationMs: z.int(),
  status: z.int().optional().describe('HTTP status; absent where no answer came.'),
  error: z.string().optional().describe('Why it failed, as a code.'),
  detail: z.string().optional().describe('Why it failed, in words.'),
  nextAt: timeField('When the next is due; absent where there is none.').optional(),
  commandId: z.string().optional().describe('The test or replay that asked for it.'),
});

export const attemptsBody = z.strictObject({
  items: z.array(attemptBody).describe('The latest first.'),
  next: nextField,
});

export const figuresBody = z.strictObject({
  items: z.array(
    z.strictObject({
      id: z.string().describe('The subscription.'),
      attempts: z.int(),
      delivered: z.int(),
      exhausted: z.int().describe('Messages that were given up.'),
      p95Ms: z.number().nullable().describe('95 of 100 deliveries took so long or less; null where there was none.'),
    }),
  ),
  from: timeField('Attempts since then are counted.'),
});

interface Row {
  readonly offset: number;
  readonly messageId: string;
  readonly type: string;
  readonly attempt: number;
  readonly trigger: (typeof ATTEMPT_TRIGGERS)[number];
  readonly outcome: (typeof ATTEMPT_OUTCOMES)[number];
  readonly began: number;
  readonly recorded: number;
  readonly durationMs: number;
  readonly status: number | null;
  readonly error: string;
  readonly detail: string;
  readonly nextAt: number | null;
  readonly commandId: string;
}

function bodyOf(row: Row): z.infer<typeof attemptBody> {
  const { messageId, type, attempt, trigger, outcome, durationMs, status, error, detail, nextAt, commandId } = row;
  return {
    ...{ messageId, type, attempt, trigger, outcome, durationMs },
    at: isoTime(row.began),
    seen: isoTime(row.recorded),
    ...(status === null ? {} : { status }),
    ...(error === '' ? {} : { error }),
    ...(detail === '' ? {} : { detail }),
    ...(nextAt === null ? {} : { nextAt: isoTime(nextAt) }),
    ...(commandId === '' ? {} : { commandId }),
  };
}

const listQuery = z.strictObject({
  messageId: z.string().min(1).max(64).optional().describe('Attempts of this message alone.'),
  failed: z.enum(['true', 'false']).default('false').describe('true: only those that were not taken.'),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
  cursor: cursorField,
});

const cursorValues = z.tuple([z.int(), z.int().min(0)]);

async function readAttempts(client: ClickHouseClient, id: string, asked: z.output<typeof listQuery>) {
  const { messageId = '', failed, limit, cursor } = asked;
  const [before, offset] = cursor === undefined ? [END_MS, 0] : readCursor(cursor, cursorValues);
  const params = { id, messageId, failed: failed === 'true', before, offset, limit: limit + 1 };
  const rows = await select<Row>(client, ATTEMPTS, params);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last !== undefined ? writeCursor([last.began, last.offset]) : null;
  return { items: shown.map(bodyOf), next };
}

async function readFigures(client: ClickHouseClient, now: number): Promise<z.infer<typeof figuresBody>> {
  const from = now - FIGURES_MS;
  const rows = await select<z.infer<typeof figuresBody>['items'][number]>(client, FIGURES, { from });
  const items = rows.map((row) => ({ ...row, p95Ms: row.delivered === 0 ? null : row.p95Ms }));
  return { items, from: isoTime(from) };
}

export function addWebhookAttemptRoutes(app: App, { clickhouse, mayRead, now }: QueryParts): void {
  const tags = ['webhooks'];
  app.get(
    '/v1/webhooks/:id/attempts',
    {
      onRequest: mayRead.webhooks,
      schema: {
        tags,
        summary: 'Attempts to deliver to a subscription (投递记录)',
        params: z.strictObject({ id: z.string().min(1).max(64) }),
        querystring: listQuery,
        response: { 200: attemptsBody },
      },
    },
    (request) => readAttempts(clickhouse, request.params.id, request.query),
  );
  app.get(
    '/v1/webhook-figures',
    {
      onRequest: mayRead.webhooks,
      schema: { tags, summary: 'What went through in the last day (投递成功率)', response: { 200: figuresBody } },
    },
    () => readFigures(clickhouse, now()),
  );
}
