import { beforeEach, describe, expect, it } from 'vitest';
import { Control, convert } from '../../../processors/books/control.ts';
import { parseSettings } from '../../../processors/rules/settings.ts';
import { type Control as ControlEntry, controlEntry } from '../../../schemas/events/control.ts';
import { Driver } from '../../support/driver.ts';

const HOUR = 3_600_000;

let driver: Driver;
let entries: number;

beforeEach(() => {
  driver = new Driver({ partitions: 4 });
  entries = 0;
});

function control(kind: string, fields: { [name: string]: unknown } = {}): void {
  driver.send('control', { controlId: `control-${++entries}`, kind, ...fields });
}

function part(listVersion: string, members: readonly string[], list = 'block'): void {
  control('list-part', { list, listVersion, members });
}

function close(listVersion: string, list = 'block'): void {
  control('list-close', { list, listVersion });
}

/** Which payees the payer’s task finds on a list. */
function listed(...payees: string[]): string[] {
  return payees.filter((to) => driver.transfer({ to, minor: 1 }).alerts.some(({ rule }) => rule === 'listed-party'));
}

describe('a list', () => {
  it('counts from its closing entry on, with all its parts', () => {
    part('1', ['a', 'b']);
    part('1', ['c']);
    expect(listed('a', 'b', 'c')).toEqual([]);
    close('1');
    expect(listed('a', 'b', 'c', 'd')).toEqual(['a', 'b', 'c']);
  });

  it('is replaced as a whole by its next version, and stands until that is closed', () => {
    part('1', ['a', 'b']);
    close('1');
    part('2', ['b', 'c']);
    expect(listed('a', 'b', 'c')).toEqual(['a', 'b']);
    close('2');
    expect(listed('a', 'b', 'c')).toEqual(['b', 'c']);
  });

  it('stands beside other lists', () => {
    part('1', ['a'], 'sanctions');
    part('1', ['b'], 'block');
    close('1', 'sanctions');
    expect(listed('a', 'b')).toEqual(['a']);
    close('1', 'block');
    expect(listed('a', 'b')).toEqual(['a', 'b']);
  });

  it('is emptied by closing a version without parts', () => {
    part('1', ['a']);
    close('1');
    close('2');
    expect(listed('a')).toEqual([]);
  });

  /** A closing entry that came twice once emptied the list. */
  it('is not emptied by the same closing entry once more', () => {
    part('1', ['a']);
    close('1');
    close('1');
    expect(listed('a')).toEqual(['a']);
  });

  /** Parts of a second version once threw those of the first away. */
  it('may come in two versions side by side', () => {
    part('1', ['a', 'b']);
    part('2', ['c']);
    close('1');
    expect(listed('a', 'b', 'c')).toEqual(['a', 'b']);
    close('2');
    expect(listed('a', 'b', 'c')).toEqual(['c']);
  });
});

describe('a freeze', () => {
  const outcome = (fields: { [name: string]: unknown } = {}) =>
    driver.transfer({ minor: 1, ...fields }).decisions[0]!.outcome;

  it('stands until it is undone', () => {
    control('freeze', { party: 'payee' });
    expect(outcome()).toBe('reject');
    driver.advance(1_000 * 24 * HOUR);
    expect(outcome()).toBe('reject');
    control('unfreeze', { party: 'payee' });
    expect(outcome()).toBe('accept');
  });

  it.each([
    [HOUR - 1, 'reject'],
    [HOUR, 'accept'],
  ])('of an hour, after %i ms: %s', (later, expected) => {
    driver.tick(driver.now);
    control('freeze', { party: 'payee', until: new Date(driver.now + HOUR).toISOString() });
    driver.advance(later);
    expect(outcome()).toBe(expected);
  });

  /** The time of the event was once taken where it was later than the clock. */
  it('is not outlived by a transfer that is dated ahead', () => {
    driver.tick(driver.now);
    control('freeze', { party: 'payee', until: new Date(driver.now + HOUR).toISOString() });
    const at = new Date(driver.now + 2 * HOUR).toISOString();
    expect(driver.transfer({ minor: 1, at }, driver.now).decisions[0]!.outcome).toBe('reject');
  });

  it('takes its end from the latest entry', () => {
    driver.tick(driver.now);
    control('freeze', { party: 'payee', until: new Date(driver.now + HOUR).toISOString() });
    control('freeze', { party: 'payee' });
    driver.advance(2 * HOUR);
    expect(outcome()).toBe('reject');
  });
});

