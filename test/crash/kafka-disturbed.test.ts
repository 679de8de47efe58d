/**
 * Many short runs on a real cluster, each disturbed in several ways at once as its seed has it. After each:
 * every acknowledged event is there once, what tasks that nobody disturbs make of the same journal on the
 * embedded log is equal byte for byte, all positions stand at the ends, ClickHouse holds what an undisturbed
 * sink inserts, and readers that know nothing of Weir see just the decisions.
 */
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyReplay } from '../../processors/backtest/verify.ts';
import { systemNow } from '../../runtime/clock.ts';
import { openEmbeddedLog } from '../../runtime/log/embedded.ts';
import type { Log } from '../../runtime/log/port.ts';
import { decisionRecord } from '../../schemas/decision.ts';
import { startClickHouseServer } from '../support/clickhouse-http.ts';
import { type Disturbed, disturb, pickedWays } from '../support/disturbances.ts';
import { type Bed, type DisturbedRiver, removeBed, startBed, startDisturbedRiver } from '../support/disturbed-river.ts';
import { eventually } from '../support/eventually.ts';
import { foldAgain, provedAlike } from '../support/folded-again.ts';
import { temporaryFolder } from '../support/folder.ts';
import { readOnConsole, readWithKafkajs } from '../support/kafka/outsider.ts';
import { kafkaFromJars, toolFromJars } from '../support/kafka/real-kafka.ts';
import { provedDecided, provedJournaled, provedPositions, recordsOf } from '../support/proofs.ts';
import { describeWith } from '../support/real-parts.ts';
import { contentsOf, provedRows, undisturbedContents } from '../support/rows.ts';
import { scaled } from '../support/scale.ts';
import { snapshotOf } from '../support/snapshot-log.ts';

/** By night more than fifty. */
const RUNS = scaled(1) > 1 ? scaled(3) : 1;
const WAYS = 4;
/** A worker is killed, a stranger takes over and dies, answers are lost, ClickHouse answers 500 after it stored. */
const QUICK_SEED = 635;
/** What stands before the Avro of a record on a public topic. */
const FRAME_BYTES = 5;

describeWith(kafkaFromJars, 'a river on Kafka', () => {
  let bed: Bed;

  beforeAll(async () => {
    bed = await startBed();
  });
  afterAll(() => removeBed(bed));

  it(
    `is disturbed in ${WAYS} ways at once, ${RUNS} times over`,
    async () => {
      const first = Number(process.env.WEIR_TEST_SEED ?? (RUNS === 1 ? QUICK_SEED : Date.now() % 1_000_000_000));
      const server = await startClickHouseServer();
      for (let seed = first; seed < first + RUNS; seed++) {
        const river = await startDisturbedRiver(bed, server, seed);
        const ways = pickedWays(river.random, WAYS);
        const told = ways.map(({ what }) => what).join('; ');
        const from = systemNow();
        try {
          await river.goesOn();
          await disturb(river, ways);
          await river.goesOn();
          await river.end();
          await prove(river, seed === first + RUNS - 1);
        } catch (error) {
          river.upstream.stop();
          console.error(`the disturbed run failed with WEIR_TEST_SEED=${seed}: ${told}`);
          throw error;
        }
        const seconds = ((systemNow() - from) / 1_000).toFixed(1);
        console.log(`seed ${seed}: ${river.upstream.acknowledged} events, ${seconds} s: ${told}`);
        await forget(river.prefix);
      }
    },
    120_000 + RUNS * 400_000,
  );

  async function prove({ upstream, log, foreign, clickhouse, prefix }: DisturbedRiver, isLast: boolean): Promise<void> {
    const snapshot = await snapshotOf(log);
    expect(upstream.provedKept(snapshot)).toEqual([]);
    expect(provedJournaled(snapshot, ['device'])).toEqual([]);
    expect(provedDecided(snapshot)).toEqual([]);
    expect(await provedPositions(snapshot)).toEqual([]);
    expect(provedForeign(snapshot, foreign)).toEqual([]);
    await provedAgain(snapshot);
    expect(await provedRows(clickhouse, snapshot)).toEqual([]);
    expect(await contentsOf(clickhouse)).toEqual(await undisturbedContents(log, temporaryFolder()));
    await provedToOutsiders(snapshot, `${prefix}decisions`, isLast);
    await log.close();
  }

  /** Readers that know nothing of Weir see the decisions, each once, in their order. */
  async function provedToOutsiders(snapshot: Log, topic: string, isLast: boolean): Promise<void> {
    const { brokers } = bed.cluster;
    const decisions = [...recordsOf(snapshot, 'decisions')];
    const seen = await readWithKafkajs(brokers, topic, decisions.length);
    const found = seen.flatMap((values) => values.map((value) => value.subarray(FRAME_BYTES).toString('base64')));
    expect(found).toEqual(decisions.map(({ bytes }) => bytes.toString('base64')));
    if (!isLast) return;
    // A line a record: its place and no value, since those are bytes that may hold anything.
    const shown = ['print.value=false', 'print.offset=true', 'print.partition=true'];
    const places = await eventually('the console consumer has read all', async () => {
      const lines = await readOnConsole({ tool: toolFromJars }, brokers, topic, shown);
      const found = lines.filter((line) => line.includes('Offset:'));
      // It gives up where it waits for too long before the first record.
      return found.length >= decisions.length ? found : null;
    });
    expect(places.length).toBe(decisions.length);
  }

  /** A broker that keeps the topics of all runs restarts slowly. */
  async function forget(prefix: string): Promise<void> {
    const { brokers } = bed.cluster;
    const admin = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    await admin.deleteTopics({ topics });
    await admin.disconnect();
  }
});

/** What nobody disturbs makes of the same journal, on the embedded log, and folding it in place. */
async function provedAgain(snapshot: Log): Promise<void> {
  const { partitions } = snapshot;
  const embedded = await openEmbeddedLog({ folder: join(temporaryFolder(), 'log'), partitions });
  try {
    await foldAgain(snapshot, embedded, temporaryFolder());
    const again = await snapshotOf(embedded);
    expect(provedAlike(snapshot, again)).toEqual([]);
    const [here, there] = [await verifyReplay({ log: snapshot }), await verifyReplay({ log: again })];
    expect([here.difference, there.difference]).toEqual([null, null]);
    expect(there.digests).toEqual(here.digests);
    expect(here.outputs.decisions).toBeGreaterThan(0);
  } finally {
    await embedded.close();
  }
}

/** What others committed is decided once, and of what they did not nobody knows. */
function provedForeign(snapshot: Log, { committed, aborted }: Disturbed['foreign']): string[] {
  const decided = [...recordsOf(snapshot, 'decisions')].map(({ bytes }) => decisionRecord.decode(bytes).transferId);
  const wrong = committed.filter((id) => decided.filter((one) => one === id).length !== 1);
  return [...wrong, ...aborted.filter((id) => decided.includes(id))];
}
