import { describe, expect, it } from 'vitest';
import { WeirError } from '../../../runtime/errors.ts';
import { type Decision, decisionRecord } from '../../../schemas/decision.ts';
import { eventually } from '../../support/eventually.ts';
import {
  commit,
  decisionOn,
  foldWith,
  refusalOf,
  startHarness,
  stored,
  transferFrom,
  transferJson,
} from './harness.ts';

const WAIT = '/v1/transfers?wait=decision';
/** Far beyond what an answer takes, so that only a wait that is never answered reaches it. */
const LONG = `${WAIT}&timeoutMs=30000`;

describe('waiting for a decision', () => {
  it('answers a single transfer with its decision as JSON', async () => {
    const { send, log } = await startHarness();
    await foldWith(log, 'transfers', ({ event }) => ({
      decision: decisionOn(event, { outcome: 'hold', approvalsRequired: 2 }),
    }));
    const transfer = transferJson();
    const { status, body } = await send(LONG, transfer);
    expect(status).toBe(200);
    expect(body).toEqual(
      decisionRecord.render(decisionOn(transferFrom(transfer), { outcome: 'hold', approvalsRequired: 2 })),
    );
  });

  it('answers a list in its order, with null where a transfer is only monitored', async () => {
    const { send, log } = await startHarness();
    await foldWith(log, 'transfers', ({ event }) =>
      event.status === 'submitted'
        ? { decision: decisionOn(event, { outcome: event.amount.minor > 100 ? 'reject' : 'accept' }) }
        : null,
    );
    const { status, body } = await send(LONG, [
      transferJson({ amount: { minor: 500, currency: 'CNY' } }),
      transferJson({ status: 'settled' }),
      transferJson({ amount: { minor: 50, currency: 'CNY' } }),
    ]);
    expect(status).toBe(200);
    expect(body.decisions.map((one: { outcome: string } | null) => one?.outcome ?? null)).toEqual([
      'reject',
      null,
      'accept',
    ]);
    expect(body.receipts).toHaveLength(3);
  });

  it('answers 202 at once for a transfer that is only monitored', async () => {
    const { send } = await startHarness();
    const { status, body } = await send(LONG, transferJson({ status: 'settled' }));
    expect(status).toBe(202);
    expect(body.receipts).toHaveLength(1);
  });

  it('answers 202 with the receipt when the time is over, and the event is stored', async () => {
    const { send, log } = await startHarness();
    const transfer = transferJson();
    const { status, body } = await send(`${WAIT}&timeoutMs=50`, transfer);
    expect(status).toBe(202);
    expect(body.receipts).toEqual([
      { topic: 'transfers', partition: 0, offset: 0, eventId: `${transfer.transferId}#submitted` },
    ]);
    expect(stored(log, 'transfers')).toHaveLength(1);
  });

  it('answers a list 202 with the decisions that are there', async () => {
    const { send, log } = await startHarness();
    await foldWith(log, 'transfers', ({ event, offset }) => (offset === 0 ? { decision: decisionOn(event) } : null));
    const { status, body } = await send(`${WAIT}&timeoutMs=2500`, [transferJson(), transferJson()]);
    expect(status).toBe(202);
    expect(body.decisions.map((one: unknown) => one !== null)).toEqual([true, false]);
    expect(body.receipts).toHaveLength(2);
  });

  it('answers 422 with the refusal of the fold', async () => {
    const { send, log } = await startHarness();
    await foldWith(log, 'transfers', (read) => refusalOf(read, 'status_impossible', 'Transfer T is cancelled.'));
    const { status, body } = await send(LONG, transferJson());
    expect(status).toBe(422);
    expect(body).toMatchObject({
      type: 'urn:weir:problem:event-refused',
      detail: 'status-impossible: Transfer T is cancelled.',
      errors: [{ path: '', message: 'status-impossible: Transfer T is cancelled.' }],
    });
  });

  it('names the items of a list that were refused, and says that the others were taken', async () => {
    const { send, log } = await startHarness();
    await foldWith(log, 'transfers', (read) =>
      read.offset === 1 ? refusalOf(read, 'event_id_reused', 'Other content.') : { decision: decisionOn(read.event) },
    );
    const { status, body } = await send(LONG, [transferJson(), transferJson(), transferJson()]);
    expect(status).toBe(422);
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual(['/1']);
    expect(body.detail).toContain('The other 2 were stored and taken.');
  });

  it('answers each of many callers with the decision on its own transfer', async () => {
    const { send, log } = await startHarness();
    await foldWith(log, 'transfers', ({ event }) => ({ decision: decisionOn(event) }));
    const transfers = Array.from({ length: 200 }, () => transferJson());
    const answers = await Promise.all(transfers.map((transfer) => send(LONG, transfer)));
    expect(answers.map(({ body }) => body.transferId)).toEqual(transfers.map(({ transferId }) => transferId));
  });

  it('takes only waits that it knows', async () => {
    const { send, ends } = await startHarness();
    const before = ends();
    for (const query of ['wait=alert', 'wait=decision&timeoutMs=0', 'wait=decision&timeoutMs=30001', 'wiat=decision']) {
      expect((await send(`/v1/transfers?${query}`, transferJson())).status, query).toBe(400);
    }
    expect(ends()).toEqual(before);
  });
});

