/**
 * What becomes of alerts: taken up, looked into, closed and opened again, reported by two people, left to
 * rest, escalated by age, quieted by a critical one; and every step that is not permitted, with the reason.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../schemas/time.ts';
import { type Found, instantText, type Json, Script, shanghai } from './script.ts';

const START = shanghai('2026-03-02', '09:00');

export const found: Found = {
  'frozen-party': ['C-listed'],
  'listed-party': ['C-listed'],
  velocity: ['C-busy', 'C-late', 'C-listed', 'C-rest', 'C-rung'],
};

/** The ordinals are those of the entries that ring them: they stand as long as nothing before them in this file changes. */
const ALERTS = {
  busy: 'velocity:C-busy:7',
  rung: 'velocity:C-rung:7',
  late: 'velocity:C-late:25',
  rest: 'velocity:C-rest:15',
  listed: 'listed-party:C-listed:43',
};

export function record(): Script {
  const script = new Script();
  let clock = START;
  const next = () => (clock += MINUTE_MS);
  const ring = (name: string, times = 6, fields: Json = {}) => {
    for (let index = 0; index < times; index++) script.transfer(next(), `C-${name}`, `S-${name}`, 1_000, fields);
  };
  let steps = 0;
  const act = (alertId: string, action: string, fields: Json = {}) => {
    const [, subject] = alertId.split(':');
    const said = {
      actionId: `AA-${++steps}`,
      alertId,
      action,
      subjectKind: 'party',
      subject,
      by: 'li',
      roles: ['compliance'],
    };
    script.say(next(), 'alert-actions', { ...said, ...fields });
  };

  script.control(START, 'tick');
  ring('busy');
  act(ALERTS.busy, 'assign', { by: 'chief', roles: ['officer'], assignee: 'wang', note: '请跟进' });
  act(ALERTS.busy, 'investigate', { by: 'wang', roles: ['officer'] });
  ring('busy', 1);
  act(ALERTS.busy, 'close', { by: 'wang' });
  act(ALERTS.busy, 'close', { by: 'wang', resolution: 'false-positive', reason: '工资代发', revision: 3 });
  act(ALERTS.busy, 'close', { by: 'wang', resolution: 'false-positive', reason: '工资代发', note: '已核对清单' });
  act(ALERTS.busy, 'assign', { by: 'chief' });
  ring('busy', 1);
  act(ALERTS.busy, 'close', { resolution: 'accepted-risk', reason: '已知客户' });
  act(ALERTS.busy, 'reopen', { reason: '客户投诉' });
  act(ALERTS.busy, 'close', { resolution: 'confirmed', reason: '确认异常' });

  ring('rung');
  act(ALERTS.rung, 'close', { resolution: 'reported', reason: '疑似拆分', device: 'dev-li' });
  act(ALERTS.rung, 'close', { resolution: 'reported', reason: '疑似拆分' });
  act(ALERTS.rung, 'close', { by: 'wang', resolution: 'reported', reason: '复核', device: 'dev-li' });
  act(ALERTS.rung, 'close', { by: 'wang', resolution: 'confirmed', reason: '复核' });
  act(ALERTS.rung, 'close', { by: 'wang', resolution: 'reported', reason: '复核同意', device: 'dev-wang' });
  act(ALERTS.rung, 'comment', { note: '回执号 R-1' });
  act(ALERTS.rung, 'comment');

  ring('late');
  act(ALERTS.late, 'close', { resolution: 'reported', reason: '疑似洗钱' });

  ring('rest');
  act(ALERTS.rest, 'snooze', { until: instantText(START - DAY_MS) });
  act(ALERTS.rest, 'snooze', { until: instantText(START + 2 * DAY_MS), reason: '等待回函' });

  ring('listed', 5);
  script.control(next(), 'freeze', { party: 'S-listed', by: 'u-compliance', reason: '法院冻结' });
  ring('listed', 1);
  script.control(next(), 'list-part', { list: 'block', listVersion: '7', members: ['S-listed'] });
  script.control(next(), 'list-close', { list: 'block', listVersion: '7' });
  ring('listed', 1);
  act(ALERTS.listed, 'investigate', { roles: ['officer'] });
  act(ALERTS.listed, 'snooze', { until: instantText(START + DAY_MS) });
  act(ALERTS.listed, 'close', { resolution: 'confirmed', reason: '名单属实' });
  act('velocity:C-nobody:1', 'investigate');

  script.ticks(START + 2 * HOUR_MS, START + 9 * DAY_MS, 6 * HOUR_MS);
  return script;
}
