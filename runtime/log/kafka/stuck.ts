/**
 * Ends what hides a partition from its readers for ever: a transaction that is over for its coordinator, and open in
 * the partition. Kafka 4.3, killed and started again, was seen to note a transaction that it timed out as aborted
 * without having marked that anywhere. Our own owners end theirs before they commit again (`hanging`); of a stranger's, on
 * an input topic, nobody would, and no record behind it would ever be judged.
 *
 * Where nothing is hidden nobody is asked: each answer to a fetch tells it anyway. What has been hidden from one offset on
 * for a while is looked into. A transaction that may still end by itself is left alone, as long as its writer was given.
 * One that ended gets the marker that it lacks, commit or abort; a reader cannot tell it from one that came in time.
 * Of one that nothing tells the end of, people are told once.
 *
 * A coordinator remembers the last transaction of an id alone. So it must be that one that is open: it began before
 * what is hidden was last added to, by the brokers' clocks, and its epoch is as many later at most as an end makes it.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Repeating, repeatEvery } from '../../clock.ts';
import { WeirError } from '../../errors.ts';
import type { KafkaClient } from './client.ts';
import { CodeError, refuseCode, refuseCodes } from './errors.ts';
import {
  type Described,
  describeProducers,
  describeTransaction,
  type PartitionProducer,
  type Place,
} from './requests.ts';
import type { Hidden, Slot } from './slot.ts';
import { listTransactions, writeMarker } from './stuck-requests.ts';

export interface StuckParts {
  readonly client: KafkaClient;
  /** Where the cluster is, for the command that people are told. */
  readonly brokers: readonly string[];
  /** Hidden from the same offset on for so long, a partition is looked into. */
  readonly afterMs: number;
  /** Who waits for something now. */
  readonly readers: () => readonly { readonly slot: Slot }[];
  /** Name of a topic on the cluster. */
  readonly nameOf: (topic: string) => string;
  readonly onTrouble: (error: unknown) => void;
}

/** A transaction that hides a partition. */
interface Hiding {
  readonly place: Place;
  readonly producer: PartitionProducer;
}

type Fate =
  | { readonly kind: 'ended'; readonly commits: boolean; readonly transactionalId: string }
  | { readonly kind: 'open' }
  | { readonly kind: 'unknown'; readonly why: string };

const ENDINGS: { readonly [state: string]: boolean } = { CompleteCommit: true, CompleteAbort: false };
/** An end is on its way, or will be. */
const OPEN: readonly string[] = ['Ongoing', 'PrepareCommit', 'PrepareAbort', 'PrepareEpochFence'];
/** Kafka before 4.1 raises the epoch once to shut a late producer out, and once more with the end. */
const EPOCHS_OF_END_MAX = 2;
const NOT_ALLOWED = 31;
/** Not found, or not to be asked about. */
const UNKNOWN_CODES: readonly number[] = [53, 105];
const NOBODY_TELLS: Fate = {
  kind: 'unknown',
  why: 'No broker that answers knows its transactional id, or lets Weir’s user describe it',
};

export class Stuck {
  readonly #parts: StuckParts;
  readonly #repeating: Repeating;
  /** What people were told already. */
  readonly #told = new Set<string>();
  #looking = false;
  #stopped = false;

  constructor(parts: StuckParts) {
    this.#parts = parts;
    this.#repeating = repeatEvery(parts.afterMs / 2, () => void this.#look());
  }

  stop(): void {
    this.#stopped = true;
    this.#repeating.stop();
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    for (const [place, { from }] of this.#hidden()) {
      try {
        await this.#lookInto(place, from);
      } catch (error) {
        if (!this.#stopped) this.#parts.onTrouble(error);
      }
    }
    this.#looking = false;
  }

  /** What has been hidden for long; several readers may stand before the same. */
  #hidden(): Map<Place, Hidden> {
    const { readers, nameOf, afterMs } = this.#parts;
    const byName = new Map<string, [Place, Hidden]>();
    for (const { slot } of readers()) {
      const { hidden, partition } = slot;
      if (hidden === null || hidden.forMs < afterMs) continue;
      const topic = nameOf(slot.topic);
      byName.set(`${topic}/${partition}`, [{ topic, partition }, hidden]);
    }
    return new Map(byName.values());
  }

  /** Behind one that hangs may be more of them, since a broker is killed but once: they need not stand as long again. */
  async #lookInto(place: Place, from: number): Promise<void> {
    let producer = await this.#firstOpen(place);
    if (producer?.openFrom !== from) return;
    while (producer !== null && (await this.#settle({ place, producer }))) {
      const next: PartitionProducer | null = await this.#firstOpen(place);
      producer = next !== null && next.openFrom > producer.openFrom ? next : null;
    }
  }

