import { describe, expect, it } from 'vitest';
import { approve } from '../../../support/approvals.ts';
import { Driver, type Outputs } from '../../../support/driver.ts';
import { alertOf, describeGovernance, known, reasonOf } from '../../../support/rule-cases.ts';

const DAY = 86_400_000;

function pay(driver: Driver, account: string, minor: number, fields: { [name: string]: unknown } = {}): Outputs {
  return driver.transfer({ creditor: { party: 'supplier', account }, minor, ...fields });
}

describeGovernance({
  rule: 'new-payee-account',
  subject: 'payer',
  fire: (driver) => {
    pay(driver, 'usual', 100);
    return pay(driver, 'changed', 5_000_000);
  },
  alerts: true,
});

describe('a payment to a payee', () => {
  it.each([
    [4_999_999, 'accept'],
    [5_000_000, 'hold'],
    [5_000_001, 'hold'],
  ])('on another account than before, of %i fen: %s', (minor, outcome) => {
    const driver = new Driver();
    pay(driver, 'usual', 100);
    expect(pay(driver, 'changed', minor).decisions[0]!.outcome).toBe(outcome);
  });

  it('is told in both languages, and waits for one approval', () => {
    const driver = new Driver();
    pay(driver, 'usual', 100);
    const outputs = pay(driver, 'changed', 5_000_000);
    const told = {
      en: 'CNY 50,000.00 goes to an account of supplier that was not used before; earlier payments went to another.',
      zh: 'CNY 50,000.00 付往 supplier 从未使用过的账户；此前付往其他账户。',
    };
    expect(outputs.decisions[0]).toMatchObject({ outcome: 'hold', approvalsRequired: 1 });
    expect(reasonOf(outputs, 'new-payee-account')).toMatchObject({ code: 'review', outcome: 'hold', ...told });
    expect(alertOf(outputs, 'new-payee-account')).toMatchObject({ severity: 'high', subject: 'payer', ...told });
  });

  it.each<[string, (driver: Driver) => void]>([
    ['never paid before', () => undefined],
    ['paid on this account before', (driver) => pay(driver, 'changed', 100)],
    ['paid on both before', (driver) => [pay(driver, 'usual', 100), pay(driver, 'changed', 100)]],
    ['paid by others on another account', (driver) => pay(driver, 'usual', 100, { from: 'stranger' })],
    [
      'who paid us from another account',
      (driver) => driver.transfer({ debtor: { party: 'supplier', account: 'usual' }, to: 'payer' }),
    ],
    ['whose payment on another account failed', (driver) => pay(driver, 'usual', 100, { status: 'failed' })],
  ])('%s passes', (_what, prepare) => {
    const driver = new Driver();
    prepare(driver);
    expect(pay(driver, 'changed', 5_000_000).decisions[0]!.outcome).toBe('accept');
  });

  it('passes on the new account once somebody approved the first', () => {
    const driver = new Driver();
    pay(driver, 'usual', 100);
    pay(driver, 'changed', 5_000_000, { transferId: 'T' });
    expect(approve(driver).decisions).toMatchObject([{ outcome: 'accept' }]);
    expect(pay(driver, 'changed', 5_000_000).decisions[0]!.outcome).toBe('accept');
  });

  /** The held payment itself once made the account known, so that the next one passed unseen. */
  it.each([
    ['while the first is held', (_driver: Driver) => undefined],
    ['after the first was denied', (driver: Driver) => approve(driver, { action: 'deny' })],
    ['after the first expired', (driver: Driver) => driver.advance(DAY)],
  ])('on the new account is held %s', (_when, prepare) => {
    const driver = new Driver();
    pay(driver, 'usual', 100);
    pay(driver, 'changed', 5_000_000, { transferId: 'T' });
    prepare(driver);
    expect(pay(driver, 'changed', 5_000_000).decisions[0]!.outcome).toBe('hold');
  });

  it('without a customer’s id is known by its account alone, and passes', () => {
    const driver = new Driver();
    driver.transfer({ creditor: { account: 'usual' }, minor: 100 });
    expect(driver.transfer({ creditor: { account: 'changed' }, minor: 5_000_000 }).decisions[0]!.outcome).toBe(
      'accept',
    );
  });

  it('by somebody who is no customer is not ours to hold', () => {
    const driver = new Driver();
    const debtor = { account: 'elsewhere' };
    pay(driver, 'usual', 100, { debtor });
    expect(pay(driver, 'changed', 5_000_000, { debtor }).decisions[0]!.outcome).toBe('accept');
  });

  it('by an organisation is held alike', () => {
    const driver = new Driver();
    known(driver, 'payer', { kind: 'organisation' });
    pay(driver, 'usual', 100);
    expect(pay(driver, 'changed', 5_000_000).decisions[0]!.outcome).toBe('hold');
  });
});
