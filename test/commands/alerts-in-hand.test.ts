/** Alerts, approvals and an emergency, from the API of a whole process to a replay of it. */
import { expect, it } from 'vitest';
import { transferRecord } from '../../schemas/events/transfer.ts';
import { runWeir } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';
import { DECIDED, type RunningWeir, startWeir } from '../support/running-weir.ts';

type Json = { readonly [name: string]: unknown };

function transfer(transferId: string, fields: Json = {}) {
  const { purpose: _, ...example } = transferRecord.render(transferRecord.example);
  return { ...example, transferId, at: new Date().toISOString(), amount: { minor: 100, currency: 'CNY' }, ...fields };
}

async function decide(weir: RunningWeir, transferId: string, fields: Json = {}): Promise<unknown> {
  const { body } = await weir.ask(DECIDED, transfer(transferId, fields));
  return (body as Json).outcome;
}

async function alerts(weir: RunningWeir, query: string): Promise<Json[]> {
  return ((await weir.ask(`/v1/alerts?${query}`)).body as { items: Json[] }).items;
}

it('are worked on by people, judged at once, and come out of a replay the same', async () => {
  const dataDir = temporaryFolder();
  const weir = await startWeir({ dataDir });
  for (let index = 0; index < 6; index++) await decide(weir, `T-${index}`);
  const [alert] = await eventually('the alert is in ClickHouse', async () => {
    const found = await alerts(weir, 'rule=velocity');
    return found.length > 0 ? found : null;
  });
  const step = (fields: Json, waitMs = 500) =>
    weir.ask(`/v1/alert-actions?wait=refusal&timeoutMs=${waitMs}`, { alertId: alert?.id, ...fields });
  expect((await step({ action: 'assign', assignee: 'wang' })).status).toBe(202);
  expect((await step({ action: 'reopen' }, 10_000)).status).toBe(422);
  expect((await step({ action: 'close', resolution: 'false-positive', reason: '工资代发' })).status).toBe(202);
  const closed = await eventually('the alert is closed', async () => {
    const found = await alerts(weir, 'rule=velocity&closed=true&assignee=wang');
    return found[0] ?? null;
  });
  expect(closed).toMatchObject({ id: alert?.id, resolution: 'false-positive', by: 'admin', revision: 3 });

  const big = { amount: { minor: 120_000_000, currency: 'CNY' }, maker: 'u-zhang', batch: 'B-1' };
  const payers = ['C-5001', 'C-5002'].map((party) => ({ party, account: `acc-${party}` }));
  for (const [index, debtor] of payers.entries()) {
    expect(await decide(weir, `B-${index}`, { ...big, debtor })).toBe('hold');
  }
  await eventually('both are in ClickHouse', async () => {
    const { body } = await weir.ask('/v1/decisions?waiting=true&batch=B-1');
    return (body as { items: Json[] }).items.length === 2 ? true : null;
  });
  const stopped = await weir.ask('/v1/control', { kind: 'stop-payouts', reason: '应急演练' });
  const [{ eventId: measure }] = (stopped.body as { receipts: [{ eventId: string }] }).receipts;
  await eventually('the stop is folded', async () =>
    (await decide(weir, `S-${Date.now()}`, { debtor: payers[0] })) === 'reject' ? true : null,
  );
  await eventually('the stop is listed', async () => {
    const { body } = await weir.ask('/v1/emergency');
    return (body as { items: Json[] }).items.some((one) => one.measure === measure) ? true : null;
  });
  await runWeir(['undo', measure, '--by', 'chen', '--reason', 'drill is over'], { dataDir });
  await eventually('the stop is undone', async () =>
    (await decide(weir, `U-${Date.now()}`, { debtor: payers[1] })) === 'accept' ? true : null,
  );
  const word = { batch: 'B-1', transfers: 2, action: 'approve', note: '已核对' };
  const approvals = await weir.ask('/v1/approvals?wait=decision&timeoutMs=30000', word);
  const { decisions } = approvals.body as { decisions: Json[] };
  expect(decisions.map(({ outcome, batch }) => [outcome, batch])).toEqual([
    ['hold', 'B-1'],
    ['hold', 'B-1'],
  ]);
  const verified = await runWeir(['replay', '--verify'], { dataDir });
  expect([verified.exitCode, verified.errors]).toEqual([0, '']);
  await weir.end('SIGTERM');
});
