/** The sink against a ClickHouse server over HTTP: what it inserts, and what a network does to it. */
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ClickHouseClient } from '../../../runtime/clickhouse.ts';
import { type EmbeddedLog, openEmbeddedLog } from '../../../runtime/log/embedded.ts';
import { alertRecord } from '../../../schemas/alert.ts';
import { decisionRecord } from '../../../schemas/decision.ts';
import { controlRecord } from '../../../schemas/events/control.ts';
import { customerRecord } from '../../../schemas/events/customer.ts';
import { transferRecord } from '../../../schemas/events/transfer.ts';
import { reasonRecord } from '../../../schemas/reason.ts';
import { migrate } from '../../../sinks/clickhouse/migrate.ts';
import { type ClickHouseSink, startClickHouseSink } from '../../../sinks/clickhouse/sink.ts';
import {
  type ClickHouseServer,
  clientsOf,
  type FaultyProxy,
  type Harm,
  serviceAt,
  startClickHouseServer,
  startFaultyProxy,
} from '../../support/clickhouse-http.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { blocks, entry, outputs } from '../../support/records.ts';
import { contentsOf, undisturbedContents } from '../../support/rows.ts';

const PARTITIONS = 4;
/** Longer than an insert takes while others have the processors: what takes longer is never done. */
const LONG_MS = 60_000;
/** The same where the wait for nothing is to be over soon. */
const HANG_MS = 1_500;
const HANGING: ReadonlySet<Harm> = new Set(['run-then-hang', 'hang']);
const INSERT = /INSERT INTO (decisions|alerts|entries|events)\b/;

async function openLog(): Promise<EmbeddedLog> {
  const log = await openEmbeddedLog({ folder: join(temporaryFolder(), 'log'), partitions: PARTITIONS });
  onTestFinished(() => log.close());
  return log;
}

/** Some of everything in each partition; blocks of other types between those of transfers. */
async function fill(log: EmbeddedLog, round: number): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const id = (index: number) => `T-${round}-${partition}-${index}`;
    const decisions = Array.from({ length: 40 }, (_, index) => ({
      ...decisionRecord.example,
      transferId: id(index),
      outcome: index % 10 === 0 ? ('hold' as const) : ('accept' as const),
      reasons: index % 5 === 0 ? [reasonRecord.example] : [],
    }));
    const legs = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) =>
        entry({ ...transferRecord.example, transferId: id(from + index) }, { subject: 'C-1001', role: 'payer' }),
      );
    const tick = entry(controlRecord.example, { subject: '*', subjectKind: 'partition', role: 'all' });
    await Promise.all([
      log.append(outputs('decisions', partition, decisions)),
      log.append(
        outputs('alerts', partition, [{ ...alertRecord.example, alertId: `a-${partition}`, revision: round + 1 }]),
      ),
    ]);
    await log.append(blocks('transfers', partition, [legs(0, 25)]));
    await log.append(blocks('customers', partition, [[entry(customerRecord.example, { subject: 'C-1001' })]]));
    await log.append(blocks('control', partition, [[tick]]));
    await log.append(blocks('transfers', partition, [legs(25, 40)]));
  }
}

interface Running {
  readonly sink: ClickHouseSink;
  readonly faults: unknown[];
}

function startSink(log: EmbeddedLog, port: number, timeoutMs = LONG_MS, compression = false): Running {
  const { write } = clientsOf(serviceAt(port, { timeoutMs, compression }));
  const faults: unknown[] = [];
  const onFault = (error: unknown) => faults.push(error);
  const prepare = () => migrate(write);
  const sink = startClickHouseSink({ log, client: write, folder: null, prepare, roundIntervalMs: 20, onFault });
  onTestFinished(() => sink.stop());
  return { sink, faults };
}

/** What the server holds is what an undisturbed chDB makes of the log. */
async function expectWhole(log: EmbeddedLog, { port }: ClickHouseServer): Promise<void> {
  const there = await contentsOf(clientsOf(serviceAt(port)));
  expect(there).toEqual(await undisturbedContents(log, temporaryFolder()));
  expect(there).toMatchObject({ decisions: { rows: `${log.end('decisions', 0) * PARTITIONS}` } });
}

