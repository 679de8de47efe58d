/**
 * The sink is killed at random moments, many times, while records come in; afterwards each record of the log is in
 * ClickHouse once, and in each view of it once.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import { openClickHouse } from '../../runtime/clickhouse.ts';
import { openEmbeddedLog } from '../../runtime/log/embedded.ts';
import type { Log } from '../../runtime/log/port.ts';
import { valueAt } from '../../runtime/log/values.ts';
import { BLOCKS } from '../../schemas/journal.ts';
import { startClickHouseSink } from '../../sinks/clickhouse/sink.ts';
import { temporaryFolder } from '../support/folder.ts';
import { scaled } from '../support/scale.ts';
import type { Arguments } from './clickhouse-sink-child.ts';

const KILLS = scaled(6);
const PARTITIONS = [0, 1, 2, 3];
const SCRIPT = fileURLToPath(new URL('./clickhouse-sink-child.ts', import.meta.url));

let child: ChildProcess | null = null;

afterEach(() => {
  child?.kill('SIGKILL');
});

it.each([1, 4])(
  `is killed ${KILLS} times, %i partitions an insert`,
  async (partitionsPerInsert) => {
    const folder = temporaryFolder();
    for (let kill = 0; kill < KILLS; kill++) await runAndKill(folder, partitionsPerInsert);
    const log = await openEmbeddedLog({ folder: join(folder, 'log'), partitions: 4 });
    const clickhouse = openClickHouse({ folder: join(folder, 'clickhouse') });
    onTestFinished(async () => {
      await clickhouse.close();
      await log.close();
    });
    const faults: unknown[] = [];
    const onFault = (error: unknown) => faults.push(error);
    const sink = startClickHouseSink({ log, client: clickhouse.write, folder, partitionsPerInsert, onFault });
    await sink.caughtUp();
    await sink.stop();
    expect(faults).toEqual([]);
    const rows = async (query: string) => {
      const answer = await clickhouse.read.query({ query, format: 'JSONEachRow' });
      return answer.json<{ [column: string]: number }>();
    };
    for (const topic of ['decisions', 'alerts']) {
      expect(
        await rows(
          `SELECT log_partition AS p, count() AS n, uniqExact(log_offset) AS u, max(log_offset) + 1 AS end FROM ${topic} GROUP BY p ORDER BY p`,
        ),
      ).toEqual(PARTITIONS.map((p) => ({ p, n: log.end(topic, p), u: log.end(topic, p), end: log.end(topic, p) })));
    }
    const journal = PARTITIONS.map((partition) => journalOf(log, partition));
    for (const table of ['entries', 'events'] as const) {
      expect(
        await rows(
          `SELECT count() AS n, uniqExact(log_partition, ordinal) AS u, sum(ordinal) AS s FROM ${table} GROUP BY log_partition ORDER BY log_partition`,
        ),
      ).toEqual(
        journal.map(({ [table]: ordinals }) => ({
          n: ordinals.length,
          u: ordinals.length,
          s: ordinals.reduce((sum, one) => sum + one, 0),
        })),
      );
    }
    // Each view against its table: left the view as inserts made it, right the same from all rows at once.
    for (const [view, table] of [
      [
        'SELECT minute, outcome, sum(decisions), sum(revisions), toString(sum(amount_minor)) FROM decisions_by_minute GROUP BY ALL',
        "SELECT toStartOfMinute(toDateTime(at, 'UTC')), outcome, countIf(revision = 1), countIf(revision > 1), toString(sumIf(toInt128(amount_minor), revision = 1)) FROM decisions GROUP BY ALL",
      ],
      [
        'SELECT minute, rule, sum(times) FROM reasons_by_minute GROUP BY ALL',
        "SELECT toStartOfMinute(toDateTime(at, 'UTC')), r.rule, count() FROM decisions ARRAY JOIN reasons AS r GROUP BY ALL",
      ],
      [
        'SELECT minute, severity, sum(alerts), sum(hits) FROM alerts_by_minute GROUP BY ALL',
        "SELECT toStartOfMinute(toDateTime(at, 'UTC')), severity, countIf(revision = 1), count() FROM alerts WHERE is_hit GROUP BY ALL",
      ],
      [
        'SELECT transfer_id, revision FROM reviews FINAL',
        "SELECT transfer_id, max(revision) FROM decisions WHERE outcome = 'hold' GROUP BY ALL",
      ],
      [
        'SELECT transfer_id, revision FROM rejections FINAL',
        "SELECT transfer_id, max(revision) FROM decisions WHERE outcome = 'reject' GROUP BY ALL",
      ],
    ]) {
      const [{ differences }] = await rows(
        `SELECT count() AS differences FROM ((${view}) EXCEPT (${table}) UNION ALL (${table}) EXCEPT (${view}))`,
      );
      expect(differences, view).toBe(0);
      const [{ count }] = await rows(`SELECT count() AS count FROM (${view})`);
      expect(count, view).toBeGreaterThan(0);
    }
  },
  300_000,
);

/** Runs until rows went in, and a random while longer. */
async function runAndKill(folder: string, partitionsPerInsert: number): Promise<void> {
  const arguments_: Arguments = [folder, `${partitionsPerInsert}`];
  const running = spawn(process.execPath, [SCRIPT, ...arguments_], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = running;
  let errors = '';
  running.stderr.on('data', (data) => {
    errors += data;
  });
  const closed = once(running, 'close');
  await Promise.race([once(running.stdout, 'data'), closed]);
  await Promise.race([wait(Math.random() * 700), closed]);
  running.kill('SIGKILL');
  const [code, signal] = await closed;
  expect({ code, signal, errors }).toEqual({ code: null, signal: 'SIGKILL', errors: '' });
}

/** Ordinals of the entries that are transfers, and of the others that are kept. */
function journalOf(log: Log, partition: number): { entries: number[]; events: number[] } {
  const reader = log.reader('journal', partition, 0, { durable: true });
  const kept = { entries: [] as number[], events: [] as number[] };
  let ordinal = 0;
  for (let batch = reader.poll(); batch !== null; batch = reader.poll()) {
    const { fingerprint, values } = batch;
    const block = Object.values(BLOCKS).find((one) => one.fingerprint === fingerprint);
    if (block === undefined) throw new Error(`no block has the fingerprint ${fingerprint}`);
    for (let index = 0; index < values.count; index++) {
      const { length } = block.type.fromBuffer(valueAt(values, index)) as unknown[];
      const ordinals = Array.from({ length }, (_, entry) => ordinal + entry + 1);
      ordinal += length;
      if (block.topic === 'transfers') kept.entries.push(...ordinals);
      else if (block.topic === 'customers') kept.events.push(...ordinals);
    }
  }
  return kept;
}
