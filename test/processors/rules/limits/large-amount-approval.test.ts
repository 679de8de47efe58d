import { describe, expect, it } from 'vitest';
import { Driver } from '../../../support/driver.ts';
import { alertOf, describeGovernance, known, reasonOf } from '../../../support/rule-cases.ts';

describeGovernance({
  rule: 'large-amount-approval',
  subject: 'payer',
  fire: (driver) => driver.transfer({ minor: 20_000_000 }),
  alerts: false,
});

describe('a transfer', () => {
  it.each([
    ['person', 19_999_999, 'accept', 0],
    ['person', 20_000_000, 'hold', 1],
    ['person', 20_000_001, 'hold', 1],
    ['person', 49_999_999, 'hold', 1],
    ['person', 50_000_000, 'hold', 2],
    ['person', 50_000_001, 'hold', 2],
    ['organisation', 99_999_999, 'accept', 0],
    ['organisation', 100_000_000, 'hold', 1],
    ['organisation', 299_999_999, 'hold', 1],
    ['organisation', 300_000_000, 'hold', 2],
  ])('of a %s, %i fen: %s, %i people', (kind, minor, outcome, approvalsRequired) => {
    const driver = new Driver();
    known(driver, 'payer', { kind });
    expect(driver.transfer({ minor }).decisions).toMatchObject([{ outcome, approvalsRequired }]);
  });

  it.each([
    [20_000_000, 'zhang', 'one other person; the instruction names its maker', '1 名其他人员审批；指令已注明经办人'],
    [50_000_000, 'zhang', 'two other people; the instruction names its maker', '2 名其他人员审批；指令已注明经办人'],
    [50_000_000, undefined, 'two other people; the instruction names no maker', '2 名其他人员审批；指令未注明经办人'],
  ])('of %i fen that %s entered is told in both languages', (minor, maker, en, zh) => {
    const outputs = new Driver().transfer({ minor, maker });
    const amount = `CNY ${minor / 100_000},000.00`;
    expect(reasonOf(outputs, 'large-amount-approval')).toMatchObject({
      code: 'approval',
      outcome: 'hold',
      en: `Amount ${amount} needs the approval of ${en}.`,
      zh: `金额 ${amount} 需 ${zh}。`,
      evidence: [
        { name: 'amount', number: minor, unit: 'CNY' },
        { name: 'approvals', number: minor === 20_000_000 ? 1 : 2, unit: 'count' },
        { name: 'maker', text: maker === undefined ? 'missing' : 'named' },
      ],
    });
    expect(alertOf(outputs, 'large-amount-approval')).toBeUndefined();
  });

  it('by somebody who is no customer needs none', () => {
    const { decisions } = new Driver().transfer({ debtor: { account: 'elsewhere' }, minor: 90_000_000 });
    expect(decisions).toMatchObject([{ outcome: 'accept' }]);
  });

  it('of an account that has a file needs them, though the event names no party', () => {
    const driver = new Driver();
    known(driver, 'house-account');
    expect(driver.transfer({ debtor: { account: 'house-account' }, minor: 20_000_000 }).decisions).toMatchObject([
      { outcome: 'hold' },
    ]);
  });
});