  /** True where it is ended now. */
  async #settle(hiding: Hiding): Promise<boolean> {
    const { place, producer } = hiding;
    const fate = await this.#fateOf(producer);
    if (fate.kind === 'open') return false;
    // It may have ended, or gone on, before its coordinator was asked.
    if (!isDeepStrictEqual(await this.#firstOpen(place), producer)) return false;
    if (fate.kind === 'ended') return this.#end(hiding, fate.transactionalId, fate.commits);
    this.#tellOnce(hiding, `${fate.why}. ${this.#command(hiding)}`);
    return false;
  }

  /** Whose transaction is open there from the lowest offset on; null where none is. */
  async #firstOpen(place: Place): Promise<PartitionProducer | null> {
    const { client } = this.#parts;
    const [{ producers }] = await client.patiently('asking what is open', async () => {
      const described = await client.sendToLeaders([place], describeProducers);
      refuseCodes(described, 'asking for the producers of');
      return described as [(typeof described)[number]];
    });
    const open = producers.filter(({ openFrom }) => openFrom >= 0);
    return open.sort((one, other) => one.openFrom - other.openFrom)[0] ?? null;
  }

  async #fateOf(producer: PartitionProducer): Promise<Fate> {
    const { client } = this.#parts;
    const [transactionalId, ...others] = await client.patiently('asking whose transaction is open', async () => {
      const answers = await client.sendToAll(() => listTransactions(producer.id));
      for (const { code } of answers) refuseCode(code, 'asking whose transaction is open');
      return answers.flatMap(({ transactionalIds }) => transactionalIds);
    });
    if (transactionalId === undefined || others.length > 0) return NOBODY_TELLS;
    const described = await client.patiently('asking how a transaction ended', async () => {
      const answer = await client.sendToCoordinator(transactionalId, describeTransaction(transactionalId));
      if (!UNKNOWN_CODES.includes(answer.code)) refuseCode(answer.code, `asking how ${transactionalId} ended`);
      return answer;
    });
    return described.code === 0 ? judge(producer, transactionalId, described) : NOBODY_TELLS;
  }

  async #end(hiding: Hiding, transactionalId: string, commits: boolean): Promise<boolean> {
    const { client, onTrouble } = this.#parts;
    const { place, producer } = hiding;
    const [{ code }] = (await client.sendToLeaders([place], () => writeMarker(producer, place, commits))) as [
      { readonly code: number },
    ];
    const how = commits ? 'committed' : 'aborted';
    if (code === 0) {
      onTrouble(
        new WeirError('LOG_UNAVAILABLE', `${told(hiding)} ${transactionalId} had ${how} it: so it is marked there.`),
      );
      return true;
    }
    const refusal = new CodeError(code, `Marking it as ${how}, as ${transactionalId} had it`);
    // Whoever moved meanwhile is found at the next look.
    if (refusal.remedy !== 'give-up') return false;
    const rights = code === NOT_ALLOWED ? ' It is marked as soon as Weir’s user has Alter on the cluster.' : '';
    const otherwise = commits ? 'To abort it would lose what was committed.' : this.#command(hiding);
    this.#tellOnce(hiding, `${refusal.message}${rights} ${otherwise}`);
    return false;
  }

  #command({ place: { topic, partition }, producer }: Hiding): string {
    const at = `--topic ${topic} --partition ${partition} --start-offset ${producer.openFrom}`;
    return `To undo it: kafka-transactions.sh --bootstrap-server ${this.#parts.brokers.join(',')} abort ${at}`;
  }

  #tellOnce(hiding: Hiding, what: string): void {
    const message = `${told(hiding)} ${what}`;
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#parts.onTrouble(new WeirError('LOG_UNAVAILABLE', message));
  }
}

/** Nothing in it may change as long as the transaction is there: it is told once. */
function told({ place: { topic, partition }, producer: { id, lastAt, openFrom } }: Hiding): string {
  const since = new Date(lastAt).toISOString();
  return `A transaction of producer ${id} was left open in ${topic}, partition ${partition}, at offset ${openFrom} since ${since}, and hides all behind it.`;
}

/** What became of the transaction that a producer has open in a partition, as its id's coordinator tells of the last one. */
function judge(open: PartitionProducer, transactionalId: string, described: Described): Fate {
  const { state, startedAt, id, epoch } = described;
  if (OPEN.includes(state)) return { kind: 'open' };
  const commits = ENDINGS[state];
  const bumps = epoch - open.epoch;
  const isIt = id === open.id && bumps >= 0 && bumps <= EPOCHS_OF_END_MAX && startedAt <= open.lastAt;
  if (commits !== undefined && isIt) return { kind: 'ended', commits, transactionalId };
  return { kind: 'unknown', why: `Nothing tells how it ended: ${transactionalId} has gone on since` };
}
