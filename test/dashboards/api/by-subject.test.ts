/**
 * What a party's page and an alert's page read: the rows of their subject and few others, however many there are; and of
 * tables that an earlier build made in the order of arrival, the same answers as of today's.
 */
import { describe, expect, it } from 'vitest';
import { deadLetterRecord } from '../../../schemas/dead-letter.ts';
import { transferRecord } from '../../../schemas/events/transfer.ts';
import { HOUR_MS, MINUTE_MS } from '../../../schemas/time.ts';
import { type Migration, migrate, readMigrations } from '../../../sinks/clickhouse/migrate.ts';
import { eventually } from '../../support/eventually.ts';
import { formerMigrations } from '../../support/former-tables.ts';
import { blocks, outputs } from '../../support/records.ts';
import { type Api, alert, decision, type Json, leg, NOW, OWN, openApi, PARTY } from './harness.ts';

const ALERT = 'pass-through:C-1001:3';
const OTHERS = 2_000;
const ROWS = 200_000;
/** A granule or two of each part, for each of the few statements that a page takes. */
const READ_MAX = 60_000;
const TABLES: readonly (readonly [string, readonly Migration[], ordered: boolean])[] = [
  ['of this build', readMigrations(), true],
  ['in the order of arrival', formerMigrations(), false],
];

/** Rows that ClickHouse has read in this process for whoever asked. */
async function selected(api: Api): Promise<number> {
  const rows = await api.rows<{ value: number }>("SELECT value FROM system.events WHERE event = 'SelectedRows'");
  return Number(rows[0]?.value ?? 0);
}

/** What the pages read that `asking` asks for. */
async function rowsRead(api: Api, asking: () => Promise<unknown>): Promise<number> {
  const before = await selected(api);
  await asking();
  return (await selected(api)) - before;
}

/** Brings the tables to this build, and waits until ClickHouse has ordered what was there. */
async function upgrade(api: Api): Promise<void> {
  await migrate(api.clickhouse.write);
  await eventually('what was there lies by subject', async () => {
    const [row] = await api.rows<{ open: number }>('SELECT count() AS open FROM system.mutations WHERE NOT is_done');
    return Number(row?.open) === 0;
  });
}

/** Many legs and decisions in the partition of the party, nearly all of others, as they arrive in turns. */
async function fillPartition({ clickhouse: { write } }: Api): Promise<void> {
  // One in a thousand is of the party, so that it has rows wherever rows lie as they came.
  const whose = `if(number % 1000 = 0, '${PARTY}', concat('C-', toString(number % ${OTHERS}), 'x'))`;
  const at = `fromUnixTimestamp64Milli(${NOW - HOUR_MS} + number)`;
  await write.command({
    query: `
INSERT INTO entries (log_partition, ordinal, subject_kind, subject, role, at, seen, logged, transfer_id, status, amount_minor, currency)
SELECT ${OWN}, 1000000 + number, 'party', ${whose}, 'payer', ${at}, ${at}, ${at}, concat('O-', toString(number)), 'submitted', 100, 'CNY'
FROM numbers(${ROWS})`,
  });
  await write.command({
    query: `
INSERT INTO decisions (log_partition, log_offset, transfer_id, revision, outcome, at, seen, logged, status, debtor, currency)
SELECT ${OWN}, 1000000 + number, concat('O-', toString(number)), 1, 'accept', ${at}, ${at}, ${at}, 'submitted', ${whose}, 'CNY'
FROM numbers(${ROWS})`,
  });
}

