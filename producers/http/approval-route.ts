/**
 * `POST /v1/approvals`: a person's word on held transfers. Who said it, in what role, on which device and
 * when is never taken from the body: it is the caller, the headers and this server's clock. About which
 * payer is taken from the decision that was stored. Whether the person may, the fold decides.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Now } from '../../runtime/clock.ts';
import { type FieldError, WeirError } from '../../runtime/errors.ts';
import type { App } from '../../runtime/http/app.ts';
import { type Caller, knownCaller, mayAct, requireRole } from '../../runtime/http/auth.ts';
import { fieldErrorsOf } from '../../runtime/http/problem.ts';
import { traceContextOf } from '../../runtime/http/trace-headers.ts';
import { description } from '../../runtime/http/validation.ts';
import type { TraceContext } from '../../runtime/tracing.ts';
import type { Decision } from '../../schemas/decision.ts';
import { id } from '../../schemas/declare.ts';
import { type Approval, approvalRecord } from '../../schemas/events/approval.ts';
import { TOPICS } from '../../schemas/topics.ts';
import type { Receipt } from '../intake.ts';
import { type Answer, sendAnswer } from './answer.ts';
import type { DecisionIndex } from './decision-index.ts';
import type { EventRouteParts } from './event-routes.ts';
import { idempotencyHeader } from './idempotency.ts';
import {
  decidedBody,
  EVENTS_MAX,
  receiptsAnswer,
  receiptsBody,
  type Submission,
  submissionOf,
  verdictsAnswer,
  type WaitQuery,
  waitQuery,
} from './submission.ts';
import type { Awaited } from './wait.ts';

const { approvalId, transferId, revision, action, note } = approvalRecord.fields;

const approvalBody = z.strictObject({
  approvalId: approvalId.json
    .optional()
    .describe('Names this message; made of transfer, revision, person and action where absent.'),
  transferId: transferId.json as z.ZodType<string>,
  revision: revision.json as z.ZodType<number>,
  action: action.json as z.ZodType<Approval['action']>,
  note: note.json as z.ZodType<string | null>,
});

const batchBody = z
  .strictObject({
    batch: id('The batch: all of its transfers that wait are meant, as one unit.').json,
    transfers: z
      .int()
      .min(1)
      .max(EVENTS_MAX)
      .describe('How many of it the person saw waiting; nothing is stored where it is another number by now.'),
    action: action.json as z.ZodType<Approval['action']>,
    note: note.json as z.ZodType<string | null>,
  })
  .describe('A word on a whole batch.');

type ApprovalBody = z.infer<typeof approvalBody>;
type BatchBody = z.infer<typeof batchBody>;

/** What waits of a batch, `limit` at most. */
export type LookUpWaiting = (batch: string, limit: number) => Promise<readonly Decision[]>;

export interface ApprovalRouteParts extends EventRouteParts {
  readonly now: Now;
  readonly lookUpWaiting: LookUpWaiting;
}

export function addApprovalRoute(app: App, parts: ApprovalRouteParts): void {
  const { en, zh } = TOPICS.approvals.title;
  app.post(
    '/v1/approvals',
    {
      onRequest: requireRole('approver'),
      schema: {
        tags: ['events'],
        summary: `${en} (${zh})`,
        description: `${approvalRecord.doc} One, a list of up to ${EVENTS_MAX}, or a whole batch.`,
        headers: idempotencyHeader,
        querystring: waitQuery,
        body: description(z.union([approvalBody, batchBody, z.array(approvalBody).min(1).max(EVENTS_MAX)])),
        response: { 200: decidedBody, 202: receiptsBody },
      },
    },
    async (request, reply) => {
      const take = async () => {
        const submission = isBatch(request.body)
          ? await ofBatch(parts.lookUpWaiting, request.body)
          : submissionOf(request.body);
        return takeApprovals(parts, knownCaller(request), submission, request.query, traceContextOf(request));
      };
      return sendAnswer(reply, await parts.idempotency.run(request, take));
    },
  );
}

function isBatch(body: unknown): boolean {
  return typeof body === 'object' && body !== null && !Array.isArray(body) && 'batch' in body;
}

/** A batch is one unit: its transfers are stored together, each with the revision that the person saw, or none is. */
async function ofBatch(lookUpWaiting: LookUpWaiting, body: unknown): Promise<Submission> {
  const result = batchBody.safeParse(body);
  if (!result.success) {
    const fields = fieldErrorsOf(result.error, '').map(explained);
    throw new WeirError('REQUEST_INVALID', 'Not a valid word on a batch. Nothing was stored.', {
      zh: '批次审批无效，未存储任何内容。',
      fields,
    });
  }
  const { batch, transfers, action: said, note: noted }: BatchBody = result.data;
  const waiting = await lookUpWaiting(batch, EVENTS_MAX + 1);
  if (waiting.length === 0)
    throw new WeirError('NOT_FOUND', `Nothing of batch ${batch} waits for an approval.`, {
      zh: `批次 ${batch} 没有待审批的转账。`,
    });
  if (waiting.length !== transfers) {
    throw new WeirError(
      'CONFLICT',
      `${waiting.length > EVENTS_MAX ? `More than ${EVENTS_MAX}` : waiting.length} transfers of batch ${batch} wait by now, and not ${transfers}. Nothing was stored.`,
      {
        zh: `批次 ${batch} 现有 ${waiting.length > EVENTS_MAX ? `超过 ${EVENTS_MAX}` : waiting.length} 笔待审批，而非 ${transfers} 笔，未存储任何内容。`,
      },
    );
  }
  const items = waiting.map(({ transferId: held, revision: seen }) => ({
    ...{ transferId: held, revision: seen, action: said },
    ...(noted === null ? {} : { note: noted }),
  }));
  return { items, single: false };
}

