/** How the sink goes on: through stops, failures, months and earlier schemas. Crashes have a test of their own. */
import { setTimeout as pause } from 'node:timers/promises';
import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import type { ClickHouseClient } from '../../../runtime/clickhouse.ts';
import { WeirError } from '../../../runtime/errors.ts';
import type { Commit, Committer } from '../../../runtime/log/port.ts';
import { packValues } from '../../../runtime/log/values.ts';
import { type Decision, decisionRecord } from '../../../schemas/decision.ts';
import { type AvroSchema, fingerprintOf, schemaOf } from '../../../schemas/declare.ts';
import { type Transfer, transferRecord } from '../../../schemas/events/transfer.ts';
import { TOPICS } from '../../../schemas/topics.ts';
import { type Bench, openBench } from '../../support/clickhouse.ts';
import { eventually } from '../../support/eventually.ts';
import { blocks, entry, outputs } from '../../support/records.ts';

function decision(number: number, fields: Partial<Decision> = {}): Decision {
  const transferId = `T-${number}`;
  return { ...decisionRecord.example, transferId, eventId: `${transferId}#submitted`, ...fields };
}

function transfer(number: number, fields: Partial<Transfer> = {}): Transfer {
  return { ...transferRecord.example, transferId: `T-${number}`, ...fields };
}

async function insertAll(bench: Bench): Promise<void> {
  const sink = bench.sink();
  await sink.caughtUp();
  await sink.stop();
}