describe('the sink against a server', () => {
  it.each([false, true])('inserts what it inserts into chDB, compression %s', async (compression) => {
    const [log, server] = await Promise.all([openLog(), startClickHouseServer()]);
    const { sink } = startSink(log, server.port, LONG_MS, compression);
    for (let round = 0; round < 3; round++) {
      await fill(log, round);
      await sink.caughtUp();
    }
    await expectWhole(log, server);
  });

  it('inserts from one log partition at a time, as one block', async () => {
    const [log, server] = await Promise.all([openLog(), startClickHouseServer({ hasTables: true })]);
    const tokens: string[] = [];
    const proxy = await startFaultyProxy(server.port, (beginning) => {
      const token = /insert_deduplication_token = '([^']*)'/.exec(beginning)?.[1];
      if (token !== undefined) tokens.push(token);
      return 'pass';
    });
    await fill(log, 0);
    await startSink(log, proxy.port).sink.caughtUp();
    expect(tokens.length).toBeGreaterThanOrEqual(PARTITIONS * 4);
    expect(tokens.filter((one) => !/^[a-z-]+:\d+\/\d+-\d+$/.test(one))).toEqual([]);
    const { read } = clientsOf(serviceAt(server.port));
    const parts = await read.query({
      query: "SELECT name FROM system.parts WHERE table = 'decisions' AND level = 0 AND rows > 0",
      format: 'JSONEachRow',
    });
    expect((await parts.json()).length).toBe(PARTITIONS);
  });

  it('asks in an order that is stable, without which some versions ignore its tokens', async () => {
    const [log, server] = await Promise.all([openLog(), startClickHouseServer({ hasTables: true })]);
    const bodies: string[] = [];
    const exec = async ({ values }: { values: Readable }) => {
      bodies.push((await buffer(values)).toString('latin1'));
      return { stream: Readable.from([]) };
    };
    const onFault = (error: unknown) => expect.fail(`${error}`);
    const sink = startClickHouseSink({ log, client: { exec } as unknown as ClickHouseClient, folder: null, onFault });
    onTestFinished(() => sink.stop());
    await fill(log, 0);
    await sink.caughtUp();
    // Without a token the engine itself decides whether it would know the insert again, and refuses where not.
    const strict = `http://127.0.0.1:${server.port}/?deduplicate_insert_select=force_enable`;
    for (const sent of bodies) {
      const body = Buffer.from(sent.replace(/insert_deduplication_token = '[^']*', /, ''), 'latin1');
      const answers = [await fetch(strict, { method: 'POST', body }), await fetch(strict, { method: 'POST', body })];
      for (const answer of answers) expect(await answer.text()).toBe('');
    }
    await expectWhole(log, server);
  });

  const harms = ['run-then-500', 'run-then-cut', 'run-then-hang', 'cut-half-way', 'hang', 'gateway'] as const;

  it.each(harms)('loses and doubles nothing where inserts meet “%s”', async (harm) => {
    const { log, server, proxy } = await disturbed(inTurn([harm], 1), HANGING.has(harm) ? HANG_MS : undefined);
    expect(proxy.done[harm]).toBeGreaterThanOrEqual(5);
    await expectWhole(log, server);
  });

  it('loses and doubles nothing where a try meets one harm after the other', async () => {
    const { log, server, proxy } = await disturbed(inTurn(harms, 3), HANG_MS);
    for (const harm of harms) expect(proxy.done[harm], harm).toBeGreaterThan(0);
    await expectWhole(log, server);
  });

  it('loses and doubles nothing where the server is killed under it', async () => {
    const [log, server] = await Promise.all([openLog(), startClickHouseServer({ hasTables: true })]);
    const { sink, faults } = startSink(log, server.port);
    let round = 0;
    for (let kill = 0; kill < 4; kill++) {
      const before = log.end('decisions', 0);
      for (let more = 0; more < 3; more++) await fill(log, round++);
      await eventually(
        'it inserts',
        () => sink.lag().byTopic.decisions < (log.end('decisions', 0) - before) * PARTITIONS,
      );
      await server.kill();
      await fill(log, round++);
      await eventually('it waits', () => sink.lag().failing !== null);
      await server.restart();
    }
    await sink.caughtUp();
    expect(faults).toEqual([]);
    await expectWhole(log, server);
  });

  it('goes on with the open insert where it was itself stopped in the middle', async () => {
    const [log, server] = await Promise.all([openLog(), startClickHouseServer({ hasTables: true })]);
    const proxy = await startFaultyProxy(server.port, (beginning) =>
      INSERT.test(beginning) ? 'run-then-500' : 'pass',
    );
    await fill(log, 0);
    const first = startSink(log, proxy.port);
    await eventually('its insert was run', () => proxy.done['run-then-500'] > 0);
    await first.sink.stop();
    await startSink(log, server.port).sink.caughtUp();
    await expectWhole(log, server);
  });

  it('waits for a server that is away at the start, and makes the tables when it is there', async () => {
    const [log, server] = await Promise.all([openLog(), startClickHouseServer()]);
    await server.kill();
    await fill(log, 0);
    const { sink } = startSink(log, server.port);
    await eventually('it waits', () => sink.lag().failing !== null);
    await server.restart();
    await sink.caughtUp();
    await expectWhole(log, server);
  });

  it('gives up where the tables are those of another build', async () => {
    const [log, server] = await Promise.all([openLog(), startClickHouseServer({ hasTables: true })]);
    const { write } = clientsOf(serviceAt(server.port));
    await write.command({ query: "INSERT INTO migrations (number, name, hash) VALUES (999, '999-later.sql', 'x')" });
    const { faults } = startSink(log, server.port);
    await eventually('it gave up', () => faults.length > 0);
    expect(faults[0]).toMatchObject({ code: 'TABLES_MISMATCH' });
  });
});

/** A sink that went through harm and caught up in spite of it. */
async function disturbed(
  harmOf: (beginning: string) => Harm,
  timeoutMs?: number,
): Promise<{ log: EmbeddedLog; server: ClickHouseServer; proxy: FaultyProxy }> {
  const [log, server] = await Promise.all([openLog(), startClickHouseServer({ hasTables: true })]);
  const proxy = await startFaultyProxy(server.port, harmOf);
  const { sink, faults } = startSink(log, proxy.port, timeoutMs);
  await fill(log, 0);
  await sink.caughtUp();
  await sink.stop();
  expect(faults).toEqual([]);
  return { log, server, proxy };
}

/** So many harms in a row for inserts, one kind after the other, then two inserts that pass. */
function inTurn(harms: readonly Harm[], inARow: number): (beginning: string) => Harm {
  let inserts = 0;
  let harmed = 0;
  return (beginning) => {
    if (!INSERT.test(beginning)) return 'pass';
    return inserts++ % (inARow + 2) < inARow ? (harms[harmed++ % harms.length] as Harm) : 'pass';
  };
}
