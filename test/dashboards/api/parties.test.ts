import { describe, expect, it } from 'vitest';
import { creditRatingRecord } from '../../../schemas/credit-rating.ts';
import { deadLetterRecord } from '../../../schemas/dead-letter.ts';
import { customerRecord } from '../../../schemas/events/customer.ts';
import { invoiceRecord } from '../../../schemas/events/invoice.ts';
import { paymentRecord } from '../../../schemas/events/payment.ts';
import { transferRecord } from '../../../schemas/events/transfer.ts';
import { HOUR_MS } from '../../../schemas/time.ts';
import { blocks, entry, outputs } from '../../support/records.ts';
import { alert, decision, type Json, leg, OWN, openApi, PARTY } from './harness.ts';

describe('a party', () => {
  it('is shown with its file, rating, open alerts and history', async () => {
    const api = await openApi();
    const file = { ...customerRecord.example, zone: 'Asia/Shanghai' };
    await api.append(
      blocks('customers', OWN, [
        [entry({ ...file, name: '旧名' }, { subject: PARTY }), entry({ ...file, at: file.at + 1 }, { subject: PARTY })],
      ]),
    );
    await api.append(
      outputs('credit-ratings', OWN, [
        creditRatingRecord.example,
        { ...creditRatingRecord.example, revision: 2, grade: 'D', previousGrade: 'C' },
      ]),
    );
    await api.append(
      outputs('alerts', OWN, [alert(1, { subject: PARTY }), alert(2, { subject: PARTY, status: 'closed' }), alert(3)]),
    );
    await api.append(
      blocks('transfers', OWN, [
        [leg('T-1'), leg('T-2', { status: 'partially_settled', eventId: 'E-2' })],
        [
          leg('T-1'),
          leg('T-3', { creditor: { ...transferRecord.example.creditor, party: null } }, { role: 'payee' }),
          leg('T-8', {}, { subject: 'C-8' }),
        ],
        [leg('T-4', {}, { sourceOffset: 77 })],
      ]),
    );
    await api.append(outputs('dead-letters', OWN, [{ ...deadLetterRecord.example, offset: 77 }]));
    await api.insert();
    const { status, body } = await api.get(`/v1/parties/${PARTY}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: PARTY,
      profile: {
        name: '上海明德贸易有限公司',
        kind: 'organisation',
        creditLimit: { minor: 50_000_000, currency: 'CNY' },
      },
      rating: { grade: 'D', previousGrade: 'C', limitScalePercent: 50 },
      alerts: [{ id: 'pass-through:C-1:1' }],
    });
    const { items, next } = body.history as { items: Json[]; next: unknown };
    // A repeat and a refused event are no legs.
    expect(items.map(({ transferId, eventId, role, status: state }) => [transferId, eventId, role, state])).toEqual([
      ['T-3', 'T-3#submitted', 'payee', 'submitted'],
      ['T-2', 'E-2', 'payer', 'partially-settled'],
      ['T-1', 'T-1#submitted', 'payer', 'submitted'],
    ]);
    expect(items[0]).toMatchObject({
      amount: { minor: 1_234_500, currency: 'CNY' },
      creditor: { party: '6217000010099887', account: '6217000010099887', name: '李雷' },
      at: '2026-03-01T01:30:00.000Z',
    });
    expect(next).toBeNull();
  });

  it('has its history paged, the latest first', async () => {
    const api = await openApi();
    await api.append(blocks('transfers', OWN, [Array.from({ length: 7 }, (_, index) => leg(`T-${index}`))]));
    await api.insert();
    const pages: unknown[][] = [];
    for (let cursor = ''; ; ) {
      const { history } = (await api.get(`/v1/parties/${PARTY}?limit=3${cursor}`)).body as {
        history: { items: Json[]; next: string | null };
      };
      pages.push(history.items.map(({ transferId }) => transferId));
      if (history.next === null) break;
      cursor = `&cursor=${history.next}`;
      await api.append(blocks('transfers', OWN, [[leg('T-1'), leg(`T-new-${pages.length}`)]]));
      await api.insert();
    }
    expect(pages).toEqual([['T-6', 'T-5', 'T-4'], ['T-3', 'T-2', 'T-1'], ['T-0']]);
  });

  it('tells of each transfer how far behind it came', async () => {
    const api = await openApi();
    const { at } = transferRecord.example;
    const times = [at, at - 90_000_000, at + 1_000, at];
    const legs = times.map((one, index) => leg(`T-${index}`, { at: one }, { seen: at + 10_000 }));
    await api.append(blocks('transfers', OWN, [legs]));
    await api.insert();
    const { history } = (await api.get(`/v1/parties/${PARTY}`)).body as { history: { items: Json[] } };
    expect(history.items.map(({ transferId, behindMs }) => [transferId, behindMs])).toEqual([
      ['T-3', 1_000],
      ['T-2', undefined],
      ['T-1', 90_000_000],
      ['T-0', undefined],
    ]);
    const rows = await api.rows(
      'SELECT transfer_id, behind_ms FROM entries_behind WHERE behind_ms > 0 ORDER BY ordinal',
    );
    expect(rows).toEqual([
      { transfer_id: 'T-1', behind_ms: 90_000_000 },
      { transfer_id: 'T-3', behind_ms: 1_000 },
    ]);
  });

  it('has used of its limits what is neither rejected, failed nor returned, in days of its own zone', async () => {
    const api = await openApi();
    const amount = (minor: number, currency = 'CNY') => ({ minor, currency });
    // Midnight in Shanghai is 16:00 UTC.
    const today = Date.UTC(2026, 2, 14, 16);
    const lastMonth = Date.UTC(2026, 1, 28, 15, 59);
    const at = today;
    const later = today + HOUR_MS;
    await api.append(
      blocks('transfers', OWN, [
        [
          leg('today', { at, amount: amount(1) }),
          leg('yesterday', { at: at - 1, amount: amount(10) }),
          leg('month', { at: lastMonth + 60_000, amount: amount(100) }),
          leg('before', { at: lastMonth, amount: amount(1_000_000) }),
        ],
        [leg('before', { at, status: 'settled', eventId: 'late', amount: amount(1_000_000) })],
        [
          leg('rejected', { at, amount: amount(1_000_000) }),
          leg('failed', { at, amount: amount(1_000_000) }),
          leg('failed', { at: later, status: 'failed', amount: amount(1_000_000) }),
        ],
        [
          leg('returned', { at, amount: amount(5_000) }),
          leg('returned', { at: later, status: 'settled', amount: amount(5_000) }),
          leg('returned', { at: later, status: 'returned', amount: amount(2_000) }),
        ],
        [
          leg('part', { at, amount: amount(70_000) }),
          leg('part', { at: later, status: 'partially_settled', amount: amount(20_000) }),
          leg('part', { at: later, status: 'cancelled', amount: amount(70_000) }),
        ],
        [
          leg('rest', { at, amount: amount(400_000) }),
          leg('rest', { at: later, status: 'partially_settled', amount: amount(20_000) }),
        ],
        [
          leg('monitored', { at, status: 'settled', amount: amount(8, 'USD') }),
          leg('backfill', { at, historical: true, amount: amount(1_000_000) }),
        ],
        [
          leg('incoming', { at, amount: amount(1_000_000) }, { role: 'payee' }),
          leg('today', { at, amount: amount(1) }),
          leg('failed', { at, amount: amount(1_000_000) }),
        ],
      ]),
    );
    await api.append(
      outputs('decisions', OWN, [
        decision('rejected', { at, outcome: 'hold' }),
        decision('rejected', { at, revision: 2, outcome: 'reject' }),
        decision('today', { at }),
      ]),
    );
    await api.insert();
    const { body } = await api.get(`/v1/parties/${PARTY}`);
    expect(body.limits).toEqual({
      zone: 'Asia/Shanghai',
      day: { date: '2026-03-15', outgoing: [amount(1 + 3_000 + 20_000 + 400_000), amount(8, 'USD')] },
      month: { month: '2026-03', outgoing: [amount(1 + 10 + 100 + 3_000 + 20_000 + 400_000), amount(8, 'USD')] },
    });
  });

  it('has its invoices with what is paid and the days overdue', async () => {
    const api = await openApi();
    const invoice = (invoiceId: string, dueOn: string, status: 'open' | 'cancelled' | 'disputed' = 'open') =>
      entry(
        { ...invoiceRecord.example, invoiceId, dueOn, status, amount: { minor: 100, currency: 'CNY' } },
        { subject: PARTY },
      );
    await api.append(
      blocks('invoices', OWN, [
        [
          invoice('paid', '2026-03-01'),
          invoice('late', '2026-03-14'),
          invoice('today', '2026-03-15'),
          invoice('disputed', '2026-03-02', 'disputed'),
        ],
      ]),
    );
    await api.append(
      blocks('payments', OWN, [
        [
          entry(
            { ...paymentRecord.example, invoiceId: null, amount: { minor: 130, currency: 'CNY' } },
            { subject: PARTY },
          ),
        ],
      ]),
    );
    await api.insert();
    const { body } = await api.get(`/v1/parties/${PARTY}`);
    expect(
      (body.invoices as Json[]).map(({ invoiceId, status, paid, open, daysOverdue }) => [
        invoiceId,
        status,
        paid,
        open,
        daysOverdue,
      ]),
    ).toEqual([
      ['disputed', 'disputed', { minor: 0, currency: 'CNY' }, { minor: 100, currency: 'CNY' }, 0],
      ['late', 'open', { minor: 30, currency: 'CNY' }, { minor: 70, currency: 'CNY' }, 1],
      ['today', 'open', { minor: 0, currency: 'CNY' }, { minor: 100, currency: 'CNY' }, 0],
      ['paid', 'paid', { minor: 100, currency: 'CNY' }, { minor: 0, currency: 'CNY' }, 0],
    ]);
  });

  it('of whom nothing is known is not found', async () => {
    const api = await openApi();
    expect((await api.get('/v1/parties/C-404')).status).toBe(404);
  });
});
