import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../../schemas/decision.ts';
import { instant, invoice, payment } from '../../../support/debts.ts';
import { Driver } from '../../../support/driver.ts';

/** A customer who owes since day 0, some days after the due date. */
function driverAfter(daysOverdue: number, minor = 100_000, settings?: string): Driver {
  const driver = new Driver(settings === undefined ? {} : { settings });
  driver.tick(instant(0));
  driver.append('invoices', invoice('I', minor, 0));
  driver.tick(instant(daysOverdue));
  return driver;
}

/** The decision on a small transfer from the customer. */
function decide(driver: Driver): Decision {
  return driver.transfer({ from: 'C-1', minor: 1_000 }).decisions[0]!;
}

describe('a low rating', () => {
  it.each([
    [0, 'accept'],
    [31, 'accept'],
    [90, 'accept'],
    [91, 'hold'],
    [92, 'hold'],
  ])('of a customer %i days overdue: %s', (daysOverdue, outcome) => {
    expect(decide(driverAfter(daysOverdue)).outcome).toBe(outcome);
  });

  it.each([
    ['B', 0, 'accept'],
    ['B', 1, 'hold'],
    ['C', 30, 'accept'],
    ['C', 31, 'hold'],
    ['C', 91, 'hold'],
  ])('from grade %s on, %i days overdue: %s', (grade, daysOverdue, outcome) => {
    const settings = `rules: {low-rating: {options: {grade: ${grade}}}}`;
    expect(decide(driverAfter(daysOverdue, 100_000, settings)).outcome).toBe(outcome);
  });

  it.each([
    [9_999, 'accept'],
    [10_000, 'hold'],
    [10_001, 'hold'],
  ])('that hangs on %i fen: %s', (minor, outcome) => {
    expect(decide(driverAfter(91, minor)).outcome).toBe(outcome);
  });

  it('waits for as many approvals as are set, and says why', () => {
    expect(decide(driverAfter(91, 100_000, 'rules: {low-rating: {options: {approvals: 2}}}'))).toMatchObject({
      approvalsRequired: 2,
      reasons: [
        {
          rule: 'low-rating',
          code: 'approval',
          en: 'The customer is rated D: CNY 1,000.00 overdue, the oldest for 91 d.',
          zh: '客户信用评级为 D：逾期 CNY 1,000.00，最长已逾期 91 天。',
        },
      ],
    });
  });

  it('ends when the debt is paid, and holds nothing that comes in', () => {
    const driver = driverAfter(91);
    expect(driver.transfer({ to: 'C-1' }).decisions[0]!.outcome).toBe('accept');
    driver.append('payments', payment('P', 100_000, { at: instant(91) }));
    expect(decide(driver).outcome).toBe('accept');
  });
});
