import { beforeEach, describe, expect, it, vi } from 'vitest';
import { approve, submit } from '../../support/approvals.ts';
import { Driver } from '../../support/driver.ts';
import { PROBE } from '../../support/test-rules.ts';

vi.mock('../../../processors/rules/index.ts', async (original) => {
  const { RULES } = await original<typeof import('../../../processors/rules/index.ts')>();
  const { TEST_RULES } = await import('../../support/test-rules.ts');
  return { RULES: [...RULES, ...TEST_RULES] };
});

const DAY = 86_400_000;

let driver: Driver;

beforeEach(() => {
  driver = new Driver({ partitions: 8 });
});

/** What counts of the payee’s incoming money: told by a small probe, which is taken back. */
function counted(payee: string): number {
  const probe = { transferId: `probe-${driver.outputs.alerts.length}`, from: 'nobody', to: payee, minor: PROBE };
  const { alerts } = driver.transfer({ ...probe, status: 'settled' });
  driver.transfer({ ...probe, status: 'reversed' });
  const alert = alerts.find((one) => one.rule === 'counts-incoming' && one.subject === payee)!;
  return alert.evidence.find(({ name }) => name === 'summed')!.number! - PROBE;
}

/** Payers that the device has seen, besides the one of the probe. */
function payersOf(device: string): number {
  driver.settings('rules: {shared-device: {options: {payers: 2}}}');
  const { alerts } = driver.transfer({ from: 'somebody', minor: 1, device, status: 'settled' });
  driver.settings('{}');
  const alert = alerts.find((one) => one.rule === 'shared-device');
  return alert === undefined ? 0 : alert.evidence[0]!.number! - 1;
}

describe('held money', () => {
  it('counts at its payee and its device, since it may still pass', () => {
    submit(driver, { device: 'dev-1' });
    expect(counted('payee')).toBe(20_000_000);
    expect(payersOf('dev-1')).toBe(1);
  });

  it.each<[string, () => unknown]>([
    ['denied', () => approve(driver, { action: 'deny' })],
    ['expired', () => driver.advance(DAY)],
  ])('counts no more once it is %s', (_what, end) => {
    const at = driver.now;
    submit(driver, { device: 'dev-1' });
    end();
    driver.now = at;
    expect(counted('payee')).toBe(0);
    expect(payersOf('dev-1')).toBe(0);
  });
});

describe('rejected money', () => {
  it('counts nowhere', () => {
    const { voids } = driver.transfer({ transferId: 'T', minor: 500_000_001, device: 'dev-1', maker: 'zhang' });
    expect(voids).toMatchObject([
      {
        transferId: 'T',
        eventId: 'T#submitted',
        replaced: null,
        revision: 1,
        targets: [
          { subjectKind: 'party', subject: 'payee', role: 'payee' },
          { subjectKind: 'device', subject: 'dev-1', role: 'device' },
          { subjectKind: 'operator', subject: 'zhang', role: 'operator' },
        ],
      },
    ]);
    expect(counted('payee')).toBe(0);
    expect(payersOf('dev-1')).toBe(0);
  });

  it('counts again where upstream settles it, whichever the payee hears of first', () => {
    const at = driver.now;
    submit(driver);
    approve(driver, { action: 'deny' });
    driver.transfer({ transferId: 'T', status: 'settled', minor: 20_000_000 });
    expect(counted('payee')).toBe(20_000_000);
    // The void comes once more, after the settlement.
    driver.now = at;
    driver.append('voids', driver.outputs.voids[0]!);
    expect(counted('payee')).toBe(20_000_000);
  });

  it('raises and withdraws no alert at the payee', () => {
    driver.send('control', { controlId: 'F', kind: 'freeze', party: 'payer' });
    const { alerts, decisions } = driver.transfer({ transferId: 'T', minor: PROBE });
    expect(decisions).toMatchObject([{ outcome: 'reject' }]);
    const before = alerts.filter((one) => one.subject === 'payee');
    expect(before.map((one) => one.rule)).toEqual(['counts-incoming']);
    expect(driver.outputs.alerts.filter((one) => one.subject === 'payee')).toEqual(before);
  });
});

