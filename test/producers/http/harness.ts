/**
 * Intake as it runs: a real embedded log, a real server on a free port, keys of every role. In place of
 * the fold stands a stub that answers each event as the test says, through a committer of the same log.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LookUpAlerts } from '../../../producers/http/alert-action-route.ts';
import type { LookUpWaiting } from '../../../producers/http/approval-route.ts';
import { DecisionIndex, type LookUpDecisions } from '../../../producers/http/decision-index.ts';
import { addIntakeRoutes } from '../../../producers/http/routes.ts';
import { Intake, type IntakeLog } from '../../../producers/intake.ts';
import { WeirError } from '../../../runtime/errors.ts';
import { buildServer, type ServerOptions } from '../../../runtime/http/server.ts';
import { openEmbeddedLog } from '../../../runtime/log/embedded.ts';
import type { Append, Log } from '../../../runtime/log/port.ts';
import { packValues, valueAt } from '../../../runtime/log/values.ts';
import { type DeadLetter, deadLetterRecord } from '../../../schemas/dead-letter.ts';
import { type Decision, decisionRecord } from '../../../schemas/decision.ts';
import type { Approval } from '../../../schemas/events/approval.ts';
import { partyOf, type Transfer, transferEventId, transferRecord } from '../../../schemas/events/transfer.ts';
import { EVENTS, type EventOf, type EventTopic } from '../../../schemas/journal.ts';
import { partitionOf } from '../../../schemas/subjects.ts';
import { TOPIC_NAMES } from '../../../schemas/topics.ts';
import { keysOfRoles, openAccess } from '../../support/access.ts';
import { temporaryFolder } from '../../support/folder.ts';

export const PARTITIONS = 4;

export interface Sent {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely by the tests.
  readonly body: any;
}

export interface SendOptions {
  readonly key?: string | null;
  readonly headers?: { readonly [name: string]: string };
  readonly method?: string;
}

export interface HarnessOptions
  extends Partial<Pick<ServerOptions, 'requestsPerSecondMax' | 'bodyBytesMax' | 'tracing'>> {
  readonly now?: () => number;
  readonly lookUp?: LookUpDecisions;
  readonly lookUpAlerts?: LookUpAlerts;
  readonly lookUpWaiting?: LookUpWaiting;
  /** Stands between intake and the log, to make it fail. */
  readonly append?: (append: Append, log: Log) => Promise<{ readonly baseOffset: number }>;
}

export type Harness = Awaited<ReturnType<typeof startHarness>>;

