import { expect, it } from 'vitest';
import { customerRecord } from '../../../schemas/events/customer.ts';
import { transferRecord } from '../../../schemas/events/transfer.ts';
import { blocks, entry, outputs } from '../../support/records.ts';
import { alert, leg, NOW, OWN, openApi, PARTY } from './harness.ts';

const { debtor, creditor } = transferRecord.example;
const file = { ...customerRecord.example, customerId: PARTY, at: NOW, taxNumber: '91310000MA1K3YXX0X' };

it('is masked for who only looks on, and each reading of it by others is noted before it is told', async () => {
  const api = await openApi();
  await api.append(blocks('transfers', OWN, [[leg('T-1')]]));
  await api.append(blocks('customers', OWN, [[entry<'customers'>(file, { subject: PARTY, role: 'holder' })]]));
  const open = alert(1, { alertId: `velocity:${PARTY}:1`, subject: PARTY, rule: 'velocity', restricted: false });
  await api.append(outputs('alerts', OWN, [open]));
  await api.insert();
  const paths = [`/v1/parties/${PARTY}`, `/v1/alerts/${open.alertId}`];
  const personal = [debtor.account, debtor.name, creditor.account, creditor.name] as string[];
  for (const path of paths) {
    const text = JSON.stringify((await api.get(path, 'viewer')).body);
    for (const one of [...personal, file.taxNumber, ...file.accounts]) expect(text, path).not.toContain(one);
    expect(text).toContain(`****${debtor.account.slice(-4)}`);
  }
  expect(api.readings).toEqual([]);
  for (const role of ['officer', 'approver', 'compliance', 'admin'] as const) {
    for (const path of paths) {
      const text = JSON.stringify((await api.get(path, role)).body);
      for (const one of personal) expect(text, path).toContain(one);
    }
  }
  const by = (name: string) =>
    ['GET /v1/parties/:id', 'GET /v1/alerts/:id'].map((what) => ({
      party: PARTY,
      by: name,
      device: null,
      session: null,
      what,
    }));
  expect(api.readings).toEqual(['officer', 'approver', 'compliance', 'admin'].flatMap(by));
  expect((await api.get('/v1/parties/nobody', 'officer')).status).toBe(404);
  expect(api.readings).toHaveLength(8);
});
