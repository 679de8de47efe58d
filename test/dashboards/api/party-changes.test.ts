import { expect, it } from 'vitest';
import { creditRatingRecord } from '../../../schemas/credit-rating.ts';
import { controlEntry } from '../../../schemas/events/control.ts';
import { customerRecord } from '../../../schemas/events/customer.ts';
import { profileChangeRecord } from '../../../schemas/events/profile-change.ts';
import { HOUR_MS } from '../../../schemas/time.ts';
import { blocks, entry, outputs } from '../../support/records.ts';
import { type Json, NOW, OWN, openApi, PARTY } from './harness.ts';

interface Change {
  readonly what: string;
  readonly by: string | null;
  readonly fields: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[];
}

it('tells what changed about a party, the latest first, and of freezes to those alone who may know', async () => {
  const api = await openApi();
  const at = (hour: number) => NOW - (24 - hour) * HOUR_MS;
  const about = { subject: PARTY, role: 'holder' } as const;
  const file = { ...customerRecord.example, customerId: PARTY };
  const said = (controlId: string, kind: 'freeze' | 'unfreeze' | 'undo', fields: object, hour: number) =>
    entry<'control'>(controlEntry({ controlId, kind, at: at(hour), by: 'u-chief', reason: '核查', ...fields }), {
      ...{ subjectKind: 'partition', subject: '0', role: 'all' },
    });
  await api.append(
    blocks('customers', OWN, [
      [
        entry<'customers'>({ ...file, at: at(1), tags: [] }, about),
        // It came once more as it was.
        entry<'customers'>({ ...file, at: at(2), tags: [], eventId: 'again' }, about),
        entry<'customers'>({ ...file, at: at(3), name: '新名', tags: ['vip'], eventId: 'other' }, about),
      ],
    ]),
  );
  const change = { ...profileChangeRecord.example, party: PARTY, at: at(4) };
  await api.append(blocks('profile-changes', OWN, [[entry<'profile-changes'>(change, about)]]));
  const rating = { ...creditRatingRecord.example, customer: PARTY, at: at(5) };
  const worse = { ...rating, at: at(6), revision: 2, grade: 'D', previousGrade: 'C', limitScalePercent: 20 } as const;
  await api.append(outputs('credit-ratings', OWN, [rating, worse]));
  await api.append(
    blocks('control', 0, [
      [
        said('freeze-1', 'freeze', { party: PARTY, until: NOW }, 7),
        said('undo-1', 'undo', { measure: 'freeze-1' }, 8),
        said('freeze-2', 'freeze', { party: 'C-8' }, 9),
        said('undo-2', 'undo', { measure: 'freeze-2' }, 10),
        said('freeze-3', 'freeze', { party: PARTY }, 11),
        said('unfreeze-3', 'unfreeze', { party: PARTY }, 12),
      ],
    ]),
  );
  await api.insert();
  const changes = async (role: 'compliance' | 'officer' | 'viewer') =>
    (await api.get(`/v1/parties/${PARTY}/changes`, role)).body.items as Change[];
  const all = await changes('compliance');
  expect(all.map(({ what }) => what)).toEqual([
    ...['unfreeze', 'freeze', 'unfreeze', 'freeze', 'rating', 'rating', 'profile', 'file', 'file'],
  ]);
  expect(all[3]).toMatchObject({ by: 'u-chief', reason: '核查', until: new Date(NOW).toISOString() });
  expect(all[4]?.fields).toEqual([
    { field: 'grade', before: 'C', after: 'D', hidden: false },
    { field: 'limitScalePercent', before: 50, after: 20, hidden: false },
    { field: 'overdueDaysMax', before: null, after: 33, hidden: false },
  ]);
  expect(all[6]).toMatchObject({ by: 'u-zhang', status: 'requested' });
  expect(all[7]?.fields).toEqual([
    { field: 'name', before: file.name, after: '新名', hidden: false },
    { field: 'tags', before: [], after: ['vip'], hidden: false },
  ]);
  expect(api.readings).toMatchObject([{ party: PARTY, by: 'compliance', what: 'GET /v1/parties/:id/changes' }]);

  expect((await changes('officer')).map(({ what }) => what)).toEqual(['rating', 'rating', 'profile', 'file', 'file']);
  const viewed = await changes('viewer');
  expect(JSON.stringify(viewed)).not.toContain('新名');
  expect(viewed[3]?.fields[0]).toEqual({ field: 'name', before: null, after: null, hidden: true } satisfies Json);
  expect(api.readings).toHaveLength(2);
  expect((await api.get(`/v1/parties/${PARTY}/changes`, 'intake')).status).toBe(403);
});