describe('a repeat', () => {
  /** As the fold does: a repeat is passed by in silence. */
  const foldOnce = async (log: Parameters<typeof foldWith>[0]) => {
    const seen = new Map<string, number>();
    await foldWith(log, 'transfers', (read) => {
      const { transferId, amount } = read.event;
      const before = seen.get(transferId);
      seen.set(transferId, before ?? amount.minor);
      if (before === undefined) return { decision: decisionOn(read.event) };
      return before === amount.minor
        ? null
        : refusalOf(read, 'event_id_reused', 'The same eventId came with other content.');
    });
  };

  it('is answered from the stored decision, long before the deadline', async () => {
    const { send, log } = await startHarness();
    await foldOnce(log);
    const transfer = transferJson();
    const first = await send(LONG, transfer);
    const second = await send(LONG, transfer);
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
  });

  it('is answered with the revision in force', async () => {
    const { send, log } = await startHarness();
    await foldOnce(log);
    const transfer = transferJson();
    await send(LONG, transfer);
    const approved = decisionOn(transferFrom(transfer), { revision: 2, eventId: 'A-1', by: 'u-li' });
    await commit(log, { decision: approved });
    const answer = await eventually('the second revision to be told', async () => {
      const { body } = await send(LONG, transfer);
      return body.revision === 2 ? body : false;
    });
    expect(answer).toEqual(decisionRecord.render(approved));
  });

  it('with another amount gets the refusal, never the decision on the first', async () => {
    const { send, log } = await startHarness();
    await foldOnce(log);
    const transfer = transferJson();
    await send(LONG, transfer);
    const { status, body } = await send(LONG, { ...transfer, amount: { minor: 999_999, currency: 'CNY' } });
    expect(status).toBe(422);
    expect(body.detail).toContain('event-id-reused');
  });

  it('sent at the same time with another amount is told apart as well', async () => {
    const { send, log } = await startHarness();
    await foldOnce(log);
    const transfer = transferJson();
    const other = { ...transfer, amount: { minor: 999_999, currency: 'CNY' } };
    const answers = await Promise.all([send(LONG, transfer), send(LONG, other)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
  });

  it('of what is older than the recent decisions is answered from ClickHouse', async () => {
    const transfer = transferJson();
    const kept = decisionOn(transferFrom(transfer), { outcome: 'hold' });
    const asked: string[][] = [];
    const { send } = await startHarness({
      lookUp: async (transferIds) => {
        asked.push([...transferIds]);
        return [{ ...kept, revision: 3, eventId: 'A-1', outcome: 'accept' }, kept];
      },
    });
    const { status, body } = await send(LONG, transfer);
    expect(status).toBe(200);
    expect(body).toMatchObject({ transferId: transfer.transferId, revision: 3, outcome: 'accept' });
    expect(asked).toEqual([[transfer.transferId]]);
  });

  it('waits its time, and gets its receipt, while ClickHouse does not answer', async () => {
    const { send } = await startHarness({
      lookUp: async (): Promise<readonly Decision[]> => {
        throw new WeirError('SINK_UNAVAILABLE', 'ClickHouse does not answer.');
      },
    });
    expect((await send(`${WAIT}&timeoutMs=600`, transferJson())).status).toBe(202);
  });
});
