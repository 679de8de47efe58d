import { beforeEach, describe, expect, it } from 'vitest';
import { Task } from '../../../processors/score/task.ts';
import { valueAt } from '../../../runtime/log/values.ts';
import type { Alert } from '../../../schemas/alert.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time.ts';
import { act, close, raiseCritical, raiseMedium } from '../../support/alerts.ts';
import { Driver, type Outputs } from '../../support/driver.ts';

let driver: Driver;
let alert: Alert;

beforeEach(() => {
  driver = new Driver();
  alert = raiseMedium(driver);
});

const refusal = (outputs: Outputs) => outputs['dead-letters'].map((one) => one.refusal);
const only = (outputs: Outputs): Alert => {
  expect(outputs['dead-letters']).toEqual([]);
  expect(outputs.alerts).toHaveLength(1);
  return outputs.alerts[0]!;
};
const text = (at: number) => new Date(at).toISOString();

describe('an alert in hand', () => {
  it('goes from open over assigned and investigating to closed, each step a revision that says who and when', () => {
    expect(alert).toMatchObject({ status: 'open', step: 'hit', by: null, revision: 1 });
    expect(only(act(driver, alert, 'assign', { assignee: 'wang', note: '请跟进' }))).toMatchObject({
      ...{ status: 'assigned', step: 'assign', assignee: 'wang', by: 'li', note: '请跟进', revision: 2 },
    });
    driver.now += HOUR_MS;
    expect(only(act(driver, alert, 'investigate', { by: 'wang' }))).toMatchObject({
      ...{ status: 'investigating', assignee: 'wang', by: 'wang', stepAt: driver.now, revision: 3 },
    });
    const closed = only(close(driver, alert, 'false-positive', { by: 'wang', note: '工资代发' }));
    expect(closed).toMatchObject({
      ...{ status: 'closed', step: 'close', resolution: 'false_positive', closedFor: '已核实', note: '工资代发' },
    });
    expect(closed).toMatchObject({ evidence: alert.evidence, en: alert.en, zh: alert.zh, occurrences: 1 });
  });

  it('takes further hits, whoever has it', () => {
    act(driver, alert, 'investigate');
    const { alerts } = driver.transfer({ minor: 100 });
    expect(alerts).toMatchObject([
      { alertId: alert.alertId, status: 'investigating', occurrences: 2, step: 'hit', by: null },
    ]);
  });

  it('is opened again by a hit within the set time, and by a person at any time', () => {
    close(driver, alert);
    expect(driver.transfer({ minor: 100 }).alerts).toMatchObject([
      { alertId: alert.alertId, status: 'open', step: 'reopen', by: null, resolution: null, occurrences: 2 },
    ]);
    close(driver, alert, 'confirmed');
    expect(only(act(driver, alert, 'reopen', { reason: '客户补充材料' }))).toMatchObject({
      ...{ status: 'open', step: 'reopen', by: 'li', note: '客户补充材料', resolution: null, closedFor: null },
    });
  });

  it('is another one where a hit comes later than that', () => {
    driver.settings('alerts: {reopenWithin: 2d}');
    close(driver, alert);
    driver.advance(2 * DAY_MS + 1);
    const next = raiseMedium(driver);
    expect(next).toMatchObject({ revision: 1, occurrences: 1, status: 'open' });
    expect(next.alertId).not.toBe(alert.alertId);
    expect(refusal(act(driver, alert, 'reopen'))).toEqual(['alert_unknown']);
  });

  it.each([
    ['reopen', {}, 'open'],
    ['close', {}, 'without a resolution'],
    ['close', { resolution: 'confirmed' }, 'without a reason'],
    ['comment', {}, 'without words'],
    ['snooze', {}, 'without an end'],
    ['snooze', { until: text(Date.UTC(2026, 0, 1)) }, 'into the past'],
    ['snooze', { until: text(Date.UTC(2027, 0, 1)) }, 'for ever'],
  ])('refuses %s %j (%s), and stays as it is', (action, fields, _why) => {
    const outputs = act(driver, alert, action, fields);
    expect(refusal(outputs)).toEqual(['alert_step']);
    expect(outputs.alerts).toEqual([]);
    expect(only(act(driver, alert, 'comment', { note: 'x' })).revision).toBe(2);
  });

  it.each(['assign', 'investigate', 'snooze', 'close'])('refuses %s once it is closed', (action) => {
    close(driver, alert);
    const fields = { resolution: 'confirmed', reason: 'x', until: text(driver.now + DAY_MS) };
    expect(refusal(act(driver, alert, action, fields))).toEqual(['alert_step']);
    expect(only(act(driver, alert, 'comment', { note: '事后说明' })).status).toBe('closed');
  });

  it('refuses a step by somebody who saw an earlier revision and says so', () => {
    driver.transfer({ minor: 100 });
    expect(refusal(close(driver, alert, 'confirmed', { revision: 1 }))).toEqual(['alert_outdated']);
    expect(only(close(driver, alert, 'confirmed', { revision: 2 })).status).toBe('closed');
  });

  it('refuses what is no alert', () => {
    expect(refusal(act(driver, { ...alert, alertId: 'velocity:payer:99' }, 'investigate'))).toEqual(['alert_unknown']);
  });

  it('changes nothing for a repeat, and refuses the same id with other words', () => {
    act(driver, alert, 'comment', { actionId: 'once', note: 'a' });
    expect(Object.values(act(driver, alert, 'comment', { actionId: 'once', note: 'a' })).flat()).toEqual([]);
    expect(refusal(act(driver, alert, 'comment', { actionId: 'once', note: 'b' }))).toEqual(['event_id_reused']);
  });
});

