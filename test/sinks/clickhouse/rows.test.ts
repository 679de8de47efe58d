/** What the sink puts into the tables, and what views make of it. */
import { describe, expect, it } from 'vitest';
import { type Alert, alertRecord } from '../../../schemas/alert.ts';
import { creditRatingRecord } from '../../../schemas/credit-rating.ts';
import { deadLetterRecord } from '../../../schemas/dead-letter.ts';
import { type Decision, decisionRecord } from '../../../schemas/decision.ts';
import { controlRecord } from '../../../schemas/events/control.ts';
import { customerRecord } from '../../../schemas/events/customer.ts';
import { invoiceRecord } from '../../../schemas/events/invoice.ts';
import { paymentRecord } from '../../../schemas/events/payment.ts';
import { type Transfer, transferRecord } from '../../../schemas/events/transfer.ts';
import { notificationRecord } from '../../../schemas/notification.ts';
import { reasonRecord } from '../../../schemas/reason.ts';
import { TOPICS } from '../../../schemas/topics.ts';
import { webhookAttemptRecord } from '../../../schemas/webhook.ts';
import { type Bench, openBench } from '../../support/clickhouse.ts';
import { blocks, entry, outputs } from '../../support/records.ts';

const MINUTE = Date.UTC(2026, 2, 1, 1, 30);

function decision(number: number, fields: Partial<Decision> = {}): Decision {
  const transferId = `T-${number}`;
  return { ...decisionRecord.example, transferId, eventId: `${transferId}#submitted`, ...fields };
}

function transfer(number: number, fields: Partial<Transfer> = {}): Transfer {
  return { ...transferRecord.example, transferId: `T-${number}`, ...fields };
}

const tick = entry({ ...controlRecord.example, at: MINUTE }, { subject: '*', subjectKind: 'partition', role: 'all' });

async function insertAll(bench: Bench): Promise<void> {
  const sink = bench.sink();
  await sink.caughtUp();
  await sink.stop();
}

