/** What counts of a transfer, told one story at a time; `test/property/money.test.ts` tells all of them at once. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Driver, type Outputs } from '../../support/driver.ts';
import { reservedBy } from '../../support/reserved.ts';

let driver: Driver;
let events: number;

beforeEach(() => {
  driver = new Driver();
  events = 0;
  driver.send('control', {
    controlId: 'R-1',
    kind: 'rates',
    rates: [{ currency: 'USD', numerator: 70_000, denominator: 10_000 }],
  });
});

/** A message on transfer T, under an eventId of its own. */
function say(status: string, minor: number, fields: { [name: string]: unknown } = {}): Outputs {
  return driver.transfer({ transferId: 'T', eventId: `E-${++events}`, status, minor, ...fields });
}

const usd = (minor: number) => ({ amount: { minor, currency: 'USD' } });

describe('a transfer in a foreign currency', () => {
  it('has revisions that count up from its first acceptance', () => {
    // The detail that keeps its rate did not know that it had been decided, and 1 came twice.
    const decisions = [...say('submitted', 0, usd(1_000)).decisions, ...say('settled', 0, usd(1_000)).decisions];
    expect(decisions.map(({ revision, status }) => [revision, status])).toEqual([
      [1, 'submitted'],
      [2, 'settled'],
    ]);
  });
});
