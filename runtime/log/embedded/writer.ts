/**
 * The one way into LMDB for each thread. What waits goes into the next transaction together, so appends
 * share stored batches and a sync; a change is never split.
 */
import { WeirError } from '../../errors.ts';
import type { Append } from '../port.ts';
import type { Disk } from './disk.ts';
import type { Environment, Transaction } from './environment.ts';
import { Encoder, Plan, type Planned } from './plan.ts';
import type { Offsets } from './shared.ts';

/** Transactions of one thread whose syncs may be under way at once. Each keeps a thread of libuv's small pool. */
const SYNCS_MAX = 2;

/** Something that is committed as a whole or not at all. */
export interface Change {
  readonly outputs: readonly Append[];
  /** Puts all that belongs to it, `putOutputs()` among it; false where a condition did not hold and nothing was put. */
  readonly put: (putOutputs: () => void) => Promise<boolean>;
  /**
   * Whether the condition holds by what can be read. Asked before the transaction, and as soon as it is
   * visible. Without it the change is told of only when it is on disk.
   */
  readonly holds?: () => boolean;
}

interface Waiting<T, R> {
  readonly what: T;
  readonly resolve: (result: R) => void;
  readonly reject: (reason: unknown) => void;
}

/** A change with the batches of its outputs. */
interface Underway extends Waiting<Change, boolean> {
  readonly batches: readonly Planned[];
}

export class Writer {
  readonly #env: Environment;
  readonly #offsets: Offsets;
  readonly #disk: Disk;
  readonly #now: () => number;
  readonly #encoder = new Encoder();
  readonly #appends: Waiting<Append, number>[] = [];
  readonly #changes: Waiting<Change, boolean>[] = [];
  /** A transaction is under way that nobody can see yet. */
  #committing = false;
  /** Appends are under way: those that come meanwhile wait, to share the next batch and sync. */
  #appending = false;
  /** Transactions that are not on disk yet. */
  readonly #underway = new Set<Promise<void>>();
  /** Set by a sync that failed: what is on disk is then unknown, and nothing may go on. */
  #broken: unknown = null;
  #closed = false;

  constructor(env: Environment, offsets: Offsets, disk: Disk, now: () => number) {
    this.#env = env;
    this.#offsets = offsets;
    this.#disk = disk;
    this.#now = now;
  }

  /** Resolves with the first offset once the values are on disk. */
  append(append: Append): Promise<number> {
    return new Promise((resolve, reject) => {
      this.refuseWhereOver();
      this.#offsets.slot(append.topic, append.partition);
      this.#disk.admitAppend(append.values.body.length);
      this.#appends.push({ what: append, resolve, reject });
      this.#goOn();
    });
  }

