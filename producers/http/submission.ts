/** What the intake routes have in common: one event or a list, `?wait=decision`, and how it is answered. */
import { z } from 'zod';
import { WeirError } from '../../runtime/errors.ts';
import { type Decision, decisionRecord } from '../../schemas/decision.ts';
import { REFUSALS, type RefusalCode } from '../../schemas/refusals.ts';
import type { Receipt } from '../intake.ts';
import { type Answer, answer } from './answer.ts';
import type { Verdict } from './wait.ts';

export const EVENTS_MAX = 1_000;
const TIMEOUT_DEFAULT_MS = 2_000;
const TIMEOUT_MAX_MS = 30_000;

/** Events of a body: one, or a list. */
export interface Submission {
  readonly items: readonly unknown[];
  readonly single: boolean;
}

export function submissionOf(body: unknown): Submission {
  if (!Array.isArray(body)) return { items: [body], single: true };
  if (body.length >= 1 && body.length <= EVENTS_MAX) return { items: body, single: false };
  throw new WeirError('REQUEST_INVALID', `A list holds 1 to ${EVENTS_MAX} events; this one holds ${body.length}.`, {
    zh: `每次可提交 1 至 ${EVENTS_MAX} 个事件，本次为 ${body.length} 个。`,
  });
}

export const waitQuery = z.strictObject({
  wait: z.literal('decision').optional().describe('`decision`: answer with the decision instead of a receipt.'),
  timeoutMs: z.coerce
    .number()
    .int()
    .min(1)
    .max(TIMEOUT_MAX_MS)
    .default(TIMEOUT_DEFAULT_MS)
    .describe('How long to wait, in milliseconds; then the receipts are answered.'),
});

export type WaitQuery = z.infer<typeof waitQuery>;

const receipts = z
  .array(
    z.strictObject({
      topic: z.string(),
      partition: z.int(),
      offset: z.int().describe('Where the event was stored.'),
      eventId: z.string().describe('What names the event.'),
    }),
  )
  .describe('One an event, in the order of the events.');

const decisions = z
  .array(decisionRecord.json.nullable())
  .describe('One an event; null where there is none, or none yet.');

export const receiptsBody = z
  .strictObject({ receipts, decisions: decisions.optional() })
  .describe('Stored, and on disk. After waiting for a list in vain, with the decisions that are there.');

export const decidedBody = z
  .union([decisionRecord.json, z.strictObject({ decisions, receipts })])
  .describe('The decision of a single event, or the decisions of a list.');

export function receiptsAnswer(receipts: readonly Receipt[]): Answer {
  return answer(202, { receipts });
}

/**
 * 200 with the decision of a single event, or of all of a list; 202 where one is not there yet. A
 * verdict is null where the time was over, undefined where the event waits for none.
 */
export function verdictsAnswer(
  single: boolean,
  receipts: readonly Receipt[],
  verdicts: readonly (Verdict | null | undefined)[],
): Answer {
  const refused = verdicts.flatMap((verdict, index) => {
    if (!verdict || !('refusal' in verdict)) return [];
    const { refusal, detail } = verdict.refusal;
    const code = refusal.replaceAll('_', '-');
    const zh = `${code}: ${REFUSALS[code as RefusalCode]?.zh ?? detail}`;
    return { path: single ? '' : `/${index}`, message: `${code}: ${detail}`, zh };
  });
  if (refused.length > 0) {
    const others = receipts.length - refused.length;
    const rest = others === 0 ? '' : ` The other ${others} were stored and taken.`;
    const first = refused[0] as (typeof refused)[number];
    throw new WeirError('EVENT_REFUSED', `${first.message}${rest}`, {
      zh: `${first.zh}${others === 0 ? '' : `。其余 ${others} 个已存储并处理。`}`,
      fields: refused,
    });
  }
  const decisions = verdicts.map((verdict) => (verdict && 'decision' in verdict ? rendered(verdict.decision) : null));
  if (verdicts.includes(null) || decisions.every((decision) => decision === null)) {
    return single ? receiptsAnswer(receipts) : answer(202, { receipts, decisions });
  }
  return answer(200, single ? decisions[0] : { decisions, receipts });
}

function rendered(decision: Decision): { readonly [name: string]: unknown } {
  return decisionRecord.render(decision);
}
