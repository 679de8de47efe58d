import { describe, expect, it } from 'vitest';
import { lookUpWaiting } from '../../../dashboards/api/decisions.ts';
import type { Decision } from '../../../schemas/decision.ts';
import { reasonRecord } from '../../../schemas/reason.ts';
import { HOUR_MS } from '../../../schemas/time.ts';
import { outputs } from '../../support/records.ts';
import { decision, type Json, NOW, openApi } from './harness.ts';

describe('a decision', () => {
  it('is answered as it stands, with what was before', async () => {
    const api = await openApi();
    const expiresAt = NOW + HOUR_MS;
    await api.append(
      outputs('decisions', 2, [
        decision('T-1', {
          outcome: 'hold',
          approvalsRequired: 1,
          expiresAt,
          reasons: [reasonRecord.example, { ...reasonRecord.example, rule: null }],
        }),
        decision('T-2'),
        decision('T-1', {
          revision: 2,
          outcome: 'accept',
          approvalsRequired: 1,
          approvalsGiven: 1,
          by: 'u-li',
          status: 'partially_settled',
        }),
      ]),
    );
    await api.insert();
    const { status, body } = await api.get('/v1/decisions/T-1', 'intake');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      transferId: 'T-1',
      revision: 2,
      outcome: 'accept',
      status: 'partially-settled',
      at: '2026-03-01T01:30:00.000Z',
      by: 'u-li',
      amount: { minor: 1_234_500, currency: 'CNY' },
      base: { minor: 1_234_500, currency: 'CNY' },
      reasons: [],
      earlier: [{ revision: 1, outcome: 'hold', expiresAt: new Date(expiresAt).toISOString() }],
    });
    const [first] = body.earlier as { reasons: Json[]; by?: string }[];
    expect(first.by).toBeUndefined();
    expect(first.reasons).toEqual([
      reasonRecord.render(reasonRecord.example),
      expect.not.objectContaining({ rule: expect.anything() }),
    ]);
  });

  it('that does not exist is not found, whatever its name', async () => {
    const api = await openApi();
    for (const name of ['T-404', "'; DROP TABLE decisions", '{x:String}', '\\', '交易']) {
      const { status, body } = await api.get(`/v1/decisions/${encodeURIComponent(name)}`);
      expect([name, status, body.type]).toEqual([name, 404, 'urn:weir:problem:not-found']);
    }
    expect(await api.rows('SELECT count() AS n FROM decisions')).toEqual([{ n: 0 }]);
  });
});

describe('what waits for approvals', () => {
  const held = (transferId: string, hours: number, fields: Partial<Decision> = {}) =>
    decision(transferId, {
      outcome: 'hold',
      approvalsRequired: 1,
      expiresAt: NOW + hours * HOUR_MS,
      reasons: [reasonRecord.example],
      ...fields,
    });

  async function filled() {
    const api = await openApi();
    await api.append(
      outputs('decisions', 1, [
        held('T-later', 3),
        held('T-sooner', 1, { debtor: 'C-7', beyondLateness: true }),
        held('T-middle', 2),
        held('T-approved', 1),
        decision('T-approved', { revision: 2, outcome: 'accept' }),
        held('T-cancelled', 1),
        decision('T-cancelled', { revision: 2, outcome: 'hold', status: 'cancelled', expiresAt: null }),
        held('T-half', 4, { approvalsRequired: 2 }),
        held('T-half', 4, { revision: 2, approvalsRequired: 2, approvalsGiven: 1, by: 'u-li' }),
        decision('T-plain'),
      ]),
    );
    await api.insert();
    return api;
  }

  it('is listed by when it expires, page by page, without what upstream ended meanwhile', async () => {
    const api = await filled();
    const seen: unknown[] = [];
    for (let cursor: unknown = ''; cursor !== null; ) {
      const { status, body } = await api.get(`/v1/decisions?waiting=true&limit=2${cursor && `&cursor=${cursor}`}`);
      expect(status).toBe(200);
      seen.push((body.items as Json[]).map((one) => [one.transferId, one.revision, one.waiting]));
      cursor = body.next;
    }
    expect(seen).toEqual([
      [
        ['T-sooner', 1, true],
        ['T-middle', 1, true],
      ],
      [
        ['T-later', 1, true],
        ['T-half', 2, true],
      ],
    ]);
  });

  it('is listed of one batch, with who entered it', async () => {
    const api = await openApi();
    const of = (transferId: string, batch: string | null) => held(transferId, 1, { batch, maker: 'u-zhang' });
    await api.append(outputs('decisions', 1, [of('T-1', 'B-1'), of('T-2', 'B-2'), of('T-3', 'B-1'), of('T-4', null)]));
    await api.append(outputs('decisions', 1, [decision('T-3', { revision: 2, outcome: 'accept', batch: 'B-1' })]));
    await api.insert();
    const { body } = await api.get('/v1/decisions?waiting=true&batch=B-1');
    expect(body).toMatchObject({ items: [{ transferId: 'T-1', batch: 'B-1', maker: 'u-zhang' }], next: null });
    expect(await lookUpWaiting(api.clickhouse.read, 'B-1', 10)).toMatchObject([{ transferId: 'T-1', revision: 1 }]);
  });

  it('is listed of one payer, with its mark', async () => {
    const api = await filled();
    const { body } = await api.get('/v1/decisions?waiting=true&debtor=C-7');
    expect(body).toMatchObject({ items: [{ transferId: 'T-sooner', beyondLateness: true }], next: null });
  });

  it('is told of each decision', async () => {
    const api = await filled();
    const waiting = async (transferId: string) => (await api.get(`/v1/decisions/${transferId}`)).body.waiting;
    expect([await waiting('T-half'), await waiting('T-cancelled'), await waiting('T-plain')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('must be asked for', async () => {
    const api = await openApi();
    expect((await api.get('/v1/decisions')).status).toBe(400);
  });
});

it('is described for other programs', async () => {
  const api = await openApi();
  const { body } = await api.get('/openapi.json', null);
  const paths = body.paths as { [path: string]: { get: { responses: Json; parameters: { name: string }[] } } };
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining([
      '/v1/decisions/{transferId}',
      '/v1/decisions',
      '/v1/alerts',
      '/v1/alerts/{id}',
      '/v1/parties/{id}',
    ]),
  );
  expect(paths['/v1/alerts'].get.parameters.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['rule', 'subject', 'severity', 'status', 'from', 'to', 'cursor', 'limit']),
  );
  expect(paths['/v1/parties/{id}'].get.responses['200']).toHaveProperty([
    'content',
    'application/json',
    'schema',
    'properties',
    'limits',
  ]);
});