export async function startHarness(options: HarnessOptions = {}) {
  const folder = temporaryFolder();
  const log = await openEmbeddedLog({ folder: join(folder, 'log'), partitions: PARTITIONS });
  const faults: unknown[] = [];
  const now = options.now ?? Date.now;
  const { tracing = null, append = (one: Append) => log.append(one) } = options;
  const access = await openAccess({ log, now, onFault: (error) => faults.push(error) });
  const { keys, users } = access;
  const tokens = await keysOfRoles(access);
  const index = new DecisionIndex(log, {
    lookUp: options.lookUp ?? (async () => []),
    onFault: (error) => faults.push(error),
    tracing,
  });
  index.start();
  const intakeLog: IntakeLog = {
    append: (one) => append(one, log),
    declareSchema: (fingerprint, schema) => log.declareSchema(fingerprint, schema),
  };
  const intake = new Intake(intakeLog, { tracing });
  const server = await buildServer({
    access,
    version: '0.0.0',
    readiness: () => ({ ready: true, checks: {} }),
    onFault: (error) => faults.push(error),
    ...options,
  });
  addIntakeRoutes(server.app, {
    ...{ intake, index, access, now, validateSettings },
    newId: randomUUID,
    lookUpAlerts: options.lookUpAlerts ?? (async () => []),
    lookUpWaiting: options.lookUpWaiting ?? (async () => []),
  });
  const address = await server.listen({ port: 0 });
  onTestFinished(async () => {
    index.close();
    await server.close();
    await log.close();
    if (faults.length > 0) throw new AggregateError(faults, 'the server met faults');
  });

  const send = async (path: string, body?: unknown, { key = tokens.admin, headers = {}, method }: SendOptions = {}) => {
    const raw = typeof body === 'string' || body instanceof Uint8Array || body === undefined;
    const response = await fetch(address + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parsed(text) } as Sent;
  };
  return { log, keys, users, tokens, intake, index, server, address, send, faults, ends: () => endsOf(log) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function validateSettings(written: string): string {
  if (written.includes('nonsense')) throw new WeirError('SETTINGS_INVALID', 'nonsense is no option of any rule');
  return JSON.stringify({ written: written.trim() });
}

/** Ends of all partitions of all topics: equal before and after where nothing was stored. */
function endsOf(log: Log): { readonly [topic: string]: number } {
  return Object.fromEntries(TOPIC_NAMES.map((topic) => [topic, log.end(topic, 0)]));
}

/** The stored events of a topic, decoded. */
export function stored<K extends EventTopic>(log: Log, topic: K): EventOf<K>[] {
  const reader = log.reader(topic, 0, 0, { durable: true });
  const events: EventOf<K>[] = [];
  for (let batch = reader.poll(); batch !== null; batch = reader.poll()) {
    for (let index = 0; index < batch.values.count; index++) {
      events.push(EVENTS[topic].decode(valueAt(batch.values, index)) as EventOf<K>);
    }
  }
  return events;
}

export interface Read<T> {
  readonly event: T;
  readonly topic: string;
  readonly offset: number;
}

export type Judgement = { readonly decision: Decision } | { readonly refusal: DeadLetter } | null;

/** Stands in for route and fold: answers each event of a topic as `judge` says. */
export async function foldWith<K extends 'transfers' | 'approvals'>(
  log: Log,
  topic: K,
  judge: (read: Read<EventOf<K>>) => Judgement,
): Promise<void> {
  const committer = log.committer(`stub of ${topic}`);
  await committer.fence();
  const reader = log.reader(topic, 0, 0, { durable: false });
  const run = async (): Promise<void> => {
    for (;;) {
      const batch = await reader.next();
      const judged = Array.from({ length: batch.values.count }, (_, index) => {
        const event = EVENTS[topic].decode(valueAt(batch.values, index)) as EventOf<K>;
        return judge({ event, topic, offset: batch.baseOffset + index });
      });
      const outputs = judged.flatMap((one) => (one === null ? [] : [outputOf(one)]));
      await committer.commit({ outputs, positions: [], state: new Uint8Array(0) });
    }
  };
  // It ends with the log.
  void run().catch(() => {});
}

function outputOf(judged: Exclude<Judgement, null>): Append {
  if ('decision' in judged) {
    const { decision } = judged;
    const values = packValues([decisionRecord.encode(decision)]);
    const partition = partitionOf(decision.debtor, PARTITIONS);
    return { topic: 'decisions', partition, fingerprint: decisionRecord.fingerprint, values };
  }
  const values = packValues([deadLetterRecord.encode(judged.refusal)]);
  return { topic: 'dead-letters', partition: PARTITIONS, fingerprint: deadLetterRecord.fingerprint, values };
}

/** Puts decisions and dead letters into the log as the fold would have. */
export async function commit(log: Log, ...judged: readonly Exclude<Judgement, null>[]): Promise<void> {
  const committer = log.committer('test');
  await committer.fence();
  await committer.commit({ outputs: judged.map(outputOf), positions: [], state: new Uint8Array(0) });
  await committer.flushed();
}

export function decisionOn(transfer: Transfer, changes: Partial<Decision> = {}): Decision {
  return {
    ...decisionRecord.example,
    transferId: transfer.transferId,
    eventId: transferEventId(transfer),
    at: transfer.at,
    kind: transfer.kind,
    status: transfer.status,
    debtor: partyOf(transfer.debtor),
    creditor: partyOf(transfer.creditor),
    amountMinor: transfer.amount.minor,
    currency: transfer.amount.currency,
    baseMinor: transfer.amount.minor,
    ...changes,
  };
}

export function decisionOnApproval(approval: Approval, held: Decision, changes: Partial<Decision> = {}): Decision {
  return { ...held, revision: held.revision + 1, eventId: approval.approvalId, by: approval.by, ...changes };
}

export function refusalOf<T>(
  { topic, offset }: Read<T>,
  refusal: DeadLetter['refusal'],
  detail: string,
): { readonly refusal: DeadLetter } {
  return {
    refusal: {
      topic,
      partition: 0,
      offset,
      seen: 0,
      refusal,
      detail,
      eventId: null,
      transferId: null,
      body: Buffer.from('as it came'),
    },
  };
}

let made = 0;

/** A valid transfer in JSON form, with an id of its own. */
export function transferJson(changes: { readonly [field: string]: unknown } = {}) {
  return { ...transferRecord.render(transferRecord.example), transferId: `T-${++made}`, ...changes } as {
    readonly transferId: string;
    readonly [field: string]: unknown;
  };
}

export function transferFrom(json: unknown): Transfer {
  return transferRecord.json.parse(json);
}
