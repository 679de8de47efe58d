import { describe, expect, it } from 'vitest';
import { startHarness, stored, transferJson } from './harness.ts';

const NOON = Date.UTC(2026, 2, 1, 4);
const reason = '监管要求';

describe('control over HTTP', () => {
  it.each([
    [
      { kind: 'freeze', party: 'C-1001', until: '2026-03-02T00:00:00+08:00' },
      { kind: 'freeze', party: 'C-1001', until: Date.UTC(2026, 2, 1, 16) },
    ],
    [
      { kind: 'unfreeze', party: 'C-1001' },
      { kind: 'unfreeze', party: 'C-1001', until: null },
    ],
    [
      { kind: 'rule-switch', rule: 'limit-day', enabled: false },
      { kind: 'rule_switch', rule: 'limit-day', enabled: false },
    ],
    [
      { kind: 'list-part', list: 'sanctions', listVersion: '7', members: ['C-1', 'C-2'] },
      { kind: 'list_part', members: ['C-1', 'C-2'] },
    ],
    [
      { kind: 'list-close', list: 'sanctions', listVersion: '7' },
      { kind: 'list_close', list: 'sanctions', listVersion: '7' },
    ],
    [
      { kind: 'rates', rates: [{ currency: 'USD', numerator: 71_850, denominator: 10_000 }] },
      { kind: 'rates', rates: [{ currency: 'USD', numerator: 71_850, denominator: 10_000 }] },
    ],
    [
      { kind: 'stop-payouts', segment: 'tag:merchant', until: '2026-03-02T00:00:00+08:00' },
      { kind: 'stop_payouts', segment: 'tag:merchant', until: Date.UTC(2026, 2, 1, 16), percent: null },
    ],
    [
      { kind: 'tighten', percent: 50 },
      { kind: 'tighten', percent: 50, segment: null, until: null },
    ],
    [
      { kind: 'undo', measure: 'tighten-1-ab' },
      { kind: 'undo', measure: 'tighten-1-ab' },
    ],
    [
      { kind: 'settings', settings: 'rules: {}\n' },
      { kind: 'settings', settings: '{"written":"rules: {}"}' },
    ],
  ])('stores %j with who did it, when and why', async (body, expected) => {
    const { send, log } = await startHarness({ now: () => NOON });
    const answer = await send('/v1/control', { ...body, reason });
    expect(answer.status).toBe(202);
    const [control] = stored(log, 'control');
    expect(control).toMatchObject({ ...expected, by: 'u-admin', at: NOON, reason });
    expect(answer.body.receipts).toEqual([{ topic: 'control', partition: 0, offset: 0, eventId: control?.controlId }]);
  });

  it.each([
    ['compliance', { kind: 'stop-payouts' }, 202],
    ['compliance', { kind: 'freeze', party: 'C-1' }, 202],
    ['compliance', { kind: 'undo', measure: 'm' }, 202],
    ['compliance', { kind: 'rule-switch', rule: 'limit-day', enabled: false }, 403],
    ['compliance', { kind: 'settings', settings: 'rules: {}' }, 403],
    ['compliance', { kind: 'stop-payouts', by: 'u-chief' }, 403],
    ['compliance', { kind: 'stop-payouts', by: 'u-compliance' }, 202],
    ['officer', { kind: 'stop-payouts' }, 403],
    ['approver', { kind: 'undo', measure: 'm' }, 403],
  ] as const)('lets %s say %j: %i', async (role, body, status) => {
    const { send, tokens, log } = await startHarness();
    expect((await send('/v1/control', { ...body, reason }, { key: tokens[role] })).status).toBe(status);
    expect(stored(log, 'control').map((one) => one.by)).toEqual(status === 202 ? ['u-compliance'] : []);
  });

  it('names whom the caller acts for', async () => {
    const { send, log } = await startHarness();
    await send('/v1/control', { kind: 'unfreeze', party: 'C-1', reason, by: 'u-chen' });
    expect(stored(log, 'control')[0]?.by).toBe('u-chen');
  });

  it('tells two entries apart that say different things in one millisecond', async () => {
    const { send, log } = await startHarness({ now: () => NOON });
    await send('/v1/control', { kind: 'freeze', party: 'C-1', reason });
    await send('/v1/control', { kind: 'freeze', party: 'C-2', reason });
    const [one, other] = stored(log, 'control');
    expect(one?.controlId).not.toBe(other?.controlId);
  });

  it.each([
    ['no reason', { kind: 'unfreeze', party: 'C-1' }, ['/reason']],
    ['a tick, which the clock alone gives', { kind: 'tick', reason }, ['/kind']],
    ['a field of another kind', { kind: 'unfreeze', party: 'C-1', rule: 'limit-day', reason }, ['/rule']],
    ['an id or a time of its own', { kind: 'unfreeze', party: 'C-1', reason, at: '2026-03-01T00:00:00Z' }, ['/at']],
    ['a segment that nobody is of', { kind: 'stop-payouts', segment: 'everybody', reason }, ['/segment']],
    ['limits that are loosened', { kind: 'tighten', percent: 120, reason }, ['/percent']],
    ['an empty list', { kind: 'rates', rates: [], reason }, ['/rates']],
    [
      'a rate of nothing',
      { kind: 'rates', rates: [{ currency: 'USD', numerator: 1, denominator: 0 }], reason },
      ['/rates/0/denominator'],
    ],
  ])('refuses %s', async (_, body, paths) => {
    const { send, ends } = await startHarness();
    const before = ends();
    const answer = await send('/v1/control', body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual(paths);
    expect(ends()).toEqual(before);
  });

  it('refuses settings that are not valid, with what is wrong', async () => {
    const { send, ends } = await startHarness();
    const before = ends();
    const answer = await send('/v1/control', { kind: 'settings', settings: 'nonsense: 1', reason });
    expect(answer).toMatchObject({
      status: 400,
      body: { type: 'urn:weir:problem:settings-invalid', detail: 'nonsense is no option of any rule' },
    });
    expect(ends()).toEqual(before);
  });
});

describe('keys over HTTP', () => {
  it('are made, used, listed without secret, and revoked', async () => {
    const { send } = await startHarness();
    const made = await send('/v1/keys', { name: 'core-bank', roles: ['intake'] });
    expect(made.status).toBe(201);
    expect(made.headers.get('cache-control')).toBe('no-store');
    const { key, id } = made.body;
    expect((await send('/v1/transfers', transferJson(), { key })).status).toBe(202);

    const listed = await send('/v1/keys');
    const own = listed.body.items.find((one: { id: string }) => one.id === id);
    expect(own).toMatchObject({ name: 'core-bank', createdBy: 'u-admin', revokedAt: null });
    expect(JSON.stringify(listed.body)).not.toContain(key.slice(18));

    const revoked = await send(`/v1/keys/${id}`, undefined, { method: 'DELETE' });
    expect(revoked.body.revokedAt).not.toBeNull();
    expect((await send('/v1/transfers', transferJson(), { key })).status).toBe(401);
    expect((await send('/v1/keys/0123456789ab', undefined, { method: 'DELETE' })).status).toBe(404);
  });

  it('and control are for administrators alone', async () => {
    const { send, tokens, ends } = await startHarness();
    const before = ends();
    for (const key of [tokens.intake, tokens.viewer, tokens.approver]) {
      expect((await send('/v1/keys', { name: 'mine', roles: ['admin'] }, { key })).status).toBe(403);
      expect((await send('/v1/keys', undefined, { key })).status).toBe(403);
      expect((await send('/v1/control', { kind: 'unfreeze', party: 'C-1', reason }, { key })).status).toBe(403);
    }
    expect(ends()).toEqual(before);
  });
});
