import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../../../processors/rules/settings.ts';
import { type Alert, isHit } from '../../../../schemas/alert.ts';
import { DAY_0, instant, invoice, payment } from '../../../support/debts.ts';
import { Driver } from '../../../support/driver.ts';

/** Days on which the rule fired, with its severity, when a tick comes each day. */
function firings(driver: Driver, days: number, from = 1): [number, string][] {
  const fired: [number, string][] = [];
  for (let day = from; day <= days; day++) fired.push(...severities(driver.tick(instant(day)).alerts, day));
  return fired;
}

function severities(alerts: readonly Alert[], day: number): [number, string][] {
  return alerts.filter((one) => one.rule === 'overdue-days' && isHit(one)).map((one) => [day, one.severity]);
}

function withInvoice(settings?: string): Driver {
  const driver = new Driver(settings === undefined ? {} : { settings });
  driver.tick(instant(0));
  driver.append('invoices', invoice('I', 100_000, 5));
  return driver;
}

describe('overdue days', () => {
  it('fire at each threshold, once and on the day itself', () => {
    expect(firings(withInvoice(), 120)).toEqual([
      [6, 'low'],
      [35, 'medium'],
      [65, 'high'],
      [95, 'critical'],
    ]);
  });

  it('fire at thresholds of one’s own', () => {
    const settings =
      'rules: {overdue-days: {options: {thresholds: [{days: 4, severity: info}, {days: 9, severity: high}]}}}';
    expect(firings(withInvoice(settings), 40)).toEqual([
      [9, 'info'],
      [14, 'high'],
    ]);
  });

  it('fire at the highest threshold that an invoice passed before it came', () => {
    const driver = new Driver();
    driver.tick(instant(70));
    const { alerts } = driver.append('invoices', invoice('I', 100_000, 5, { at: instant(70) }));
    expect(severities(alerts, 70)).toEqual([[70, 'high']]);
  });

  it('do not fire for a partial payment, and fire anew after all was paid', () => {
    const driver = withInvoice();
    expect(firings(driver, 7)).toHaveLength(1);
    expect(driver.append('payments', payment('P', 60_000, { at: instant(7) })).alerts).toEqual([]);
    expect(firings(driver, 12, 8)).toEqual([]);
    driver.append('payments', payment('Q', 40_000, { at: instant(12) }));
    driver.append('invoices', invoice('I-2', 100_000, 14, { at: instant(12) }));
    expect(firings(driver, 20, 13)).toEqual([[15, 'low']]);
  });

  it('fire anew where the payment is taken back', () => {
    const driver = withInvoice();
    driver.append('payments', payment('P', 100_000, { at: instant(3) }));
    expect(firings(driver, 40)).toEqual([]);
    const { alerts } = driver.append('payments', payment('P', 100_000, { at: instant(40), status: 'reversed' }));
    expect(severities(alerts, 40)).toEqual([[40, 'medium']]);
  });

  it('leave disputed and cancelled invoices out', () => {
    for (const status of ['disputed', 'cancelled'] as const) {
      const driver = new Driver();
      driver.append('invoices', invoice('I', 100_000, 5, { status }));
      expect(firings(driver, 40)).toEqual([]);
    }
  });

  it('are counted on the customer’s own calendar', () => {
    const midnightOfDay6 = (DAY_0 + 6) * 86_400_000;
    const fires = (zone: string, at: number) => {
      const driver = new Driver();
      driver.customer({ customerId: 'C-1', zone, at: new Date(instant(-1)).toISOString() });
      driver.tick(instant(0));
      driver.append('invoices', invoice('I', 100_000, 5));
      return severities(driver.tick(at).alerts, 0).length > 0;
    };
    const shanghai = midnightOfDay6 - 8 * 3_600_000;
    const losAngeles = midnightOfDay6 + 8 * 3_600_000;
    for (const [zone, midnight] of [
      ['Asia/Shanghai', shanghai],
      ['America/Los_Angeles', losAngeles],
    ] as const) {
      expect(fires(zone, midnight - 1)).toBe(false);
      expect(fires(zone, midnight)).toBe(true);
    }
  });

  it('say what is overdue in both languages', () => {
    const driver = withInvoice();
    const [alert] = driver.tick(instant(35)).alerts;
    expect(alert).toMatchObject({
      subject: 'C-1',
      family: 'overdue',
      restricted: false,
      en: 'Invoices of CNY 1,000.00 are overdue, the oldest for 30 d; the threshold is 30 d.',
      zh: '逾期账单合计 CNY 1,000.00，最长已逾期 30 天，阈值为 30 天。',
    });
  });

  it('refuse thresholds that do not rise', () => {
    const settings =
      'rules: {overdue-days: {options: {thresholds: [{days: 9, severity: low}, {days: 9, severity: high}]}}}';
    expect(() => parseSettings(settings, 'rules.yaml')).toThrow(
      'rules.yaml: rules.overdue-days.options.thresholds: must name each number of days once, the smallest first',
    );
  });
});
