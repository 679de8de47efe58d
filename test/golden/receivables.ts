/**
 * Four customers and their bills over four months: one pays, one pays late, one disputes, one never pays.
 * Ratings, limits, alerts and notifications follow the days; nothing is told twice.
 */
import { DAY_MS, HOUR_MS } from '../../schemas/time.ts';
import { type Found, type Json, Script, shanghai } from './script.ts';

const START = shanghai('2026-01-05', '09:00');
const DAYS = 125;

export const found: Found = {
  'credit-utilisation': ['K-late', 'K-never'],
  'dormant-account': ['K-never'],
  'overdue-amount': ['K-late', 'K-never'],
  'overdue-days': ['K-disputes', 'K-late', 'K-never'],
};

export function record(): Script {
  const script = new Script();
  const at = (day: number, hour = 0) => START + day * DAY_MS + hour * HOUR_MS;
  const dayText = (day: number) => new Date(at(day)).toISOString().slice(0, 10);
  const invoice = (day: number, customer: string, id: string, minor: number, due: number, fields: Json = {}) =>
    script.say(at(day, 1), 'invoices', {
      invoiceId: id,
      customer,
      status: 'open',
      amount: { minor, currency: 'CNY' },
      issuedOn: dayText(day),
      dueOn: dayText(due),
      ...fields,
    });
  const payment = (day: number, customer: string, paymentId: string, minor: number, fields: Json = {}) =>
    script.say(at(day, 3), 'payments', {
      paymentId,
      customer,
      status: 'received',
      amount: { minor, currency: 'CNY' },
      ...fields,
    });
  const line = { creditLimit: { minor: 50_000_000, currency: 'CNY' } };
  for (const id of ['K-pays', 'K-late', 'K-disputes', 'K-never']) {
    script.customer(at(-1), id, { kind: 'organisation', ...line });
  }
  script.ticks(shanghai('2026-01-05', '00:00'), at(DAYS), DAY_MS);

  for (let month = 0; month < 4; month++) {
    invoice(30 * month, 'K-pays', `I-pays-${month}`, 8_000_000, 30 * month + 20);
    payment(30 * month + 18, 'K-pays', `B-pays-${month}`, 8_000_000, { invoiceId: `I-pays-${month}` });
  }

  invoice(0, 'K-late', 'I-late-0', 24_000_000, 10);
  payment(15, 'K-late', 'B-late-0', 5_000_000);
  invoice(20, 'K-late', 'I-late-1', 22_000_000, 50);
  payment(45, 'K-late', 'B-late-1', 19_000_000);
  payment(49, 'K-late', 'B-late-1', 19_000_000, { status: 'reversed' });
  payment(56, 'K-late', 'B-late-2', 60_000_000);
  invoice(70, 'K-late', 'I-late-2', 20_000_000, 75);

  invoice(0, 'K-disputes', 'I-disputes-0', 6_000_000, 10);
  invoice(12, 'K-disputes', 'I-disputes-0', 6_000_000, 10, { status: 'disputed' });
  invoice(40, 'K-disputes', 'I-disputes-0', 3_000_000, 10);
  payment(41, 'K-disputes', 'B-disputes-0', 3_000_000, { invoiceId: 'I-disputes-0' });

  invoice(0, 'K-never', 'I-never-0', 18_000_000, 5);
  invoice(30, 'K-never', 'I-never-1', 30_000_000, 60);
  // The same transfer before it is due, as the rating falls, and when nobody trusts the customer any more.
  for (const day of [2, 20, 60, 110]) {
    script.transfer(at(day, 5), 'K-never', 'S-1', 70_000_000, { maker: 'zhang' });
    script.transfer(at(day, 6), 'K-never', 'S-1', 4_500_000_000, { maker: 'zhang' });
  }
  return script;
}
