import { describe, expect, it } from 'vitest';
import type { Role } from '../../../runtime/http/keys.ts';
import { alertRecord } from '../../../schemas/alert.ts';
import { transferRecord } from '../../../schemas/events/transfer.ts';
import { HOUR_MS } from '../../../schemas/time.ts';
import { blocks, outputs } from '../../support/records.ts';
import { alert, type Json, leg, OWN, openApi, PARTY } from './harness.ts';

const ids = ({ body }: { body: Json }): unknown[] => (body.items as Json[]).map(({ id }) => id);

describe('alerts', () => {
  it('are listed with the reason in both languages, those raised last first', async () => {
    const api = await openApi();
    await api.append(
      outputs('alerts', 0, [
        alert(1),
        alert(2),
        alert(1, { revision: 2, severity: 'critical', occurrences: 2, seen: alertRecord.example.seen + 60_000 }),
      ]),
    );
    await api.insert();
    const { status, body } = await api.get('/v1/alerts');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      next: null,
      items: [
        { id: 'pass-through:C-2:2', revision: 1 },
        {
          id: 'pass-through:C-1:1',
          revision: 2,
          severity: 'critical',
          occurrences: 2,
          subject: 'C-1',
          subjectKind: 'party',
          openedAt: '2026-03-01T01:30:00.000Z',
          reason: { en: alertRecord.example.en, zh: alertRecord.example.zh },
          evidence: [{ name: 'received', number: 1_000_000, unit: 'CNY' }],
        },
      ],
    });
  });

  it('are filtered by rule, family, subject, severity, status and time, as they stand now', async () => {
    const api = await openApi();
    const later = alertRecord.example.openedAt + 24 * HOUR_MS;
    await api.append(
      outputs('alerts', 0, [
        alert(1),
        alert(2, { rule: 'velocity', family: 'anomaly', severity: 'low' }),
        alert(3, { openedAt: later, at: later }),
        alert(4, { shadow: true }),
        alert(2, { rule: 'velocity', family: 'anomaly', revision: 2, severity: 'critical' }),
        alert(1, { revision: 2, status: 'closed' }),
      ]),
    );
    await api.insert();
    const subjects = async (query: string) => {
      const { body } = await api.get(`/v1/alerts?${query}`);
      return (body.items as { subject: string }[]).map(({ subject }) => subject);
    };
    expect(await subjects('')).toEqual(['C-3', 'C-2', 'C-1']);
    expect(await subjects('rule=velocity')).toEqual(['C-2']);
    expect(await subjects('family=anomaly')).toEqual(['C-2']);
    expect(await subjects('family=aml')).toEqual(['C-3', 'C-1']);
    expect(await subjects('subject=C-3')).toEqual(['C-3']);
    expect(await subjects('severity=critical')).toEqual(['C-2']);
    expect(await subjects('severity=low')).toEqual([]);
    expect(await subjects('status=closed')).toEqual(['C-1']);
    expect(await subjects('from=2026-03-02T09:30:00%2B08:00')).toEqual(['C-3']);
    expect(await subjects('to=2026-03-02T09:30:00%2B08:00')).toEqual(['C-2', 'C-1']);
    expect(await subjects('shadow=true')).toEqual(['C-4']);
    expect(await subjects('rule=velocity&subject=C-1')).toEqual([]);
  });

  it('are paged by a cursor that nothing moves, even while new ones and new hits come in', async () => {
    const api = await openApi();
    // Two at a time were raised at the same moment.
    const seen = (number: number) => alertRecord.example.seen + Math.floor(number / 2) * 1_000;
    await api.append(
      outputs(
        'alerts',
        0,
        Array.from({ length: 25 }, (_, index) => alert(index, { seen: seen(index) })),
      ),
    );
    await api.insert();
    const ids: unknown[] = [];
    let cursor = '';
    for (let page = 0; ; page++) {
      const { body } = await api.get(`/v1/alerts?limit=4${cursor}`);
      ids.push(...(body.items as { id: string }[]).map(({ id }) => id));
      if (body.next === null) break;
      cursor = `&cursor=${body.next}`;
      await api.append(outputs('alerts', 0, [alert(100 + page), alert(page, { revision: 2, seen: seen(200) })]));
      await api.insert();
    }
    expect(ids).toHaveLength(25);
    expect(new Set(ids).size).toBe(25);
    const { body } = await api.get('/v1/alerts?limit=200');
    const all = (body.items as { id: string }[]).map(({ id }) => id).filter((id) => !/:1\d\d$/.test(id));
    expect(ids).toEqual(all);
  });

  it('are refused with a cursor, a limit or a filter that makes no sense', async () => {
    const api = await openApi();
    for (const query of [
      'cursor=xyz',
      `cursor=${Buffer.from('["1","2"]').toString('base64url')}`,
      'limit=0',
      'limit=201',
      'severity=odd',
      'from=yesterday',
      'unknown=1',
    ]) {
      const { status, body } = await api.get(`/v1/alerts?${query}`);
      expect([query, status, body.type]).toEqual([query, 400, 'urn:weir:problem:request-invalid']);
      expect((body.errors as Json[]).length).toBeGreaterThan(0);
    }
  });

  it('show what is behind one: evidence, revisions, and the legs of its subject until then', async () => {
    const api = await openApi();
    const at = transferRecord.example.at;
    await api.append(
      blocks('transfers', OWN, [
        [
          leg('T-0', { at: at - 40 * 24 * HOUR_MS }),
          leg('T-1', { at: at - HOUR_MS }),
          leg('T-2', { at }),
          leg('T-9', { at }, { subject: 'C-9' }),
        ],
        [leg('T-2', { at }), leg('T-3', { at: at + 60_000 }), leg('T-4', { at: at + 2 * HOUR_MS })],
      ]),
    );
    const id = `pass-through:${PARTY}:3`;
    const about = { alertId: id, subject: PARTY };
    await api.append(
      outputs('alerts', OWN, [
        alert(1, { ...about, at, transferId: 'T-2', eventId: 'T-2#submitted' }),
        alert(1, {
          ...about,
          revision: 2,
          at: at + 60_000,
          transferId: 'T-3',
          eventId: 'T-3#submitted',
          occurrences: 2,
        }),
      ]),
    );
    await api.insert();
    const { status, body } = await api.get(`/v1/alerts/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, revision: 2, occurrences: 2, revisions: [{ revision: 1, transferId: 'T-2' }] });
    expect((body.legs as Json[]).map(({ transferId, hit }) => [transferId, hit])).toEqual([
      ['T-3', true],
      ['T-2', true],
      ['T-1', false],
    ]);
    expect((await api.get('/v1/alerts/none:C-1:1')).status).toBe(404);
  });

  it('are for people who may see them', async () => {
    const api = await openApi();
    for (const path of ['/v1/alerts', '/v1/alerts/x', `/v1/parties/${PARTY}`]) {
      expect((await api.get(path, null)).status).toBe(401);
      expect((await api.get(path, 'intake')).status).toBe(403);
    }
    for (const role of ['viewer', 'officer', 'approver', 'compliance', 'admin'] as const)
      expect((await api.get('/v1/alerts', role)).status).toBe(200);
  });

  it('are not there for others where they are restricted: no list, page, chart or id tells of them', async () => {
    const api = await openApi();
    const open = alert(2, { alertId: 'velocity:C-1001:2', subject: PARTY, rule: 'velocity', restricted: false });
    const hidden = alert(1, { alertId: 'pass-through:C-1001:1', subject: PARTY });
    await api.append(outputs('alerts', OWN, [hidden, open]));
    await api.insert();
    const [from, to] = [hidden.at - 1_000, hidden.at + 1_000].map((at) => new Date(at).toISOString());
    const seenBy = async (role: Role) => {
      const latest = await api.get(`/v1/panels/latest-alerts?from=${from}&to=${to}`, role);
      return {
        list: ids(await api.get('/v1/alerts', role)),
        party: (await api.get(`/v1/parties/${PARTY}`, role)).body.alerts,
        single: (await api.get(`/v1/alerts/${hidden.alertId}`, role)).status,
        chart: latest.body.rows,
        suspicion: (await api.get('/v1/panels/suspicions-open', role)).status,
      };
    };
    for (const role of ['viewer', 'officer', 'approver'] as const) {
      const seen = await seenBy(role);
      expect(seen).toMatchObject({ list: [open.alertId], single: 404, suspicion: 404 });
      expect(JSON.stringify(seen)).not.toContain('pass-through');
      expect(JSON.stringify(seen.chart)).toContain('velocity');
    }
    for (const role of ['compliance', 'admin'] as const) {
      const seen = await seenBy(role);
      expect(seen).toMatchObject({ list: [open.alertId, hidden.alertId], single: 200, suspicion: 200 });
      expect(JSON.stringify(seen.chart)).toContain('pass-through');
      expect(seen.party).toHaveLength(2);
    }
  });

  it('show every step that was taken, and are found by where they stand', async () => {
    const api = await openApi();
    const first = alert(1);
    const step = {
      step: 'assign',
      status: 'assigned',
      by: 'li',
      assignee: 'wang',
      note: '请跟进',
      stepAt: first.at,
    } as const;
    const closed = {
      step: 'close',
      status: 'closed',
      by: 'wang',
      assignee: 'wang',
      resolution: 'false_positive',
      closedFor: '已核实',
    } as const;
    const quiet = alert(2, { revision: 2, step: 'quiet', quietedBy: first.alertId, escalation: 1 });
    await api.append(
      outputs('alerts', OWN, [
        first,
        alert(1, { revision: 2, ...step }),
        alert(1, { revision: 3, ...closed }),
        alert(2),
        quiet,
      ]),
    );
    await api.insert();
    const { body } = await api.get(`/v1/alerts/${first.alertId}`);
    expect(body).toMatchObject({ status: 'closed', resolution: 'false-positive', closedFor: '已核实', by: 'wang' });
    expect(body.revisions).toMatchObject([{ step: 'assign', assignee: 'wang', note: '请跟进' }, { step: 'hit' }]);
    const found = async (query: string) => ids(await api.get(`/v1/alerts?${query}`));
    expect(await found('closed=true')).toEqual([first.alertId]);
    expect(await found('closed=false')).toEqual([quiet.alertId]);
    expect(await found('assignee=wang')).toEqual([first.alertId]);
    expect(await found('quieted=true')).toEqual([quiet.alertId]);
    expect(await found('escalated=false')).toEqual([first.alertId]);
    expect(await found('status=assigned')).toEqual([]);
  });
});
