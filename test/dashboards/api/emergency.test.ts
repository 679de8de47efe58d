import { expect, it } from 'vitest';
import { controlEntry } from '../../../schemas/events/control.ts';
import { blocks, entry } from '../../support/records.ts';
import { type Json, NOW, openApi } from './harness.ts';

it('lists the measures that are in force, and who is frozen to those alone who may know', async () => {
  const api = await openApi();
  const said = (controlId: string, kind: Parameters<typeof controlEntry>[0]['kind'], fields = {}) =>
    entry<'control'>(controlEntry({ controlId, kind, at: NOW - 60_000, by: 'u-chief', reason: '应急', ...fields }), {
      subjectKind: 'partition',
      subject: '0',
      role: 'all',
    });
  await api.append(
    blocks('control', 0, [
      [
        said('freeze-1', 'freeze', { party: 'C-1' }),
        said('freeze-2', 'freeze', { party: 'C-2' }),
        said('freeze-3', 'freeze', { party: 'C-3' }),
        said('stop-1', 'stop_payouts', { segment: 'tag:merchant', until: NOW + 1_000 }),
        said('stop-2', 'stop_payouts', { until: NOW }),
        said('tighten-1', 'tighten', { percent: 50 }),
        said('tighten-2', 'tighten', { percent: 20 }),
        said('x', 'undo', { measure: 'tighten-1' }),
        said('y', 'undo', { measure: 'freeze-3' }),
        said('z', 'unfreeze', { party: 'C-2' }),
      ],
    ]),
  );
  await api.insert();
  const measures = async (role: 'compliance' | 'viewer') => (await api.get('/v1/emergency', role)).body.items as Json[];
  const all = await measures('compliance');
  expect(all.map(({ measure }) => measure)).toEqual(['tighten-2', 'stop-1', 'freeze-1']);
  expect(all[1]).toEqual({
    measure: 'stop-1',
    kind: 'stop-payouts',
    segment: 'tag:merchant',
    at: new Date(NOW - 60_000).toISOString(),
    until: new Date(NOW + 1_000).toISOString(),
    by: 'u-chief',
    reason: '应急',
  });
  expect((await measures('viewer')).map(({ measure }) => measure)).toEqual(['tighten-2', 'stop-1']);
  expect((await api.get('/v1/emergency', 'intake')).status).toBe(403);
  // The list of changes gives away no more than the list of measures.
  const changes = async (role: 'compliance' | 'viewer') => {
    const from = new Date(NOW - 3_600_000).toISOString();
    const { body } = await api.get(`/v1/panels/control-changes?from=${from}`, role);
    return (body.rows as [at: string, kind: string, about: string][]).map(([, kind, about]) => `${kind} ${about}`);
  };
  expect(new Set(await changes('compliance'))).toContain('freeze C-1');
  expect((await changes('viewer')).sort()).toEqual([
    'stop-payouts ',
    'stop-payouts tag:merchant',
    'tighten ',
    'tighten ',
    'undo tighten-1',
  ]);
});
