/**
 * What became of an event: reads `decisions` and `dead-letters` from their ends at start on, wakes
 * whoever waits for one, and finds recent decisions again. Older ones are asked of ClickHouse.
 *
 * Only what is on disk is told. A decision is decoded where somebody waits for its transfer; the others
 * cost a hash of their id, so that catching up does not slow the answers down.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { isWeirError } from '../../runtime/errors.ts';
import { RecordDecoder } from '../../runtime/log/decoder.ts';
import type { Log, Reader, RecordBatch } from '../../runtime/log/port.ts';
import { spanned, type TraceContext, type Tracing } from '../../runtime/tracing.ts';
import { type DeadLetter, deadLetterRecord } from '../../schemas/dead-letter.ts';
import { type Decision, decisionRecord } from '../../schemas/decision.ts';
import { partitionsOf, TOPICS } from '../../schemas/topics.ts';
import { hashOfBytes, hashOfText } from './id-hash.ts';
import { RecentPositions } from './recent-positions.ts';
import { placeOf, RecentRefusals } from './recent-refusals.ts';
import { type Awaited, outcomesOf, type Verdict, Wait, type Waiter, waitSpan } from './wait.ts';

/** Asks ClickHouse for all revisions of decisions on some transfers, in any order. */
export type LookUpDecisions = (transferIds: readonly string[]) => Promise<readonly Decision[]>;

export interface DecisionIndexOptions {
  readonly lookUp: LookUpDecisions;
  /** What ends the reading: a fault of ours, or a log that is no longer whole. */
  readonly onFault: (error: unknown) => void;
  /** Called with each batch of decisions when it can be read: for metrics. */
  readonly onDecisions?: (batch: RecordBatch) => void;
  /** Where waiting on behalf of somebody has a span; none is made without it. */
  readonly tracing?: Tracing | null;
}

/** After this long a waiting event is taken for a repeat, which the fold passes by in silence, and looked up. */
const SECOND_LOOK_MS = 250;
/** And after this long it is asked for in ClickHouse, in case it repeats what the recent index has forgotten. */
const LOOK_UP_MS = 1_000;
/** Look-ups under way at once. Under a load that delays decisions, asking ClickHouse for each would delay them more. */
const LOOK_UPS_MAX = 1;
/** Events that may be waited for at once, some 300 B each; beyond, the caller is told at once that it takes longer. */
const WAITERS_MAX = 100_000;
/** Batches read in one go before the event loop has its turn. */
const BATCHES_A_TURN = 32;

/** By now the fold has passed by a repeat in silence, or refused it: those not refused get their stored decision. */
function settleRepeats(wait: Wait): void {
  for (const waiter of wait.waiters) {
    if (waiter.stored !== null) waiter.settle({ decision: waiter.stored });
  }
}

export class DecisionIndex {
  readonly #log: Log;
  readonly #options: DecisionIndexOptions;
  readonly #decisions: RecordDecoder<Decision>;
  readonly #deadLetters: RecordDecoder<DeadLetter>;
  readonly #positions = new RecentPositions();
  readonly #refusals = new RecentRefusals();
  /** By hash of the transfer, which several may share. */
  readonly #waiters = new Map<number, Set<Waiter>>();
  readonly #waitersByPlace = new Map<string, Waiter>();
  readonly #finders = new Map<number, Finder>();
  readonly #waits = new Set<Wait>();
  #lookUps = 0;
  #closed = false;

  constructor(log: Log, options: DecisionIndexOptions) {
    this.#log = log;
    this.#options = options;
    this.#decisions = new RecordDecoder(log, decisionRecord);
    this.#deadLetters = new RecordDecoder(log, deadLetterRecord);
  }

  /** Begins to read; what is in the log already is left to ClickHouse. */
  start(): void {
    const readers = (['decisions', 'dead-letters'] as const).flatMap((topic) =>
      Array.from({ length: partitionsOf(TOPICS[topic], this.#log.partitions) }, (_, partition) =>
        this.#log.reader(topic, partition, this.#log.end(topic, partition), { durable: true }),
      ),
    );
    this.#run(readers).catch((error) => {
      if (!isWeirError(error, 'LOG_CLOSED')) this.#options.onFault(error);
    });
  }

