/**
 * `POST /v1/transfers`, `/v1/customers` … : events of upstream systems, one or up to 1,000 at once. All
 * of a request is stored, or nothing; the answer is 202 once it is on disk. Transfers may wait for
 * their decision.
 */
import { z } from 'zod';
import type { App } from '../../runtime/http/app.ts';
import { requireRole } from '../../runtime/http/auth.ts';
import { traceContextOf } from '../../runtime/http/trace-headers.ts';
import { description } from '../../runtime/http/validation.ts';
import type { TraceContext } from '../../runtime/tracing.ts';
import type { Decision } from '../../schemas/decision.ts';
import type { Declared } from '../../schemas/declare.ts';
import { partyOf, type Transfer } from '../../schemas/events/transfer.ts';
import { EVENTS } from '../../schemas/journal.ts';
import { TOPICS } from '../../schemas/topics.ts';
import type { InputTopic, Intake, Receipt } from '../intake.ts';
import { type Answer, sendAnswer } from './answer.ts';
import type { DecisionIndex } from './decision-index.ts';
import { type Idempotency, idempotencyHeader } from './idempotency.ts';
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

export interface EventRouteParts {
  readonly intake: Intake;
  readonly index: DecisionIndex;
  readonly idempotency: Idempotency;
}

/** Topics that take events as they come; transfers, approvals and control have routes of their own. */
const PLAIN_TOPICS = [
  'customers',
  'invoices',
  'payments',
  'balances',
  'profile-changes',
  'activity',
  'statements',
] as const satisfies readonly InputTopic[];

export function addEventRoutes(app: App, parts: EventRouteParts): void {
  for (const topic of PLAIN_TOPICS) addPlainRoute(app, topic, parts);
  addTransferRoute(app, parts);
}

function addPlainRoute(app: App, topic: InputTopic, { intake, idempotency }: EventRouteParts): void {
  app.post(
    `/v1/${topic}`,
    {
      onRequest: requireRole('intake'),
      schema: { ...describeEvents(topic), response: { 202: receiptsBody } },
    },
    async (request, reply) => {
      const { items, single } = submissionOf(request.body);
      const stored = await idempotency.run(request, async () =>
        receiptsAnswer(await intake.submit(topic, items, { single, ...traceContextOf(request) })),
      );
      return sendAnswer(reply, stored);
    },
  );
}

function addTransferRoute(app: App, parts: EventRouteParts): void {
  app.post(
    '/v1/transfers',
    {
      onRequest: requireRole('intake'),
      schema: {
        ...describeEvents('transfers'),
        querystring: waitQuery,
        response: { 200: decidedBody, 202: receiptsBody },
      },
    },
    async (request, reply) => {
      const submission = submissionOf(request.body);
      return sendAnswer(
        reply,
        await parts.idempotency.run(request, () =>
          takeTransfers(parts, submission, request.query, traceContextOf(request)),
        ),
      );
    },
  );
}

async function takeTransfers(
  { intake, index }: EventRouteParts,
  { items, single }: Submission,
  { wait, timeoutMs }: WaitQuery,
  context: TraceContext,
): Promise<Answer> {
  const transfers = intake.checkAll('transfers', items, { single, refuseHistorical: true });
  const { mark } = index;
  const receipts = await intake.append('transfers', transfers, context);
  if (wait === undefined) return receiptsAnswer(receipts);
  const deciding = transfers.flatMap((transfer, at) => (awaitsDecision(transfer) ? [at] : []));
  const awaited = deciding.map((at) => awaitedOf(transfers[at] as Transfer, receipts[at] as Receipt));
  const verdicts = await index.await(awaited, mark, timeoutMs, context);
  const byPlace = new Map(deciding.map((at, order) => [at, verdicts[order]]));
  return verdictsAnswer(
    single,
    receipts,
    transfers.map((_, at) => byPlace.get(at)),
  );
}

/** A transfer that is reported once it has happened is monitored, and gets no decision. */
function awaitsDecision(transfer: Transfer): boolean {
  return transfer.status === 'submitted';
}

function awaitedOf(transfer: Transfer, { topic, offset, eventId }: Receipt): Awaited {
  return {
    topic,
    offset,
    transferId: transfer.transferId,
    isOn: (decision) => decision.eventId === eventId,
    isAnswer: (decision) => isSameMovement(decision, transfer),
  };
}

/** The same eventId on another amount, payer or payee is no repeat, and must never be answered as one. */
function isSameMovement(decision: Decision, { at, amount, debtor, creditor }: Transfer): boolean {
  return (
    decision.at === at &&
    decision.amountMinor === amount.minor &&
    decision.currency === amount.currency &&
    decision.debtor === partyOf(debtor) &&
    decision.creditor === partyOf(creditor)
  );
}

function describeEvents(topic: InputTopic) {
  const record = EVENTS[topic] as unknown as Declared<unknown>;
  const { en, zh } = TOPICS[topic].title;
  const one = record.json;
  const body = z.union([one, z.array(one).min(1).max(EVENTS_MAX)]);
  return {
    tags: ['events'],
    summary: `${en} (${zh})`,
    description: `${record.doc} One, or a list of up to ${EVENTS_MAX}; all are stored or none.`,
    headers: idempotencyHeader,
    body: description(body, record.render(record.example)),
  };
}
