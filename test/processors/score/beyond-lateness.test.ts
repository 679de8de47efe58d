import { beforeEach, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../../schemas/time.ts';
import { approve } from '../../support/approvals.ts';
import { Driver } from '../../support/driver.ts';
import { reservedBy } from '../../support/reserved.ts';

let driver: Driver;
let now: number;

beforeEach(() => {
  driver = new Driver({ settings: 'lateness: 1h' });
  now = driver.now;
  driver.transfer({ transferId: 'on-time' });
});

/** A transfer of so many hours ago, that is heard of only now. */
function old(hours: number, fields: Parameters<Driver['transfer']>[0] = {}) {
  const at = new Date(now - hours * HOUR_MS).toISOString();
  return driver.transfer({ transferId: 'T', at, ...fields }, now);
}

describe('a transfer that comes beyond lateness', () => {
  it('is decided, reserved, and marked', () => {
    const { decisions } = old(2);
    expect(decisions).toMatchObject([{ outcome: 'accept', beyondLateness: true }]);
    expect(reservedBy(driver)).toBe(20_000);
  });

  it('says so to the reader in both languages, with the times', () => {
    expect(old(2).decisions[0]!.reasons).toEqual([
      {
        code: 'data',
        rule: null,
        outcome: 'note',
        en: 'Came 2 h after later entries of the payer, beyond the lateness of 60 min: judged and reserved, but in no window.',
        zh: '比付款人已有记录晚到 2 小时，超出 60 分钟的迟到容限：已判断并占用额度，但不计入任何时间窗口。',
        evidence: [
          { name: 'behind', number: 2 * HOUR_MS, text: null, unit: 'ms' },
          { name: 'lateness', number: HOUR_MS, text: null, unit: 'ms' },
        ],
      },
    ]);
  });

  it('keeps its mark through later revisions', () => {
    old(2, { minor: 20_000_000, maker: 'zhang' });
    approve(driver);
    old(2, { minor: 20_000_000, status: 'settled' });
    const { decisions } = driver.outputs;
    expect(decisions.filter((one) => one.transferId === 'T').map((one) => [one.outcome, one.beyondLateness])).toEqual([
      ['hold', true],
      ['accept', true],
      ['accept', true],
    ]);
  });

  it('marks the alerts that it brings, and what they rest on', () => {
    const { alerts } = old(2, { minor: 60_000_000, status: 'settled' });
    expect(alerts.map((one) => [one.rule, one.subject, one.beyondLateness])).toEqual([
      ['large-value', 'payer', true],
      ['large-value', 'payee', true],
    ]);
    expect(alerts[0]!.evidence.at(-1)).toMatchObject({ name: 'beyondLateness' });
    expect(alerts[0]!.evidence.at(-1)!.text).toMatch(/in no window \/ .*不计入任何时间窗口/);
  });
});

describe('a transfer within lateness', () => {
  it.each([0, 0.5, 1])('%d hours late, bears no mark', (hours) => {
    const { decisions } = old(hours);
    expect(decisions).toMatchObject([{ beyondLateness: null, reasons: [] }]);
  });

  it('nor do alerts that follow on one that did', () => {
    old(2);
    const { alerts } = driver.transfer({ minor: 60_000_000, status: 'settled' });
    expect(alerts.map((one) => one.beyondLateness)).toEqual([null, null]);
  });
});
