import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../../../processors/rules/settings.ts';
import { type Alert, isHit } from '../../../../schemas/alert.ts';
import { instant, invoice, payment } from '../../../support/debts.ts';
import { Driver } from '../../../support/driver.ts';

function severityOf(alerts: readonly Alert[]): string | undefined {
  return alerts.find((one) => one.rule === 'overdue-amount' && isHit(one))?.severity;
}

/** What the rule says on the day after the due date. */
function severityFor(minor: number, kind: 'person' | 'organisation' = 'person'): string | undefined {
  const driver = new Driver();
  driver.customer({ customerId: 'C-1', kind, at: new Date(instant(-1)).toISOString() });
  driver.tick(instant(0));
  driver.append('invoices', invoice('I', minor, 5));
  return severityOf(driver.tick(instant(6)).alerts);
}

describe('the overdue amount', () => {
  it.each([
    ['person', 1_999_999, undefined],
    ['person', 2_000_000, 'medium'],
    ['person', 2_000_001, 'medium'],
    ['person', 19_999_999, 'medium'],
    ['person', 20_000_000, 'high'],
    ['organisation', 19_999_999, undefined],
    ['organisation', 20_000_000, 'medium'],
    ['organisation', 199_999_999, 'medium'],
    ['organisation', 200_000_000, 'high'],
  ] as const)('of a %s, %i fen, is %s', (kind, minor, severity) => {
    expect(severityFor(minor, kind)).toBe(severity);
  });

  it('is the sum of all overdue invoices, and fires on the day that takes it over the threshold', () => {
    const driver = new Driver();
    driver.tick(instant(0));
    for (const [id, due] of [
      ['I-1', 5],
      ['I-2', 9],
      ['I-3', 30],
    ] as const) {
      driver.append('invoices', invoice(id, 1_500_000, due));
    }
    const fired = Array.from({ length: 40 }, (_, index) => index + 1).filter(
      (day) => severityOf(driver.tick(instant(day)).alerts) !== undefined,
    );
    expect(fired).toEqual([10]);
  });

  it('counts what is left after payments, and fires anew after it fell below', () => {
    const driver = new Driver();
    driver.tick(instant(0));
    driver.append('invoices', invoice('I', 2_500_000, 5));
    expect(severityOf(driver.tick(instant(6)).alerts)).toBe('medium');
    expect(severityOf(driver.append('payments', payment('P', 500_001, { at: instant(6) })).alerts)).toBeUndefined();
    const { alerts } = driver.append('payments', payment('P', 500_001, { at: instant(7), status: 'reversed' }));
    expect(severityOf(alerts)).toBe('medium');
  });

  it('says how much in both languages', () => {
    const driver = new Driver();
    driver.tick(instant(0));
    driver.append('invoices', invoice('I', 2_500_000, 5));
    const alert = driver.tick(instant(7)).alerts.find((one) => one.rule === 'overdue-amount' && isHit(one));
    expect(alert).toMatchObject({
      en: 'The overdue amount CNY 25,000.00 reaches the threshold of CNY 20,000.00; the oldest invoice is overdue for 2 d.',
      zh: '逾期金额 CNY 25,000.00 达到阈值 CNY 20,000.00，最长已逾期 2 天。',
    });
  });

  it('refuses a grave amount below the first', () => {
    const settings = 'rules: {overdue-amount: {options: {graveAmount: {minor: 1999999, currency: CNY}}}}';
    expect(() => parseSettings(settings, 'rules.yaml')).toThrow(
      'rules.yaml: rules.overdue-amount.options.graveAmount: must be no less than amount',
    );
  });
});