  /** Reads no further, and ends all waits as their deadlines would, so that a stop need not wait for them. */
  close(): void {
    this.#closed = true;
    for (const wait of this.#waits) wait.end();
  }

  /** To be taken before an event is appended: decisions noted until now are not on that append. */
  get mark(): number {
    return this.#positions.mark;
  }

  /** The decision in force on each transfer that has one. */
  async latest(transferIds: Iterable<string>): Promise<ReadonlyMap<string, Decision>> {
    const found = new Map<string, Decision>();
    const older: string[] = [];
    for (const transferId of new Set(transferIds)) {
      const [recent] = await this.#recentOf(transferId);
      if (recent === undefined) older.push(transferId);
      else found.set(transferId, recent.decision);
    }
    if (older.length === 0) return found;
    for (const decision of await this.#options.lookUp(older)) {
      const known = found.get(decision.transferId);
      if (known === undefined || known.revision < decision.revision) found.set(decision.transferId, decision);
    }
    return found;
  }

  /**
   * Waits for what becomes of events that were appended after `mark` was taken: a decision, a refusal,
   * or null where the time is over first.
   */
  await(
    awaited: readonly Awaited[],
    mark: number,
    timeoutMs: number,
    context: TraceContext = {},
  ): Promise<readonly (Verdict | null)[]> {
    const { tracing = null } = this.#options;
    const work = () => this.#await(awaited, mark, timeoutMs);
    if (tracing === null || context.trace === undefined) return work();
    return spanned(tracing, waitSpan(awaited.length, context), work, outcomesOf);
  }

  async #await(awaited: readonly Awaited[], mark: number, timeoutMs: number): Promise<readonly (Verdict | null)[]> {
    const wait = new Wait(awaited);
    const full = this.#waitersByPlace.size + awaited.length > WAITERS_MAX;
    // First registered, so that no decision comes in unseen while those before it are looked through.
    const registered = !full && !this.#closed;
    if (registered) {
      for (const waiter of wait.waiters) this.#register(waiter);
      this.#waits.add(wait);
    }
    for (const waiter of wait.waiters) await this.#settleFromKnown(waiter, mark);
    const verdicts = registered && !wait.settled ? await this.#within(wait, timeoutMs) : wait.verdicts;
    this.#waits.delete(wait);
    for (const waiter of wait.waiters) this.#forget(waiter);
    return verdicts;
  }

  async #within(wait: Wait, timeoutMs: number): Promise<readonly (Verdict | null)[]> {
    const secondLook = setTimeout(() => settleRepeats(wait), Math.min(SECOND_LOOK_MS, timeoutMs / 2));
    const lookUp = setTimeout(() => void this.#lookUp(wait), Math.min(LOOK_UP_MS, timeoutMs / 2));
    const verdicts = await wait.within(timeoutMs);
    clearTimeout(secondLook);
    clearTimeout(lookUp);
    return verdicts;
  }

