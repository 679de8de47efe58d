import { beforeEach, describe, expect, it } from 'vitest';
import { parseSettings } from '../../../processors/rules/settings.ts';
import { Driver } from '../../support/driver.ts';

let driver: Driver;

beforeEach(() => {
  driver = new Driver();
});

const end = (party: string, group?: string) => ({ party, account: `acc-${party}`, ...(group ? { group } : {}) });

/** Six transfers within half an hour ring velocity; answers the rules that rang at the payer. */
function burst(groups: { debtor?: string; creditor?: string }): string[] {
  const rang = new Set<string>();
  for (let number = 0; number < 6; number++) {
    const { alerts } = driver.transfer({
      debtor: end('payer', groups.debtor),
      creditor: end('payee', groups.creditor),
      minor: 1_000 + number,
    });
    for (const { rule, subject } of alerts) if (subject === 'payer') rang.add(rule);
  }
  return [...rang];
}

describe('a transfer inside a group of companies', () => {
  it.each([
    ['one group on both ends', { debtor: 'G-1', creditor: 'G-1' }, []],
    ['another group on the other end', { debtor: 'G-1', creditor: 'G-2' }, ['velocity']],
    ['a group on one end alone', { creditor: 'G-1' }, ['velocity']],
    ['none', {}, ['velocity']],
  ])('%s', (_case, groups, rules) => {
    expect(burst(groups)).toEqual(rules);
  });

  it('is known by the file of a customer and the group of the other end', () => {
    driver.customer({ customerId: 'payer', kind: 'person', ownGroup: 'G-1' });
    expect(burst({ creditor: 'G-1' })).toEqual([]);
  });

  it('is limited as any other', () => {
    driver.send('control', {
      controlId: 'settings',
      kind: 'settings',
      settings: parseSettings(
        'rules: { limit-transaction: { options: { limit: { minor: 5000, currency: CNY } } } }',
        'test',
      ),
    });
    const { decisions } = driver.transfer({ debtor: end('payer', 'G-1'), creditor: end('payee', 'G-1'), minor: 5_001 });
    expect(decisions).toMatchObject([{ outcome: 'reject' }]);
  });

  it.each([
    ['rings nothing again where a late leg joins its window', 'G-1', []],
    ['unlike another', 'G-2', ['velocity']],
  ])('%s', (_case, creditorGroup, rules) => {
    const at = Date.UTC(2026, 2, 2, 4);
    const ends = { debtor: end('payer', 'G-1'), creditor: end('payee', creditorGroup) };
    for (let number = 0; number < 5; number++) {
      driver.transfer({ ...ends, at: new Date(at + number * 60_000).toISOString(), minor: 1_000 });
    }
    const late = { ...ends, creditor: end('other'), at: new Date(at - 60_000).toISOString(), minor: 1_000 };
    const { alerts } = driver.transfer(late);
    expect(alerts.map(({ rule }) => rule)).toEqual(rules);
  });
});
