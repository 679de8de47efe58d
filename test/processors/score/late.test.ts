import { describe, expect, it } from 'vitest';
import { Driver } from '../../support/driver.ts';

const SETTINGS = `
lateness: 1h
rules:
  velocity: { options: { count: 3, window: 10s } }
  pass-through: { options: { received: { minor: 1000, currency: CNY }, window: 30s } }
  limit-transaction: { options: { limit: { minor: 5000, currency: CNY } } }
`;
const START = Date.UTC(2026, 2, 2, 1);

function rings(driver: Driver, rule: string): string[] {
  return driver.outputs.alerts
    .filter((alert) => alert.rule === rule)
    .map((alert) => `${alert.subject} at ${(alert.at - START) / 1_000} s${alert.late ? ', late' : ''}`);
}

/** A transfer of A's that is stored once all before it are. */
function send(driver: Driver, second: number, fields: Parameters<Driver['transfer']>[0] = {}) {
  const at = START + second * 1_000;
  driver.now = Math.max(driver.now, at);
  return driver.transfer({ at: new Date(at).toISOString(), from: 'A', minor: 100, ...fields }, driver.now);
}

describe('judging again', () => {
  it('counts attempts also at those that were rejected or failed', () => {
    // The third attempt is told of in between; the last was rejected, and nobody looked at it again.
    const driver = new Driver({ settings: SETTINGS });
    send(driver, 1);
    send(driver, 9, { minor: 6_000 });
    expect(rings(driver, 'velocity')).toEqual([]);
    send(driver, 5, { status: 'failed' });
    expect(rings(driver, 'velocity')).toEqual(['A at 9 s, late']);
  });

  it('asks nothing of money at an attempt by which none has moved, nor did it in order', () => {
    const inOrder = new Driver({ settings: SETTINGS });
    send(inOrder, 1, { from: 'B', to: 'A', minor: 1_000 });
    send(inOrder, 2, { minor: 1_000, status: 'failed' });
    const late = new Driver({ settings: SETTINGS });
    send(late, 2, { minor: 1_000, status: 'failed' });
    send(late, 1, { from: 'B', to: 'A', minor: 1_000 });
    expect([rings(inOrder, 'pass-through'), rings(late, 'pass-through')]).toEqual([[], []]);
    send(late, 3, { minor: 1_000 });
    expect(rings(late, 'pass-through')).toEqual(['A at 3 s']);
  });

  it('counts attempts also at one that an amendment replaced', () => {
    const driver = new Driver({ settings: SETTINGS });
    send(driver, 1);
    send(driver, 9, { transferId: 'T-1' });
    send(driver, 40, { transferId: 'T-1', eventId: 'E-2', minor: 200 });
    send(driver, 5);
    expect(rings(driver, 'velocity')).toEqual(['A at 9 s, late']);
  });

  it('looks at a leg as it would have been judged in order: those of its time that came later are not yet there', () => {
    // 1,000 came in and 1,000 left; that another 1,000 left in the same millisecond afterwards hid it.
    const driver = new Driver({ settings: SETTINGS });
    send(driver, 9, { minor: 1_000 });
    send(driver, 9, { minor: 1_000 });
    send(driver, 5, { from: 'B', to: 'A', minor: 1_000 });
    expect(rings(driver, 'pass-through')).toEqual(['A at 9 s, late']);
  });
});

describe('a leg beyond lateness', () => {
  it('is judged by what happened around its own time, not by what happens now', () => {
    const driver = new Driver({ settings: SETTINGS });
    for (const second of [1, 8_000, 8_001]) send(driver, second, {});
    const { decisions } = send(driver, 3);
    expect(decisions.map((decision) => decision.outcome)).toEqual(['accept']);
    expect(rings(driver, 'velocity')).toEqual([]);
    send(driver, 8_002);
    expect(rings(driver, 'velocity')).toEqual(['A at 8002 s']);
  });

  it('joins no window: neither its own neighbours nor later legs see it', () => {
    const driver = new Driver({ settings: SETTINGS });
    for (const second of [1, 2, 3_700]) send(driver, second, {});
    send(driver, 4);
    send(driver, 5);
    expect(rings(driver, 'velocity')).toEqual([]);
  });
});
