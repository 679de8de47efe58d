/**
 * One seed drives everything: what comes in and in which order, what is repeated and late, which commits
 * fail before or after they took effect, when the process dies or stops. What was folded through all that
 * is what an undisturbed run folds. A failure names its seed; the same seed does the same again.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import { verifyReplay } from '../../processors/backtest/verify.ts';
import { Random } from '../../producers/demo/random.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../schemas/time.ts';
import { type Fault, type Faults, faultsOfSeed } from '../support/faults.ts';
import { temporaryFolder } from '../support/folder.ts';
import { provedDecided, provedJournaled } from '../support/proofs.ts';
import { River, RiverProcess } from '../support/river.ts';
import { scaled } from '../support/scale.ts';
import { Traffic } from '../support/traffic.ts';

const ROUNDS = 80;
const seeds = Array.from({ length: scaled(3) }, (_, index) => 1 + index);

const FAULTS: readonly Fault[] = ['rejected-before', 'rejected-after', 'dies-before', 'dies-after'];
/** What befell all of the rivers. */
const counts = new Map<Fault, number>();

describe('a disturbed river', () => {
  it.each(seeds)('folds what an undisturbed one does (seed %i)', async (seed) => {
    const random = new Random(seed, 10);
    const river = await River.open({ folder: temporaryFolder() });
    onTestFinished(() => river.log.close());
    const faults = faultsOfSeed(seed, counts);
    const traffic = new Traffic(seed, { parties: random.pick([6, 24, 100]), huge: random.chance(0.3) });
    let process = await begin(river, random, faults);
    for (let round = 0; round < ROUNDS; round++) {
      await disturb(river, process, traffic, random);
      if (process.life.ended || random.chance(0.05)) {
        await process.kill();
        process = await begin(river, random, faults);
      } else if (random.chance(0.03)) {
        await process.stop();
        process = await begin(river, random, faults);
      }
    }
    await process.kill();
    const last = new RiverProcess(river);
    await last.start();
    await last.drain();
    await last.stop();
    const { difference, outputs } = await verifyReplay({ log: river.log });
    expect(difference).toBeNull();
    expect(provedJournaled(river.log, ['device', 'operator'])).toEqual([]);
    expect(provedDecided(river.log)).toEqual([]);
    expect(outputs.decisions).toBeGreaterThan(100);
  });

  it('met every fault there is', () => {
    for (const fault of FAULTS) expect(counts.get(fault), fault).toBeGreaterThan(0);
  });
});

/** A process that has started: lives may end while they restore, too. */
async function begin(river: River, random: Random, faults: Faults): Promise<RiverProcess> {
  for (;;) {
    const checkpointIntervalMs = random.pick([SECOND_MS, 10 * SECOND_MS, DAY_MS]);
    const process = new RiverProcess(river, { checkpointIntervalMs, faults });
    await process.start();
    if (!process.life.ended) return process;
    await process.kill();
  }
}

/** Lets time pass, events come, and some of the work be done, in an order of its own each time. */
async function disturb(river: River, process: RiverProcess, traffic: Traffic, random: Random): Promise<void> {
  river.pass(random.chance(0.05) ? random.below(2 * DAY_MS) : random.below(5 * SECOND_MS));
  if (random.chance(0.8)) await river.tick();
  for (let load = random.below(5); load > 0; load--) {
    await river.feed(traffic.next(river.now - (random.chance(0.1) ? random.below(HOUR_MS) : 0)));
  }
  for (let step = random.below(12); step > 0 && !process.life.ended; step--) {
    if (random.chance(0.3)) await process.route();
    else await process.fold(random.below(process.tasks));
  }
}
