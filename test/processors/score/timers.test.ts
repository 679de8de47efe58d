import { describe, expect, it } from 'vitest';
import { Timers } from '../../../processors/score/timers.ts';
import { EVENTS } from '../../../schemas/journal.ts';
import { Driver } from '../../support/driver.ts';

const DAY = 86_400_000;
/** What one tick fires at most. */
const SLICE = 4_096;

describe('timers', () => {
  it('come in the order of their time, those of one time in the order of their place', () => {
    const timers = new Timers();
    const pushed = [5, 3, 9, 3, 7, 1, 3, 8, 2].map((due, place) => ({ due, place: (place * 7) % 9 }));
    for (const { due, place } of pushed) timers.push(due, place);
    const expected = pushed.toSorted((left, right) => left.due - right.due || left.place - right.place);
    const popped = Array.from({ length: 9 }, () => timers.pop(9));
    expect(popped).toEqual(expected);
    expect(timers.pop(9)).toBe(null);
  });

  it('come when they are due, and no sooner', () => {
    const timers = new Timers();
    timers.push(10, 0);
    expect(timers.pop(9)).toBe(null);
    expect(timers.pop(10)).toEqual({ due: 10, place: 0 });
    expect(timers.size).toBe(0);
  });
});

describe('more holds than one tick lets expire', () => {
  const HOLDS = SLICE + 3;

  function crowd(): Driver {
    const driver = new Driver();
    const { example } = EVENTS.transfers;
    for (let index = 0; index < HOLDS; index++) {
      driver.append('transfers', {
        ...example,
        transferId: `T-${index}`,
        at: driver.now + index,
        debtor: { ...example.debtor, party: `payer-${index}` },
        creditor: { ...example.creditor, party: `payee-${index}` },
        device: null,
        maker: null,
        amount: { minor: 20_000_000, currency: 'CNY' },
      });
    }
    driver.now += HOLDS;
    return driver;
  }

  it('expire with the next one, each once, in the order of their ends', () => {
    const driver = crowd();
    const first = driver.advance(2 * DAY).decisions.map((one) => one.transferId);
    const second = driver.advance(1).decisions.map((one) => one.transferId);
    expect([first.length, second.length, driver.advance(1).decisions.length]).toEqual([SLICE, 3, 0]);
    expect([...first, ...second]).toEqual(Array.from({ length: HOLDS }, (_none, index) => `T-${index}`));
  });

  it('expire before their payer’s next entry is judged, whatever the ticks have come to', () => {
    const driver = crowd();
    driver.advance(2 * DAY);
    const { decisions } = driver.transfer({ from: `payer-${HOLDS - 1}`, transferId: 'next', minor: 5 });
    expect(decisions.map((one) => [one.transferId, one.outcome])).toEqual([
      [`T-${HOLDS - 1}`, 'reject'],
      ['next', 'accept'],
    ]);
    expect(driver.advance(1).decisions.map((one) => one.transferId)).toEqual([`T-${SLICE}`, `T-${SLICE + 1}`]);
  });
});