  async #run(readers: readonly Reader[]): Promise<void> {
    while (!this.#closed) {
      await this.#log.awaitAny(readers);
      let left = BATCHES_A_TURN;
      for (const reader of readers) {
        for (; left > 0; left--) {
          const batch = reader.poll();
          if (batch === null) break;
          this.#take(batch);
        }
      }
      await turn();
    }
  }

  #take(batch: RecordBatch): void {
    if (batch.topic !== 'decisions') {
      this.#noteDeadLetters(batch);
      return;
    }
    this.#noteDecisions(batch);
    this.#options.onDecisions?.(batch);
  }

  /** `transferId` is the first field, so its bytes stand first, behind their zigzag length. */
  #noteDecisions(batch: RecordBatch): void {
    const { body, ends, count } = batch.values;
    for (let index = 0; index < count; index++) {
      let at = index === 0 ? 0 : (ends[index - 1] as number);
      let length = body[at++] as number;
      if (length >= 0x80) length = (length & 0x7f) | ((body[at++] as number) << 7);
      const hash = hashOfBytes(body, at, at + (length >>> 1));
      this.#positions.add(hash, batch.partition, batch.baseOffset + index);
      const waiters = this.#waiters.get(hash);
      if (waiters !== undefined) offer(waiters, this.#decisions.decode(batch, index));
    }
  }

  #noteDeadLetters(batch: RecordBatch): void {
    for (let index = 0; index < batch.values.count; index++) {
      const refusal = this.#refusals.add(this.#deadLetters.decode(batch, index));
      this.#waitersByPlace.get(placeOf(refusal))?.settle({ refusal });
    }
  }

  /** Settles what was there before the wait began; a decision from before the append makes the event a repeat. */
  async #settleFromKnown(waiter: Waiter, mark: number): Promise<void> {
    const refusal = this.#refusals.of(waiter.awaited);
    if (refusal !== null) waiter.settle({ refusal });
    const recent = await this.#recentOf(waiter.awaited.transferId);
    const own = recent.find(({ decision }) => waiter.isOn(decision));
    if (own === undefined) return;
    if (own.sequence > mark) waiter.offer(own.decision);
    else if (waiter.awaited.isAnswer(own.decision)) waiter.stored = (recent[0] as Recent).decision;
  }

  /** What is still open may repeat what is older than the recent index. */
  async #lookUp(wait: Wait): Promise<void> {
    settleRepeats(wait);
    const open = wait.waiters.filter(({ verdict }) => verdict === null);
    if (open.length === 0 || this.#lookUps >= LOOK_UPS_MAX) return;
    this.#lookUps++;
    try {
      const found = await this.#options.lookUp([...new Set(open.map(({ awaited }) => awaited.transferId))]);
      for (const waiter of open) settleFromStored(waiter, found);
    } catch (error) {
      // Without ClickHouse the caller is told 202 at the deadline, as for any event that takes longer.
      if (!isWeirError(error, 'SINK_UNAVAILABLE')) this.#options.onFault(error);
    } finally {
      this.#lookUps--;
    }
  }

  #register(waiter: Waiter): void {
    if (waiter.verdict !== null) return;
    const sharing = this.#waiters.get(waiter.hash);
    if (sharing === undefined) this.#waiters.set(waiter.hash, new Set([waiter]));
    else sharing.add(waiter);
    this.#waitersByPlace.set(placeOf(waiter.awaited), waiter);
  }

  #forget(waiter: Waiter): void {
    const sharing = this.#waiters.get(waiter.hash);
    sharing?.delete(waiter);
    if (sharing?.size === 0) this.#waiters.delete(waiter.hash);
    this.#waitersByPlace.delete(placeOf(waiter.awaited));
  }

  /** Recent decisions on a transfer, latest first. */
  async #recentOf(transferId: string): Promise<Recent[]> {
    const found: Recent[] = [];
    for (const { sequence, partition, offset } of this.#positions.of(hashOfText(transferId))) {
      const decision = await this.#read(partition, offset);
      if (decision?.transferId === transferId) found.push({ sequence, decision });
    }
    return found;
  }

  /** One read of a partition after the other: its reader stands at one place at a time. */
  #read(partition: number, offset: number): Promise<Decision | null> {
    const finder = this.#finders.get(partition) ?? this.#newFinder(partition, offset);
    const read = finder.before.then(() => this.#readNow(finder.reader, offset));
    finder.before = read.catch(() => null);
    return read;
  }

  #newFinder(partition: number, offset: number): Finder {
    const reader = this.#log.reader('decisions', partition, offset, { durable: true });
    const finder = { reader, before: Promise.resolve(null) };
    this.#finders.set(partition, finder);
    return finder;
  }

  async #readNow(reader: Reader, offset: number): Promise<Decision | null> {
    reader.seek(offset);
    try {
      const batch = await reader.nextBefore(offset + 1);
      return batch === null ? null : this.#decisions.decode(batch, 0);
    } catch (error) {
      // Trimmed since: ClickHouse has it.
      if (isWeirError(error, 'LOG_POSITION_LOST')) return null;
      throw error;
    }
  }
}

/** Reads single decisions again. */
interface Finder {
  readonly reader: Reader;
  before: Promise<unknown>;
}

interface Recent {
  readonly sequence: number;
  readonly decision: Decision;
}

function offer(waiters: Iterable<Waiter>, decision: Decision): void {
  for (const waiter of waiters) waiter.offer(decision);
}

function settleFromStored(waiter: Waiter, found: readonly Decision[]): void {
  const onTransfer = found.filter(({ transferId }) => transferId === waiter.awaited.transferId);
  const own = onTransfer.find((decision) => waiter.isOn(decision));
  if (own === undefined || !waiter.awaited.isAnswer(own)) return;
  waiter.settle({ decision: latestOf(onTransfer) ?? own });
}

function latestOf(decisions: readonly Decision[]): Decision | null {
  return decisions.reduce<Decision | null>(
    (latest, one) => (latest === null || one.revision > latest.revision ? one : latest),
    null,
  );
}
