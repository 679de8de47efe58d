/**
 * `POST /v1/alert-actions`: a person's step on alerts. Who takes it, in what role and when is never taken
 * from the body; whom the alert is about is what was stored of it. Whether the step is permitted, the fold
 * decides; a refused one is answered with 422 where the caller waits for it.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Now } from '../../runtime/clock.ts';
import { type FieldError, WeirError } from '../../runtime/errors.ts';
import type { App } from '../../runtime/http/app.ts';
import { type Caller, knownCaller, mayAct, requireRole, seesRestricted } from '../../runtime/http/auth.ts';
import { fieldErrorsOf } from '../../runtime/http/problem.ts';
import { traceContextOf } from '../../runtime/http/trace-headers.ts';
import { description } from '../../runtime/http/validation.ts';
import type { TraceContext } from '../../runtime/tracing.ts';
import { type AlertAction, alertActionRecord } from '../../schemas/events/alert-action.ts';
import type { SubjectKind } from '../../schemas/subjects.ts';
import { TOPICS } from '../../schemas/topics.ts';
import type { Receipt } from '../intake.ts';
import { type Answer, sendAnswer } from './answer.ts';
import type { EventRouteParts } from './event-routes.ts';
import { idempotencyHeader } from './idempotency.ts';
import {
  EVENTS_MAX,
  receiptsAnswer,
  receiptsBody,
  type Submission,
  submissionOf,
  verdictsAnswer,
} from './submission.ts';

const { actionId, alertId, revision, action, assignee, resolution, reason, until, note } = alertActionRecord.fields;

const actionBody = z
  .strictObject({
    actionId: actionId.json.optional().describe('Names this message; made up where absent.'),
    alertId: alertId.json as z.ZodType<string>,
    revision: revision.json as z.ZodType<number | null>,
    action: action.json as z.ZodType<AlertAction['action']>,
    assignee: assignee.json as z.ZodType<string | null>,
    resolution: resolution.json as z.ZodType<AlertAction['resolution']>,
    reason: reason.json as z.ZodType<string | null>,
    until: until.json as z.ZodType<number | null>,
    note: note.json as z.ZodType<string | null>,
  })
  .superRefine((body, context) => {
    const needed = { close: ['resolution', 'reason'], snooze: ['until'], comment: ['note'] } as const;
    const names: readonly ('resolution' | 'reason' | 'until' | 'note')[] =
      body.action in needed ? needed[body.action as keyof typeof needed] : [];
    for (const name of names) {
      if (body[name] === null)
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `is needed to ${body.action}`,
          params: { zh: '此操作必填' },
        });
    }
  });

type ActionBody = z.infer<typeof actionBody>;

/** Whom alerts are about. */
export type LookUpAlerts = (alertIds: readonly string[]) => Promise<
  readonly {
    readonly alertId: string;
    readonly subjectKind: SubjectKind;
    readonly subject: string;
    readonly restricted: boolean;
  }[]
>;

type Facts = Awaited<ReturnType<LookUpAlerts>>[number];

export interface AlertRouteParts extends EventRouteParts {
  readonly now: Now;
  readonly lookUpAlerts: LookUpAlerts;
}

const waitQuery = z.strictObject({
  wait: z
    .literal('refusal')
    .optional()
    .describe('`refusal`: answer 422 where the step turns out not to be permitted within the time.'),
  timeoutMs: z.coerce.number().int().min(1).max(10_000).default(500).describe('How long to wait, in milliseconds.'),
});

export function addAlertActionRoute(app: App, parts: AlertRouteParts): void {
  const { en, zh } = TOPICS['alert-actions'].title;
  app.post(
    '/v1/alert-actions',
    {
      onRequest: requireRole('officer', 'compliance'),
      schema: {
        tags: ['events'],
        summary: `${en} (${zh})`,
        description: `${alertActionRecord.doc} One, or a list of up to ${EVENTS_MAX}.`,
        headers: idempotencyHeader,
        querystring: waitQuery,
        body: description(z.union([actionBody, z.array(actionBody).min(1).max(EVENTS_MAX)])),
        response: { 202: receiptsBody },
      },
    },
    async (request, reply) => {
      const submission = submissionOf(request.body);
      const take = () => takeActions(parts, knownCaller(request), submission, request.query, traceContextOf(request));
      return sendAnswer(reply, await parts.idempotency.run(request, take));
    },
  );
}