async function takeApprovals(
  { intake, index, now }: ApprovalRouteParts,
  caller: Caller,
  { items, single }: Submission,
  { wait, timeoutMs }: WaitQuery,
  context: TraceContext,
): Promise<Answer> {
  const bodies = checkBodies(items, single);
  const decisions = await decisionsOn(index, bodies, single);
  const at = now();
  const approvals = bodies.map((body) => {
    const { debtor } = decisions.get(body.transferId) as Decision;
    return approvalOf(body, caller, at, debtor);
  });
  const { mark } = index;
  const receipts = await intake.append('approvals', approvals, context);
  if (wait === undefined) return receiptsAnswer(receipts);
  const awaited = approvals.map((approval, position) => awaitedOf(approval, receipts[position] as Receipt));
  return verdictsAnswer(single, receipts, await index.await(awaited, mark, timeoutMs, context));
}

function checkBodies(items: readonly unknown[], single: boolean): ApprovalBody[] {
  const errors: FieldError[] = [];
  const bodies = items.flatMap((item, index) => {
    const result = approvalBody.safeParse(item);
    if (result.success) return [result.data];
    errors.push(...fieldErrorsOf(result.error, single ? '' : `/${index}`));
    return [];
  });
  if (errors.length === 0) return bodies;
  throw new WeirError('REQUEST_INVALID', 'Not a valid Approval. Nothing was stored.', {
    zh: '审批无效，未存储任何内容。',
    fields: errors.map(explained),
  });
}

const TAKEN_FROM_CALLER = ['by', 'roles', 'device', 'session', 'at', 'subject'];

function explained(error: FieldError): FieldError {
  const { path } = error;
  const name = path.slice(path.lastIndexOf('/') + 1);
  return TAKEN_FROM_CALLER.includes(name)
    ? {
        path,
        message: 'is known to the server and is never a field of the body',
        zh: '由服务器获知，不得在请求体中填写',
      }
    : error;
}

/** The decision on each transfer: it names the payer, whose task holds the transfer. */
async function decisionsOn(
  index: DecisionIndex,
  bodies: readonly ApprovalBody[],
  single: boolean,
): Promise<ReadonlyMap<string, Decision>> {
  const decisions = await index.latest(bodies.map(({ transferId }) => transferId));
  const unknown = bodies.flatMap(({ transferId }, position) =>
    decisions.has(transferId)
      ? []
      : [
          {
            path: `${single ? '' : `/${position}`}/transferId`,
            message: `no decision on ${transferId} is known`,
            zh: `没有转账 ${transferId} 的决定`,
          },
        ],
  );
  if (unknown.length === 0) return decisions;
  throw new WeirError('NOT_FOUND', 'There is no decision on such a transfer. Nothing was stored.', {
    zh: '没有该转账的决定，未存储任何内容。',
    fields: unknown,
  });
}

function approvalOf(body: ApprovalBody, caller: Caller, at: number, subject: string): Approval {
  return {
    approvalId: body.approvalId ?? madeId(body, caller),
    at,
    transferId: body.transferId,
    revision: body.revision,
    action: body.action,
    subject,
    by: caller.name,
    roles: rolesOf(caller),
    device: caller.device,
    session: caller.session,
    note: body.note,
  };
}

/** Saying the same again is a repeat: nobody counts twice for sending twice. */
function madeId({ transferId, revision, action }: ApprovalBody, { name }: Caller): string {
  const said = JSON.stringify([transferId, revision, action, name]);
  return `said-${createHash('sha256').update(said).digest('hex').slice(0, 32)}`;
}

/** What rules may ask of who approves: the key's roles, and its departments. */
function rolesOf(caller: Caller): string[] {
  const roles = new Set<string>([...caller.roles, ...caller.departments]);
  if (mayAct(caller, ['approver'])) roles.add('approver');
  return [...roles];
}

/** What a person said on a revision shows in a later one that names the person, whichever event it is kept under. */
function awaitedOf({ transferId, revision, by }: Approval, { topic, offset, eventId }: Receipt): Awaited {
  return {
    topic,
    offset,
    transferId,
    isOn: (decision) => decision.eventId === eventId || (decision.by === by && decision.revision > revision),
    isAnswer: (decision) => decision.by === by,
  };
}
