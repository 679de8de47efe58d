import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../../../processors/rules/settings.ts';
import type { Alert } from '../../../../schemas/alert.ts';
import type { Money } from '../../../../schemas/money.ts';
import { cny, instant, invoice, payment } from '../../../support/debts.ts';
import { Driver } from '../../../support/driver.ts';

function driverWithLine(creditLimit: Money | undefined): Driver {
  const driver = new Driver();
  driver.customer({ customerId: 'C-1', kind: 'organisation', creditLimit, at: new Date(instant(-1)).toISOString() });
  driver.tick(instant(0));
  return driver;
}

function severityOf(alerts: readonly Alert[]): string | undefined {
  return alerts.find((one) => one.rule === 'credit-utilisation')?.severity;
}

describe('use of the credit line', () => {
  it.each([
    [799_999, undefined],
    [800_000, 'medium'],
    [800_001, 'medium'],
    [949_999, 'medium'],
    [950_000, 'high'],
    [2_000_000, 'high'],
  ])('of 10,000.00 by %i fen is %s', (minor, severity) => {
    const { alerts } = driverWithLine(cny(1_000_000)).append('invoices', invoice('I', minor, 30));
    expect(severityOf(alerts)).toBe(severity);
  });

  it('fires at each threshold once, and anew after it fell below', () => {
    const driver = driverWithLine(cny(1_000_000));
    const steps = [
      ['I-1', 800_000, 'medium'],
      ['I-2', 100_000, undefined],
      ['I-3', 50_000, 'high'],
      ['I-4', 50_000, undefined],
    ] as const;
    for (const [id, minor, severity] of steps) {
      expect(severityOf(driver.append('invoices', invoice(id, minor, 30)).alerts)).toBe(severity);
    }
    expect(severityOf(driver.append('payments', payment('P', 500_000, { at: instant(1) })).alerts)).toBeUndefined();
    const { alerts } = driver.append('payments', payment('P', 500_000, { at: instant(2), status: 'reversed' }));
    expect(severityOf(alerts)).toBe('high');
  });

  it('counts disputed invoices and not cancelled ones', () => {
    const disputed = invoice('I', 900_000, 30, { status: 'disputed' });
    const cancelled = invoice('I', 900_000, 30, { status: 'cancelled' });
    expect(severityOf(driverWithLine(cny(1_000_000)).append('invoices', disputed).alerts)).toBe('medium');
    expect(severityOf(driverWithLine(cny(1_000_000)).append('invoices', cancelled).alerts)).toBeUndefined();
  });

  it('is not judged without a line, and is above every threshold with a line of nothing', () => {
    const bill = invoice('I', 1, 30);
    expect(severityOf(driverWithLine(undefined).append('invoices', bill).alerts)).toBeUndefined();
    expect(severityOf(driverWithLine(cny(0)).append('invoices', bill).alerts)).toBe('high');
  });

  it('of a line in another currency goes by the rate', () => {
    const driver = driverWithLine({ minor: 100_000, currency: 'USD' });
    const rates = [{ currency: 'USD', numerator: 72, denominator: 10 }];
    driver.send('control', { controlId: 'rates-1', kind: 'rates', at: new Date(instant(0)).toISOString(), rates });
    expect(severityOf(driver.append('invoices', invoice('I-1', 575_999, 30)).alerts)).toBeUndefined();
    expect(severityOf(driver.append('invoices', invoice('I-2', 1, 30)).alerts)).toBe('medium');
  });

  it('says how much in both languages', () => {
    const { alerts } = driverWithLine(cny(1_000_000)).append('invoices', invoice('I', 960_000, 30));
    expect(alerts.find((one) => one.rule === 'credit-utilisation')).toMatchObject({
      family: 'credit',
      en: 'Unpaid invoices of CNY 9,600.00 use 96 % of the credit line; the threshold is 95 %.',
      zh: '未付账单合计 CNY 9,600.00，占信用额度 96 %，阈值为 95 %。',
    });
  });

  it('refuses an alert below the warning', () => {
    expect(() => parseSettings('rules: {credit-utilisation: {options: {alertPercent: 79}}}', 'rules.yaml')).toThrow(
      'rules.yaml: rules.credit-utilisation.options.alertPercent: must be no less than warnPercent',
    );
  });
});
