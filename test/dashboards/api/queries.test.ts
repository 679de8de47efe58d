/** The query API over a real server, a real ClickHouse and rows that the real sink inserted. */
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addQueryRoutes } from '../../../dashboards/api/routes.ts';
import { KeyStore, type Role } from '../../../runtime/http/keys.ts';
import { buildServer } from '../../../runtime/http/server.ts';
import { type Alert, alertRecord } from '../../../schemas/alert.ts';
import { creditRatingRecord } from '../../../schemas/credit-rating.ts';
import { deadLetterRecord } from '../../../schemas/dead-letter.ts';
import { type Decision, decisionRecord } from '../../../schemas/decision.ts';
import { customerRecord } from '../../../schemas/events/customer.ts';
import { invoiceRecord } from '../../../schemas/events/invoice.ts';
import { paymentRecord } from '../../../schemas/events/payment.ts';
import { type Transfer, transferRecord } from '../../../schemas/events/transfer.ts';
import type { Entry } from '../../../schemas/journal.ts';
import { reasonRecord } from '../../../schemas/reason.ts';
import { partitionOf } from '../../../schemas/subjects.ts';
import { HOUR_MS } from '../../../schemas/time.ts';
import { type Bench, openBench } from '../../support/clickhouse.ts';
import { blocks, entry, outputs } from '../../support/records.ts';

const PARTITIONS = 4;
const PARTY = 'C-1001';
const OWN = partitionOf(PARTY, PARTITIONS);
/** In Shanghai it is 09:00 of 15 March. */
const NOW = Date.UTC(2026, 2, 15, 1);

type Json = { readonly [name: string]: unknown };

interface Api extends Bench {
  get(path: string, role?: Role | null): Promise<{ status: number; body: Json }>;
  /** Has all that was appended inserted. */
  insert(): Promise<void>;
}

async function openApi(): Promise<Api> {
  const bench = await openBench(PARTITIONS);
  const keys = new KeyStore({ file: join(bench.folder, 'keys.json'), now: Date.now });
  const faults: unknown[] = [];
  const server = await buildServer({
    keys,
    version: '1.0.0',
    readiness: () => ({ ready: true, checks: {} }),
    onFault: (error) => faults.push(error),
  });
  onTestFinished(() => {
    if (faults.length > 0) throw faults[0];
  });
  const { read: clickhouse } = bench.clickhouse;
  const zone = 'Asia/Shanghai';
  addQueryRoutes(server.app, { clickhouse, partitions: PARTITIONS, zone, baseCurrency: 'CNY', now: () => NOW });
  const address = await server.listen({ port: 0 });
  onTestFinished(() => server.close());
  const tokens = new Map<Role, string>([['admin', keys.firstAdminKey as string]]);
  const tokenOf = (role: Role) => {
    if (!tokens.has(role)) tokens.set(role, keys.create({ name: role, roles: [role] }, null).key);
    return tokens.get(role);
  };
  return {
    ...bench,
    insert: async () => {
      const sink = bench.sink();
      await sink.caughtUp();
      await sink.stop();
    },
    get: async (path, role = 'viewer') => {
      const headers: { [name: string]: string } = role === null ? {} : { authorization: `Bearer ${tokenOf(role)}` };
      const response = await fetch(`${address}${path}`, { headers });
      return { status: response.status, body: (await response.json()) as Json };
    },
  };
}

function decision(transferId: string, fields: Partial<Decision> = {}): Decision {
  return { ...decisionRecord.example, transferId, eventId: `${transferId}#submitted`, ...fields };
}

function alert(number: number, fields: Partial<Alert> = {}): Alert {
  const seen = alertRecord.example.seen + number * 1_000;
  return {
    ...alertRecord.example,
    alertId: `pass-through:C-${number}:${number}`,
    subject: `C-${number}`,
    seen,
    ...fields,
  };
}

/** A leg of the party. */
function leg(transferId: string, fields: Partial<Transfer> = {}, about: Partial<Entry<'transfers'>> = {}) {
  return entry<'transfers'>(
    { ...transferRecord.example, transferId, ...fields },
    { subject: PARTY, role: 'payer', ...about },
  );
}

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

  it('are filtered by rule, subject, severity, status and time, as they stand now', async () => {
    const api = await openApi();
    const later = alertRecord.example.openedAt + 24 * HOUR_MS;
    await api.append(
      outputs('alerts', 0, [
        alert(1),
        alert(2, { rule: 'velocity', severity: 'low' }),
        alert(3, { openedAt: later, at: later }),
        alert(4, { shadow: true }),
        alert(2, { rule: 'velocity', revision: 2, severity: 'critical' }),
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
    for (const role of ['viewer', 'approver', 'admin'] as const)
      expect((await api.get('/v1/alerts', role)).status).toBe(200);
  });
});

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
