/** Changing a rule over HTTP, on a whole process: from the request to what judges by it, and to who changed what when. */
import { expect, it } from 'vitest';
import { largeTransfer } from '../support/console.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ADMIN_KEY, DECIDED, type RunningWeir, startWeir } from '../support/running-weir.ts';

interface Rules {
  readonly revision: number;
  readonly items: readonly {
    readonly id: string;
    readonly options: readonly { readonly name: string; value: unknown }[];
  }[];
}
interface Changes {
  readonly items: readonly { readonly rule: string; readonly reason: string; readonly changes: readonly unknown[] }[];
  readonly switchedOff: readonly string[];
}

const SMALL = { minor: 25_000_000, currency: 'CNY' };

async function rulesOf(weir: RunningWeir): Promise<Rules> {
  return (await weir.ask('/v1/rules')).body as Rules;
}

async function changesOf(weir: RunningWeir): Promise<Changes> {
  return (await weir.ask('/v1/rule-changes')).body as Changes;
}

it('changes one rule for everybody who judges, if it was made on what is in force and is valid, and tells of it', async () => {
  const weir = await startWeir({ dataDir: temporaryFolder() });
  const { revision } = await rulesOf(weir);
  const change = { revision, options: { limit: SMALL } };
  const path = '/v1/rules/limit-transaction';
  const option = {
    what: 'option',
    name: 'limit',
    when: null,
    before: { minor: 500_000_000, currency: 'CNY' },
    after: SMALL,
  };

  const preview = await weir.ask(`${path}/preview`, change);
  expect(preview).toEqual({ status: 200, body: { revision, changes: [option] } });
  expect((await rulesOf(weir)).revision).toBe(revision);

  const { status, body } = await weir.ask(`${path}/settings`, { ...change, reason: '收紧' });
  expect({ status, body }).toMatchObject({ status: 200, body: { changes: [option] } });
  const after = await rulesOf(weir);
  expect(after.revision).toBe((body as { revision: number }).revision);
  const limit = after.items.find(({ id }) => id === 'limit-transaction')?.options.find(({ name }) => name === 'limit');
  expect(limit?.value).toEqual(SMALL);
  const { body: decided } = await weir.ask(DECIDED, largeTransfer('T-1'));
  expect(decided).toMatchObject({ outcome: 'reject' });

  // Somebody else looked before that, and would undo it unseen.
  const stale = await weir.ask(`${path}/settings`, { ...change, reason: 'later' });
  expect(stale).toMatchObject({ status: 409, body: { type: 'urn:weir:problem:conflict' } });
  const same = await weir.ask(`${path}/settings`, { ...change, revision: after.revision, reason: 'again' });
  expect(same).toMatchObject({ status: 400, body: { type: 'urn:weir:problem:request-invalid' } });
  expect((await weir.ask('/v1/rules/nonsense/preview', { revision: after.revision })).status).toBe(404);

  await weir.ask('/v1/control', { kind: 'rule-switch', rule: 'velocity', enabled: false, reason: '误报过多' });
  await eventually('both changes are told', async () => {
    const { items, switchedOff } = await changesOf(weir);
    return switchedOff.includes('velocity') && items.some(({ rule }) => rule === 'limit-transaction');
  });
  const { items, switchedOff } = await changesOf(weir);
  expect(items).toEqual([
    {
      ...{ rule: 'velocity', at: expect.any(String), by: 'admin', reason: '误报过多' },
      changes: [{ what: 'switch', name: null, when: null, before: true, after: false }],
    },
    { rule: 'limit-transaction', at: expect.any(String), by: 'admin', reason: '收紧', changes: [option] },
  ]);
  expect(switchedOff).toEqual(['velocity']);
  await weir.ask('/v1/control', { kind: 'rule-switch', rule: 'velocity', enabled: true, reason: '已核实' });
  await eventually('it is on again', async () => (await changesOf(weir)).switchedOff.length === 0);
  expect((await changesOf(weir)).items).toHaveLength(3);
  await exempts(weir);
  await refusesByField(weir);
});

/** One subject, from then on until an end, by the word of who asked for it. */
async function exempts(weir: RunningWeir): Promise<void> {
  const { revision } = await rulesOf(weir);
  const exemption = { subject: 'C-1001', reason: '集团内部', until: '2099-01-01T00:00:00Z' };
  const path = '/v1/rules/limit-transaction';
  const change = { revision, exemptions: [exemption], reason: '集团内部' };
  const { body } = await weir.ask(`${path}/settings`, change);
  expect(body).toMatchObject({ changes: [{ what: 'exemptions', before: 0, after: 1 }] });
  const after = (body as { revision: number }).revision;
  expect(await weir.ask(`${path}/exemptions`)).toEqual({
    status: 200,
    body: { revision: after, items: [{ ...exemption, by: 'admin' }] },
  });
  const { body: decided } = await weir.ask('/v1/transfers?wait=decision', largeTransfer('T-2'));
  expect(decided).toMatchObject({ outcome: 'hold' });
  const nobody = { revision: after, exemptions: [{ reason: 'x', until: exemption.until }] };
  expect(await weir.ask(`${path}/preview`, nobody)).toMatchObject({ status: 400 });
}

/** In the language of who asks, and nothing is changed. */
async function refusesByField(weir: RunningWeir): Promise<void> {
  const { revision } = await rulesOf(weir);
  const refused = async (rule: string, change: object, language: string) => {
    const response = await fetch(`${weir.address}/v1/rules/${rule}/settings`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        'content-type': 'application/json',
        'accept-language': language,
      },
      body: JSON.stringify({ revision, reason: 'x', ...change }),
    });
    const { detail, errors } = (await response.json()) as { detail: string; errors: unknown };
    return { status: response.status, detail, errors };
  };
  expect(await refused('velocity', { options: { count: 1 } }, 'zh-CN')).toEqual({
    status: 400,
    detail: '有 1 处设置无效，原设置继续生效。',
    errors: [{ path: '/options/count', message: '不得小于 2' }],
  });
  expect(await refused('velocity', { options: { window: '90d' } }, 'zh-CN')).toMatchObject({
    errors: [{ path: '/options', message: '回看时长 90d 超过历史保留时长 31d' }],
  });
  const crossed = { options: { warnPercent: 99, alertPercent: 90 } };
  expect(await refused('credit-utilisation', crossed, 'zh')).toMatchObject({
    errors: [{ path: '/options/alertPercent', message: '不得低于预警使用率（warnPercent）' }],
  });
  const dollars = { segments: [{ when: { kind: 'person' }, options: { limit: { minor: 1, currency: 'USD' } } }] };
  expect(await refused('limit-day', dollars, 'zh')).toMatchObject({
    errors: [{ path: '/segments/0/options/limit/currency', message: '须为本位币 CNY，现为 USD' }],
  });
  expect(await refused('limit-day', dollars, 'en')).toMatchObject({
    errors: [{ message: 'must be the base currency CNY, is USD' }],
  });
  expect(await refused('velocity', { options: { cuont: 1 } }, 'zh')).toMatchObject({
    errors: [{ path: '/options/cuont', message: '未知项；可用项：count, window' }],
  });
  expect((await rulesOf(weir)).revision).toBe(revision);
}
