import { describe, expect, it } from 'vitest';
import { PANELS } from '../../../dashboards/panels/panels.ts';
import { labelOf } from '../../../dashboards/panels/words.ts';
import { deadLetterRecord } from '../../../schemas/dead-letter.ts';
import { outputs } from '../../support/records.ts';
import { NOW, OWN, openApi } from './harness.ts';

describe('panels', () => {
  it('are listed with what they ask, and each answers', async () => {
    const api = await openApi();
    const { status, body } = await api.get('/v1/panels');
    expect(status).toBe(200);
    expect(body).toMatchObject({ zone: 'Asia/Shanghai', baseCurrency: 'CNY' });
    const items = body.items as { id: string; columns: unknown[] }[];
    expect(items.map(({ id }) => id)).toEqual(PANELS.map(({ id }) => id));
    for (const { id, columns } of items) {
      const answer = await api.get(`/v1/panels/${id}`);
      expect(answer.status, id).toBe(200);
      for (const row of answer.body.rows as unknown[][]) expect(row).toHaveLength(columns.length);
    }
  });

  it('choose steps that fit the range, and no shorter ones than the data has', async () => {
    const api = await openApi();
    const stepOf = async (id: string, from: string) =>
      (await api.get(`/v1/panels/${id}?from=${from}&to=2026-03-15T00:00:00Z`)).body.stepSeconds;
    expect(await stepOf('decisions-by-outcome', '2026-03-14T23:50:00Z')).toBe(60);
    expect(await stepOf('decisions-by-outcome', '2026-03-14T00:00:00Z')).toBe(900);
    expect(await stepOf('decisions-by-outcome', '2026-02-13T00:00:00Z')).toBe(21_600);
    expect(await stepOf('invoiced-and-paid', '2026-03-14T23:50:00Z')).toBe(86_400);
  });

  it('tell why records were refused by codes that have words', async () => {
    const api = await openApi();
    const letter = { ...deadLetterRecord.example, seen: NOW - 60_000, refusal: 'approval_by_maker' as const };
    await api.append(outputs('dead-letters', OWN, [letter]));
    await api.insert();
    for (const id of ['latest-dead-letters', 'dead-letters']) {
      const { rows } = (await api.get(`/v1/panels/${id}`)).body as { rows: string[][] };
      expect(rows[0], id).toContain('approval-by-maker');
    }
    expect(labelOf('refusal', 'approval-by-maker', 'zh')).toBe('由经办人本人审批');
  });

  it('are for people, not for systems that send events', async () => {
    const api = await openApi();
    for (const path of ['/v1/panels', '/v1/panels/open-alerts']) {
      expect((await api.get(path, null)).status).toBe(401);
      expect((await api.get(path, 'intake')).status).toBe(403);
      expect((await api.get(path, 'approver')).status).toBe(200);
    }
  });

  it.each([
    ['/v1/panels/nothing', 404],
    ['/v1/panels/aging?currency=XYZ', 400],
    ['/v1/panels/aging?zone=Mars', 400],
    ["/v1/panels/alerts-by-rule?rules=fan-in'", 400],
    ['/v1/panels/aging?from=2026-03-15T00:00:00Z&to=2026-03-14T00:00:00Z', 400],
    ['/v1/panels/aging?from=1990-01-01T00:00:00Z', 400],
  ])('refuse %s', async (path, status) => {
    const api = await openApi();
    expect((await api.get(path)).status).toBe(status);
  });
});
