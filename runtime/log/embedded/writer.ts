/**
 * The one way into LMDB for each thread: one transaction at a time, made of everything that waited
 * meanwhile. So appends share a stored batch and a sync, and a commit is never split.
 */
import { WeirError } from '../../errors.ts';
import type { Append } from '../port.ts';
import type { PackedValues } from '../values.ts';
import { batchKey, encodeBatch } from './batches.ts';
import type { Environment } from './environment.ts';
import type { Offsets, Slot } from './shared.ts';

/** Appends that wait together become one stored batch up to this size; readers take a batch whole. */
const JOINED_BYTES = 1 << 20;

interface Job {
  readonly appends: readonly Append[];
  /**
   * Puts whatever else belongs into the transaction, `putBatches` among it; false where a condition did
   * not hold and nothing was put. Null for plain appends.
   */
  readonly put: ((putBatches: () => void) => Promise<boolean>) | null;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (reason: unknown) => void;
}

export interface Outcome {
  readonly held: boolean;
  /** First offset of each append, in their order. */
  readonly baseOffsets: readonly number[];
}

interface Batch {
  readonly slot: Slot;
  readonly fingerprint: string;
  readonly baseOffset: number;
  readonly parts: PackedValues[];
  count: number;
  bytes: number;
}

export class Writer {
  readonly #env: Environment;
  readonly #offsets: Offsets;
  readonly #now: () => number;
  #waiting: Job[] = [];
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(env: Environment, offsets: Offsets, now: () => number) {
    this.#env = env;
    this.#offsets = offsets;
    this.#now = now;
  }

  submit(appends: readonly Append[], put: Job['put']): Promise<Outcome> {
    if (this.#closed) return Promise.reject(new WeirError('LOG_CLOSED', 'The log is closed; nothing was written.'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ appends, put, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when all that was submitted before is written. */
  async drained(): Promise<void> {
    await this.#running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    // One turn later, so that whatever the caller submits in this turn goes into the first transaction.
    await null;
    while (this.#waiting.length > 0) {
      const jobs = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(jobs);
      } catch (error) {
        for (const job of jobs) job.reject(error);
      }
    }
    this.#running = null;
  }

  async #write(jobs: readonly Job[]): Promise<void> {
    const plan = new Plan(this.#offsets);
    const planned = jobs.map((job) => ({ job, ...plan.place(job.appends, job.put === null) }));
    const seen = this.#now();
    const put = (batches: readonly Batch[]) => batches.map((batch) => this.#putBatch(batch, seen));
    const written: Promise<boolean>[] = [];
    const conditions: Promise<boolean>[] = [];
    const committed = this.#env.root.batch(() => {
      written.push(...put(plan.joined));
      for (const { job, batches } of planned) {
        conditions.push(job.put?.(() => written.push(...put(batches))) ?? HELD);
      }
    });
    await settle([committed, ...conditions, ...written]);
    const held = await Promise.all(conditions);
    if (!held.includes(false) && (await Promise.all(written)).includes(false)) {
      throw new Error('two threads wrote to the same partition of the log at once');
    }
    for (const batch of [...plan.joined, ...planned.flatMap(({ batches }, index) => (held[index] ? batches : []))]) {
      this.#offsets.publishDurable(batch.slot, batch.baseOffset + batch.count);
    }
    planned.forEach(({ job, baseOffsets }, index) => {
      job.resolve({ held: held[index], baseOffsets });
    });
  }

  #putBatch(batch: Batch, seen: number): Promise<boolean> {
    const key = batchKey(batch.slot.topicId, batch.slot.partition, batch.baseOffset);
    const value = encodeBatch(batch.fingerprint, seen, batch.parts);
    return this.#env.batches.put(key, value, NEVER_OVER as unknown as number);
  }
}

const HELD = Promise.resolve(true);

/** An option that lmdb takes in place of a version, and its types do not name for `put`. */
const NEVER_OVER = { noOverwrite: true };

/** Gives out offsets within one transaction, and joins what may lie together. */
class Plan {
  /** Batches of plain appends. */
  readonly joined: Batch[] = [];
  readonly #offsets: Offsets;
  readonly #ends = new Map<Slot, number>();
  /** The batch of a partition that a further append may join. */
  readonly #open = new Map<Slot, Batch>();

  constructor(offsets: Offsets) {
    this.#offsets = offsets;
  }

  place(
    appends: readonly Append[],
    join: boolean,
  ): { readonly batches: readonly Batch[]; readonly baseOffsets: number[] } {
    const batches: Batch[] = [];
    const baseOffsets: number[] = [];
    for (const { topic, partition, fingerprint, values } of appends) {
      const slot = this.#offsets.slot(topic, partition);
      const baseOffset = this.#ends.get(slot) ?? this.#offsets.committed(slot);
      baseOffsets.push(baseOffset);
      if (values.count === 0) continue;
      this.#ends.set(slot, baseOffset + values.count);
      const open = join ? this.#open.get(slot) : undefined;
      if (open && open.fingerprint === fingerprint && open.bytes + values.body.length <= JOINED_BYTES) {
        open.parts.push(values);
        open.count += values.count;
        open.bytes += values.body.length;
        continue;
      }
      const batch = { slot, fingerprint, baseOffset, parts: [values], count: values.count, bytes: values.body.length };
      if (join) {
        this.#open.set(slot, batch);
        this.joined.push(batch);
      } else {
        this.#open.delete(slot);
        batches.push(batch);
      }
    }
    return { batches, baseOffsets };
  }
}

/** Waits for all promises of one transaction. They fail together; why, stands in yet another promise. */
async function settle(promises: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(promises)).find((one) => one.status === 'rejected');
  if (!failed) return;
  const error = failed.reason as Error & { commitError?: Promise<never> };
  await error.commitError;
  throw error;
}
