import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../../schemas/time.ts';
import { blocks, outputs } from '../../support/records.ts';
import { alert, decision, type Json, leg, OWN, openApi, PARTY } from './harness.ts';

const amount = (minor: number, currency = 'CNY') => ({ minor, currency });
/** Noon of 14 March in Shanghai. */
const YESTERDAY = Date.UTC(2026, 2, 14, 4);

describe('the money of a party over time', () => {
  it('is told by day of the zone and by currency, as far as it moved or may still', async () => {
    const api = await openApi();
    const at = YESTERDAY;
    // In Shanghai it is the day before, half an hour from midnight; in UTC it is still the 13th, too.
    const before = Date.UTC(2026, 2, 13, 15, 30);
    await api.append(
      blocks('transfers', OWN, [
        [
          leg('OUT', { at, amount: amount(1_000) }),
          leg('OUT', { at: at + HOUR_MS, status: 'settled', amount: amount(1_000) }),
          leg('IN', { at, amount: amount(400), status: 'settled' }, { role: 'payee' }),
          leg('USD', { at, amount: amount(70, 'USD') }),
          leg('REJECTED', { at, amount: amount(9) }),
          leg('REJECTED-IN', { at, amount: amount(9) }, { role: 'payee' }),
          leg('FAILED', { at, amount: amount(9) }),
          leg('FAILED', { at: at + 1, status: 'failed', amount: amount(9) }),
          leg('BACK', { at, status: 'settled', amount: amount(50) }),
          leg('BACK', { at: at + 1, status: 'returned', amount: amount(20) }),
          leg('BEFORE', { at: before, amount: amount(5) }),
          leg('LONG-AGO', { at: at - 60 * 24 * HOUR_MS, amount: amount(9) }),
          leg('OTHER', { at, amount: amount(9) }, { subject: 'C-8' }),
          leg('DEVICE', { at, amount: amount(9) }, { role: 'device' }),
        ],
        // It came twice.
        [leg('OUT', { at, amount: amount(1_000) })],
      ]),
    );
    const rejected = { debtor: PARTY, outcome: 'reject', at } as const;
    await api.append(
      outputs('decisions', OWN, [
        decision('OUT', { debtor: PARTY, outcome: 'accept', at }),
        decision('REJECTED', rejected),
        decision('REJECTED-IN', { ...rejected, debtor: 'C-9' }),
      ]),
    );
    await api.append(
      outputs('alerts', OWN, [
        alert(1, { subject: PARTY, openedAt: at, status: 'closed', rule: 'velocity', restricted: false }),
        alert(2, { subject: PARTY, openedAt: at, restricted: true }),
        alert(3, { subject: 'C-8', openedAt: at }),
      ]),
    );
    await api.insert();
    const { status, body } = await api.get(`/v1/parties/${PARTY}/flow?days=30`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ zone: 'Asia/Shanghai', from: '2026-02-14', to: '2026-03-15' });
    expect(body.days).toEqual([
      { date: '2026-03-13', currency: 'CNY', incoming: 0, outgoing: 5, transfers: 1 },
      { date: '2026-03-14', currency: 'CNY', incoming: 400, outgoing: 1_030, transfers: 3 },
      { date: '2026-03-14', currency: 'USD', incoming: 0, outgoing: 70, transfers: 1 },
    ]);
    const alerts = (found: Json) => (found.alerts as Json[]).map(({ date, rule }) => `${date} ${rule}`).sort();
    expect(alerts(body)).toEqual(['2026-03-14 pass-through', '2026-03-14 velocity']);
    const viewed = await api.get(`/v1/parties/${PARTY}/flow`, 'viewer');
    expect(alerts(viewed.body)).toEqual(['2026-03-14 velocity']);
    expect((await api.get(`/v1/parties/${PARTY}/flow`, 'intake')).status).toBe(403);

    // In Auckland both lie on one day.
    const elsewhere = await api.get(`/v1/parties/${PARTY}/flow?days=2&zone=Pacific/Auckland`);
    expect(elsewhere.body).toMatchObject({ from: '2026-03-14', to: '2026-03-15' });
    expect((elsewhere.body.days as Json[]).map(({ date, outgoing }) => [date, outgoing])).toEqual([
      ['2026-03-14', 1_035],
      ['2026-03-14', 70],
    ]);
    const none = await api.get('/v1/parties/nobody/flow?days=1');
    expect(none.body).toMatchObject({ from: '2026-03-15', to: '2026-03-15', days: [], alerts: [] });
    expect((await api.get(`/v1/parties/${PARTY}/flow?zone=Nowhere`)).status).toBe(400);
  });
});