/** The payee before hears nothing of an amendment that names another, and once counted its leg for good. */
describe('an amendment that names another payee', () => {
  beforeEach(() => {
    driver.transfer({ transferId: 'T', minor: 900, eventId: 'first' });
  });

  it('takes the leg of the one before back', () => {
    const { voids } = driver.transfer({ transferId: 'T', minor: 900, eventId: 'second', to: 'other' });
    expect(voids).toMatchObject([
      { transferId: 'T', eventId: 'second', targets: [{ subjectKind: 'party', subject: 'payee', role: 'payee' }] },
    ]);
    expect(counted('payee')).toBe(0);
    expect(counted('other')).toBe(900);
  });

  it('leaves the one before in peace where a third amendment names it again', () => {
    const { voids } = driver.transfer({ transferId: 'T', minor: 900, eventId: 'second', to: 'other' });
    driver.transfer({ transferId: 'T', minor: 800, eventId: 'third' });
    driver.append('voids', voids[0]!);
    expect(counted('payee')).toBe(800);
    expect(counted('other')).toBe(0);
  });

  it('voids nothing where the payee stays', () => {
    expect(driver.transfer({ transferId: 'T', minor: 700, eventId: 'second' }).voids).toEqual([]);
    expect(counted('payee')).toBe(700);
  });

  it('voids nothing more where the leg was taken back already', () => {
    submit(driver, { transferId: 'T-2' });
    approve(driver, { transferId: 'T-2', action: 'deny' });
    const again = driver.transfer({ transferId: 'T-2', minor: 5, eventId: 'second', to: 'other' });
    expect(again.voids).toEqual([]);
  });
});

describe('an amendment of held money that names another', () => {
  it('device or operator takes it back from the ones before', () => {
    submit(driver, { device: 'dev-1', eventId: 'first' });
    const { voids } = driver.transfer({
      transferId: 'T',
      minor: 20_000_000,
      eventId: 'second',
      device: 'dev-2',
      maker: 'wang',
    });
    expect(voids).toMatchObject([
      {
        eventId: 'second',
        targets: [
          { subjectKind: 'device', subject: 'dev-1', role: 'device' },
          { subjectKind: 'operator', subject: 'zhang', role: 'operator' },
        ],
      },
    ]);
    expect(counted('payee')).toBe(20_000_000);
    expect(payersOf('dev-1')).toBe(0);
    expect(payersOf('dev-2')).toBe(1);
  });

  it('amount from the same device voids nothing', () => {
    submit(driver, { device: 'dev-1', eventId: 'first' });
    expect(submit(driver, { device: 'dev-1', eventId: 'second', minor: 30_000_000 })).toMatchObject({ revision: 2 });
    expect(driver.outputs.voids).toEqual([]);
    expect(payersOf('dev-1')).toBe(1);
  });
});

describe('a refused event that names another payee', () => {
  it('leaves nothing counting there: a settlement that cannot follow', () => {
    driver.transfer({ transferId: 'A', to: 'first', minor: 500, status: 'failed' });
    const refused = driver.transfer({ transferId: 'A', to: 'second', minor: 500, status: 'settled' });
    expect(refused['dead-letters']).toMatchObject([{ refusal: 'status_impossible' }]);
    expect(counted('second')).toBe(0);
  });

  it('leaves nothing counting there: an eventId that was used before', () => {
    driver.transfer({ transferId: 'B', to: 'first', minor: 500 });
    const refused = driver.transfer({ transferId: 'B', to: 'second', minor: 900 });
    expect(refused['dead-letters']).toMatchObject([{ refusal: 'event_id_reused' }]);
    expect(counted('second')).toBe(0);
    expect(counted('first')).toBe(500);
  });
});
