import { describe, expect, it } from 'vitest';
import { WeirError } from '../../../runtime/errors.ts';
import type { Declared } from '../../../schemas/declare.ts';
import { EVENTS } from '../../../schemas/journal.ts';
import { startHarness, stored, transferJson } from './harness.ts';

const PLAIN = ['customers', 'invoices', 'payments', 'balances', 'profile-changes', 'activity', 'statements'] as const;

describe('events over HTTP', () => {
  it.each([...PLAIN, 'transfers'] as const)(
    'are taken one or many by /v1/%s, on disk when acknowledged',
    async (topic) => {
      const { send, tokens, log } = await startHarness();
      const record = EVENTS[topic] as unknown as Declared<unknown>;
      const event = record.render(record.example);
      const one = await send(`/v1/${topic}`, event, { key: tokens.intake });
      expect(one.status).toBe(202);
      expect(one.body.receipts).toEqual([{ topic, partition: 0, offset: 0, eventId: expect.any(String) }]);
      const many = await send(`/v1/${topic}`, [event, event], { key: tokens.intake });
      expect(many.body.receipts.map(({ offset }: { offset: number }) => offset)).toEqual([1, 2]);
      expect(stored(log, topic)).toEqual([record.example, record.example, record.example]);
    },
  );

  it('are taken up to a thousand at once, and no list is empty', async () => {
    const { send, ends } = await startHarness();
    const before = ends();
    const list = (length: number) => Array.from({ length }, () => transferJson());
    expect((await send('/v1/transfers', list(1_001))).body.detail).toBe(
      'A list holds 1 to 1000 events; this one holds 1001.',
    );
    expect((await send('/v1/transfers', [])).status).toBe(400);
    expect(ends()).toEqual(before);
    expect((await send('/v1/transfers', list(1_000))).body.receipts).toHaveLength(1_000);
  });

  it('name each wrong field of each item, and then nothing is stored', async () => {
    const { send, ends } = await startHarness();
    const before = ends();
    const { body, status } = await send('/v1/transfers', [
      transferJson(),
      transferJson({ amount: { minor: 'ten', currency: 'CNY' } }),
      transferJson({ creditor: { party: 'C-2' } }),
    ]);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      type: 'urn:weir:problem:request-invalid',
      title: expect.any(String),
      titleZh: '请求无效',
    });
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual(['/1/amount/minor', '/2/creditor/account']);
    expect(ends()).toEqual(before);
  });

  it('list a hundred faults at most, and say how many there are', async () => {
    const { send } = await startHarness();
    const { body } = await send(
      '/v1/transfers',
      Array.from({ length: 150 }, () => transferJson({ kind: 'gift' })),
    );
    expect(body.errors).toHaveLength(100);
    expect(body.detail).toContain('150 fields are wrong');
  });

  it('are refused with 503 and a time to wait while the disk is full, and taken when there is room', async () => {
    let full = true;
    const { send, ends } = await startHarness({
      append: async (append, log) => {
        if (full)
          throw new WeirError('LOG_FULL', 'The disk is full; nothing more is acknowledged until there is room.');
        return log.append(append);
      },
    });
    const before = ends();
    const refused = await send('/v1/transfers', transferJson());
    expect(refused).toMatchObject({
      status: 503,
      body: { type: 'urn:weir:problem:log-full', titleZh: '磁盘已满，未存储任何内容' },
    });
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(ends()).toEqual(before);
    full = false;
    expect((await send('/v1/transfers', transferJson())).status).toBe(202);
  });

  it('are described with an example that is taken as it stands', async () => {
    const { send } = await startHarness();
    const { body } = await send('/openapi.json');
    for (const topic of [...PLAIN, 'transfers']) {
      const operation = body.paths[`/v1/${topic}`].post;
      const { example } = operation.requestBody.content['application/json'];
      expect((await send(`/v1/${topic}`, example)).status, topic).toBe(202);
    }
    const transfer = body.paths['/v1/transfers'].post;
    expect(transfer.parameters.map(({ name }: { name: string }) => name).sort()).toEqual([
      'idempotency-key',
      'timeoutMs',
      'wait',
    ]);
    expect(transfer.requestBody.content['application/json'].schema.anyOf[0].properties.at).toMatchObject({
      type: 'string',
      format: 'date-time',
    });
  });
});
