/** What receivers are sent: thin or full, always as the published JSON Schema has it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { alertRecord } from '../../../schemas/alert.ts';
import { creditRatingRecord } from '../../../schemas/credit-rating.ts';
import { decisionRecord } from '../../../schemas/decision.ts';
import { notificationRecord } from '../../../schemas/notification.ts';
import { reasonRecord } from '../../../schemas/reason.ts';
import { payloadJsonSchema } from '../../../sinks/webhook/payload-schema.ts';
import { eventually } from '../../support/eventually.ts';
import { ROOT } from '../../support/sources.ts';
import { openWebhooks, startReceiver } from '../../support/webhooks.ts';

const decision = { ...decisionRecord.example, outcome: 'hold' as const, reasons: [reasonRecord.example], by: 'u-li' };
const accused = {
  ...alertRecord.example,
  restricted: true,
  subject: 'C-1001',
  en: 'CNY 65,000.00 goes to an account of V-1 that was not used before; V-10 is another.',
  zh: 'CNY 65,000.00 付往 V-1 从未使用过的账户。',
  evidence: [{ name: 'payee', number: null, text: 'V-1', unit: null }],
};

async function sent(choices: object) {
  const bench = await openWebhooks();
  const receiver = await startReceiver();
  const topics = ['alerts', 'decisions', 'credit-ratings', 'notifications'];
  const { id } = await bench.subscribe(receiver.url, { topics, restricted: true, ...choices });
  await bench.append('alerts', 0, [accused, { ...accused, revision: 2, step: 'quiet', quietedBy: accused.alertId }]);
  await bench.append('decisions', 1, [decision]);
  await bench.append('credit-ratings', 2, [creditRatingRecord.example]);
  await bench.append('notifications', 3, [notificationRecord.example]);
  await bench.ask('POST', `/v1/webhooks/${id}/test`);
  await eventually('all came', () => receiver.received.length === 6);
  const byType = new Map(receiver.received.map(({ json }) => [json.type as string, json.data]));
  return { bench, receiver, byType };
}

const isValid = new Ajv2020({ strict: false, formats: { 'date-time': true, date: true } }).compile(payloadJsonSchema());

describe('messages', () => {
  it.each(['thin', 'full'])('that are %s keep to the schema', async (content) => {
    const { receiver, byType } = await sent({ content });
    for (const { json, headers } of receiver.received) {
      expect(isValid(json), JSON.stringify(isValid.errors)).toBe(true);
      expect(headers['content-type']).toBe('application/json; charset=utf-8');
      expect(headers['webhook-id']).not.toContain('.');
      expect(json.data.revision).toBeGreaterThanOrEqual(1);
    }
    expect([...byType.keys()].sort()).toEqual([
      'alert.opened',
      'alert.updated',
      'credit-rating.changed',
      'decision.made',
      'notification.issued',
      'webhook.test',
    ]);
  });

  it('that are thin hold no personal data, and pseudonyms that stay the same', async () => {
    const { receiver, byType, bench } = await sent({ content: 'thin' });
    const all = receiver.received.map(({ body }) => body).join('\n');
    for (const personal of ['C-1001', 'C-2002', '"V-1"', 'of V-1 ', '付往 V-1 ', 'INV-77', 'u-li', '1234500']) {
      expect(all, personal).not.toContain(personal);
    }
    const [opened, updated] = [byType.get('alert.opened'), byType.get('alert.updated')];
    expect(opened.reason).toEqual({
      en: 'CNY 65,000.00 goes to an account of ••• that was not used before; V-10 is another.',
      zh: 'CNY 65,000.00 付往 ••• 从未使用过的账户。',
    });
    expect([updated.subject, updated.alertId]).toEqual([opened.subject, opened.alertId]);
    expect(byType.get('credit-rating.changed').customer).toBe(opened.subject);
    // The critical alert that quiets another is named as it was when it was told itself.
    expect(updated.quietedBy).toBe(opened.alertId);
    const [{ headers }] = receiver.received.filter(({ json }) => json.type === 'alert.opened') as [
      (typeof receiver.received)[number],
    ];
    const path = `/v1/webhook-messages/${headers['webhook-id']}`;
    // The alert is restricted: to others there is no such message.
    expect((await bench.ask('GET', path, undefined, 'viewer')).status).toBe(404);
    expect((await bench.ask('GET', path, undefined, 'compliance')).body.data).toMatchObject({
      subject: 'C-1001',
      reason: { en: accused.en },
    });
    expect((await bench.ask('GET', path, undefined, 'intake')).status).toBe(403);
    for (const other of ['alerts-0-99', 'alerts-77-0', 'journal-0-0', 'nothing']) {
      expect((await bench.ask('GET', `/v1/webhook-messages/${other}`)).status, other).toBe(404);
    }
  });

  it('without what is required keep to it no more', async () => {
    const { receiver } = await sent({ content: 'thin' });
    for (const { json } of receiver.received) {
      const { revision: _, ...data } = json.data;
      expect(isValid({ ...json, data }), json.type).toBe(false);
      expect(isValid({ ...json, type: 'something.else' })).toBe(false);
    }
  });

  it('that are full hold the whole record', async () => {
    const { byType } = await sent({ content: 'full' });
    expect(byType.get('alert.opened')).toMatchObject({ subject: 'C-1001', evidence: [{ name: 'payee', text: 'V-1' }] });
    expect(byType.get('decision.made')).toMatchObject({ debtor: 'C-1001', amountMinor: 1_234_500, by: 'u-li' });
  });

  it('have their JSON Schema in the documentation (else: npm run docs)', () => {
    const written = readFileSync(join(ROOT, 'docs/webhooks/payload.schema.json'), 'utf8');
    expect(JSON.parse(written)).toEqual(payloadJsonSchema());
  });
});

describe('a subscription chooses', () => {
  const choices = [
    [{ rules: ['structuring'] }, ['s']],
    [{ families: ['anomaly'] }, ['a']],
    [{ severity: 'high' }, ['s', 'c']],
    [{ segments: ['tag:merchant'] }, ['a']],
    [{ segments: ['grade:D', 'kind:person'] }, ['c', 'a']],
    [{ restricted: true }, ['s', 'c', 'a', 'r']],
    [{}, ['s', 'c', 'a']],
  ] as const;

  it.each(choices)('%o', async (choice, expected) => {
    const bench = await openWebhooks();
    const receiver = await startReceiver();
    await bench.subscribe(receiver.url, choice);
    const shared = { severity: 'high' as const, family: 'aml' as const, segments: null };
    await bench.raise(
      { ...shared, transferId: 's', rule: 'structuring' },
      { ...shared, transferId: 'c', severity: 'critical', segments: 'kind:organisation grade:D' },
      { ...shared, transferId: 'a', family: 'anomaly', severity: 'low', segments: 'kind:person tag:merchant' },
      { ...shared, transferId: 'r', restricted: true },
      { ...shared, transferId: 'h', historical: true, restricted: false },
      { ...shared, transferId: 'x', shadow: true },
      {
        transferId: 'end',
        rule: 'structuring',
        severity: 'critical',
        family: 'anomaly',
        segments: 'tag:merchant grade:D',
      },
    );
    const came = () =>
      receiver.received.map(({ json }) => json.data.transferId as string).filter((one) => one !== 'end');
    await eventually('the last came', () => receiver.received.some(({ json }) => json.data.transferId === 'end'));
    await eventually('what was asked for came', () => came().length >= expected.length);
    expect(came().sort()).toEqual([...expected].sort());
  });

  const quieted = [
    ['no quieted alerts', {}, ['critical', 'quiet', 'unquiet']],
    ['quieted ones as well', { quieted: true }, ['critical', 'opened', 'hit', 'quiet', 'unquiet']],
    ['a rule, whatever quiets it', { rules: ['frozen-party'] }, ['opened', 'hit', 'quiet', 'unquiet']],
    ['a family, whatever quiets it', { families: ['limits'] }, ['opened', 'hit', 'quiet', 'unquiet']],
  ] as const;

  it.each(quieted)('%s', async (_, choice, expected) => {
    const bench = await openWebhooks();
    const receiver = await startReceiver();
    await bench.subscribe(receiver.url, choice);
    const louder = { severity: 'critical' as const, rule: 'listed-party', family: 'screening' as const };
    const quiet = { severity: 'high' as const, rule: 'frozen-party', family: 'limits' as const, quietedBy: 'louder' };
    await bench.raise(
      { ...louder, transferId: 'critical' },
      { ...quiet, transferId: 'opened', step: 'hit' },
      { ...quiet, transferId: 'hit', revision: 2, step: 'hit' },
      { ...quiet, transferId: 'quiet', revision: 3, step: 'quiet' },
      { ...quiet, transferId: 'unquiet', revision: 4, step: 'unquiet', quietedBy: null },
    );
    const came = () => receiver.received.map(({ json }) => json.data.transferId as string);
    await eventually('all that was asked for came', () => expected.every((one) => came().includes(one)));
    expect(came().sort()).toEqual([...expected].sort());
  });

  it('decisions by their outcome', async () => {
    const bench = await openWebhooks();
    const receiver = await startReceiver();
    await bench.subscribe(receiver.url, { topics: ['decisions'], outcomes: ['reject'] });
    for (const outcome of ['accept', 'hold', 'reject'] as const) {
      await bench.append('decisions', 0, [{ ...decision, outcome, transferId: outcome }]);
    }
    await eventually('one came', () => receiver.received.length > 0);
    expect(receiver.received.map(({ json }) => json.data.transferId)).toEqual(['reject']);
  });
});