describe('a report', () => {
  const report = (by: string, fields = {}) => close(driver, alert, 'reported', { by, ...fields });

  it('needs a second person, and is due within five working days of the institution', () => {
    // A Monday morning in Shanghai; the report is late once the next Monday is over.
    const asked = only(report('li', { device: 'dev-1' }));
    expect(asked).toMatchObject({ status: 'reporting', step: 'report', resolution: 'reported' });
    expect(text(asked.reportBy!)).toBe('2026-03-09T16:00:00.000Z');
    expect(refusal(report('li'))).toEqual(['alert_same_person']);
    expect(refusal(report('wang', { device: 'dev-1' }))).toEqual(['alert_same_person']);
    expect(only(report('wang'))).toMatchObject({ status: 'closed', step: 'close', reportBy: asked.reportBy });
  });

  it('counts days off and weekends that are worked', () => {
    driver.settings('institution: {holidays: ["2026-03-03"], workedWeekends: ["2026-03-07"]}');
    expect(text(only(report('li')).reportBy!)).toBe('2026-03-09T16:00:00.000Z');
    driver.settings('institution: {workedWeekends: ["2026-03-07", "2026-03-08"]}');
    act(driver, alert, 'investigate');
    expect(text(only(report('li')).reportBy!)).toBe('2026-03-07T16:00:00.000Z');
  });

  it('is taken back by looking into it again, and only then closed as something else', () => {
    report('li');
    expect(refusal(close(driver, alert, 'false-positive', { by: 'wang' }))).toEqual(['alert_step']);
    expect(only(act(driver, alert, 'investigate', { by: 'wang' }))).toMatchObject({ reportBy: null, resolution: null });
    expect(only(close(driver, alert, 'false-positive', { by: 'wang' })).status).toBe('closed');
  });

  it('that nobody confirms in time escalates', () => {
    driver = new Driver({ settings: 'alerts: {escalateAfter: {medium: 60d}}' });
    alert = raiseMedium(driver);
    const { reportBy } = only(report('li'));
    expect(driver.tick(reportBy! - 1).alerts).toEqual([]);
    expect(driver.tick(reportBy!).alerts).toMatchObject([{ step: 'escalate', escalation: 3, status: 'reporting' }]);
  });
});

describe('time', () => {
  it('escalates what is not closed, twice, with the severity’s own age', () => {
    expect(driver.advance(72 * HOUR_MS - 1).alerts).toEqual([]);
    const { alerts } = driver.advance(1);
    expect(alerts).toMatchObject([
      { alertId: alert.alertId, step: 'escalate', escalation: 1, by: null, occurrences: 1 },
    ]);
    act(driver, alert, 'investigate');
    expect(driver.advance(72 * HOUR_MS).alerts).toMatchObject([{ escalation: 2, status: 'investigating' }]);
    expect(driver.advance(1_000 * HOUR_MS).alerts).toEqual([]);
  });

  it('leaves alone what is closed', () => {
    close(driver, alert);
    expect(driver.advance(200 * HOUR_MS).alerts).toEqual([]);
  });

  it('wakes what rests, and only then counts its age on', () => {
    const until = driver.now + 10 * DAY_MS;
    expect(only(act(driver, alert, 'snooze', { until: text(until), reason: '等待回函' }))).toMatchObject({
      ...{ snoozedUntil: until, note: '等待回函', status: 'open' },
    });
    expect(driver.tick(until - 1).alerts).toEqual([]);
    expect(driver.tick(until).alerts).toMatchObject([{ step: 'wake', snoozedUntil: null }]);
    expect(driver.tick(until + 72 * HOUR_MS).alerts).toMatchObject([{ step: 'escalate', escalation: 1 }]);
  });
});

