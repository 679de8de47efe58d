/**
 * One journal, two logs: what came about on Kafka is folded in one process on the embedded log, and the other
 * way round, and every decision, alert and void is the same, byte for byte and in the same place.
 */
import { join } from 'node:path';
import { expect, it, onTestFailed, onTestFinished } from 'vitest';
import { verifyReplay } from '../../processors/backtest/verify.ts';
import { Random } from '../../producers/demo/random.ts';
import { systemNow } from '../../runtime/clock.ts';
import { openEmbeddedLog } from '../../runtime/log/embedded.ts';
import type { Log } from '../../runtime/log/port.ts';
import { DAY_MS, SECOND_MS } from '../../schemas/time.ts';
import { foldAgain, provedAlike } from '../support/folded-again.ts';
import { temporaryFolder } from '../support/folder.ts';
import { kafka, openLogOn, useKafka } from '../support/kafka/real-kafka.ts';
import { recordsOf } from '../support/proofs.ts';
import { describeWith } from '../support/real-parts.ts';
import { River, RiverProcess } from '../support/river.ts';
import { scaled } from '../support/scale.ts';
import { snapshotOf } from '../support/snapshot-log.ts';
import { Traffic } from '../support/traffic.ts';

const PARTITIONS = 3;
const ROUNDS = scaled(12);

describeWith(kafka, 'a journal', () => {
  const broker = useKafka();

  const onKafka = (): Promise<Log> => openLogOn(broker, PARTITIONS);

  async function embedded(): Promise<Log> {
    const log = await openEmbeddedLog({ folder: join(temporaryFolder(), 'log'), partitions: PARTITIONS });
    onTestFinished(() => log.close());
    return log;
  }

  const WAYS = [
    ['on Kafka', onKafka, embedded],
    ['on the embedded log', embedded, onKafka],
  ] as const;

  it.each(WAYS)('that came about %s gives the same on the other log', async (_where, openOne, openOther) => {
    const seed = Number(process.env.WEIR_TEST_SEED ?? Date.now() % 1_000_000_000);
    onTestFailed(() => console.error(`the test of both logs failed with WEIR_TEST_SEED=${seed}`));
    const one = await openOne();
    // Of the last weeks, so that no event is ahead of a clock.
    const river = await River.on(one, { folder: temporaryFolder(), now: systemNow() - 60 * DAY_MS });
    const flowing = new RiverProcess(river);
    await flowing.start();
    const [traffic, random] = [new Traffic(seed, { huge: true }), new Random(seed, 3)];
    for (let round = 0; round < ROUNDS; round++) {
      river.pass(random.below(30 * SECOND_MS));
      await river.tick();
      for (let load = random.below(4); load >= 0; load--) await river.feed(traffic.next(river.now));
      await flowing.drain();
    }
    await flowing.stop();

    const original = await snapshotOf(one);
    const other = await openOther();
    await foldAgain(original, other, temporaryFolder());
    const again = await snapshotOf(other);
    expect(provedAlike(original, again)).toEqual([]);
    for (const topic of ['decisions', 'alerts', 'voids'] as const) {
      expect([...recordsOf(again, topic)].length, topic).toBeGreaterThan(0);
    }
    // What tasks commit besides: how many entries they folded, and the digest of all that they gave.
    const [here, there] = [await verifyReplay({ log: original }), await verifyReplay({ log: again })];
    expect([here.difference, there.difference]).toEqual([null, null]);
    expect(there.digests).toEqual(here.digests);
  });
});