describe('the sink', () => {
  it.each([1, 4])('goes on where it was stopped, %i partitions an insert', async (partitionsPerInsert) => {
    const bench = await openBench();
    for (let round = 0; round < 3; round++) {
      const sink = bench.sink({ partitionsPerInsert });
      for (const partition of [0, 1, 2, 3]) {
        await bench.append(outputs('decisions', partition, [decision(round * 10 + partition)]));
        await bench.append(
          blocks('transfers', partition, [
            [entry(transfer(round * 10 + partition), { subject: 'C-1001', role: 'payer' })],
          ]),
        );
      }
      await sink.caughtUp();
      await sink.stop();
    }
    const [decisions] = await bench.rows(
      'SELECT count() AS rows, uniqExact(transfer_id) AS transfers, max(log_offset) AS last FROM decisions',
    );
    expect(decisions).toEqual({ rows: 12, transfers: 12, last: 2 });
    const [entries] = await bench.rows(
      'SELECT count() AS rows, uniqExact(log_partition, ordinal) AS places, max(ordinal) AS last FROM entries',
    );
    expect(entries).toEqual({ rows: 12, places: 12, last: 3 });
  });

  it('inserts what comes while it runs, without being asked', async () => {
    const bench = await openBench();
    bench.sink();
    for (let round = 0; round < 3; round++) {
      await bench.append(outputs('decisions', round, [decision(round)]));
      await eventually(
        `decision ${round} is there`,
        async () => (await bench.rows('SELECT 1 FROM decisions')).length === round + 1,
      );
    }
  });

  it('waits where the log does not take that all is done, and is not done with it until it does', async () => {
    const bench = await openBench();
    let refusals = 0;
    const committer = (owner: string): Committer => {
      const inner = bench.log.committer(owner);
      const commit = async (given: Commit) => {
        const { open } = JSON.parse(Buffer.from(given.state).toString('utf8')) as { open: unknown };
        if (open === null && refusals++ === 0) throw new WeirError('LOG_UNAVAILABLE', 'no broker answers');
        await inner.commit(given);
      };
      const [fence, confirm, flushed] = [() => inner.fence(), () => inner.confirm(), () => inner.flushed()];
      return { fence, confirm, flushed, commit, release: () => inner.release() };
    };
    const log = new Proxy(bench.log, {
      get: (target, name) => {
        if (name === 'committer') return committer;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const sink = bench.sink({ log });
    await bench.append(outputs('decisions', 0, [decision(1)]));
    await sink.caughtUp();
    await eventually('it is written down that all is done', async () => {
      const { state } = await bench.log.committed('clickhouse');
      return refusals > 1 && (JSON.parse(state.toString('utf8')) as { open: unknown }).open === null;
    });
    await sink.stop();
  });

  it('waits while ClickHouse fails, tells so, and catches up', async () => {
    const bench = await openBench();
    let failures = 0;
    let down = true;
    const command: ClickHouseClient['command'] = (params) => {
      if (!down) return bench.clickhouse.write.command(params);
      failures++;
      return Promise.reject(new Error('connection refused'));
    };
    const sink = bench.sink({ client: { command } as ClickHouseClient });
    await bench.append(outputs('decisions', 0, [decision(1), decision(2)]));
    await eventually('it has tried', () => failures >= 3);
    expect(sink.lag()).toMatchObject({ records: 2, byTopic: { decisions: 2 }, failing: 'connection refused' });
    down = false;
    await sink.caughtUp();
    expect(sink.lag()).toMatchObject({ records: 0, ms: 0, failing: null });
    expect(await bench.rows('SELECT count() AS rows FROM decisions')).toEqual([{ rows: 2 }]);
  });

  it('stops while ClickHouse fails, and the next one finishes what it had begun', async () => {
    const bench = await openBench();
    const { write } = bench.clickhouse;
    // The first insert goes through and its answer is lost: the worst case for exactly once.
    let attempts = 0;
    const command: ClickHouseClient['command'] = async (params) => {
      if (attempts++ === 0) await write.command(params);
      throw new Error('connection reset');
    };
    const sink = bench.sink({ client: { command } as ClickHouseClient });
    await bench.append(outputs('decisions', 0, [decision(1, { outcome: 'hold' }), decision(2)]));
    await eventually('it has tried again', () => attempts >= 2);
    await sink.stop();
    await bench.append(outputs('decisions', 0, [decision(3)]));
    await insertAll(bench);
    expect(await bench.rows('SELECT count() AS rows, uniqExact(log_offset) AS offsets FROM decisions')).toEqual([
      { rows: 3, offsets: 3 },
    ]);
    expect(await bench.rows('SELECT sum(decisions) AS decisions FROM decisions_by_minute')).toEqual([{ decisions: 3 }]);
  });

  it('finishes an insert that a crash cut off between a table and its view', async () => {
    const bench = await openBench();
    const { write } = bench.clickhouse;
    const view = 'decisions_by_minute_from_decisions';
    const [{ statement }] = await bench.rows<{ statement: string }>(`SHOW CREATE VIEW ${view}`);
    await write.command({ query: `DROP VIEW ${view} SYNC` });
    let attempts = 0;
    const command: ClickHouseClient['command'] = async (params) => {
      if (attempts++ === 0) await write.command(params);
      throw new Error('connection reset');
    };
    const sink = bench.sink({ client: { command } as ClickHouseClient });
    await bench.append(outputs('decisions', 0, [decision(1), decision(2)]));
    await eventually('it has tried again', () => attempts >= 2);
    await sink.stop();
    await write.command({ query: statement });
    await insertAll(bench);
    expect(await bench.rows('SELECT count() AS rows FROM decisions')).toEqual([{ rows: 2 }]);
    expect(await bench.rows('SELECT sum(decisions) AS decisions FROM decisions_by_minute')).toEqual([{ decisions: 2 }]);
  });

  it('keeps months apart', async () => {
    const bench = await openBench();
    bench.clock.now = Date.UTC(2026, 0, 31, 23, 59);
    await bench.append(outputs('decisions', 0, [decision(1)]));
    await bench.append(outputs('decisions', 1, [decision(2)]));
    bench.clock.now = Date.UTC(2026, 1, 1);
    await bench.append(outputs('decisions', 0, [decision(3)]));
    await bench.append(outputs('decisions', 1, [decision(4)]));
    await insertAll(bench);
    expect(
      await bench.rows(
        'SELECT _partition_id AS month, groupArraySorted(9)(transfer_id) AS transfers FROM decisions GROUP BY ALL ORDER BY ALL',
      ),
    ).toEqual([
      { month: '202601', transfers: ['T-1', 'T-2'] },
      { month: '202602', transfers: ['T-3', 'T-4'] },
    ]);
  });

  it('reads what an earlier schema wrote', async () => {
    const bench = await openBench();
    const earlier = without(schemaOf(decisionRecord as never), 'by');
    const type = avro.Type.forSchema(earlier as avro.Schema);
    const fingerprint = fingerprintOf(type);
    await bench.log.declareSchema(fingerprint, JSON.stringify(earlier));
    await bench.append({
      topic: 'decisions',
      partition: 0,
      fingerprint,
      values: packValues([type.toBuffer(decision(1))]),
    });
    await bench.append(outputs('decisions', 0, [decision(2, { by: 'u-li' })]));
    await insertAll(bench);
    expect(await bench.rows('SELECT transfer_id, by FROM decisions ORDER BY log_offset')).toEqual([
      { transfer_id: 'T-1', by: '' },
      { transfer_id: 'T-2', by: 'u-li' },
    ]);
  });

  it('keeps the log from trimming what it has not inserted', async () => {
    const bench = await openBench();
    const client = { command: () => Promise.reject(new Error('down')) } as unknown as ClickHouseClient;
    const blocked = bench.sink({ client });
    await bench.append(outputs('decisions', 0, [decision(1)]));
    await eventually('it has tried', () => blocked.lag().failing !== null);
    bench.clock.now += (TOPICS.decisions.retentionMs as number) + 1;
    await bench.append(outputs('decisions', 0, [decision(2)]));
    await bench.log.trim(bench.clock.now);
    await blocked.stop();
    await insertAll(bench);
    expect(await bench.rows('SELECT transfer_id FROM decisions ORDER BY log_offset')).toEqual([
      { transfer_id: 'T-1' },
      { transfer_id: 'T-2' },
    ]);
  });

  it('gives up where it was shut out by a later one', async () => {
    const bench = await openBench();
    const faults: unknown[] = [];
    const first = bench.sink({ onFault: (error) => faults.push(error) });
    await first.caughtUp();
    const second = bench.sink();
    await second.caughtUp();
    await bench.append(outputs('decisions', 0, [decision(1)]));
    await eventually('the first one ended', () => faults.length === 1);
    expect(faults[0]).toMatchObject({ code: 'LOG_FENCED' });
    await second.caughtUp();
    await pause(50);
    expect(await bench.rows('SELECT count() AS rows FROM decisions')).toEqual([{ rows: 1 }]);
  });
});

/** The schema as it was before a field was added. */
function without(schema: AvroSchema, field: string): AvroSchema {
  const { fields, ...rest } = schema as { fields: { name: string }[] };
  return { ...rest, fields: fields.filter(({ name }) => name !== field) };
}
