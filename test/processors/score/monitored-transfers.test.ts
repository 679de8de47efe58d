import { beforeEach, describe, expect, it } from 'vitest';
import { submit } from '../../support/approvals.ts';
import { Driver, type Outputs } from '../../support/driver.ts';
import { reservedBy } from '../../support/reserved.ts';

let driver: Driver;
let events: number;

beforeEach(() => {
  driver = new Driver({ partitions: 4 });
  events = 0;
});

/** A message on transfer T, under an eventId of its own. */
function say(status: string, fields: { [name: string]: unknown } = {}): Outputs {
  return driver.transfer({ transferId: 'T', eventId: `E-${++events}`, status, ...fields });
}

describe('a transfer first seen as settled', () => {
  it('is monitored: it counts and gets no decision, then or later', () => {
    const outputs = [say('settled', { minor: 800 }), say('returned', { minor: 200 })];
    expect(outputs.flatMap((one) => one.decisions)).toEqual([]);
    expect(reservedBy(driver)).toBe(600);
  });

  it('may alert, where a rule would hold or reject', () => {
    driver.send('control', { controlId: 'F', kind: 'freeze', party: 'payee' });
    const { alerts, decisions } = say('settled', { minor: 50_000_000 });
    expect(decisions).toEqual([]);
    expect(alerts.map((one) => `${one.rule} ${one.subject}`).sort()).toEqual([
      'frozen-party payer',
      'large-value payee',
      'large-value payer',
    ]);
  });
});

describe('a settlement while the decision was', () => {
  it.each([
    ['hold', 'held and not released', '处于待审、未获放行'],
    ['reject', 'rejected', '已被拒绝'],
  ])('%s is a critical alert', (outcome, en, zh) => {
    submit(driver);
    if (outcome === 'reject') driver.advance(86_400_000);
    driver.now += 1_000;
    const { alerts, decisions } = say('settled', { minor: 20_000_000 });
    expect(alerts).toMatchObject([
      {
        at: driver.now,
        rule: 'settled-without-release',
        severity: 'critical',
        subject: 'payer',
        transferId: 'T',
        en: `CNY 200,000.00 was settled although the transfer was ${en}.`,
        zh: `该笔交易${zh}，却已结算 CNY 200,000.00。`,
      },
    ]);
    expect(decisions).toMatchObject([{ outcome, status: 'settled' }]);
  });

  it('accept is ordinary', () => {
    say('submitted');
    expect(say('settled').alerts).toEqual([]);
  });

  it('hold counts, also where it had been rejected before', () => {
    submit(driver);
    driver.advance(86_400_000);
    say('settled', { minor: 20_000_000 });
    driver.now -= 86_400_000;
    expect(reservedBy(driver)).toBe(20_000_000);
  });
});

describe('a backfilled transfer', () => {
  it('is judged as history: no decision, no reservation, alerts that are marked', () => {
    const { decisions, alerts } = say('submitted', { minor: 60_000_000, historical: true });
    expect(decisions).toEqual([]);
    expect(alerts.every((one) => one.historical)).toBe(true);
    expect(reservedBy(driver)).toBe(0);
  });

  /** An amendment of one was once decided as if it were live. */
  it('stays history where it is amended', () => {
    say('submitted', { historical: true });
    expect(say('submitted', { minor: 5, historical: true }).decisions).toEqual([]);
  });
});