describe('settings', () => {
  it('hold for every partition from their entry on', () => {
    driver.settings('rules: {limit-transaction: {options: {limit: {minor: 10, currency: CNY}}}}');
    const outcomes = Array.from({ length: 12 }, (_none, index) => driver.transfer({ from: `p-${index}`, minor: 11 }));
    expect(outcomes.every(({ decisions }) => decisions[0]!.outcome === 'reject')).toBe(true);
    driver.settings('{}');
    expect(driver.transfer({ minor: 11 }).decisions[0]!.outcome).toBe('accept');
  });

  it('change windows without losing what is in them', () => {
    for (let index = 0; index < 3; index++) driver.transfer({ minor: 1 });
    driver.settings('rules: {velocity: {options: {count: 4, window: 45m}}}');
    expect(driver.transfer({ minor: 1 }).alerts).toMatchObject([
      { rule: 'velocity', en: '4 outgoing transfers within 45 min; the threshold is 4.' },
    ]);
  });

  it('leave a rule off that was switched off by hand', () => {
    control('rule-switch', { rule: 'limit-transaction', enabled: false });
    driver.settings('rules: {limit-transaction: {options: {limit: {minor: 10, currency: CNY}}}}');
    expect(driver.transfer({ minor: 11 }).decisions[0]!.outcome).toBe('accept');
  });
});

describe('the book as JSON', () => {
  it('is the same book again', () => {
    const book = new Control();
    const apply = (controlId: string, kind: string, fields: object) =>
      book.apply(controlEntry({ controlId, at: 5, kind: kind as ControlEntry['kind'], ...fields }));
    apply('1', 'tick', { at: 77 });
    apply('2', 'settings', { settings: parseSettings('lateness: 1h', 'x') });
    apply('3', 'list_part', { list: 'block', listVersion: '1', members: ['a'] });
    apply('4', 'list_close', { list: 'block', listVersion: '1' });
    apply('5', 'list_part', { list: 'block', listVersion: '2', members: ['b'] });
    apply('6', 'freeze', { party: 'x' });
    apply('7', 'freeze', { party: 'y', until: 99 });
    apply('8', 'rates', { rates: [{ currency: 'USD', numerator: 7, denominator: 1 }] });
    apply('9', 'rule_switch', { rule: 'velocity', enabled: false });
    const again = new Control();
    again.fromJson(JSON.parse(JSON.stringify(book.toJson())));
    expect(again.toJson()).toEqual(book.toJson());
    expect([again.isListed('a'), again.isListed('b'), again.isFrozen('x', 1e15), again.isFrozen('y', 99)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});

describe('conversion', () => {
  it.each([
    [1, 1, 2, 0],
    [3, 1, 2, 2],
    [5, 1, 2, 2],
    [7, 1, 2, 4],
    [100, 71_850, 10_000, 718],
    [300, 71_850, 10_000, 2_156],
    [10, 1, 3, 3],
    [20, 1, 3, 7],
    [9_007_199_254_740_990, 1, 1, 9_007_199_254_740_990],
    [1_416_003_655_831, 6_361, 1, null],
    [9_007_199_254_740_990, 2, 1, null],
  ])('of %i at %i ÷ %i, half to even: %s', (minor, numerator, denominator, converted) => {
    expect(convert(minor, { numerator, denominator })).toBe(converted);
  });
});