describe('what is restricted', () => {
  it('is for compliance alone, and a hit on a list never rests', () => {
    driver.send('control', { controlId: 'f', kind: 'freeze', party: 'payee' });
    const frozen = driver.transfer({ minor: 100 }).alerts.find((one) => one.rule === 'frozen-party')!;
    expect(refusal(act(driver, frozen, 'investigate', { roles: ['officer'] }))).toEqual(['alert_role']);
    const until = text(driver.now + DAY_MS);
    expect(refusal(act(driver, frozen, 'snooze', { until, roles: ['admin'] }))).toEqual(['alert_step']);
    expect(only(act(driver, frozen, 'investigate')).status).toBe('investigating');
  });
});

describe('a critical alert', () => {
  /** Screening: a payee both listed (critical) and frozen (high), both restricted. */
  function listAndFreeze(): Outputs {
    driver.send('control', { controlId: '1', kind: 'list-part', list: 'ofac', listVersion: '1', members: ['payee'] });
    driver.send('control', { controlId: '2', kind: 'list-close', list: 'ofac', listVersion: '1' });
    driver.send('control', { controlId: '3', kind: 'freeze', party: 'payee' });
    driver.now += 3 * DAY_MS;
    return driver.transfer({ minor: 100 });
  }

  it('quiets lesser ones of the same subject and transfer, which say so and escalate no more', () => {
    const { alerts } = listAndFreeze();
    const critical = alerts.find((one) => one.rule === 'listed-party')!;
    expect(alerts.map((one) => [one.rule, one.quietedBy])).toEqual([
      ['listed-party', null],
      ['frozen-party', critical.alertId],
    ]);
    const later = driver.advance(30 * HOUR_MS).alerts;
    expect(later.map((one) => one.rule)).not.toContain('frozen-party');
    expect(later.map((one) => one.rule)).toContain('listed-party');
  });

  it('lets them speak again once it is closed', () => {
    const { alerts } = listAndFreeze();
    const outputs = close(driver, alerts[0]!, 'confirmed');
    expect(outputs.alerts.map(({ rule, step, quietedBy, status }) => [rule, step, quietedBy, status])).toEqual([
      ['listed-party', 'close', null, 'closed'],
      ['frozen-party', 'unquiet', null, 'open'],
    ]);
    expect(driver.advance(24 * HOUR_MS).alerts.map((one) => one.rule)).toContain('frozen-party');
  });

  it('quiets what was raised before it, unless somebody has taken that up', () => {
    const large = { transferId: 'L', minor: 30_000_000, maker: 'zhang' };
    const quietSteps = (take: boolean) => {
      const own = new Driver();
      for (let index = 0; index < 8; index++) own.transfer({ minor: 100 });
      const opened = own.transfer(large).alerts.filter((one) => one.severity !== 'critical' && !one.restricted);
      if (take) for (const one of opened) act(own, one, 'assign');
      const { alerts } = own.transfer({ ...large, status: 'settled' });
      expect(alerts.some((one) => one.severity === 'critical')).toBe(true);
      return { opened, quieted: alerts.filter((one) => one.step === 'quiet').map((one) => one.rule) };
    };
    const { opened, quieted } = quietSteps(false);
    expect(opened.length).toBeGreaterThan(0);
    expect(quieted.sort()).toEqual(opened.map((one) => one.rule).sort());
    expect(quietSteps(true).quieted).toEqual([]);
  });

  it('of the restricted kind quiets nothing that others may see', () => {
    driver.send('control', { controlId: '1', kind: 'list-part', list: 'ofac', listVersion: '1', members: ['payee'] });
    driver.send('control', { controlId: '2', kind: 'list-close', list: 'ofac', listVersion: '1' });
    const { alerts } = driver.transfer({ minor: 100 });
    expect(alerts.map(({ rule, quietedBy }) => [rule, quietedBy])).toEqual([
      ['listed-party', null],
      ['velocity', null],
    ]);
  });
});

it('comes out of a replay the same, byte for byte', () => {
  raiseCritical(driver);
  act(driver, alert, 'assign', { assignee: 'wang' });
  act(driver, alert, 'reopen');
  close(driver, alert, 'reported');
  driver.advance(9 * DAY_MS);
  close(driver, alert, 'reported', { by: 'wang' });
  const again = new Task(0, () => null);
  for (const append of driver.journal) {
    for (let index = 0; index < append.values.count; index++)
      again.fold(valueAt(append.values, index), append.fingerprint);
  }
  expect(again.digest).toEqual(driver.tasks[0]!.digest);
});
