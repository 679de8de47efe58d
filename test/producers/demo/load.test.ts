import { describe, expect, it } from 'vitest';
import { type LoadOptions, LoadTransfers } from '../../../producers/demo/load.ts';
import { customerRecord } from '../../../schemas/events/customer.ts';
import { transferRecord } from '../../../schemas/events/transfer.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time.ts';

const options: LoadOptions = {
  count: 20_000,
  parties: 2_000,
  zipf: 0.9,
  days: 10,
  startAt: Date.parse('2026-03-01T00:00:00+08:00'),
  latePercent: 1,
  seed: 3,
};

describe('transfers for measuring', () => {
  it('are valid, as many as asked for, each with an id of its own, and the same for the same seed', () => {
    const encode = () => Array.from(new LoadTransfers(options), (transfer) => transferRecord.encode(transfer));
    const records = encode();
    expect(records).toHaveLength(20_000);
    expect(Buffer.concat(encode()).equals(Buffer.concat(records))).toBe(true);
    const transfers = records.map((record) => transferRecord.decode(record));
    expect(new Set(transfers.map(({ transferId }) => transferId)).size).toBe(20_000);
    for (const transfer of transfers.slice(0, 500)) {
      expect(transferRecord.json.parse(transferRecord.render(transfer))).toEqual(transfer);
    }
    const bytes = records.reduce((sum, record) => sum + record.length, 0) / records.length;
    expect(bytes).toBeGreaterThan(115);
    expect(bytes).toBeLessThan(135);
  });

  it('arrive in order but for the late part', () => {
    const step = (options.days * DAY_MS) / options.count;
    let late = 0;
    let index = 0;
    for (const { at } of new LoadTransfers(options)) {
      const lag = options.startAt + Math.floor(index++ * step) - at;
      expect(lag).toBeGreaterThanOrEqual(0);
      expect(lag).toBeLessThan(20 * HOUR_MS);
      if (lag > 0) late++;
    }
    expect(late / options.count).toBeGreaterThan(0.005);
    expect(late / options.count).toBeLessThan(0.015);
  });

  it('have merchants and payrolls at their head', () => {
    const load = new LoadTransfers(options);
    const payments = new Map<string, number>();
    for (const { debtor } of load)
      payments.set(debtor.party as string, (payments.get(debtor.party as string) ?? 0) + 1);
    const busiest = [...payments]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 20)
      .map(([party]) => party);
    const tagsOf = new Map(load.customers.map(({ customerId, tags }) => [customerId, tags]));
    expect(busiest.every((party) => /^(merchant|payroll)$/.test(String(tagsOf.get(party))))).toBe(true);
    expect(load.customers).toHaveLength(2_000);
    for (const customer of load.customers.slice(0, 100)) {
      expect(customerRecord.json.parse(customerRecord.render(customer))).toEqual(customer);
    }
  });
});
