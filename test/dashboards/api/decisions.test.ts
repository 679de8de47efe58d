import { describe, expect, it } from 'vitest';
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

it('is described for other programs', async () => {
  const api = await openApi();
  const { body } = await api.get('/openapi.json', null);
  const paths = body.paths as { [path: string]: { get: { responses: Json; parameters: { name: string }[] } } };
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining(['/v1/decisions/{transferId}', '/v1/alerts', '/v1/alerts/{id}', '/v1/parties/{id}']),
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
