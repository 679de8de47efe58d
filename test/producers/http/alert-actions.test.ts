import { describe, expect, it } from 'vitest';
import type { AlertAction } from '../../../schemas/events/alert-action.ts';
import { eventually } from '../../support/eventually.ts';
import { commit, type HarnessOptions, refusalOf, startHarness, stored } from './harness.ts';

const NOON = Date.UTC(2026, 2, 1, 4);
const OPEN = { alertId: 'velocity:C-1:7', subjectKind: 'party', subject: 'C-1', restricted: false } as const;
const RESTRICTED = { alertId: 'pass-through:C-1:9', subjectKind: 'party', subject: 'C-1', restricted: true } as const;
const ON_DEVICE = { alertId: 'shared-device:d-1:3', subjectKind: 'device', subject: 'd-1', restricted: true } as const;

async function start(options: HarnessOptions = {}) {
  const lookUpAlerts = async (ids: readonly string[]) =>
    [OPEN, RESTRICTED, ON_DEVICE].filter(({ alertId }) => ids.includes(alertId));
  return startHarness({ now: () => NOON, lookUpAlerts, ...options });
}

const assign = { alertId: OPEN.alertId, action: 'assign', assignee: 'wang' };

describe('steps on alerts over HTTP', () => {
  it('carry who took them from the caller, and whom they are about from the alert', async () => {
    const { send, tokens, log } = await start();
    const headers = { 'weir-device': 'dev-7', 'weir-session': 's-9' };
    const { status, body } = await send(
      '/v1/alert-actions',
      { ...assign, note: '请跟进' },
      { key: tokens.officer, headers },
    );
    expect(status).toBe(202);
    expect(stored(log, 'alert-actions')).toEqual([
      {
        actionId: body.receipts[0].eventId,
        at: NOON,
        alertId: OPEN.alertId,
        revision: null,
        action: 'assign',
        subjectKind: 'party',
        subject: 'C-1',
        by: 'u-officer',
        roles: ['officer'],
        device: 'dev-7',
        session: 's-9',
        assignee: 'wang',
        resolution: null,
        reason: null,
        until: null,
        note: '请跟进',
      } satisfies AlertAction,
    ]);
  });

  it('may be many at once, on any kind of subject, or none of them', async () => {
    const { send, tokens, log, ends } = await start();
    const both = [
      assign,
      { alertId: ON_DEVICE.alertId, action: 'close', resolution: 'false-positive', reason: '共用设备' },
    ];
    expect((await send('/v1/alert-actions', both, { key: tokens.compliance })).status).toBe(202);
    expect(stored(log, 'alert-actions').map(({ subject, action }) => [subject, action])).toEqual([
      ['C-1', 'assign'],
      ['d-1', 'close'],
    ]);
    const before = ends();
    const { status, body } = await send('/v1/alert-actions', [assign, { ...assign, alertId: 'x:y:1' }]);
    expect([status, body.errors]).toEqual([404, [{ path: '/1/alertId', message: 'no alert x:y:1 is known' }]]);
    expect(ends()).toEqual(before);
  });

  it('take an alert that the caller may not see for one that there is not', async () => {
    const { send, tokens } = await start();
    const step = { alertId: RESTRICTED.alertId, action: 'investigate' };
    expect((await send('/v1/alert-actions', step, { key: tokens.officer })).status).toBe(404);
    for (const key of [tokens.compliance, tokens.admin]) {
      expect((await send('/v1/alert-actions', step, { key })).status).toBe(202);
    }
  });

  it.each([
    [{ action: 'close' }, ['/resolution', '/reason']],
    [{ action: 'close', resolution: 'because', reason: 'x' }, ['/resolution']],
    [{ action: 'snooze' }, ['/until']],
    [{ action: 'snooze', until: 'tomorrow' }, ['/until']],
    [{ action: 'comment' }, ['/note']],
    [{ action: 'delete' }, ['/action']],
    [{ action: 'assign', by: 'somebody' }, ['/by']],
    [{ action: 'assign', subject: 'C-2' }, ['/subject']],
  ])('are refused where they say %j', async (fields, paths) => {
    const { send, ends } = await start();
    const before = ends();
    const { status, body } = await send('/v1/alert-actions', { alertId: OPEN.alertId, ...fields });
    expect(status).toBe(400);
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual(paths);
    expect(ends()).toEqual(before);
  });

  it('are answered with why the fold refused them, where the caller waits', async () => {
    const { send, log, tokens } = await start();
    const waiting = send('/v1/alert-actions?wait=refusal&timeoutMs=10000', assign, { key: tokens.officer });
    await eventually('the step is stored', () => log.end('alert-actions', 0) > 0);
    const event = stored(log, 'alert-actions')[0]!;
    await commit(log, refusalOf({ event, topic: 'alert-actions', offset: 0 }, 'alert_step', 'It is closed.'));
    const { status, body } = await waiting;
    expect([status, body.detail]).toEqual([422, 'alert-step: It is closed.']);
    const taken = await send('/v1/alert-actions?wait=refusal&timeoutMs=50', assign, { key: tokens.officer });
    expect(taken.status).toBe(202);
  });

  it('are the same one where the same message comes again', async () => {
    const { send, log } = await start();
    const headers = { 'idempotency-key': '"k-1"' };
    const first = await send('/v1/alert-actions', assign, { headers });
    expect((await send('/v1/alert-actions', assign, { headers })).body).toEqual(first.body);
    expect(stored(log, 'alert-actions')).toHaveLength(1);
  });
});
