import { describe, expect, it } from 'vitest';
import { parseKey } from '../../../producers/http/idempotency.ts';
import { WeirError } from '../../../runtime/errors.ts';
import { DAY_MS } from '../../../schemas/time.ts';
import { decisionOn, foldWith, refusalOf, startHarness, stored, transferJson } from './harness.ts';

const key = (value: string) => ({ headers: { 'idempotency-key': value } });

describe('Idempotency-Key', () => {
  it('gives the first answer again, and stores nothing twice', async () => {
    const { send, log } = await startHarness();
    const transfer = transferJson();
    const first = await send('/v1/transfers', transfer, key('"k-1"'));
    const second = await send('/v1/transfers', transfer, key('"k-1"'));
    expect(first.status).toBe(202);
    expect(second).toMatchObject({ status: 202, body: first.body });
    expect(stored(log, 'transfers')).toHaveLength(1);
  });

  it('with another body is refused', async () => {
    const { send, log } = await startHarness();
    await send('/v1/transfers', transferJson(), key('"k-1"'));
    const second = await send('/v1/transfers', transferJson(), key('"k-1"'));
    expect(second).toMatchObject({ status: 422, body: { type: 'urn:weir:problem:idempotency-reused' } });
    expect(stored(log, 'transfers')).toHaveLength(1);
  });

  it('is refused while the first request is under way', async () => {
    const stuck = Promise.withResolvers<void>();
    const { send } = await startHarness({
      append: async (append, log) => {
        await stuck.promise;
        return log.append(append);
      },
    });
    const transfer = transferJson();
    const requests = [1, 2].map(() => send('/v1/transfers', transfer, key('"k-1"')));
    const early = await Promise.race(requests);
    expect(early).toMatchObject({ status: 409, body: { type: 'urn:weir:problem:idempotency-in-flight' } });
    stuck.resolve();
    expect((await Promise.all(requests)).map(({ status }) => status).sort()).toEqual([202, 409]);
  });

  it('is free again where nothing was stored', async () => {
    let full = true;
    const { send } = await startHarness({
      append: async (append, log) => {
        if (full) throw new WeirError('LOG_FULL', 'The disk is full.');
        return log.append(append);
      },
    });
    const transfer = transferJson();
    expect((await send('/v1/transfers', { ...transfer, kind: 'gift' }, key('"k-1"'))).status).toBe(400);
    expect((await send('/v1/transfers', transfer, key('"k-1"'))).status).toBe(503);
    full = false;
    expect((await send('/v1/transfers', transfer, key('"k-1"'))).status).toBe(202);
  });

  it('gives decisions and refusals again as well', async () => {
    const { send, log } = await startHarness();
    await foldWith(log, 'transfers', (read) =>
      read.event.amount.minor === 1
        ? refusalOf(read, 'status_impossible', 'No.')
        : { decision: decisionOn(read.event) },
    );
    const path = '/v1/transfers?wait=decision&timeoutMs=30000';
    const [good, bad] = [transferJson(), transferJson({ amount: { minor: 1, currency: 'CNY' } })];
    const first = [await send(path, good, key('"good"')), await send(path, bad, key('"bad"'))];
    const second = [await send(path, good, key('"good"')), await send(path, bad, key('"bad"'))];
    expect(first.map(({ status }) => status)).toEqual([200, 422]);
    expect(second.map(({ status, body }) => [status, body])).toEqual(first.map(({ status, body }) => [status, body]));
    expect(stored(log, 'transfers')).toHaveLength(2);
  });

  it('is each caller’s own, and each address’s', async () => {
    const { send, tokens, log } = await startHarness();
    const transfer = transferJson();
    await send('/v1/transfers', transfer, { ...key('"k-1"'), key: tokens.intake });
    await send('/v1/transfers', transfer, { ...key('"k-1"'), key: tokens.admin });
    expect(stored(log, 'transfers')).toHaveLength(2);
    const activity = { activityId: 'AC-1', at: '2026-03-01T09:00:00+08:00', party: 'C-1', kind: 'login' };
    expect((await send('/v1/activity', activity, { ...key('"k-1"'), key: tokens.intake })).status).toBe(202);
  });

  it('is forgotten after a day', async () => {
    let time = Date.UTC(2026, 2, 1);
    const { send, log } = await startHarness({ now: () => time });
    const transfer = transferJson();
    await send('/v1/transfers', transfer, key('"k-1"'));
    time += DAY_MS;
    await send('/v1/transfers', transfer, key('"k-1"'));
    expect(stored(log, 'transfers')).toHaveLength(1);
    time += 1;
    await send('/v1/transfers', transfer, key('"k-1"'));
    expect(stored(log, 'transfers')).toHaveLength(2);
  });

  it.each([
    ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['  "with \\"quotes\\" and \\\\"', 'with "quotes" and \\'],
    ['""', null],
    ['', null],
    ['"open', null],
    ['two words', null],
    [`"${'k'.repeat(256)}"`, null],
    ['"ключ"', null],
  ])('reads %s', (header, expected) => {
    expect(parseKey(header)).toBe(expected);
  });

  it('that is none is refused, and nothing is stored', async () => {
    const { send, ends } = await startHarness();
    const before = ends();
    expect((await send('/v1/transfers', transferJson(), key('two words'))).status).toBe(400);
    expect(ends()).toEqual(before);
  });
});