  /** Resolves once visible, or with false where the change's condition did not hold. */
  change(change: Change): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.refuseWhereOver();
      for (const { topic, partition } of change.outputs) this.#offsets.slot(topic, partition);
      this.#disk.admitChange(change.outputs.reduce((bytes, { values }) => bytes + values.body.length, 0));
      this.#changes.push({ what: change, resolve, reject });
      this.#goOn();
    });
  }

  /** Resolves when all that was visible before is on disk. */
  async flushed(): Promise<void> {
    await Promise.all(this.#underway);
    if (this.#broken !== null) throw this.#broken;
  }

  /** Lets what was accepted finish. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#underway.size > 0) await Promise.all(this.#underway);
  }

  refuseWhereOver(): void {
    if (this.#closed) throw new WeirError('LOG_CLOSED', 'The log was closed; nothing was written.');
    if (this.#broken !== null) throw this.#broken;
  }

  #goOn(): void {
    if (this.#committing || this.#underway.size >= SYNCS_MAX) return;
    if (this.#broken !== null) {
      for (const { reject } of [...this.#appends.splice(0), ...this.#changes.splice(0)]) reject(this.#broken);
    }
    if (this.#changes.length === 0 && (this.#appending || this.#appends.length === 0)) return;
    this.#committing = true;
    // Begun a little later, so that all that comes in this turn goes together.
    const transaction = Promise.resolve()
      .then(() => this.#transact())
      .finally(() => {
        this.#underway.delete(transaction);
        this.#goOn();
      });
    this.#underway.add(transaction);
  }

  async #transact(): Promise<void> {
    const changes = this.#changes.splice(0);
    const appends = this.#appends.splice(0, this.#appending ? 0 : this.#appends.length);
    if (appends.length > 0) this.#appending = true;
    let visible = false;
    try {
      const plan = new Plan(this.#offsets);
      const baseOffsets = appends.map(({ what }) => plan.share(what));
      const underway = this.#stillHolding(changes).map(
        (one): Underway => ({ ...one, batches: plan.own(one.what.outputs) }),
      );
      const transaction = this.#put(plan.shared, underway);

      await transaction.visible;
      visible = true;
      this.#committing = false;
      this.#tellVisible(plan.shared, underway);
      this.#goOn();

      this.#tellDurable(plan.shared, underway, await transaction.durable);
      appends.forEach(({ resolve }, index) => {
        resolve(baseOffsets[index]);
      });
    } catch (error) {
      if (visible) this.#broken = error;
      else this.#committing = false;
      const reason = this.#disk.explain(error);
      for (const { reject } of [...appends, ...changes]) reject(reason);
    } finally {
      if (appends.length > 0) this.#appending = false;
    }
  }

  /** Sorts out what is refused already, so that no offsets are kept for it that others would come behind. */
  #stillHolding(changes: readonly Waiting<Change, boolean>[]): Waiting<Change, boolean>[] {
    this.#env.root.resetReadTxn();
    return changes.filter(({ what, resolve }) => {
      const holds = what.holds?.() ?? true;
      if (!holds) resolve(false);
      return holds;
    });
  }

  /** Puts everything in one transaction. Once durable it answers whether each change held, then whether each shared batch did. */
  #put(shared: readonly Planned[], underway: readonly Underway[]): Transaction<boolean[]> {
    const { batches, transact } = this.#env;
    const stored = this.#encoder.encode([...shared, ...underway.flatMap((one) => one.batches)], this.#now());
    return transact(() => {
      const puts = stored.splice(0, shared.length).map(({ key, value }) => batches.put(key, value, NEVER_OVER));
      const conditions = underway.map((one) =>
        one.what.put(() => {
          // Not guarded like the others: lmdb forgets the change's condition for a put with one of its own.
          for (const { key, value } of stored.splice(0, one.batches.length)) batches.put(key, value);
        }),
      );
      return [...conditions, ...puts];
    });
  }

  #tellVisible(shared: readonly Planned[], underway: readonly Underway[]): void {
    this.#env.root.resetReadTxn();
    for (const { slot, baseOffset, count } of shared) this.#offsets.publishCommitted(slot, baseOffset + count);
    for (const { what, batches, resolve } of underway) {
      if (!what.holds?.()) continue;
      for (const { slot, baseOffset, count } of batches) this.#offsets.publishCommitted(slot, baseOffset + count);
      resolve(true);
    }
  }

  #tellDurable(shared: readonly Planned[], underway: readonly Underway[], done: readonly boolean[]): void {
    const held = done.slice(0, underway.length);
    if (done.slice(underway.length).includes(false)) {
      throw new Error('two threads wrote to one partition of the log at the same time');
    }
    const batches = [...shared, ...underway.flatMap((one, index) => (held[index] ? one.batches : []))];
    for (const { slot, baseOffset, count } of batches) this.#offsets.publishDurable(slot, baseOffset + count);
    underway.forEach(({ resolve }, index) => {
      resolve(held[index]);
    });
  }
}

/** An option that lmdb takes in place of a version; its types leave it out. */
const NEVER_OVER = { noOverwrite: true } as unknown as number;
