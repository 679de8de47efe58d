import { expect, it } from 'vitest';
import { type WebhookAttempt, webhookAttemptRecord } from '../../../schemas/webhook.ts';
import { outputs } from '../../support/records.ts';
import { type Json, NOW, openApi } from './harness.ts';

function attempt(messageId: string, fields: Partial<WebhookAttempt>): WebhookAttempt {
  return { ...webhookAttemptRecord.example, subscriptionId: 'wh-1', messageId, ...fields };
}

const delivered = { outcome: 'delivered', status: 204, error: null, detail: null, nextAt: null } as const;

it('pages the attempts of a subscription, the latest first, and tells how much went through', async () => {
  const api = await openApi();
  const rows = [
    attempt('alerts-0-1', { at: NOW - 5_000, nextAt: NOW }),
    attempt('alerts-0-1', { ...delivered, at: NOW - 4_000, attempt: 2, trigger: 'retry', durationMs: 30 }),
    attempt('alerts-0-2', { ...delivered, at: NOW - 4_000, durationMs: 50, commandId: 'c-1', trigger: 'test' }),
    attempt('alerts-0-3', { at: NOW - 3_000, outcome: 'exhausted', status: null, error: 'timeout', nextAt: null }),
    attempt('alerts-0-0', { ...delivered, at: NOW - 2 * 86_400_000 }),
    attempt('alerts-0-9', { ...delivered, at: NOW - 1_000, subscriptionId: 'wh-2' }),
  ];
  await api.append(outputs('webhook-attempts', 0, rows));
  await api.insert();
  const seen: Json[] = [];
  let cursor = '';
  for (let pages = 0; pages < 5; pages++) {
    const { body } = await api.get(`/v1/webhooks/wh-1/attempts?limit=2${cursor}`, 'admin');
    seen.push(...(body.items as Json[]));
    if (body.next === null) break;
    cursor = `&cursor=${body.next}`;
  }
  expect(seen.map(({ messageId }) => messageId)).toEqual([
    'alerts-0-3',
    'alerts-0-2',
    'alerts-0-1',
    'alerts-0-1',
    'alerts-0-0',
  ]);
  expect(seen[0]).toMatchObject({ outcome: 'exhausted', error: 'timeout', at: new Date(NOW - 3_000).toISOString() });
  expect(seen[0]).not.toHaveProperty('status');
  expect(seen[1]).toMatchObject({
    outcome: 'delivered',
    status: 204,
    trigger: 'test',
    commandId: 'c-1',
    durationMs: 50,
  });
  const failed = await api.get('/v1/webhooks/wh-1/attempts?failed=true', 'admin');
  expect((failed.body.items as Json[]).map(({ outcome }) => outcome)).toEqual(['exhausted', 'failed']);
  const one = await api.get('/v1/webhooks/wh-1/attempts?messageId=alerts-0-1', 'admin');
  expect((one.body.items as Json[]).map(({ attempt: number }) => number)).toEqual([2, 1]);
  expect((await api.get('/v1/webhook-figures', 'admin')).body.items).toEqual([
    { id: 'wh-1', attempts: 4, delivered: 2, exhausted: 1, p95Ms: 50 },
    { id: 'wh-2', attempts: 1, delivered: 1, exhausted: 0, p95Ms: webhookAttemptRecord.example.durationMs },
  ]);
  expect((await api.get('/v1/webhooks/wh-1/attempts', 'officer')).status).toBe(403);
});
