/** What counts of a transfer, told one story at a time; `test/property/money.test.ts` tells all of them at once. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Driver, type Outputs } from '../../support/driver.ts';
import { reservedBy } from '../../support/reserved.ts';

let driver: Driver;
let events: number;

beforeEach(() => {
  driver = new Driver();
  events = 0;
  rate(70_000, 'USD');
});

/** A message on transfer T, under an eventId of its own. */
function say(status: string, minor: number, fields: { [name: string]: unknown } = {}): Outputs {
  return driver.transfer({ transferId: 'T', eventId: `E-${++events}`, status, minor, ...fields });
}

/** What counts of a payee's incoming transfers: told by its book, since no rule reads it that could be asked. */
function receivedBy(payee: string): number {
  const { state } = driver.tasks[0]!;
  const subject = state.subjects.all.find((one) => state.subjects.idOf(one) === payee)!;
  return subject.limits.institutionDayTotal(driver.outputs.decisions[0]!.at, 1, 'Asia/Shanghai');
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

function rate(numerator: number, currency: string): void {
  const rates = [{ currency, numerator, denominator: 10_000 }];
  driver.send('control', { controlId: `R-${++events}`, kind: 'rates', rates });
}

describe('a transfer without a rate', () => {
  const eur = (minor: number) => ({ amount: { minor, currency: 'EUR' } });

  it('keeps the first rate that converts it: what is returned in full leaves nothing', () => {
    say('submitted', 0, eur(1_000));
    rate(80_000, 'EUR');
    say('settled', 0, eur(1_000));
    expect(reservedBy(driver)).toBe(8_000);
    rate(60_000, 'EUR');
    say('returned', 0, eur(1_000));
    expect(reservedBy(driver)).toBe(0);
  });
});

describe('an amount that converts to more than a record can carry', () => {
  it('is held for want of a rate that measures it, down to the one just above', () => {
    // 2^53 − 1 is a safe integer, and Avro refuses to write it: the decision on it stopped the partition.
    rate(63_610_000, 'USD');
    const [decision] = say('submitted', 0, usd(1_416_003_655_831)).decisions;
    expect([decision!.outcome, decision!.baseMinor]).toEqual(['hold', 0]);
  });
});

describe('the amount that a decision tells', () => {
  it('is converted by the rate that is kept, on every revision', () => {
    const decisions = [...say('submitted', 0, usd(1_000)).decisions];
    rate(90_000, 'USD');
    decisions.push(...say('partially-settled', 0, usd(400)).decisions, ...say('settled', 0, usd(1_000)).decisions);
    expect(decisions.map(({ baseMinor }) => baseMinor)).toEqual([7_000, 2_800, 7_000]);
  });
});

describe('a transfer between two accounts of one party', () => {
  it('stays held when an amendment makes it wait', () => {
    // Its payee's entry, on the same subject, took the new hold for the old one: nobody could release it any more.
    const own = { from: 'A', to: 'A', maker: 'zhang' };
    say('submitted', 100, own);
    expect(say('submitted', 30_000_000, own).decisions[0]!.outcome).toBe('hold');
    expect(driver.advance(25 * 3_600_000).decisions.map(({ outcome }) => outcome)).toEqual(['reject']);
    expect(reservedBy(driver, 'A')).toBe(0);
  });
});

describe('a partial settlement', () => {
  it('against a rejection counts for its part alone: the rest was given back', () => {
    say('submitted', 600_000_000);
    expect(reservedBy(driver)).toBe(0);
    say('partially-settled', 40_000);
    expect(reservedBy(driver)).toBe(40_000);
    expect(receivedBy('payee')).toBe(40_000);
  });

  it('keeps its part at both ends when the hold expires', () => {
    // The payee heard the void after the part, took it for a settlement, and kept the whole.
    say('submitted', 30_000_000, { maker: 'zhang' });
    say('partially-settled', 40_000);
    expect([reservedBy(driver), receivedBy('payee')]).toEqual([30_000_000, 30_000_000]);
    driver.advance(25 * 3_600_000);
    expect(driver.outputs.decisions.at(-1)!.outcome).toBe('reject');
    expect(receivedBy('payee')).toBe(40_000);
  });

  it('that was told later and is smaller is an older one', () => {
    say('submitted', 100_000);
    say('partially-settled', 60_000);
    say('partially-settled', 40_000);
    say('failed', 100_000);
    expect(reservedBy(driver)).toBe(60_000);
  });

  it('of nothing leaves nothing when it is returned', () => {
    say('submitted', 100_000);
    say('partially-settled', 0);
    say('returned', 0);
    expect(reservedBy(driver)).toBe(0);
  });
});

describe('a return', () => {
  it('that was told later and is smaller is an older one', () => {
    say('settled', 100_000);
    say('returned', 70_000);
    say('returned', 20_000);
    expect(reservedBy(driver)).toBe(30_000);
  });
});

describe('what is known of a transfer beyond its leg', () => {
  const DAY = 86_400_000;

  function detailsOf(party: string): number {
    const { subjects } = driver.tasks[0]!.state;
    return subjects.all.find((one) => subjects.idOf(one) === party)!.details?.size ?? 0;
  }

  it('goes when the leg goes', () => {
    // It stayed for ever, a little for each transfer that was submitted and then settled.
    for (let day = 0; day < 120; day++) {
      driver.now += DAY;
      for (const transferId of [`T-${day}`, `U-${day}`]) {
        driver.transfer({ transferId, minor: 100 });
        driver.transfer({ transferId, status: 'settled', minor: 100 });
      }
    }
    // Thirty-two days, and up to thirty-one legs that wait to go with others.
    expect(detailsOf('payer')).toBeLessThanOrEqual(64 + 31);
    expect(detailsOf('payee')).toBeLessThanOrEqual(64 + 31);
  });

  it('goes with legs beyond lateness too, of which a thousand or two are kept', () => {
    driver.transfer({});
    for (let number = 0; number < 2_100; number++) {
      const late = { transferId: `L-${number}`, at: new Date(driver.now - 3 * DAY).toISOString(), minor: 100 };
      driver.transfer(late, driver.now);
      driver.transfer({ ...late, status: 'settled' }, driver.now);
    }
    expect(detailsOf('payer')).toBeLessThanOrEqual(2_048);
  });

  it('stays with the leg that an amendment put in its place', () => {
    driver.transfer({ transferId: 'T', minor: 100 });
    driver.now += 20 * DAY;
    driver.transfer({ transferId: 'T', eventId: 'E-2', minor: 200 });
    driver.now += 15 * DAY;
    for (let number = 0; number < 40; number++) driver.transfer({});
    const { decisions } = driver.transfer({ transferId: 'T', status: 'settled', minor: 200 });
    expect(decisions.map((decision) => decision.revision)).toEqual([3]);
  });
});
