/**
 * Webhooks as they run: a real log, the HTTP API, the sender, and receivers that are real servers on this
 * machine, allowed by name.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Role } from '../../runtime/http/keys.ts';
import { buildServer } from '../../runtime/http/server.ts';
import { openEmbeddedLog } from '../../runtime/log/embedded.ts';
import type { Log } from '../../runtime/log/port.ts';
import { valueAt } from '../../runtime/log/values.ts';
import { SecretKey } from '../../runtime/secret-key.ts';
import { type Alert, alertRecord } from '../../schemas/alert.ts';
import type { Declared } from '../../schemas/declare.ts';
import { partitionsOf, TOPICS, type TopicName } from '../../schemas/topics.ts';
import { type WebhookAttempt, webhookAttemptRecord } from '../../schemas/webhook.ts';
import { addWebhookRoutes } from '../../sinks/webhook/routes.ts';
import { startWebhookSender, type WebhookSender, type WebhookSenderOptions } from '../../sinks/webhook/sender.ts';
import { keysOfRoles, openAccess } from './access.ts';
import { temporaryFolder } from './folder.ts';
import { outputs } from './records.ts';

export const PARTITIONS = 4;
const TEST_KEY_BYTES = Buffer.alloc(32, 7);
export const TEST_KEY = new SecretKey(TEST_KEY_BYTES);
/** The same as settings have it. */
export const TEST_SECRET_KEY = TEST_KEY_BYTES.toString('hex');
export const LOCAL = new Set(['localhost', '127.0.0.1']);

/** One request as a receiver got it. */
export interface Received {
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: payloads are looked into freely by the tests.
  readonly json: any;
  readonly at: number;
}

export type Answering = (request: Received, response: ServerResponse, count: number) => void;

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  readonly server: Server;
  answer: Answering;
}

const noContent: Answering = (_request, response) => {
  response.writeHead(204).end();
};

/** A server that takes messages, and answers as the test says. */
export async function startReceiver(answer: Answering = noContent): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void take(request, receiver, response);
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = { url: `http://localhost:${port}/hook`, received, server, answer };
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return receiver;
}

async function take(request: IncomingMessage, receiver: Receiver, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  const headers = request.headers as Received['headers'];
  const one = { path: request.url ?? '', headers, body, json: JSON.parse(body) as unknown, at: Date.now() };
  receiver.received.push(one);
  receiver.answer(one, response, receiver.received.length);
}

export interface BenchOptions
  extends Partial<Pick<WebhookSenderOptions, 'now' | 'setTimer' | 'timeoutMs' | 'resolve' | 'allow' | 'random'>> {
  readonly folder?: string;
  /** In place of an embedded log; whoever gives it closes it. */
  readonly log?: Log;
  /** False: nobody sends yet. */
  readonly sends?: boolean;
  /** How long the test button waits; long unless nobody is going to send. */
  readonly testWaitMs?: number;
}

export interface WebhookBench {
  readonly log: Log;
  readonly faults: unknown[];
  sender(options?: Partial<WebhookSenderOptions>): Promise<WebhookSender>;
  ask(
    method: string,
    path: string,
    body?: unknown,
    role?: Role | null,
  ): Promise<{ readonly status: number; readonly body: Any }>;
  subscribe(url: string, choices?: { readonly [name: string]: unknown }): Promise<Subscribed>;
  raise(...alerts: readonly Partial<Alert>[]): Promise<void>;
  append<T>(topic: TopicName, partition: number, values: readonly T[]): Promise<void>;
  attempts(): WebhookAttempt[];
  close(): Promise<void>;
}

export interface Subscribed {
  readonly id: string;
  readonly secrets: { readonly id: string; readonly scheme: string; readonly secret: string }[];
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely by the tests.
type Any = any;

export async function openWebhooks(options: BenchOptions = {}): Promise<WebhookBench> {
  const { folder = temporaryFolder(), log: _, sends = true, now = Date.now, testWaitMs = 60_000, ...rest } = options;
  const log = options.log ?? (await openEmbeddedLog({ folder: join(folder, 'log'), partitions: PARTITIONS }));
  const faults: unknown[] = [];
  const access = await openAccess({ log, now, onFault: (error) => faults.push(error) });
  const tokens = await keysOfRoles(access);
  const server = await buildServer({
    access,
    version: '0.0.0',
    readiness: () => ({ ready: true, checks: {} }),
    onFault: (error) => faults.push(error),
  });
  const allow = options.allow ?? LOCAL;
  await addWebhookRoutes(server.app, { log, key: TEST_KEY, allow, now, testWaitMs });
  const address = await server.listen({ port: 0 });
  const senders: WebhookSender[] = [];
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await Promise.all(senders.map((one) => one.stop()));
    await server.close();
    if (options.log === undefined) await log.close();
  };
  onTestFinished(async () => {
    await close();
    if (faults.length > 0) throw new AggregateError(faults, 'webhooks met faults');
  });
  const sender: WebhookBench['sender'] = async (own = {}) => {
    const started = await startWebhookSender({
      log,
      key: TEST_KEY,
      allow,
      now,
      random: Math.random,
      version: '0.0.0',
      onFault: (error) => faults.push(error),
      ...rest,
      ...own,
    });
    senders.push(started);
    return started;
  };
  if (sends) await sender();
  const ask: WebhookBench['ask'] = async (method, path, body, role = 'admin') => {
    const response = await fetch(address + path, {
      method,
      headers: {
        ...(role === null ? {} : { authorization: `Bearer ${tokens[role]}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  };
  const append: WebhookBench['append'] = async (topic, partition, values) => {
    await log.append(outputs(topic, partition, values));
  };
  let raised = 0;
  return {
    log,
    faults,
    sender,
    ask,
    append,
    close,
    subscribe: async (url, choices = {}) => {
      const { status, body } = await ask('POST', '/v1/webhooks', {
        url,
        title: 'Test',
        topics: ['alerts'],
        ...choices,
      });
      if (status !== 201) throw new Error(`not subscribed: ${JSON.stringify(body)}`);
      return { id: body.subscription.id, secrets: body.secrets };
    },
    raise: async (...alerts) => {
      for (const alert of alerts) await append('alerts', raised++ % PARTITIONS, [alertOf(alert)]);
    },
    attempts: () => recordsOf(log, 'webhook-attempts', webhookAttemptRecord),
  };
}

export function alertOf(alert: Partial<Alert>): Alert {
  return { ...alertRecord.example, restricted: false, ...alert };
}

/** All records of a topic. */
export function recordsOf<T>(log: Log, topic: TopicName, record: Declared<T>): T[] {
  const found: T[] = [];
  for (let partition = 0; partition < partitionsOf(TOPICS[topic], log.partitions); partition++) {
    const reader = log.reader(topic, partition, 0, { durable: true });
    for (let batch = reader.poll(); batch !== null; batch = reader.poll()) {
      for (let index = 0; index < batch.values.count; index++) found.push(record.decode(valueAt(batch.values, index)));
    }
  }
  return found;
}
