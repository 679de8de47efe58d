/**
 * `POST /v1/control`: everything by which an administrator changes later judgements (settings, freezes,
 * lists, rates, switches). Each needs a reason; who did it is the caller, or whoever the caller names,
 * since the command line acts for the person at it.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Now } from '../../runtime/clock.ts';
import { WeirError } from '../../runtime/errors.ts';
import type { App } from '../../runtime/http/app.ts';
import { type Caller, knownCaller, mayAct, requireRole } from '../../runtime/http/auth.ts';
import { traceContextOf } from '../../runtime/http/trace-headers.ts';
import type { TraceContext } from '../../runtime/tracing.ts';
import { id, instant, maybe, text } from '../../schemas/declare.ts';
import { type Control, controlEntry, controlRecord, rateRecord, SEGMENT } from '../../schemas/events/control.ts';
import { TOPICS } from '../../schemas/topics.ts';
import type { Intake, Receipt } from '../intake.ts';
import { type Answer, sendAnswer } from './answer.ts';
import { type Idempotency, idempotencyHeader } from './idempotency.ts';
import { receiptsAnswer, receiptsBody } from './submission.ts';

export interface ControlRouteParts {
  readonly intake: Intake;
  readonly idempotency: Idempotency;
  readonly now: Now;
  /** Checks rule settings as they are written (YAML or JSON) and answers canonical JSON, or throws SETTINGS_INVALID. */
  readonly validateSettings: (written: string) => string;
  /** Called with each entry once it is stored. */
  readonly onControl?: (control: Control, receipt: Receipt) => void;
}

const SETTINGS_LENGTH_MAX = 1_000_000;

const shared = {
  by: id('Who did it; the caller where absent.').json.optional(),
  reason: text('Why.', 512).json,
};
const party = id('Party or account.').json;
const list = id('Name of the list.', 64).json;
const until = maybe(instant('When it ends by itself.')).json;
const segment = z
  .string()
  .regex(SEGMENT, 'must be like kind:person, tag:merchant or grade:D')
  .nullish()
  .transform((value) => value ?? null)
  .describe('The customers it is for: kind:person, tag:merchant, grade:D; all where absent.');
const percent = z.int().min(0).max(99).describe('Limits are multiplied by so many percent.');
const measure = id('The measure: the eventId that it was answered with, as GET /v1/emergency lists it.').json;
const listVersion = id('Version of the list; it counts from its closing entry on.', 64).json;

const controlBody = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('settings'),
      ...shared,
      settings: z.string().min(1).max(SETTINGS_LENGTH_MAX).describe('The whole rule settings, as YAML or JSON.'),
    }),
    z.strictObject({
      kind: z.literal('freeze'),
      ...shared,
      party,
      until,
    }),
    z.strictObject({ kind: z.literal('unfreeze'), ...shared, party }),
    z.strictObject({ kind: z.literal('stop-payouts'), ...shared, segment, until }),
    z.strictObject({ kind: z.literal('tighten'), ...shared, percent, segment, until }),
    z.strictObject({ kind: z.literal('undo'), ...shared, measure }),
    z.strictObject({
      kind: z.literal('rule-switch'),
      ...shared,
      rule: id('The rule.', 64).json,
      enabled: z.boolean().describe('On or off.'),
    }),
    z.strictObject({
      kind: z.literal('list-part'),
      ...shared,
      list,
      listVersion,
      members: z.array(party).min(1).max(10_000).describe('Parties or accounts on the list.'),
    }),
    z.strictObject({ kind: z.literal('list-close'), ...shared, list, listVersion }),
    z.strictObject({
      kind: z.literal('rates'),
      ...shared,
      rates: z.array(rateRecord.json).min(1).max(200).describe('Exchange rates into the base currency.'),
    }),
  ])
  .describe('One control entry; the fields depend on its kind.');

/** Measures of an emergency, which compliance may take as well; all else changes how everybody is judged. */
const EMERGENCY: ReadonlySet<string> = new Set(['freeze', 'unfreeze', 'stop-payouts', 'tighten', 'undo']);

type ControlBody = z.infer<typeof controlBody>;

export function addControlRoute(app: App, parts: ControlRouteParts): void {
  const { en, zh } = TOPICS.control.title;
  app.post(
    '/v1/control',
    {
      onRequest: requireRole('compliance'),
      schema: {
        tags: ['administration'],
        summary: `${en} (${zh})`,
        description: `${controlRecord.doc} Emergency measures are for compliance and administrators, the rest for administrators.`,
        headers: idempotencyHeader,
        body: controlBody,
        response: { 202: receiptsBody },
      },
    },
    async (request, reply) => {
      const caller = knownCaller(request);
      refuseBeyondRole(request.body, caller);
      const control = controlOf(request.body, caller.name, parts.now(), parts.validateSettings);
      return sendAnswer(
        reply,
        await parts.idempotency.run(request, () => store(parts, control, traceContextOf(request))),
      );
    },
  );
}

function refuseBeyondRole({ kind, by }: ControlBody, caller: Caller): void {
  if (mayAct(caller, [])) return;
  if (!EMERGENCY.has(kind)) {
    throw new WeirError('FORBIDDEN', `${kind} needs the role admin; ${caller.name} has ${caller.roles.join(', ')}.`, {
      zh: `${kind} 需要管理员（admin）角色；${caller.name} 的角色为 ${caller.roles.join('、')}。`,
    });
  }
  if (by === undefined || by === caller.name) return;
  throw new WeirError(
    'FORBIDDEN',
    `Only an administrator acts for somebody else; ${caller.name} cannot act as ${by}.`,
    { zh: `仅管理员可代他人操作；${caller.name} 不能以 ${by} 的名义操作。` },
  );
}

async function store(
  { intake, onControl }: ControlRouteParts,
  control: Control,
  context: TraceContext,
): Promise<Answer> {
  const receipts = await intake.append('control', [control], context);
  onControl?.(control, receipts[0] as Receipt);
  return receiptsAnswer(receipts);
}

function controlOf(
  body: ControlBody,
  caller: string,
  at: number,
  validateSettings: ControlRouteParts['validateSettings'],
): Control {
  const { kind, by = caller, ...fields } = body;
  const entry = controlEntry({
    controlId: '',
    ...fields,
    kind: kind.replaceAll('-', '_') as Control['kind'],
    by,
    at,
    ...('settings' in body ? { settings: validateSettings(body.settings) } : {}),
  });
  return { ...entry, controlId: `${kind}-${at}-${digestOf(entry)}` };
}

/** Two entries of one millisecond are told apart by what they say. */
function digestOf(entry: Control): string {
  return createHash('sha256').update(JSON.stringify(entry)).digest('hex').slice(0, 12);
}
