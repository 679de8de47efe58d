import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Economy } from '../../../producers/demo/economy.ts';
import { type GenerateOptions, generate } from '../../../producers/demo/generate.ts';
import { ORDINARY_PLANTED, TYPOLOGIES } from '../../../producers/demo/planted/cases.ts';
import type { Declared } from '../../../schemas/declare.ts';
import { partyOf, type Transfer, type TransferStatus } from '../../../schemas/events/transfer.ts';
import { eventIdOf } from '../../../schemas/ids.ts';
import { EVENTS } from '../../../schemas/journal.ts';
import { mayFollow } from '../../../schemas/statuses.ts';
import { DAY_MS } from '../../../schemas/time.ts';

const START = Date.parse('2026-03-01T00:00:00+08:00');

function options(more: Partial<GenerateOptions> = {}): GenerateOptions {
  return { seed: 7, parties: 600, days: 12, startAt: START, transfersPerPartyPerDay: 0.5, ...more };
}

function fingerprint(more: Partial<GenerateOptions> = {}): string {
  const hash = createHash('sha256');
  for (const event of generate(options(more)).events) hash.update(JSON.stringify(event));
  return hash.digest('hex');
}

function transfers(more: Partial<GenerateOptions> = {}): Transfer[] {
  return [...generate(options(more)).events].flatMap(({ topic, event }) => (topic === 'transfers' ? [event] : []));
}

describe('the generated economy', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(fingerprint()).toBe(fingerprint());
    expect(fingerprint({ seed: 8 })).not.toBe(fingerprint());
  });

  it('consists of events that are valid in both forms', () => {
    const topics = new Set<string>();
    for (const { topic, event } of generate(options()).events) {
      const record = EVENTS[topic] as unknown as Declared<unknown>;
      expect(record.json.parse(record.render(event))).toEqual(event);
      expect(record.decode(record.encode(event))).toEqual(event);
      topics.add(topic);
    }
    expect([...topics].sort()).toEqual([
      'activity',
      'customers',
      'invoices',
      'payments',
      'profile-changes',
      'transfers',
    ]);
  });

  it('tells of customers first, of whom there are as many as was asked for', () => {
    const { customers, events } = generate(options());
    expect(customers).toHaveLength(600);
    const topics = [...events].map(({ topic }) => topic);
    expect(topics.lastIndexOf('customers')).toBe(599);
    expect(customers.filter(({ tags }) => tags.includes('merchant')).length).toBeGreaterThan(20);
    expect(customers.filter(({ tags }) => tags.includes('payroll')).length).toBeGreaterThan(20);
    expect(customers.every(({ at, zone }) => at < START && zone === 'Asia/Shanghai')).toBe(true);
  });

  it.each([
    { perAccount: 6, parties: 2_000 },
    { perAccount: 30, parties: 800 },
    { perAccount: 120, parties: 400 },
  ])('makes about $perAccount transfers per account in thirty days', ({ perAccount, parties }) => {
    const made = transfers({ parties, days: 30, transfersPerPartyPerDay: perAccount / 30 });
    const submitted = new Set(made.filter(({ status }) => status === 'submitted').map(({ transferId }) => transferId));
    expect(submitted.size / parties).toBeGreaterThan(perAccount * 0.9);
    expect(submitted.size / parties).toBeLessThan(perAccount * 1.15);
  });

  it('lets every transfer live a permitted life, in order of arrival', () => {
    const statusOf = new Map<string, TransferStatus>();
    const seen = new Set<string>();
    const ends = new Map<TransferStatus, number>();
    for (const transfer of transfers({ parties: 1_500 })) {
      const eventId = eventIdOf('transfers', transfer);
      if (seen.has(eventId)) continue;
      seen.add(eventId);
      const before = statusOf.get(transfer.transferId) ?? null;
      expect([transfer.transferId, before, mayFollow(before, transfer.status)]).toEqual([
        transfer.transferId,
        before,
        true,
      ]);
      statusOf.set(transfer.transferId, transfer.status);
    }
    for (const status of statusOf.values()) ends.set(status, (ends.get(status) ?? 0) + 1);
    expect(ends.get('settled') as number).toBeGreaterThan(0.9 * statusOf.size);
    for (const status of ['failed', 'cancelled', 'returned'] as const) expect(ends.get(status) ?? 0).toBeGreaterThan(0);
  });

  it('brings some events late and some twice', () => {
    const economy = new Economy({ ...options(), planted: ORDINARY_PLANTED, from: START, to: START + 12 * DAY_MS });
    const known = new Set<string>();
    let [late, twice, all, last] = [0, 0, 0, 0];
    for (const { topic, event, arrivesAt } of economy.arrivals()) {
      expect(arrivesAt).toBeGreaterThanOrEqual(last);
      last = arrivesAt;
      if (topic !== 'transfers') continue;
      all++;
      if (arrivesAt - event.at > 60_000) late++;
      if (known.has(eventIdOf(topic, event))) twice++;
      known.add(eventIdOf(topic, event));
    }
    expect(late / all).toBeGreaterThan(0.004);
    expect(late / all).toBeLessThan(0.04);
    expect(twice / all).toBeGreaterThan(0.001);
    expect(twice / all).toBeLessThan(0.01);
  });

  it('can be entered at any moment', () => {
    const all = { ...options(), planted: ORDINARY_PLANTED, from: START, to: START + 12 * DAY_MS };
    const middle = START + 5 * DAY_MS + 12_345_678;
    const whole = [...new Economy(all).arrivals()].filter(({ arrivesAt }) => arrivesAt >= middle);
    expect(whole.length).toBeGreaterThan(1_000);
    expect([...new Economy(all).arrivals(middle, all.to)]).toEqual(whole);
  });

  it('pays wages in batches from payroll accounts', () => {
    const wages = transfers({ days: 30 }).filter(({ batch, status }) => batch !== null && status === 'submitted');
    expect(wages.length).toBeGreaterThan(200);
    expect(wages.every(({ debtor, purpose }) => debtor.party?.startsWith('O-') === true && purpose === '工资')).toBe(
      true,
    );
  });
});