async function takeActions(
  { intake, index, now, lookUpAlerts }: AlertRouteParts,
  caller: Caller,
  { items, single }: Submission,
  { wait, timeoutMs }: z.infer<typeof waitQuery>,
  context: TraceContext,
): Promise<Answer> {
  const bodies = checkBodies(items, single);
  const known = await factsOn(lookUpAlerts, bodies, single, seesRestricted(caller));
  const at = now();
  const actions = bodies.map((body, position) =>
    actionOf(body, caller, at, position, known.get(body.alertId) as Facts),
  );
  const { mark } = index;
  const receipts = await intake.append('alert-actions', actions, context);
  if (wait === undefined) return receiptsAnswer(receipts);
  const verdicts = await index.await(receipts.map(refusalOf), mark, timeoutMs);
  return verdictsAnswer(
    single,
    receipts,
    verdicts.map((verdict) => verdict ?? undefined),
  );
}

/** A step has no decision: what is waited for is its refusal alone. */
function refusalOf({ topic, offset }: Receipt) {
  return { topic, offset, transferId: '', isOn: () => false, isAnswer: () => false };
}

function checkBodies(items: readonly unknown[], single: boolean): ActionBody[] {
  const errors: FieldError[] = [];
  const bodies = items.flatMap((item, index) => {
    const result = actionBody.safeParse(item);
    if (result.success) return [result.data];
    errors.push(...fieldErrorsOf(result.error, single ? '' : `/${index}`));
    return [];
  });
  if (errors.length === 0) return bodies;
  throw new WeirError('REQUEST_INVALID', 'Not a valid AlertAction. Nothing was stored.', {
    zh: '预警处置无效，未存储任何内容。',
    fields: errors,
  });
}

/** What is known of each alert. Of what a caller may not see there is nothing known. */
async function factsOn(
  lookUpAlerts: LookUpAlerts,
  bodies: readonly ActionBody[],
  single: boolean,
  sees: boolean,
): Promise<ReadonlyMap<string, Facts>> {
  const found = await lookUpAlerts([...new Set(bodies.map((body) => body.alertId))]);
  const known = new Map(found.filter(({ restricted }) => sees || !restricted).map((one) => [one.alertId, one]));
  const unknown = bodies.flatMap((body, position) =>
    known.has(body.alertId)
      ? []
      : [
          {
            path: `${single ? '' : `/${position}`}/alertId`,
            message: `no alert ${body.alertId} is known`,
            zh: `没有预警 ${body.alertId}`,
          },
        ],
  );
  if (unknown.length === 0) return known;
  throw new WeirError('NOT_FOUND', 'There is no such alert, or it is not in ClickHouse yet. Nothing was stored.', {
    zh: '没有该预警，或尚未入库；未存储任何内容。',
    fields: unknown,
  });
}

function actionOf(
  body: ActionBody,
  caller: Caller,
  at: number,
  position: number,
  { subjectKind, subject }: Facts,
): AlertAction {
  return {
    ...body,
    actionId: body.actionId ?? madeId(body, caller, at, position),
    at,
    subjectKind,
    subject,
    by: caller.name,
    roles: rolesOf(caller),
    device: caller.device,
    session: caller.session,
  };
}

/** The same step may be taken again later: whoever sends one message twice names it, or sends an Idempotency-Key. */
function madeId(body: ActionBody, { name }: Caller, at: number, position: number): string {
  const said = JSON.stringify([body, name, at, position]);
  return `step-${createHash('sha256').update(said).digest('hex').slice(0, 32)}`;
}

function rolesOf(caller: Caller): string[] {
  const roles = new Set<string>(caller.roles);
  if (mayAct(caller, ['compliance'])) roles.add('compliance');
  return [...roles];
}