describe('rows', () => {
  it('hold a decision with all its reasons, and say where it stood in the log', async () => {
    const bench = await openBench();
    const reasons = [reasonRecord.example, { ...reasonRecord.example, rule: null, evidence: [] }];
    const held = decision(2, { outcome: 'hold', status: 'partially_settled', expiresAt: MINUTE, by: 'u-li', reasons });
    await bench.append(outputs('decisions', 3, [decision(1), held]));
    await insertAll(bench);
    const rows = await bench.rows('SELECT * FROM decisions ORDER BY log_offset');
    expect(rows[0]).toMatchObject({
      transfer_id: 'T-1',
      log_partition: 3,
      log_offset: 0,
      expires_at: null,
      by: '',
      reasons: [],
    });
    expect(rows[1]).toMatchObject({
      log_partition: 3,
      log_offset: 1,
      logged: '2026-03-15 12:00:00.000',
      outcome: 'hold',
      status: 'partially_settled',
      at: '2026-03-01 01:30:00.000',
      seen: '2026-03-01 01:30:00.120',
      expires_at: '2026-03-01 01:30:00.000',
      amount_minor: 1_234_500,
      by: 'u-li',
      reasons: [
        {
          code: 'limit',
          rule: 'limit-day',
          outcome: 'reject',
          zh: reasonRecord.example.zh,
          evidence: [{ name: 'dayTotal', number: 100_000_100, text: '', unit: 'CNY' }],
        },
        { rule: '', evidence: [] },
      ],
    });
  });

  it.each([
    [
      'alerts',
      'alerts',
      alertRecord.example,
      {
        alert_id: 'pass-through:C-1001:41',
        severity: 'high',
        restricted: true,
        evidence: [{ name: 'received', number: 1_000_000, text: '', unit: 'CNY' }],
      },
    ],
    [
      'credit-ratings',
      'ratings',
      creditRatingRecord.example,
      { customer: 'C-1001', grade: 'C', limit_scale_percent: 50 },
    ],
    [
      'notifications',
      'notifications',
      notificationRecord.example,
      { audience: 'finance', zh: '账单 INV-77 已逾期 1 天。' },
    ],
    [
      'dead-letters',
      'dead_letters',
      deadLetterRecord.example,
      { topic: 'transfers', offset: 41, refusal: 'status_impossible', body: '\u0000' },
    ],
    [
      'webhook-attempts',
      'webhook_attempts',
      webhookAttemptRecord.example,
      { message_id: 'alerts-3-1024', trigger: 'event', outcome: 'failed', status: 503, error: 'status' },
    ],
  ] as const)('hold %s', async (topic, table, value, expected) => {
    const bench = await openBench();
    const partition = TOPICS[topic].partitions === 'single' ? 0 : 1;
    await bench.append(outputs<unknown>(topic, partition, [value]));
    await insertAll(bench);
    expect(await bench.rows(`SELECT * FROM ${table}`)).toEqual([
      expect.objectContaining({ log_partition: partition, log_offset: 0, ...expected }),
    ]);
  });

  it('hold both legs of a transfer under the ordinals that the fold counts', async () => {
    const bench = await openBench();
    const bare = transfer(2, { eventId: 'E-2', device: null, historical: true });
    bare.creditor = { ...bare.creditor, party: null };
    await bench.append(
      blocks('transfers', 2, [[entry(transfer(1), { subject: 'C-1001', role: 'payer', sourceOffset: 7 })]]),
    );
    await bench.append(blocks('control', 2, [[tick], [tick, tick]]));
    await bench.append(
      blocks('transfers', 2, [
        [
          entry(bare, { subject: 'C-1001', role: 'payer' }),
          entry(bare, { subject: 'D-1', subjectKind: 'device', role: 'device' }),
        ],
        [entry(transfer(3), { subject: 'C-1001', role: 'payer' })],
      ]),
    );
    await bench.append(
      blocks('transfers', 0, [[entry(transfer(1), { subject: 'C-2002', role: 'payee', sourceOffset: 7 })]]),
    );
    await insertAll(bench);
    const rows = await bench.rows('SELECT *, event_id FROM entries ORDER BY log_partition, ordinal');
    expect(rows.map((row) => [row.log_partition, row.ordinal, row.subject, row.role, row.transfer_id])).toEqual([
      [0, 1, 'C-2002', 'payee', 'T-1'],
      [2, 1, 'C-1001', 'payer', 'T-1'],
      [2, 5, 'C-1001', 'payer', 'T-2'],
      [2, 6, 'D-1', 'device', 'T-2'],
      [2, 7, 'C-1001', 'payer', 'T-3'],
    ]);
    expect(rows[1]).toMatchObject({
      event_id: 'T-1#submitted',
      source_offset: 7,
      debtor: 'C-1001',
      debtor_name: '上海明德贸易有限公司',
      creditor: 'C-2002',
      device: 'dev-81f2',
      historical: false,
      purpose: '货款',
    });
    expect(rows[2]).toMatchObject({ event_id: 'E-2', creditor: '6217000010099887', device: '', historical: true });
  });

  it('hold other events as JSON, control once, and no ticks', async () => {
    const bench = await openBench();
    const freeze = { ...controlRecord.example, kind: 'freeze' as const, controlId: 'F-1', party: 'C-9' };
    const told = entry(freeze, { subject: '*', subjectKind: 'partition', role: 'all' });
    for (const partition of [0, 1, 2, 3]) await bench.append(blocks('control', partition, [[tick, told]]));
    await bench.append(blocks('customers', 1, [[entry(customerRecord.example, { subject: 'C-1001' })]]));
    await insertAll(bench);
    const rows = await bench.rows<{ topic: string; ordinal: number; body: string; event_id: string }>(
      'SELECT * FROM events ORDER BY topic',
    );
    expect(rows.map(({ topic, ordinal, event_id }) => [topic, ordinal, event_id])).toEqual([
      ['control', 2, 'F-1'],
      ['customers', 3, `C-1001#${customerRecord.example.at}`],
    ]);
    expect(customerRecord.json.parse(JSON.parse(rows[1].body))).toEqual(customerRecord.example);
  });

  it('say how invoices and payments stand', async () => {
    const bench = await openBench();
    const invoice = { ...invoiceRecord.example };
    const later = {
      ...invoice,
      at: invoice.at + 1,
      amount: { minor: 5_000, currency: 'CNY' },
      status: 'disputed' as const,
    };
    const payment = { ...paymentRecord.example, invoiceId: null };
    await bench.append(
      blocks('invoices', 1, [[entry(invoice, { subject: 'C-1001' }), entry(later, { subject: 'C-1001' })]]),
    );
    await bench.append(
      blocks('payments', 1, [
        [
          entry(payment, { subject: 'C-1001' }),
          entry({ ...payment, status: 'reversed' as const }, { subject: 'C-1001' }),
        ],
      ]),
    );
    await insertAll(bench);
    expect(await bench.rows('SELECT * FROM invoices FINAL')).toEqual([
      expect.objectContaining({
        invoice_id: 'INV-77',
        amount_minor: 5_000,
        due_on: '2026-03-03',
        status: 'disputed',
        ordinal: 2,
      }),
    ]);
    expect(await bench.rows('SELECT * FROM payments FINAL')).toEqual([
      expect.objectContaining({
        payment_id: 'P-9',
        invoice_id: '',
        status: 'reversed',
        amount_minor: 8_800_000,
        ordinal: 4,
      }),
    ]);
  });
});

