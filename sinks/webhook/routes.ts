/**
 * `/v1/webhooks`: compliance makes, lists, changes, tests and switches off subscriptions, as an administrator may; both
 * may see restricted alerts, so both may have them sent. Each change is a
 * record of the log; who sends reads it there, in this process or another.
 */
import { z } from 'zod';
import type { App } from '../../runtime/http/app.ts';
import { knownCaller, requireRole, STAFF } from '../../runtime/http/auth.ts';
import {
  changedSubscription,
  enabling,
  newSubscription,
  replayBody,
  revisionAndReason,
  rotation,
  subscriptionBody,
  testResult,
  toldSecret,
} from './bodies.ts';
import { Desk, type DeskParts } from './desk.ts';
import { fullMessage } from './full-message.ts';
import { declareSchemas } from './schemas.ts';

const tags = ['webhooks'];
const params = z.strictObject({ id: z.string().min(1).max(64) });
const onRequest = requireRole('compliance');
const withSecrets = z
  .strictObject({ subscription: subscriptionBody, secrets: z.array(toldSecret) })
  .describe('The subscription, and its new secrets.');
const whole = z
  .looseObject({ type: z.string(), timestamp: z.string(), data: z.looseObject({}) })
  .describe('The message with its whole record.');

export async function addWebhookRoutes(app: App, parts: DeskParts): Promise<void> {
  await declareSchemas(parts.log);
  const desk = new Desk(parts);
  addListRoutes(app, desk);
  addChangeRoutes(app, desk);
  addSwitchRoutes(app, desk);
  addCommandRoutes(app, desk);
  app.get(
    '/v1/webhook-messages/:id',
    {
      onRequest: requireRole(...STAFF),
      schema: { tags, summary: 'The whole message behind a webhook-id (完整消息)', params, response: { 200: whole } },
    },
    (request) => fullMessage(parts.log, request.params.id, knownCaller(request)),
  );
}

function addListRoutes(app: App, desk: Desk): void {
  const list = z.strictObject({ items: z.array(subscriptionBody) });
  app.get(
    '/v1/webhooks',
    { onRequest, schema: { tags, summary: 'Webhook subscriptions (订阅列表)', response: { 200: list } } },
    async () => ({ items: await desk.list() }),
  );
  app.get(
    '/v1/webhooks/:id',
    {
      onRequest,
      schema: { tags, summary: 'A webhook subscription (订阅详情)', params, response: { 200: subscriptionBody } },
    },
    (request) => desk.show(request.params.id),
  );
}

function addChangeRoutes(app: App, desk: Desk): void {
  app.post(
    '/v1/webhooks',
    {
      onRequest,
      schema: { tags, summary: 'Subscribe (新建订阅)', body: newSubscription, response: { 201: withSecrets } },
    },
    async (request, reply) => {
      const made = await desk.create(request.body, knownCaller(request).name);
      reply.code(201).header('cache-control', 'no-store');
      return made;
    },
  );
  app.patch(
    '/v1/webhooks/:id',
    {
      onRequest,
      schema: {
        tags,
        summary: 'Change a subscription (修改订阅)',
        params,
        body: changedSubscription,
        response: { 200: subscriptionBody },
      },
    },
    (request) => desk.change(request.params.id, request.body, knownCaller(request).name),
  );
  app.post(
    '/v1/webhooks/:id/secrets',
    {
      onRequest,
      schema: {
        tags,
        summary: 'New signing secrets (轮换密钥)',
        params,
        body: rotation,
        response: { 201: withSecrets },
      },
    },
    async (request, reply) => {
      const rotated = await desk.rotate(request.params.id, request.body, knownCaller(request).name);
      reply.code(201).header('cache-control', 'no-store');
      return rotated;
    },
  );
}

function addSwitchRoutes(app: App, desk: Desk): void {
  const response = { 200: subscriptionBody };
  app.post(
    '/v1/webhooks/:id/disable',
    {
      onRequest,
      schema: { tags, summary: 'Switch a subscription off (停用订阅)', params, body: revisionAndReason, response },
    },
    (request) => desk.turn(request.params.id, false, request.body, knownCaller(request).name),
  );
  app.post(
    '/v1/webhooks/:id/enable',
    { onRequest, schema: { tags, summary: 'Switch a subscription on (启用订阅)', params, body: enabling, response } },
    async (request) => {
      const by = knownCaller(request).name;
      const { from, ...body } = request.body;
      const enabled = await desk.turn(request.params.id, true, body, by);
      if (from !== undefined) await desk.replay(request.params.id, { from }, by);
      return enabled;
    },
  );
  app.delete(
    '/v1/webhooks/:id',
    { onRequest, schema: { tags, summary: 'Remove a subscription (删除订阅)', params, response: { 204: z.null() } } },
    async (request, reply) => {
      await desk.remove(request.params.id, knownCaller(request).name);
      reply.code(204);
      return null;
    },
  );
}

function addCommandRoutes(app: App, desk: Desk): void {
  const accepted = z.strictObject({ commandId: z.string().describe('Its attempts carry it.') });
  app.post(
    '/v1/webhooks/:id/test',
    {
      onRequest,
      schema: {
        tags,
        summary: 'Send a test message and say how it was taken (发送测试)',
        params,
        response: { 200: testResult },
      },
    },
    (request) => desk.test(request.params.id, knownCaller(request).name),
  );
  app.post(
    '/v1/webhooks/:id/replays',
    {
      onRequest,
      schema: { tags, summary: 'Send messages again (重放)', params, body: replayBody, response: { 202: accepted } },
    },
    async (request, reply) => {
      const commandId = await desk.replay(request.params.id, request.body, knownCaller(request).name);
      reply.code(202);
      return { commandId };
    },
  );
}
