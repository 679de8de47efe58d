import { describe, expect, it } from 'vitest';
import { type Decision, decisionRecord } from '../../../schemas/decision.ts';
import type { Approval } from '../../../schemas/events/approval.ts';
import { eventually } from '../../support/eventually.ts';
import {
  commit,
  decisionOn,
  decisionOnApproval,
  foldWith,
  type HarnessOptions,
  refusalOf,
  startHarness,
  stored,
  transferFrom,
  transferJson,
} from './harness.ts';

const NOON = Date.UTC(2026, 2, 1, 4);

/** A held transfer whose decision is in the log, and known to the index. */
async function startWithHeld(options: HarnessOptions = {}) {
  const harness = await startHarness({ now: () => NOON, ...options });
  const transfer = transferFrom(transferJson());
  const held = decisionOn(transfer, { outcome: 'hold', approvalsRequired: 1 });
  await commit(harness.log, { decision: held });
  const { transferId } = transfer;
  await eventually('the index to know the decision', async () =>
    (await harness.index.latest([transferId])).get(transferId),
  );
  return { ...harness, transferId, held };
}

function approve(transferId: string, changes: { readonly [field: string]: unknown } = {}) {
  return { transferId, revision: 1, action: 'approve', ...changes };
}

describe('approvals over HTTP', () => {
  it('carry who said it, where and when from the caller, and the payer from the decision', async () => {
    const { send, tokens, log, transferId, held } = await startWithHeld();
    const headers = { 'weir-device': 'dev-7', 'weir-session': 's-9' };
    const { status, body } = await send('/v1/approvals', approve(transferId, { note: '合同已核对' }), {
      key: tokens.approver,
      headers,
    });
    expect(status).toBe(202);
    const [approval] = stored(log, 'approvals');
    expect(approval).toEqual({
      approvalId: body.receipts[0].eventId,
      at: NOON,
      transferId,
      revision: 1,
      action: 'approve',
      subject: held.debtor,
      by: 'u-approver',
      roles: ['approver'],
      device: 'dev-7',
      session: 's-9',
      note: '合同已核对',
    });
  });

  it('tell the departments of who approves, and that an administrator may', async () => {
    const { send, keys, tokens, log, transferId } = await startWithHeld();
    const wanted = { name: 'u-zhao', roles: ['approver' as const], departments: ['finance'] };
    const finance = (await keys.create(wanted, null)).key;
    await send('/v1/approvals', approve(transferId), { key: finance });
    await send('/v1/approvals', approve(transferId), { key: tokens.admin });
    expect(stored(log, 'approvals').map(({ by, roles }) => ({ by, roles }))).toEqual([
      { by: 'u-zhao', roles: ['approver', 'finance'] },
      { by: 'u-admin', roles: ['admin', 'approver'] },
    ]);
  });

  it.each(['by', 'roles', 'device', 'session', 'at', 'subject'])('refuse `%s` in the body', async (field) => {
    const { send, tokens, ends, transferId } = await startWithHeld();
    const before = ends();
    const { status, body } = await send('/v1/approvals', approve(transferId, { [field]: 'u-wang' }), {
      key: tokens.approver,
    });
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { path: `/${field}`, message: 'is known to the server and is never a field of the body' },
    ]);
    expect(ends()).toEqual(before);
  });

  it('refuse a device that is no id', async () => {
    const { send, tokens, transferId } = await startWithHeld();
    const answer = await send('/v1/approvals', approve(transferId), {
      key: tokens.approver,
      headers: { 'weir-device': 'a b' },
    });
    expect(answer.status).toBe(400);
  });

  it('are for approvers: intake and viewers may not', async () => {
    const { send, tokens, ends, transferId } = await startWithHeld();
    const before = ends();
    for (const key of [tokens.intake, tokens.viewer]) {
      expect((await send('/v1/approvals', approve(transferId), { key })).status).toBe(403);
    }
    expect(ends()).toEqual(before);
  });

  it('on an unknown transfer get 404, all of a list with them', async () => {
    const { send, tokens, ends, transferId } = await startWithHeld();
    const before = ends();
    const { status, body } = await send('/v1/approvals', [approve(transferId), approve('T-unheard-of')], {
      key: tokens.approver,
    });
    expect(status).toBe(404);
    expect(body.errors).toEqual([{ path: '/1/transferId', message: 'no decision on T-unheard-of is known' }]);
    expect(ends()).toEqual(before);
  });

  it('find older decisions in ClickHouse', async () => {
    const older = decisionOn(transferFrom(transferJson({ transferId: 'T-older' })), { debtor: 'C-77' });
    const { send, tokens, log } = await startWithHeld({
      lookUp: async (transferIds) => (transferIds.includes('T-older') ? [older] : []),
    });
    expect((await send('/v1/approvals', approve('T-older'), { key: tokens.approver })).status).toBe(202);
    expect(stored(log, 'approvals')[0]?.subject).toBe('C-77');
  });

  it('are the same message when the same person says the same again', async () => {
    const { send, keys, tokens, transferId } = await startWithHeld();
    const other = (await keys.create({ name: 'u-zhao', roles: ['approver'] }, null)).key;
    const idOf = async (body: unknown, key: string) =>
      (await send('/v1/approvals', body, { key })).body.receipts[0].eventId;
    const first = await idOf(approve(transferId), tokens.approver);
    expect(await idOf(approve(transferId, { note: 'again' }), tokens.approver)).toBe(first);
    expect(await idOf(approve(transferId), other)).not.toBe(first);
    expect(await idOf(approve(transferId, { action: 'deny' }), tokens.approver)).not.toBe(first);
    expect(await idOf(approve(transferId, { approvalId: 'A-1' }), tokens.approver)).toBe('A-1');
  });

  it.each([
    ['the approval', (approval: Approval) => approval.approvalId],
    ['the transfer', (_: Approval, held: Decision) => held.eventId],
  ])(
    'wait for the revision that they bring, kept under the event of %s, or for their refusal',
    async (_, eventIdOf) => {
      const { send, tokens, log, transferId, held } = await startWithHeld();
      await foldWith(log, 'approvals', (read) =>
        read.event.by === 'u-approver'
          ? {
              decision: decisionOnApproval(read.event, held, {
                outcome: 'accept',
                eventId: eventIdOf(read.event, held),
              }),
            }
          : refusalOf(read, 'approval_by_maker', 'u-admin entered the transfer.'),
      );
      const ask = (key: string) => send('/v1/approvals?wait=decision&timeoutMs=30000', approve(transferId), { key });
      const refused = await ask(tokens.admin);
      expect(refused).toMatchObject({
        status: 422,
        body: { detail: 'approval-by-maker: u-admin entered the transfer.' },
      });
      const approved = await ask(tokens.approver);
      expect(approved.status).toBe(200);
      expect(approved.body).toEqual({
        ...decisionRecord.render(held),
        revision: 2,
        eventId: expect.any(String),
        outcome: 'accept',
        by: 'u-approver',
      });
    },
  );
});

