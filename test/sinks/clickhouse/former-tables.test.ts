/** Tables of an earlier build are brought to this one while an insert is open: each row counts once, however it is read. */
import { expect, it } from 'vitest';
import type { ClickHouseClient } from '../../../runtime/clickhouse.ts';
import { decisionRecord } from '../../../schemas/decision.ts';
import { transferRecord } from '../../../schemas/events/transfer.ts';
import { migrate } from '../../../sinks/clickhouse/migrate.ts';
import { type Bench, openBench } from '../../support/clickhouse.ts';
import { eventually } from '../../support/eventually.ts';
import { formerMigrations } from '../../support/former-tables.ts';
import { blocks, entry, outputs } from '../../support/records.ts';

const PARTITION = 0;
const ABROAD = { ...transferRecord.example.creditor, country: 'SG' };

/** One leg of each of some parties, and a rejection. */
async function append(bench: Bench, round: number): Promise<void> {
  const parties = ['C-3', 'C-1', 'C-2'];
  const legs = parties.map((subject) =>
    entry<'transfers'>(
      { ...transferRecord.example, transferId: `T-${round}-${subject}`, status: 'submitted', creditor: ABROAD },
      { subject, role: 'payer' },
    ),
  );
  await bench.append(blocks('transfers', PARTITION, [legs]));
  const decision = { ...decisionRecord.example, transferId: `T-${round}-C-1`, debtor: 'C-1', creditor: 'C-9' };
  await bench.append(outputs('decisions', PARTITION, [{ ...decision, outcome: 'reject' }]));
}

/** Inserts until an insert into the table went through whose answer was lost, and stops there. */
async function insertAndLose(bench: Bench, table: string): Promise<void> {
  const { write } = bench.clickhouse;
  let lost = 0;
  const command: ClickHouseClient['command'] = async (params) => {
    if (lost > 0) lost++;
    else {
      await write.command(params);
      if (!params.query.startsWith(`INSERT INTO ${table} `)) return { query_id: '', response_headers: {} };
      lost = 1;
    }
    throw new Error('connection reset');
  };
  const sink = bench.sink({ client: { command } as ClickHouseClient });
  await eventually('the insert has been tried again', () => lost > 1);
  await sink.stop();
}

it.each(['decisions', 'entries'])('an insert into %s that is open meanwhile counts once', async (table) => {
  const bench = await openBench(1, formerMigrations());
  await append(bench, 0);
  await insertAndLose(bench, table);
  await append(bench, 1);
  const sink = bench.sink({ prepare: () => migrate(bench.clickhouse.write) });
  await sink.caughtUp();
  await append(bench, 2);
  await sink.caughtUp();
  await sink.stop();
  await eventually('what was there lies by subject', async () => {
    return (await bench.rows('SELECT 1 FROM system.mutations WHERE NOT is_done')).length === 0;
  });
  const places = 'count() AS legs, uniqExact(ordinal) AS places, sum(ordinal) AS sum';
  expect(await bench.rows(`SELECT ${places} FROM entries`)).toEqual([{ legs: 9, places: 9, sum: 45 }]);
  const ofOne = `SELECT ${places} FROM entries WHERE log_partition = ${PARTITION} AND subject = 'C-2'`;
  for (const projections of [0, 1]) {
    expect(await bench.rows(`${ofOne} SETTINGS optimize_use_projections = ${projections}`)).toEqual([
      { legs: 3, places: 3, sum: 18 },
    ]);
  }
  expect(await bench.rows('SELECT sum(transfers) AS transfers FROM border_flow_by_hour')).toEqual([{ transfers: 9 }]);
  expect(await bench.rows('SELECT count() AS rows FROM decisions')).toEqual([{ rows: 3 }]);
  expect(await bench.rows('SELECT transfer_id FROM rejections FINAL ORDER BY transfer_id')).toEqual(
    [0, 1, 2].map((round) => ({ transfer_id: `T-${round}-C-1` })),
  );
});