describe('labels', () => {
  const more = { parties: 2_000, days: 30, planted: Object.fromEntries(TYPOLOGIES.map(({ id }) => [id, 4])) };

  it('name every typology, and transfers that exist and touch the account', () => {
    const { labels } = generate(options(more));
    const byId = new Map<string, Transfer>();
    for (const transfer of transfers(more)) {
      if (transfer.status === 'submitted') byId.set(transfer.transferId, transfer);
    }
    expect(new Set(labels.map(({ typology }) => typology))).toEqual(new Set(TYPOLOGIES.map(({ id }) => id)));
    for (const { account, transferIds, typology } of labels) {
      if (typology !== 'late-payer') expect(transferIds.length).toBeGreaterThan(0);
      for (const transferId of transferIds) {
        const transfer = byId.get(transferId);
        expect([transferId, transfer === undefined]).toEqual([transferId, false]);
        const { debtor, creditor, device } = transfer as Transfer;
        expect([partyOf(debtor), partyOf(creditor), device]).toContain(account);
      }
    }
  });

  it('are for each case what the typology says', () => {
    const { labels } = generate(options(more));
    const byId = new Map(transfers(more).map((transfer) => [transfer.transferId, transfer]));
    for (const { typology, role, transferIds, account } of labels) {
      if (role !== 'subject') continue;
      const legs = transferIds.map((id) => byId.get(id) as Transfer);
      if (typology === 'fan-in')
        expect(new Set(legs.map(({ debtor }) => partyOf(debtor))).size).toBeGreaterThanOrEqual(4);
      if (typology === 'fan-out') {
        expect(new Set(legs.map(({ creditor }) => partyOf(creditor))).size).toBeGreaterThanOrEqual(4);
      }
      if (typology === 'structuring') expect(legs.length).toBeGreaterThanOrEqual(3);
      if (typology === 'shared-device') {
        expect(new Set(legs.map(({ debtor }) => partyOf(debtor))).size).toBeGreaterThanOrEqual(6);
        expect(legs.every(({ device }) => device === account)).toBe(true);
      }
      if (typology === 'ring')
        expect(legs.map(({ debtor }) => partyOf(debtor) === account).sort()).toEqual([false, true]);
    }
  });

  it('of late payers are for those who have not paid on the day after', () => {
    const { labels, events } = generate(options({ ...more, days: 30 }));
    const late = new Set(labels.filter(({ typology }) => typology === 'late-payer').map(({ account }) => account));
    const paid = new Map<string, number>();
    const due = new Map<string, { customer: string; dueAt: number; minor: number }>();
    for (const { topic, event } of events) {
      if (topic === 'invoices') {
        const dueAt = Date.parse(`${event.dueOn}T23:59:59+08:00`);
        due.set(event.invoiceId, { customer: event.customer, dueAt, minor: event.amount.minor });
      }
      if (topic !== 'payments') continue;
      const invoice = due.get(event.invoiceId as string);
      if (invoice !== undefined && event.at <= invoice.dueAt) {
        paid.set(event.invoiceId as string, (paid.get(event.invoiceId as string) ?? 0) + event.amount.minor);
      }
    }
    const overdue = [...due].filter(
      ([id, { dueAt, minor }]) => dueAt < START + 29 * DAY_MS && (paid.get(id) ?? 0) < minor,
    );
    expect(new Set(overdue.map(([, { customer }]) => customer))).toEqual(late);
    expect(late.size).toBeGreaterThan(0);
  });
});