describe('views', () => {
  it('share payments out: to the invoice named, what is over and unnamed to the oldest unpaid', async () => {
    const bench = await openBench();
    const invoice = (
      invoiceId: string,
      dueOn: string,
      minor: number,
      status: 'open' | 'cancelled' | 'disputed' = 'open',
    ) =>
      entry(
        { ...invoiceRecord.example, invoiceId, dueOn, status, amount: { minor, currency: 'CNY' } },
        { subject: 'C-1001' },
      );
    const payment = (
      paymentId: string,
      invoiceId: string | null,
      minor: number,
      status: 'received' | 'reversed' = 'received',
    ) =>
      entry(
        { ...paymentRecord.example, paymentId, invoiceId, status, amount: { minor, currency: 'CNY' } },
        { subject: 'C-1001' },
      );
    await bench.append(
      blocks('invoices', 0, [
        [
          invoice('I-1', '2026-03-01', 100),
          invoice('I-2', '2026-03-02', 100, 'disputed'),
          invoice('I-3', '2026-03-03', 100),
          invoice('I-4', '2026-03-04', 100, 'cancelled'),
          invoice('I-5', '2026-03-05', 100),
          invoice('I-6', '2026-03-06', 100),
        ],
      ]),
    );
    await bench.append(
      blocks('payments', 0, [
        [payment('P-1', 'I-3', 130), payment('P-2', null, 90), payment('P-3', 'I-4', 10), payment('P-4', 'I-2', 40)],
        [payment('P-5', null, 500), payment('P-5', null, 500, 'reversed'), payment('P-6', 'I-99', 700)],
      ]),
    );
    await insertAll(bench);
    expect(
      await bench.rows('SELECT invoice_id, paid_minor, open_minor FROM invoice_balances ORDER BY invoice_id'),
    ).toEqual([
      // Over 30, unnamed 90, freed by the cancellation 10: 130 for the oldest that are open.
      { invoice_id: 'I-1', paid_minor: 100, open_minor: 0 },
      { invoice_id: 'I-2', paid_minor: 40, open_minor: 60 },
      { invoice_id: 'I-3', paid_minor: 100, open_minor: 0 },
      { invoice_id: 'I-4', paid_minor: 0, open_minor: 0 },
      { invoice_id: 'I-5', paid_minor: 30, open_minor: 70 },
      { invoice_id: 'I-6', paid_minor: 0, open_minor: 100 },
    ]);
  });

  it('count decisions and reasons by minute and outcome, revisions apart', async () => {
    const bench = await openBench();
    const reasons = [reasonRecord.example];
    await bench.append(
      outputs('decisions', 0, [
        decision(1),
        decision(2, { outcome: 'hold', reasons }),
        decision(3, { at: MINUTE + 60_000 }),
      ]),
    );
    await bench.append(outputs('decisions', 1, [decision(4), decision(2, { revision: 2, outcome: 'reject' })]));
    await insertAll(bench);
    expect(
      await bench.rows(`SELECT toUnixTimestamp(minute) * 1000 AS minute, outcome, sum(decisions) AS decisions, sum(revisions) AS revisions, toInt64(sum(amount_minor)) AS minor
        FROM decisions_by_minute GROUP BY minute, outcome ORDER BY minute, outcome`),
    ).toEqual([
      { minute: MINUTE, outcome: 'accept', decisions: 2, revisions: 0, minor: 2_469_000 },
      { minute: MINUTE, outcome: 'hold', decisions: 1, revisions: 0, minor: 1_234_500 },
      { minute: MINUTE, outcome: 'reject', decisions: 0, revisions: 1, minor: 0 },
      { minute: MINUTE + 60_000, outcome: 'accept', decisions: 1, revisions: 0, minor: 1_234_500 },
    ]);
    expect(
      await bench.rows('SELECT rule, code, outcome, sum(times) AS times FROM reasons_by_minute GROUP BY ALL'),
    ).toEqual([{ rule: 'limit-day', code: 'limit', outcome: 'reject', times: 1 }]);
  });

  it('show decisions and alerts as they stand', async () => {
    const bench = await openBench();
    await bench.append(outputs('decisions', 0, [decision(1), decision(2, { outcome: 'hold' }), decision(3)]));
    await bench.append(outputs('decisions', 0, [decision(2, { revision: 2, outcome: 'reject', by: 'u-li' })]));
    const alert = (revision: number, fields: Partial<Alert> = {}): Alert => ({
      ...alertRecord.example,
      revision,
      ...fields,
    });
    await bench.append(
      outputs('alerts', 0, [alert(1), alert(2, { severity: 'critical', occurrences: 2, seen: MINUTE + 5_000 })]),
    );
    await insertAll(bench);
    expect(
      await bench.rows('SELECT transfer_id, revision, outcome FROM decisions_current ORDER BY transfer_id'),
    ).toEqual([
      { transfer_id: 'T-1', revision: 1, outcome: 'accept' },
      { transfer_id: 'T-2', revision: 2, outcome: 'reject' },
      { transfer_id: 'T-3', revision: 1, outcome: 'accept' },
    ]);
    expect(await bench.rows('SELECT * FROM alerts_current')).toEqual([
      expect.objectContaining({
        revision: 2,
        severity: 'critical',
        occurrences: 2,
        raised: '2026-03-01 01:30:00.120',
        changed: '2026-03-01 01:30:05.000',
      }),
    ]);
    expect(
      await bench.rows(
        'SELECT rule, severity, sum(alerts) AS alerts, sum(hits) AS hits FROM alerts_by_minute GROUP BY ALL ORDER BY severity',
      ),
    ).toEqual([
      { rule: 'pass-through', severity: 'high', alerts: 1, hits: 1 },
      { rule: 'pass-through', severity: 'critical', alerts: 0, hits: 1 },
    ]);
  });
});