describe('a word on a whole batch', () => {
  const waiting = ['T-1', 'T-2'].map((transferId, index) => ({
    ...decisionRecord.example,
    transferId,
    revision: index + 1,
    debtor: `C-${index}`,
    batch: 'B-1',
  }));
  const word = { batch: 'B-1', transfers: 2, action: 'approve', note: '工资已核对' };

  async function startWithBatch() {
    const lookUpWaiting = async (batch: string, limit: number) =>
      waiting.filter((one) => one.batch === batch).slice(0, limit);
    return startHarness({ now: () => NOON, lookUpWaiting, lookUp: async () => waiting });
  }

  it('is one on each of its transfers that wait, as the person saw them, stored together', async () => {
    const { send, tokens, log } = await startWithBatch();
    const { status, body } = await send('/v1/approvals', word, { key: tokens.approver });
    expect([status, body.receipts.length]).toEqual([202, 2]);
    expect(stored(log, 'approvals')).toMatchObject([
      { transferId: 'T-1', revision: 1, subject: 'C-0', action: 'approve', by: 'u-approver', note: '工资已核对' },
      { transferId: 'T-2', revision: 2, subject: 'C-1', action: 'approve', by: 'u-approver', note: '工资已核对' },
    ]);
  });

  it.each([
    ['another number of transfers', { ...word, transfers: 3 }, 409],
    ['a batch of which nothing waits', { ...word, batch: 'B-2' }, 404],
    ['no number of transfers', { batch: 'B-1', action: 'deny' }, 400],
    ['a person', { ...word, by: 'u-boss' }, 400],
  ])('is refused where it names %s, and nothing is stored', async (_what, body, status) => {
    const { send, ends, tokens } = await startWithBatch();
    const before = ends();
    expect((await send('/v1/approvals', body, { key: tokens.approver })).status).toBe(status);
    expect(ends()).toEqual(before);
  });
});