/** Legs of the party, some late, repeated, refused, settled in part or rejected later, and an alert that several hit. */
async function tell(api: Api, round: number): Promise<void> {
  const { at } = transferRecord.example;
  const name = (number: number) => `T-${round}-${number}`;
  const times = [0, -26 * HOUR_MS, 5_000, -MINUTE_MS, 9_000, 9_000];
  const legs = times.map((one, number) => leg(name(number), { at: at + one }, { seen: at + 10_000 }));
  const settled = leg(name(0), {
    status: 'partially_settled',
    eventId: `E-${round}`,
    amount: { minor: 70, currency: 'CNY' },
  });
  const refused = leg(name(9), {}, { sourceOffset: 70 + round });
  const device = leg(name(7), {}, { subject: 'D-1', subjectKind: 'device', role: 'device' });
  await api.append(blocks('transfers', OWN, [legs, [leg(name(2), { at: at + 5_000 }), settled, refused, device]]));
  await api.append(outputs('dead-letters', OWN, [{ ...deadLetterRecord.example, offset: 70 + round }]));
  const base = { debtor: PARTY, at };
  const held = decision(name(4), { ...base, outcome: 'hold' });
  await api.append(
    outputs('decisions', OWN, [
      ...[0, 1, 2].map((number) => decision(name(number), base)),
      ...[3, 5].map((number) => decision(name(number), { ...base, outcome: 'reject' })),
      // Amended, and good then.
      decision(name(5), { ...base, outcome: 'accept', revision: 2 }),
      ...[held, { ...held, revision: 2, outcome: 'reject' as const }],
    ]),
  );
  await api.append(
    outputs('alerts', OWN, [
      alert(3, {
        alertId: ALERT,
        subject: PARTY,
        revision: 1 + round,
        eventId: `${name(2)}#submitted`,
        at: at + 9_000,
      }),
    ]),
  );
  await api.insert();
}

/** All that the pages say, and what waits and was decided. */
async function told(api: Api): Promise<Json[]> {
  const answers: Json[] = [];
  for (let cursor = ''; ; ) {
    const { status, body } = await api.get(`/v1/parties/${PARTY}?limit=4${cursor}`);
    expect(status).toBe(200);
    answers.push(body);
    const { next } = body.history as { next: string | null };
    if (next === null) break;
    cursor = `&cursor=${next}`;
  }
  for (const path of [`/v1/alerts/${ALERT}`, '/v1/alerts', '/v1/decisions/T-0-4', `/v1/parties/${PARTY}/flow`])
    answers.push((await api.get(path)).body);
  return answers;
}

describe.each(TABLES)('tables %s', (_, migrations, ordered) => {
  it('are read by subject, and not as a whole', async () => {
    const api = await openApi(migrations);
    await tell(api, 0);
    await fillPartition(api);
    const asMade = await rowsRead(api, () => api.rows(`SELECT max(at) FROM entries WHERE subject = '${PARTY}'`));
    expect(asMade < READ_MAX).toBe(ordered);
    await upgrade(api);
    await tell(api, 1);
    const party = await rowsRead(api, () => api.get(`/v1/parties/${PARTY}`));
    expect(party).toBeGreaterThan(0);
    expect(party).toBeLessThan(READ_MAX);
    const page = await rowsRead(api, () => api.get(`/v1/alerts/${ALERT}`));
    expect(page).toBeGreaterThan(0);
    expect(page).toBeLessThan(READ_MAX);
    const flow = await rowsRead(api, () => api.get(`/v1/parties/${PARTY}/flow`));
    expect(flow).toBeGreaterThan(0);
    expect(flow).toBeLessThan(READ_MAX);
  });
});

/** What a build says after two rounds and after a third; one process can hold one ClickHouse, so they tell it in turn. */
let ofThisBuild: Json[][] = [];

it('tell all of a party, its alert and a decision', async () => {
  const api = await openApi();
  for (const round of [0, 1]) await tell(api, round);
  ofThisBuild = [await told(api)];
  await tell(api, 2);
  ofThisBuild.push(await told(api));
  const [{ history, limits }] = ofThisBuild[0] as unknown as [{ history: { items: Json[] }; limits: Json }];
  // Three transfers a round: one was of the month before, two were rejected, one was refused.
  expect(limits.month).toEqual({ month: '2026-03', outgoing: [{ minor: 6 * 1_234_500, currency: 'CNY' }] });
  expect(history.items.map(({ transferId, behindMs }) => [transferId, behindMs])).toEqual([
    ['T-1-0', 9_000],
    ['T-1-5', undefined],
    ['T-1-4', undefined],
    ['T-1-3', 69_000],
  ]);
});

it('tell the same where an earlier build made them', async () => {
  const [afterTwo, afterThree] = ofThisBuild;
  expect(afterThree).toBeDefined();
  const api = await openApi(formerMigrations());
  for (const round of [0, 1]) await tell(api, round);
  await upgrade(api);
  expect(await told(api)).toEqual(afterTwo);
  await tell(api, 2);
  expect(await told(api)).toEqual(afterThree);
});
